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
from flask_lsp.rules.app_context._teardown import close_at_the_end, register_closer
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.context import Context

rule = Rule("FL105", "g-resource-not-closed", Level.WARNING, words=("g.", "setattr"))


def check(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    if ctx.function(node) is None or ctx.is_test:
        return
    for where, name, value in _kept(node, ctx):
        if _in_own_context(node, ctx):
            continue
        kind, idle = resource_of(ctx.name(value)), ctx.ask(requests.idle_closer, name)
        what = f"the {kind}" if kind is not None else "what is"
        if idle is not None:
            message = (
                f"Nothing closes {what} in `g.{name}` when the request ends: `{idle[1]}()` would, but nobody calls it; "
                "register it with `app.teardown_appcontext`."
            )
            yield ctx.finding(where, message, fixes=register_closer(idle, ctx))
        elif kind is not None and not ctx.ask(requests.is_closed_on_g, name):
            message = f"Nothing closes {what} in `g.{name}` when the request ends: close it in a teardown function."
            yield ctx.finding(where, message, fixes=close_at_the_end(node, name, ctx))


def _in_own_context(node: ast.AST, ctx: Context) -> bool:
    """Under a ``with app.app_context():`` of the same function, whose end is in sight."""
    for each in ctx.ancestors(node):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
        for item in each.items if isinstance(each, ast.With) else ():
            match item.context_expr:
                case ast.Call(func=ast.Attribute(attr="app_context" | "test_request_context")):
                    return True
                case _:
                    pass
    return False


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
