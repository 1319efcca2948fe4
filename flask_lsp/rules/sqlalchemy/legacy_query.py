"""A query in the manner of SQLAlchemy 1: `Model.query.get()`, `engine.execute()`, SQL as a plain string.

`Query.get` is legacy since SQLAlchemy 1.4 and warns in 2.0; `db.session.get(Model, id)` does the same. What was
deprecated beside it is gone in 2.0: an engine has no `execute` any more, and a string that is given to
`session.execute` without `text()` raises `ArgumentError`.

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)


@app.get("/users/<int:id>")
def user(id):
    found = User.query.get(id)
    return {"found": found is not None}


@app.get("/users")
def users():
    return {"users": db.session.execute("SELECT count(*) FROM user").scalar()}
```

Better:

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)


@app.get("/users/<int:id>")
def user(id):
    found = db.session.get(User, id)
    return {"found": found is not None}


@app.get("/users")
def users():
    return {"users": db.session.execute(db.text("SELECT count(*) FROM user")).scalar()}
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from flask_lsp.facts.values import path_of
from flask_lsp.project import databases
from flask_lsp.project.databases import DATABASE
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.own_modules import name_of
from flask_lsp.text import Span

rule = Rule("FL707", "legacy-query", Level.HINT, words=(".get(", "execute(", ".scalar(", ".scalars(", ".filter("))

_QUERY = re.compile(re.escape(f"{DATABASE}.") + r"(?:Model\.query|session\.query\(\))")
_OPTIONS = re.compile(r"(?:\.(?:options|populate_existing|execution_options|with_for_update)\(\))*")
_RUN = re.compile(
    re.escape(DATABASE)
    + r"\.(?:session(?:\(\))?|(?:engine|get_engine\(\))\.(?:connect|begin)\(\)|session\.connection\(\))"
    + r"\.(?:execute|scalar|scalars)"
)
_ENGINE = frozenset({f"{DATABASE}.engine.execute", f"{DATABASE}.get_engine().execute"})
_POSITIONAL = re.compile(r"%s|%\(|\?")


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    if not isinstance(node.func, ast.Attribute) or ctx.versions.below("sqlalchemy", (1, 4)):
        return
    match node.func.attr:
        case "get":
            yield from _get(node, node.func, ctx)
        case "filter":
            yield from _filter(node, ctx)
        case "execute" | "scalar" | "scalars":
            yield from _execute(node, node.func, ctx)
        case _:
            pass


# -- Query.get ---------------------------------------------------------------------------------------------------------


def _get(node: ast.Call, callee: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    name = ctx.name(callee)
    found = _QUERY.match(name) if name is not None else None
    if not found or name is None or not _OPTIONS.fullmatch(name[found.end() :].removesuffix(".get")):
        return
    if len(node.args) + len(node.keywords) != 1 or not ctx.ask(databases.queries_are_plain):
        return
    model = _model(callee.value, ctx)
    span = Span(ctx.span(callee).end - len("get"), ctx.span(callee).end)
    shown = model if model is not None else "Model"
    message = f"`Query.get()` is legacy in SQLAlchemy 2.0: use `{_session_shown(callee, ctx)}.get({shown}, ...)`."
    fixes = [] if model is None else list(_session_get(callee, model, ctx))
    yield ctx.finding(span, message, fixes=fixes, tags=("deprecated",))


def _model(query: ast.expr, ctx: Context) -> str | None:
    """How the model is written in ``Model.query`` or ``db.session.query(Model)``, with nothing in between."""
    match query:
        case ast.Attribute(value=model, attr="query") if path_of(model) is not None:
            return ctx.text(model)
        case ast.Call(func=ast.Attribute(attr="query"), args=[model], keywords=[]) if path_of(model) is not None:
            return ctx.text(model)
        case _:
            return None


def _session_shown(callee: ast.Attribute, ctx: Context) -> str:
    written = _session_written(callee, ctx)
    return written or f"{ctx.ask(databases.database_here) or 'db'}.session"


def _session_written(callee: ast.Attribute, ctx: Context) -> str | None:
    """``db.session`` in ``db.session.query(Model).get``."""
    match callee.value:
        case ast.Call(func=ast.Attribute(value=session, attr="query")):
            return ctx.text(session)
        case _:
            return None


def _session_get(callee: ast.Attribute, model: str, ctx: Context) -> Iterator[Fix]:
    written, here = _session_written(callee, ctx), ctx.ask(databases.database_here)
    if written is None and here is not None:
        written = f"{here}.session"
    home = None if written is not None else ctx.ask(databases.database_of, model) or ctx.ask(databases.only_database)
    if written is None and home is None:
        return

    def change(editing: Editing) -> None:
        session = written if written is not None or home is None else f"{name_of(editing, *home)}.session"
        editing.replace(callee, f"{session}.get")
        editing.insert(editing.block.text.index("(", editing.span(callee).end) + 1, f"{model}, ")

    yield Fix("Use `session.get`", ctx.versions.below("sqlalchemy", (1, 4)) is False, change)


# -- SQL ---------------------------------------------------------------------------------------------------------------


def _execute(node: ast.Call, callee: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    name = ctx.name(callee) or ""
    old = ctx.versions.below("sqlalchemy", (2, 0))
    if name in _ENGINE:
        gone = "is deprecated since SQLAlchemy 1.4 and gone" if old else "is gone"
        message = f"`Engine.execute()` {gone} in SQLAlchemy 2.0: execute on `{ctx.text(callee.value)}.connect()`."
        yield ctx.finding(callee, message, fixes=list(_on_connection(node, callee, ctx)), tags=("deprecated",))
    elif _RUN.fullmatch(name) and node.args and _is_text(node.args[0], ctx):
        what = "SQLAlchemy 2.0 will not execute a plain string" if old else "SQLAlchemy 2.0 raises for a plain string"
        yield _as_text(node.args[0], f"{what}: wrap it in `text()`.", node, ctx)


def _filter(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    name = ctx.name(node.func)
    if name is None or not _QUERY.match(name):
        return
    for argument in node.args:
        if _is_text(argument, ctx):
            yield _as_text(
                argument, "SQLAlchemy raises for a plain string as condition: wrap it in `text()`.", node, ctx
            )


def _is_text(node: ast.expr, ctx: Context) -> bool:
    match node:
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return _is_text(left, ctx) or (isinstance(node.op, ast.Add) and _is_text(right, ctx))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format" | "join" | "strip")):
            return True
        case ast.Name():
            value = ctx.reaching(node)
            return _is_text(value, ctx) if value is not None else ctx.string(node) is not None
        case _:
            return False


def _as_text(sql: ast.expr, message: str, node: ast.Call, ctx: Context) -> Finding:
    literal = ctx.string(sql) or ctx.text(sql)
    positional = len(node.args) > 1 and bool(_POSITIONAL.search(literal))
    fixes = [] if positional else [Fix("Wrap in `text()`", False, _wrapped(sql, node, ctx))]
    return ctx.finding(sql, message, fixes=fixes)


def _wrapped(sql: ast.expr, node: ast.Call, ctx: Context) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        editing.insert(editing.span(sql).start, f"{_text(editing, node, ctx)}(")
        editing.insert(editing.span(sql).end, ")")

    return change


def _text(editing: Editing, node: ast.Call, ctx: Context) -> str:
    """``text`` as the file imports it, else ``db.text``."""
    owner = _database_written(node.func, ctx) or ctx.ask(databases.database_here)
    if "text" not in editing.file.facts.bindings and owner is not None:
        return f"{owner}.text"
    return editing.imported("sqlalchemy", "text")


def _database_written(callee: ast.expr, ctx: Context) -> str | None:
    while isinstance(callee, ast.Attribute | ast.Call):
        callee = callee.value if isinstance(callee, ast.Attribute) else callee.func
        if ctx.name(callee) == DATABASE:
            return ctx.text(callee)
    return None


def _on_connection(node: ast.Call, callee: ast.Attribute, ctx: Context) -> Iterator[Fix]:
    """``with db.engine.begin() as connection:`` around the statement, which commits as ``Engine.execute`` did."""
    statement = ctx.statement(node)
    if not isinstance(statement, ast.Expr) or statement.value is not node or not node.args:
        return
    sql = node.args[0]

    def change(editing: Editing) -> None:
        if _is_text(sql, ctx):
            _wrapped(sql, node, ctx)(editing)
        editing.replace(callee, "connection.execute")
        editing.wrap_statement(statement, f"with {ctx.text(callee.value)}.begin() as connection:")

    yield Fix("Execute on a connection", False, change)
