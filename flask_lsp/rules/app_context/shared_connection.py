"""One database connection, made on import, is used by all requests.

Requests run at the same time, in threads. On one connection they mix their transactions: a commit of one saves half of
another, a rollback takes back what is not its own. `sqlite3` refuses to be used outside of the thread that made the
connection, and whatever database it is, when the connection breaks it stays broken. Open one for each request, keep it
on `g`, and close it in a teardown function.

```python
import sqlite3

from flask import Flask

app = Flask(__name__)
connection = sqlite3.connect(":memory:")


@app.route("/")
def index():
    return str(connection.execute("SELECT 1").fetchone())
```

Better:

```python
import sqlite3

from flask import Flask, g

app = Flask(__name__)


def get_connection():
    if "connection" not in g:
        g.connection = sqlite3.connect(":memory:")
    return g.connection


@app.teardown_appcontext
def close_connection(error=None):
    connection = g.pop("connection", None)
    if connection is not None:
        connection.close()


@app.route("/")
def index():
    return str(get_connection().execute("SELECT 1").fetchone())
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project import shared
from flask_lsp.project.routes import Key
from flask_lsp.rules._connections import connection_of
from flask_lsp.rules.app_context._teardown import binds_any, closing, hook_of
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.nodes import walk

rule = Rule("FL106", "shared-connection", Level.WARNING, words=("onnect",))


def check(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
    if ctx.function(node) is not None or ctx.is_test or ctx.is_migration or not isinstance(node.value, ast.Call):
        return
    name = _bound_name(node)
    kind = connection_of(ctx.name(node.value)) if name is not None and _runs_on_import(node, ctx) else None
    if name is None or kind is None or _is_meant(node.value) or _of_another(node.value):
        return
    users = ctx.ask(shared.users, name)
    if not users:
        return
    one = f"`{name}` is one {kind} for all requests"
    message = f"{one}, which mix their transactions on it: open one for each request, and keep it on `g`."
    if (ctx.name(node.value) or "").startswith("sqlite3.") and not _over_threads(node.value):
        message = f"{one}, and `sqlite3` refuses it in their threads: open one for each request, and keep it on `g`."
    related = [
        Related(f"`{function}` uses it while it answers a request", document=document, name=function.partition(".")[0])
        for document, function in users[:5]
    ]
    yield ctx.finding(node.value.func, message, fixes=_fixes(node, name, users, ctx), related=related)


def _bound_name(node: ast.Assign) -> str | None:
    match node.targets:
        case [ast.Name(id=name)]:
            return name
        case _:
            return None


def _runs_on_import(node: ast.Assign, ctx: Context) -> bool:
    """In the module body, and not in its script part."""
    for above in ctx.ancestors(node):
        if isinstance(above, ast.ClassDef | ast.FunctionDef):
            return False
        if isinstance(above, ast.If) and "__name__" in ctx.text(above.test):
            return False
    return True


def _of_another(call: ast.Call) -> bool:
    """A cursor of a connection that has a name: that one is told of."""
    match call.func:
        case ast.Attribute(value=ast.Name(), attr="cursor"):
            return True
        case _:
            return False


def _over_threads(call: ast.Call) -> bool:
    """It is allowed in other threads."""
    return any(
        isinstance(inner, ast.keyword) and inner.arg in ("check_same_thread", None) and not _is_true(inner.value)
        for inner in walk([call])
    )


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _is_meant(call: ast.Call) -> bool:
    """A database in memory that is allowed in all threads lives as long as its one connection does."""
    memory = any(isinstance(arg, ast.Constant) and ":memory:" in str(arg.value) for arg in call.args)
    return memory and _over_threads(call)


# -- a function that opens it ----------------------------------------------------------------------------------------


def _fixes(node: ast.Assign, name: str, users: tuple[Key, ...], ctx: Context) -> list[Fix]:
    document = ctx.document
    getter, closer = f"get_{name.strip('_')}", f"close_{name.strip('_')}"
    if ctx.parent(node) is not ctx.block.tree or ctx.ask(binds_any, getter, closer):
        return []
    if any(where != document for where, _ in users) or ctx.ask(shared.used_elsewhere, name):
        return []
    hook = ctx.ask(hook_of)
    if hook is None:
        return []

    def change(editing: Editing) -> None:
        g = editing.imported("flask", "g")
        step, key = editing.indent, editing.string(name.strip("_"))
        kept = f"{g}.{name.strip('_')}"
        text = editing.text(node.value)
        lines = [
            f"def {getter}():",
            f"{step}if {key} not in {g}:",
            f"{step}{step}{kept} = {text}",
            f"{step}return {kept}",
        ]
        close = [f"@{hook[0]}.{hook[1]}", *closing(name.strip("_"), closer, g, editing)]
        bound = editing.file.facts.bindings[hook[0]][0].start
        here = bound < editing.start
        if here:
            lines += ["", "", *close]
        editing.replace(node, _apart(editing, node, lines))
        _use_getter(editing, name, getter)
        if not here:
            other = editing.elsewhere(editing.file.document, bound)
            other.insert_after(other.block.tree.body[0], "", "", *close)

    return [Fix(f"Open one for each request, with `{getter}()`", False, change)]


def _apart(editing: Editing, node: ast.stmt, lines: list[str]) -> str:
    """The lines with two empty ones around them."""
    newline, source = editing.newline, editing.file.source
    span = editing.span(node).shift(editing.start)
    before, after = source.line_at(span.start), source.line_at(span.end)
    above = _blank(source.line_text(line) for line in range(before - 1, max(before - 3, -1), -1))
    below = _blank(source.line_text(line) for line in range(after + 1, min(after + 3, source.line_count)))
    return newline * (2 - above if before else 0) + newline.join(lines) + newline * (2 - below)


def _blank(lines: Iterator[str]) -> int:
    count = 0
    for line in lines:
        if line.strip():
            break
        count += 1
    return count


def _use_getter(editing: Editing, name: str, getter: str) -> None:
    """Calls the function wherever functions used the name of the module."""
    for start, block in editing.file.tree.blocks:
        nodes = block.nodes
        found = [
            node
            for node in nodes.order
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            if (function := nodes.functions.get(node)) is not None and not _binds(function, name)
        ]
        if found:
            other = editing.elsewhere(editing.file.document, start)
            for node in found:
                other.replace(node, f"{getter}()")


def _binds(function: ast.AST, name: str) -> bool:
    return any(
        (isinstance(node, ast.arg) and node.arg == name)
        or (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))
        for node in walk([function])
    )
