"""A key of the request is read without a look whether it is there.

`request.json["name"]` is an item of a plain dict: a body without the key raises KeyError, and the client is told with
an error 500 that the server is broken. `request.headers["X-Key"]` does the same. `request.args`, `request.form`,
`request.files` and `request.cookies` answer 400 by themselves, without a word of what is missing; those are reported in
the preset `strict` only.

```python
from flask import Flask, request

app = Flask(__name__)


@app.route("/users", methods=["POST"])
def create():
    data = request.get_json()
    return {"name": data["name"]}
```

Better:

```python
from flask import Flask, abort, request

app = Flask(__name__)


@app.route("/users", methods=["POST"])
def create():
    data = request.get_json()
    if "name" not in data:
        abort(400, "name is missing")
    return {"name": data["name"]}
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from flask_lsp.project import functions
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.common._abort_on import begins_line, free_name, runs_first
from flask_lsp.rules.common._accessor import checked_first
from flask_lsp.rules.common._argument import CASTS, casts_of
from flask_lsp.rules.common._item import Item, is_checked, item
from flask_lsp.rules.common._request import EVERYTHING, is_caught, target_path
from flask_lsp.rules.common._view import answers
from flask_lsp.rules.common.wrong_body_accessor import has_no_body, misread
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.nodes import FunctionNode

rule = Rule("FL906", "unchecked-key", Level.WARNING, words=("request",))

_KEY_ERRORS = frozenset({"KeyError", "LookupError"})
_BAD_REQUESTS = frozenset({"BadRequestKeyError", "BadRequest", "HTTPException", "400"})
_GUARDS = re.compile(
    r"auth|token|key|verif|sign|login|jwt|header|requir|protect|permi|secur|tenant|admin", re.IGNORECASE
)
"""Decorators with such a name may well turn back requests without a header."""
_ALWAYS_SENT = frozenset({"host"})


def check(node: ast.Subscript, ctx: Context) -> Iterator[Finding]:
    function, read = ctx.function(node), item(node, ctx)
    if function is None or read is None or ctx.is_test or not answers(function, ctx):
        return
    answered_400 = read.kind not in ("json", "headers")
    errors = _KEY_ERRORS | _BAD_REQUESTS if answered_400 else _KEY_ERRORS
    if (read.kind == "headers" and read.key.lower() in _ALWAYS_SENT) or is_caught(node, ctx, errors | EVERYTHING):
        return
    if _is_told_before(read, function, ctx) or is_checked(read, function, ctx) or _is_guarded(read, function, ctx):
        return
    if ctx.ask(functions.handles, errors) or _is_misread(read, function, ctx):
        return
    fixes = [fix for fix in (_abort(read, function, ctx), _get(read, ctx)) if fix is not None]
    if answered_400 and _is_cast(read, ctx):
        return  # FL905 has more to say
    if answered_400:
        message = f"A request without `{read.key}` is answered 400 with no word of what is missing: check it first."
        yield ctx.finding(node, message, level=Level.HINT, fixes=fixes, strict=True)
        return
    what = f"the header `{read.key}`" if read.kind == "headers" else f"`{read.key}` in its JSON"
    message = f"A request without {what} raises KeyError, which is answered 500: check it first and answer 400."
    yield ctx.finding(node, message, fixes=fixes)


def _is_misread(read: Item, function: FunctionNode, ctx: Context) -> bool:
    """``request.json["name"]`` where no request has a body: FL903 tells it, and its fix asks for the key too."""
    if read.kind != "json" or read.variable is not None or isinstance(function, ast.Lambda):
        return False
    return has_no_body(function, ctx) and checked_first(read.node, ctx) and misread(function, ctx) is not None


def _is_cast(read: Item, ctx: Context) -> bool:
    match ctx.parent(read.node):
        case ast.Call(func=func, args=[given], keywords=[]) if given is read.node:
            return ctx.name(func) in CASTS
        case ast.Assign(targets=[ast.Name(id=name)]):
            function = ctx.function(read.node)
            return function is not None and any(casts_of(node, name, ctx) for node in ctx.block.nodes.own(function))
        case _:
            return False


def _is_told_before(read: Item, function: FunctionNode, ctx: Context) -> bool:
    """The same key was read before: one finding tells it."""
    for other in ctx.block.nodes.own(function):
        if other is read.node:
            return False
        if isinstance(other, ast.Subscript) and isinstance(other.slice, ast.Constant):
            earlier = item(other, ctx)
            if earlier is not None and (earlier.key, earlier.kind) == (read.key, read.kind):
                return True
    return False


def _is_guarded(read: Item, function: FunctionNode, ctx: Context) -> bool:
    """A hook or a decorator reads the same part of the request: it may turn back those that lack the key."""
    if read.kind not in ("json", "headers"):
        return False
    if ctx.ask(functions.looked_at_before, read.kind):
        return True
    for decorator in ctx.other_decorators(function):
        path = target_path(decorator)
        looks = None if path is None else ctx.ask(functions.wrapper_looks_at, path, read.kind)
        if looks or (looks is None and read.kind == "headers" and _GUARDS.search(path or "")):
            return True
    return False


# -- fixes -----------------------------------------------------------------------------------------------------------


def _abort(read: Item, function: FunctionNode, ctx: Context) -> Fix | None:
    """``if "name" not in data: abort(400, ...)`` before the statement, or the value fetched once and tested."""
    statement = ctx.statement(read.node)
    if not begins_line(statement, ctx) or not runs_first(read.node, statement, ctx) or _is_walrus(read.node.value):
        return None
    if read.variable is not None and read.kind != "headers":
        change = _asked(read, statement, ctx)
    elif (name := _assigned(read, statement)) is not None:
        change = _tested_after(read, name, statement, ctx)
    else:
        key = re.sub(r"\W", "_", read.key).strip("_").lower()
        wanted = free_name((key, f"{key}_{read.kind.removesuffix('s')}"), function, ctx)
        if wanted is None:
            return None
        change = _fetched(read, wanted, statement, ctx)
    return Fix("Answer 400 when it is missing", False, change)


def _is_walrus(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node))


def _assigned(read: Item, statement: ast.stmt) -> str | None:
    """The name that the statement binds to the item and nothing else."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is read.node:
            return name
        case _:
            return None


def _missing(read: Item, editing: Editing) -> str:
    return f"{editing.indent}{editing.imported('flask', 'abort')}(400, {editing.string(f'{read.key} is missing')})"


def _asked(read: Item, statement: ast.stmt, ctx: Context) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        key, of = editing.text(read.node.slice), ctx.text(read.node.value)
        editing.insert_before(statement, f"if {key} not in {of}:", _missing(read, editing))

    return change


def _got(read: Item, ctx: Context) -> str:
    return f"{ctx.text(read.node.value)}.get({ctx.text(read.node.slice)})"


def _tested_after(read: Item, name: str, statement: ast.stmt, ctx: Context) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        editing.replace(read.node, _got(read, ctx))
        editing.insert_after(statement, f"if {name} is None:", _missing(read, editing))

    return change


def _fetched(read: Item, name: str, statement: ast.stmt, ctx: Context) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        editing.insert_before(statement, f"{name} = {_got(read, ctx)}", f"if {name} is None:", _missing(read, editing))
        editing.replace(read.node, name)

    return change


def _get(read: Item, ctx: Context) -> Fix | None:
    """``data.get("name")`` where what follows takes a None: it is only tested, compared, or has its own default."""
    parent = ctx.parent(read.node)
    match parent:
        case ast.If(test=test) | ast.IfExp(test=test) if test is read.node:
            pass
        case ast.UnaryOp(op=ast.Not()) | ast.BoolOp(op=ast.Or()):
            if isinstance(parent, ast.BoolOp) and parent.values[-1] is read.node:
                return None
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant()]):
            pass
        case _:
            return None
    title = f"Use `get({ctx.text(read.node.slice)})`: the code takes a missing value"
    return Fix(title, False, lambda editing: editing.replace(read.node, _got(read, ctx)))
