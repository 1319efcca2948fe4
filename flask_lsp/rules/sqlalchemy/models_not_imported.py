"""The tables are made before any model has been imported, so there are none.

`db.create_all()` makes the tables of the models that `db` knows, and it knows a model once the module that defines it
has been imported. Without that nothing is made and nothing is said; the first query fails with `no such table`.

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    with app.app_context():
        db.create_all()
    return app
```

```python models.py
from example import db


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
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
    with app.app_context():
        from models import User  # noqa: F401

        db.create_all()
    return app
```

```python models.py
from example import db


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.model import Call, With
from flask_lsp.project import names, tables
from flask_lsp.project.databases import DATABASE
from flask_lsp.project.tables import Models
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.blueprints._text import reference
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.own_modules import module_name

rule = Rule("FL706", "models-not-imported", Level.WARNING, words=("create_all",))

_MOST_NAMED = 3


def check(node: ast.Call | FileFacts, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, FileFacts):
        yield from _too_early(node, ctx)
    elif isinstance(node.func, ast.Attribute) and node.func.attr == "create_all" and not ctx.is_test:
        owner = reference(node.func, ctx)
        if owner is not None and ctx.name(node.func) == f"{DATABASE}.create_all":
            models = ctx.ask(tables.never_imported, owner)
            if models:
                yield _finding(node, models, ctx)


def _finding(node: ast.Call, models: tuple[Models, ...], ctx: Context) -> Finding:
    names = [name for one in models for name in one.names]
    shown = ", ".join(f"`{name}`" for name in names[:_MOST_NAMED])
    message = f"No program that comes here imports {shown}, so no table is made: import the models before."
    related = [Related(f"`{one.names[0]}` is defined here", document=one.document, name=one.names[0]) for one in models]
    statement, here = ctx.statement(node), ctx.document

    def change(editing: Editing) -> None:
        lines: list[str] = []
        for one in models:
            module = module_name(editing.project, here, one.document)
            if module is None:
                editing.impossible = True
                return
            lines.append(f"from {module} import {', '.join(one.names[:_MOST_NAMED])}  # noqa: F401")
        if ctx.function(node) is not None:
            lines.append("")
        editing.insert_before(statement, *lines)

    return ctx.finding(node, message, related=related, fixes=[Fix("Import the models before", False, change)])


# -- models below ------------------------------------------------------------------------------------------------------


def _too_early(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
    """The module body makes the tables above its models."""
    for start, outer in facts.events():
        for event in (outer, *(outer.body if isinstance(outer, With) else ())):
            if not isinstance(event, Call) or not event.value.text.endswith(".create_all()"):
                continue
            owner = event.value.text.removesuffix(".create_all()")
            if not owner.isidentifier() or ctx.ask(names.canonical, owner) != DATABASE or ctx.is_test:
                continue
            below = tables.defined_below(ctx.project, ctx.document, owner, start)
            if below is not None:
                message = (
                    f"Models such as `{below}` are defined below, so their tables are not made: move this behind them."
                )
                related = [Related(f"`{below}` is defined later", document=ctx.document, name=below)]
                yield ctx.finding(event.span.shift(start), message, related=related, fixes=[_moved(start, below)])


def _moved(start: int, below: str) -> Fix:
    """Behind the last model; only where the statement does nothing else."""

    def change(editing: Editing) -> None:
        [statement] = editing.at(start).tree.body
        body = statement.body if isinstance(statement, ast.With) else [statement]
        if len(body) != 1 or not isinstance(body[0], ast.Expr):
            editing.impossible = True
            return
        text = editing.text(statement)
        editing.delete_statement(statement)
        other = editing.elsewhere(editing.file.document, editing.file.facts.bindings[below][0].span.start)
        model = next(each for each in other.block.tree.body if isinstance(each, ast.ClassDef) and each.name == below)
        other.insert(other.span(model).end, editing.newline * 3 + text)

    return Fix("Move it behind the models", False, change)
