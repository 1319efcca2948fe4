"""A blueprint has routes, and no application gets it.

A blueprint only notes what is to be done. Its routes, hooks and handlers come to life when an application registers it;
until then each of its URLs answers 404, and `url_for` knows none of its endpoints.

```python
from flask import Blueprint, Flask

users = Blueprint("users", __name__, url_prefix="/users")


@users.get("/")
def index():
    return "All users"


def create_app():
    app = Flask(__name__)
    return app
```

Better:

```python
from flask import Blueprint, Flask

users = Blueprint("users", __name__, url_prefix="/users")


@users.get("/")
def index():
    return "All users"


def create_app():
    app = Flask(__name__)
    app.register_blueprint(users)
    return app
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.values import path_of
from flask_lsp.project import unregistered
from flask_lsp.project.routes import Key, is_from_package
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.blueprints._text import blueprint_of
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.set_up import add_line, can_add, initialises, registers

rule = Rule("FL304", "blueprint-not-registered", Level.WARNING, words=("Blueprint",))


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    if ctx.function(node) is not None or ctx.name(node.func) != "flask.Blueprint":
        return
    to = blueprint_of(node, ctx)
    match to:
        case ("module", str() as name) if ctx.ask(is_from_package, path_of(node.func)):
            apps = ctx.ask(unregistered.homes, to)
        case _:
            return
    if not apps:
        return
    message = (
        f"No application registers `{name}`, so its routes answer 404: call `app.register_blueprint({name})` where the "
        "application is made."
    )
    related = [Related("The application is made here", document=app[0], name=app[1].partition(".")[0]) for app in apps]
    fixes: list[Fix] = []
    if len(apps) == 1 and ctx.ask(can_add, apps[0], name) and not ctx.ask(unregistered.name_is_taken, to, apps[0]):
        fixes.append(_register((ctx.document, name), apps[0]))
    yield ctx.finding(node, message, fixes=fixes, related=related)


def _register(blueprint: Key, app: Key) -> Fix:
    def change(editing: Editing) -> None:
        add_line(
            editing, app, (registers, initialises), blueprint, lambda name, app: f"{app}.register_blueprint({name})"
        )

    title = f"Register it: `{app[1].rpartition('.')[2]}.register_blueprint({blueprint[1]})`"
    return Fix(title, False, change)
