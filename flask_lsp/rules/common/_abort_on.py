"""The fix that catches what a call raises and answers 400."""

from __future__ import annotations

import ast
import builtins
import keyword

from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.nodes import FunctionNode

_CALM = ("builtins.", "flask.request.")
"""Calls of these raise nothing that a handler around the statement should not see."""


def abort_on(call: ast.Call, errors: str, key: str, ctx: Context) -> Fix | None:
    """``try: ... except errors: abort(400)``: around the statement if it does nothing else, or else before it, with the
    value in a variable named ``key``. Nothing is offered where the call may not run whenever its statement does."""
    if (handler := handler_around(call, ctx)) is not None and handler.type is not None:
        kind = handler.type
        return Fix("Catch ValueError too", False, lambda editing: _widen(kind, editing))
    statement = ctx.statement(call)
    if not begins_line(statement, ctx):
        return None
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign) and _is_calm(statement, ctx):
        return _around(call, statement, errors, ctx)
    name = _free(call, key, ctx)
    if name is None or not runs_first(call, statement, ctx):
        return None

    def change(editing: Editing) -> None:
        abort, indent = editing.imported("flask", "abort"), editing.indent
        value = f"{indent}{name} = {editing.text(call)}"
        editing.insert_before(statement, "try:", value, f"except {errors}:", f"{indent}{abort}(400)")
        editing.replace(call, name)

    return Fix("Catch it and answer 400", False, change)


def handler_around(call: ast.Call, ctx: Context) -> ast.ExceptHandler | None:
    """The handler of TypeError around the call: somebody thought of the missing value, not of one that is no number."""
    child: ast.AST = call
    for parent in ctx.ancestors(call):
        if isinstance(parent, ast.Try) and child in parent.body:
            for handler in parent.handlers:
                kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
                if any(ctx.name(kind) == "builtins.TypeError" for kind in kinds):
                    return handler
        child = parent
    return None


def _widen(kind: ast.expr, editing: Editing) -> None:
    text = editing.text(kind)
    editing.replace(
        kind,
        f"{text.rstrip()[:-1].rstrip().rstrip(',')}, ValueError)"
        if isinstance(kind, ast.Tuple)
        else f"({text}, ValueError)",
    )


def _around(call: ast.Call, statement: ast.stmt, errors: str, ctx: Context) -> Fix | None:
    casts = [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and ctx.name(node.func) == ctx.name(call.func)
    ]
    if min(casts, key=lambda cast: ctx.span(cast).start) is not call:
        return None  # the fix of the first one mends it too
    if len(casts) > 1:
        errors = "(TypeError, ValueError)"

    def change(editing: Editing) -> None:
        abort, indent = editing.imported("flask", "abort"), editing.indent
        editing.wrap_statement(statement, "try:")
        editing.insert_after(statement, f"except {errors}:", f"{indent}{abort}(400)")

    return Fix("Catch it and answer 400", False, change)


def _is_calm(statement: ast.stmt, ctx: Context) -> bool:
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return all((ctx.name(call.func) or "").startswith(_CALM) for call in calls)


def begins_line(statement: ast.stmt, ctx: Context) -> bool:
    """Nothing stands before the statement on its line."""
    line = ctx.block.source.line_text(ctx.block.source.line_at(ctx.span(statement).start))
    start = ctx.span(statement).start
    return line[: len(line) - len(line.lstrip())] == ctx.block.text[_line_start(statement, ctx) : start]


def runs_first(call: ast.expr, statement: ast.stmt, ctx: Context) -> bool:
    """The call runs whenever the statement does, and the statement can be put after something."""
    child: ast.AST = call
    for parent in ctx.ancestors(call):
        if parent is statement:
            break
        if isinstance(parent, ast.Lambda | ast.IfExp | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            return False
        if isinstance(parent, ast.BoolOp) and child is not parent.values[0]:
            return False
        child = parent
    above = ctx.parent(statement)
    is_elif = isinstance(statement, ast.If) and isinstance(above, ast.If) and above.orelse == [statement]
    return not is_elif and not isinstance(statement, ast.While | ast.Match)


def _free(call: ast.Call, key: str, ctx: Context) -> str | None:
    """The name for the value: the variable's if it is used for nothing else, or one that is free."""
    function = ctx.function(call)
    if function is None:
        return None
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    if isinstance(call.args[0], ast.Name):
        key = call.args[0].id
        if sum(node.id == key and isinstance(node.ctx, ast.Load) for node in names) == 1:
            return key
    return free_name((key, f"{key}_number" if key else "number"), function, ctx)


def free_name(wanted: tuple[str, ...], function: FunctionNode, ctx: Context) -> str | None:
    """The first of the names that means nothing yet in a function."""
    inner = list(ast.walk(function))
    taken = {node.id for node in inner if isinstance(node, ast.Name)}
    taken |= {node.arg for node in inner if isinstance(node, ast.arg)}
    for name in wanted:
        free = name not in taken and not ctx.block.nodes.binds(function, name) and not hasattr(builtins, name)
        if free and name.isidentifier() and not keyword.iskeyword(name):
            return name
    return None


def _line_start(statement: ast.stmt, ctx: Context) -> int:
    source = ctx.block.source
    return source.line_starts[source.line_at(ctx.span(statement).start)]
