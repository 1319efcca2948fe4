"""The address of the database begins with `postgres://`, which SQLAlchemy does not know.

SQLAlchemy finds the dialect by the scheme of the address, and its name for PostgreSQL is `postgresql`. The short form
`postgres` was taken out in SQLAlchemy 1.4: since then the first use of the database, with Flask-SQLAlchemy 3 already
`SQLAlchemy(app)` or `db.init_app(app)`, raises `NoSuchModuleError`.

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "postgres://shop:secret@localhost/shop"
db = SQLAlchemy(app)
```

Better:

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql://shop:secret@localhost/shop"
db = SQLAlchemy(app)
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.values import path_of
from flask_lsp.project import databases
from flask_lsp.project.links import split
from flask_lsp.rules._config import Setter, sets
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.text import Span

rule = Rule("FL708", "postgres-scheme", Level.ERROR, words=("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_BINDS"))

_KEYS = frozenset({"SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_BINDS"})
_SCHEME = databases.POSTGRES
_WRITTEN = re.compile(r"[rRbBuUfF]*(?:'''|\"\"\"|'|\")(?P<scheme>postgres)(?=(?:\+\w+)?://)")
_ENVIRONMENT = frozenset({"os.environ.get", "os.getenv", "os.environ.setdefault", "decouple.config"})


def check(node: Setter, ctx: Context) -> Iterator[Finding]:
    for found in sets(node, ctx):
        if found.key not in _KEYS or ctx.versions.below("sqlalchemy", (1, 4)):
            continue
        for text in _addresses(found.value, ctx):
            if not ctx.ask(databases.scheme_mended):
                yield _finding(text, ctx)


def _finding(text: ast.expr, ctx: Context) -> Finding:
    message = "SQLAlchemy 1.4 and later have no dialect `postgres` and raise NoSuchModuleError: write `postgresql://`."
    written = _WRITTEN.match(ctx.text(text)) if isinstance(text, ast.Constant | ast.JoinedStr) else None
    if written:
        start, end = written.span("scheme")
        span = Span(start, end).shift(ctx.span(text).start)

        def change(editing: Editing) -> None:
            editing.replace(span, "postgresql")

        return ctx.finding(span, message, fixes=[Fix("Write `postgresql`", True, change)])

    def convert(editing: Editing) -> None:
        given = ", ".join(map(editing.string, ("postgres", "postgresql")))
        editing.insert(editing.span(text).end, f".replace({given}, 1)")

    return ctx.finding(text, message, fixes=[Fix("Replace the scheme", False, convert)])


def _addresses(node: ast.expr, ctx: Context) -> Iterator[ast.expr]:
    """The texts, and the names of texts, from which an address of that scheme may come."""
    parts = _parts(node, ctx)
    for part in parts:
        yield from _addresses(part, ctx)
    if parts:
        return
    match node:
        case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            if _SCHEME.match(text):
                yield node
        case ast.Name() | ast.Attribute() if _is_bound_to_one(node, ctx):
            yield node
        case _:
            pass


def _is_bound_to_one(node: ast.Name | ast.Attribute, ctx: Context) -> bool:
    path = path_of(node)
    if path is None:
        return False
    is_local = any(split(path)[0] in scope.bindings for scope in ctx.scopes(node))
    return bool(_SCHEME.match(ctx.string(node) or "")) or (
        not is_local and ctx.ask(databases.begins_with_postgres, path)
    )


def _parts(node: ast.expr, ctx: Context) -> list[ast.expr]:
    """The expressions with which the text of another one may begin."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod()):
            return [left]
        case ast.BoolOp(values=values) | ast.Dict(values=values):
            return values
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.Call(func=ast.Attribute(value=inner, attr="format")):
            return [inner]
        case ast.Call(func=callee, args=args, keywords=keywords) if ctx.name(callee) in _ENVIRONMENT:
            return [*args[1:2], *(keyword.value for keyword in keywords if keyword.arg == "default")]
        case ast.Name():
            value = ctx.reaching(node)
            return [] if value is None else [value]
        case _:
            return []
