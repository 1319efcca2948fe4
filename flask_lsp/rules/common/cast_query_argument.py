"""`int()` around a query argument: text that is no number is answered with an error 500.

Everything in `request.args`, `request.form` and `request.values` is text that the client chose. `int("abc")` raises
ValueError, and an error 500 says that the server is broken. `get(..., type=int)` converts, and takes the default where
the text is missing or cannot be converted.

```python
from flask import Flask, request

app = Flask(__name__)


@app.route("/users")
def users():
    page = int(request.args.get("page", 1))
    return f"page {page}"
```

Better:

```python
from flask import Flask, request

app = Flask(__name__)


@app.route("/users")
def users():
    page = request.args.get("page", default=1, type=int)
    return f"page {page}"
```
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flask_lsp.project import functions
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.common._abort_on import abort_on, handler_around
from flask_lsp.rules.common._argument import CASTS, GETS, Argument, argument, casts_of, is_checked
from flask_lsp.rules.common._request import VALUE_ERRORS, is_caught
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.nodes import FunctionNode

rule = Rule("FL905", "cast-query-argument", Level.WARNING, words=("request",))

_MOST_SHOWN = 60
"""Characters of a better call that a message shows."""


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    if any(keyword.arg == "type" for keyword in node.keywords):
        yield from _typed_bool(node, ctx)
    if not isinstance(node.func, ast.Name) or len(node.args) != 1 or node.keywords or ctx.name(node.func) not in CASTS:
        return
    function, read = ctx.function(node), argument(node.args[0], ctx)
    if function is None or ctx.is_test:
        return
    if read is None or _is_told_before(node, read, function, ctx):
        return
    if is_caught(node, ctx, VALUE_ERRORS) or is_checked(node, read, function, ctx):
        return
    if ctx.ask(functions.handles, frozenset({"ValueError"})):
        return
    typed = _typed(node, read, ctx)
    yield from _answered_500(node, read, ctx) if typed is None else _with_default(node, read, typed, function, ctx)


def _typed_bool(call: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``request.args.get("all", type=bool)``."""
    if (ctx.name(call.func) or "").removesuffix("list") not in GETS:
        return
    for keyword in call.keywords:
        if keyword.arg == "type" and ctx.name(keyword.value) == "builtins.bool":
            message = "`type=bool` makes any text true, even `False` and `0`: compare the text instead."
            yield ctx.finding(keyword.value, message, fixes=[Fix("Compare the text", False, _compared(keyword.value))])


def _compared(kind: ast.expr) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        texts = ", ".join(map(editing.string, ("1", "true", "yes", "on")))
        editing.replace(kind, f"lambda text: text.lower() in ({texts})")

    return change


def _is_told_before(node: ast.Call, read: Argument, function: FunctionNode, ctx: Context) -> bool:
    """The same variable was cast before: one finding tells it."""
    for other in ctx.block.nodes.own(function):
        if other is node or read.variable is None:
            return False
        if casts_of(other, read.variable.id, ctx) and argument(other.args[0], ctx) == read:  # type: ignore[attr-defined]
            return True
    return False


# -- with a default ----------------------------------------------------------------------------------------------------


def _typed(node: ast.Call, read: Argument, ctx: Context) -> tuple[str, bool] | None:
    """The text of the default for ``get(type=...)`` and whether it is what the cast made of it; ``None`` without one,
    or if the cast cannot convert it either."""
    if read.default is None:
        return None
    constant = ctx.constant(read.default)
    if constant is None:
        return ctx.text(read.default), False
    cast = CASTS[ctx.name(node.func) or ""]
    if isinstance(read.default, ast.Name) and type(constant.value) is cast:
        return read.default.id, True
    try:
        value = cast(constant.value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return (str(value), True) if value == value and abs(value) < float("inf") else None


def _with_default(
    node: ast.Call, read: Argument, typed: tuple[str, bool], function: FunctionNode, ctx: Context
) -> Iterator[Finding]:
    default, same = typed
    call, cast = read.accessor, ctx.text(node.func)
    assert isinstance(call, ast.Call)
    casts = [node] if read.variable is None else _all_casts(read, read.variable.id, cast, function, ctx)

    def change(editing: Editing) -> None:
        for each in casts or []:
            _uncast(each, read, ctx, editing)
        _give_type(call, read, default, cast, ctx, editing)

    if not casts:
        yield from _answered_500(node, read, ctx)
        return
    better = f"get({ctx.text(call.args[0])}, default={default}, type={cast})"
    if len(better) > _MOST_SHOWN or "\n" in better:
        better = f"get(..., type={cast})"
    message = f"Text that is no number raises ValueError, which is answered 500: use `{better}`."
    yield ctx.finding(node, message, fixes=[Fix(f"Use `get(..., type={cast})`", same, change)])


def _all_casts(read: Argument, name: str, cast: str, function: FunctionNode, ctx: Context) -> list[ast.Call] | None:
    """The casts of the variable, if it is used for nothing else and holds nothing else where it is."""
    casts: list[ast.Call] = []
    for inner in ast.walk(function):
        if not isinstance(inner, ast.Name) or inner.id != name or not isinstance(inner.ctx, ast.Load):
            continue
        parent, reaching = ctx.parent(inner), ctx.reaching(inner)
        if reaching is None:
            return None
        if reaching is not read.whole:
            continue
        if not isinstance(parent, ast.Call) or not casts_of(parent, name, ctx) or ctx.text(parent.func) != cast:
            return None
        casts.append(parent)
    return casts


def _uncast(cast: ast.Call, read: Argument, ctx: Context, editing: Editing) -> None:
    """``int(request.args.get("page"))`` and ``int(page)`` without the ``int``."""
    statement = ctx.statement(cast)
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is cast and read.variable is not None:
            if name == read.variable.id:  # page = int(page)
                editing.delete_statement(statement)
                return
        case _:
            pass
    inner = editing.span(cast.args[0] if read.variable is not None else read.accessor)
    outer = editing.span(cast)
    before, after = ctx.text(outer._replace(end=inner.start)), ctx.text(outer._replace(start=inner.end))
    if "#" in before + after:
        editing.impossible = True
    several_lines = isinstance(read.accessor, ast.Call) and len(ctx.text(read.accessor.func).splitlines()) > 1
    editing.replace(outer._replace(end=inner.start), "(" if several_lines else "")
    editing.replace(outer._replace(start=inner.end), ")" if several_lines else "")


def _give_type(call: ast.Call, read: Argument, default: str, cast: str, ctx: Context, editing: Editing) -> None:
    if read.variable is not None and read.whole is not call:
        editing.delete(editing.span(read.whole)._replace(start=editing.span(call).end))  # "or 1"
    if len(call.args) > 1:
        editing.replace(call.args[1], f"default={default}")
    elif call.keywords:
        if ctx.text(call.keywords[0].value) != default:
            editing.replace(call.keywords[0].value, default)
    else:
        editing.add_argument(call, f"default={default}, type={cast}")
        return
    editing.add_argument(call, f"type={cast}")


# -- without one -------------------------------------------------------------------------------------------------------


def _answered_500(node: ast.Call, read: Argument, ctx: Context) -> Iterator[Finding]:
    errors = "ValueError"
    message = "Text that is no number raises ValueError, which is answered 500: catch it and answer 400."
    may_be_none = isinstance(read.accessor, ast.Call) and read.default is None
    if may_be_none and not read.is_tested(node, ctx) and handler_around(node, ctx) is None:
        errors = "(TypeError, ValueError)"
        message = (
            "A missing value raises TypeError and text that is no number ValueError, both answered 500: catch them "
            "and answer 400."
        )
    fix = abort_on(node, errors, read.key, ctx)
    yield ctx.finding(node, message, fixes=[fix] if fix else [])
