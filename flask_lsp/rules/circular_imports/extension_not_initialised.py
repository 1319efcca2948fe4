"""An extension is made without an application and never gets one.

`db = SQLAlchemy()` makes an object that belongs to no application; `db.init_app(app)` in the factory tells each
application of it. Without that line the first use fails, or, worse, nothing fails and nothing happens: no request is
protected by `CSRFProtect()`, no limit of `Limiter()` holds.

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"

    @app.get("/")
    def index():
        return str(db.session.execute(db.text("SELECT 42")).scalar())

    return app
```

Better:

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)

    @app.get("/")
    def index():
        return str(db.session.execute(db.text("SELECT 42")).scalar())

    return app
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project import extensions
from flask_lsp.project.extensions import Made
from flask_lsp.project.known_extensions import CLASSES
from flask_lsp.project.routes import Key
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.circular_imports._extension import name_bound_to
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.set_up import add_line, can_add, initialises, name_in

rule = Rule("FL307", "extension-not-initialised", Level.ERROR, words=tuple(f"{name}(" for name in sorted(CLASSES)))


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    name = name_bound_to(node, ctx)
    found = None if name is None else ctx.ask(extensions.forgotten, name)
    if found is None:
        return
    apps = sorted(ctx.ask(extensions.applications_of))
    shown = f"`{found.key[1]}`"
    message = (
        f"{shown} is never given an application, so {found.extension.missing}: "
        f"call `{found.key[1]}.init_app(app)` where the application is made."
    )
    related = [Related("The application is made here", document=app[0], name=app[1].partition(".")[0]) for app in apps]
    fixes = list(_fixes(node, found, apps[0], ctx)) if len(apps) == 1 else []
    yield ctx.finding(node, message, fixes=fixes, related=related)


def _fixes(node: ast.Call, found: Made, app: Key, ctx: Context) -> Iterator[Fix]:
    name, there = found.key[1], app[1].rpartition(".")[2]
    here = ctx.ask(name_in, app)

    def in_set_up(editing: Editing) -> None:
        add_line(editing, app, (initialises,), found.key, lambda name, app: f"{name}.init_app({app})")

    if ctx.ask(can_add, app, name):
        yield Fix(f"Call `{name}.init_app({there})`", False, in_set_up)
    elif here is not None:
        statement, line = ctx.statement(node), f"{name}.init_app({here})"
        yield Fix(f"Call `{line}`", False, lambda editing: editing.insert_after(statement, line))
