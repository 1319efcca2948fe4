"""Something is opened for a request and kept on `g`, and nothing closes it.

`g` forgets what is on it when the request ends, it does not close it: a connection stays open until Python happens to
collect it, and the database runs out of them. A function with `@app.teardown_appcontext` runs at the end of every
request, also of those that fail: close it there.

```python
import sqlite3

from flask import Flask, g

app = Flask(__name__)


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(":memory:")
    return g.db


@app.route("/")
def index():
    return str(get_db().execute("SELECT 1").fetchone())
```

Better:

```python
import sqlite3

from flask import Flask, g

app = Flask(__name__)


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(":memory:")
    return g.db


@app.teardown_appcontext
def close_db(error=None):
    db = g.pop("db", None)
    if db is not None:
        db.close()


@app.route("/")
def index():
    return str(get_db().execute("SELECT 1").fetchone())
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project import requests
from flask_lsp.rules._connections import resource_of
from flask_lsp.rules.app_context._teardown import close_at_the_end
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.context import Context

rule = Rule("FL105", "g-resource-not-closed", Level.WARNING, words=("g.", "setattr"))


def check(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    if ctx.function(node) is None or ctx.is_test:
        return
    for where, name, value in _kept(node, ctx):
        kind = resource_of(ctx.name(value))
        if kind is None or not ctx.project.complete or ctx.ask(requests.is_closed_on_g, name):
            continue
        message = f"Nothing closes the {kind} in `g.{name}` when the request ends: close it in a teardown function."
        yield ctx.finding(where, message, fixes=close_at_the_end(node, name, ctx))


def _kept(node: ast.AST, ctx: Context) -> Iterator[tuple[ast.AST, str, ast.expr]]:
    """What is put on ``g``: where, under which name, and the value."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Attribute) and _is_g(target.value, ctx):
                    yield target, target.attr, value
        case ast.AnnAssign(target=ast.Attribute(value=owner, attr=name) as target, value=ast.expr() as value):
            if _is_g(owner, ctx):
                yield target, name, value
        case ast.Call(func=ast.Name(id="setattr"), args=[owner, ast.Constant(value=str(name)), value]):
            if _is_g(owner, ctx):
                yield node, name, value
        case _:
            pass


def _is_g(node: ast.expr, ctx: Context) -> bool:
    named = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return named == "g" and ctx.name(node) == "flask.g"
