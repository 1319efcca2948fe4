"""The repairs of what switches debug mode on."""

from __future__ import annotations

import ast

from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.text import Span


def remove_argument(call: ast.Call, given: ast.expr | ast.keyword, ctx: Context) -> Fix:
    def change(editing: Editing) -> None:
        editing.remove_argument(call, given)
        _orphan(given, editing)

    return Fix(f"Remove `{ctx.text(given)}`", False, change)


def remove_statement(statement: ast.stmt, ctx: Context) -> Fix:
    def change(editing: Editing) -> None:
        editing.delete_statement(statement)
        _orphan(statement, editing)

    return Fix(f"Remove `{ctx.text(statement)}`", False, change)


def read_environment(value: ast.expr) -> Fix:
    """Debug mode where the environment variable says so, as ``flask run`` has it."""

    def change(editing: Editing) -> None:
        editing.replace(value, by_environment(editing))
        _orphan(value, editing)

    return Fix("Read `FLASK_DEBUG` from the environment", False, change)


def by_environment(editing: Editing) -> str:
    name, one = editing.string("FLASK_DEBUG"), editing.string("1")
    return f"{editing.imported('os')}.environ.get({name}) == {one}"


def _orphan(gone: ast.AST, editing: Editing) -> None:
    for name in ast.walk(gone):
        if isinstance(name, ast.Name):
            editing.orphan(name.id)


def remove_setting(node: ast.Assign | ast.AnnAssign | ast.Call, value: ast.expr, ctx: Context) -> Fix:
    """Takes out the assignment, or the argument of a call that holds ``value``, with a call that then says nothing."""

    def change(editing: Editing) -> None:
        holder = ctx.parent(value)
        if isinstance(holder, ast.keyword):
            holder = ctx.parent(holder)
        statement = ctx.statement(node)
        whole = holder is node or (isinstance(holder, ast.Call | ast.Dict) and len(node.args) == 1)  # type: ignore[union-attr]
        if not isinstance(node, ast.Call) or (whole and isinstance(statement, ast.Expr) and _length(holder) == 1):
            editing.delete_statement(statement)
        elif isinstance(holder, ast.Call):
            editing.remove_argument(holder, next(one for one in holder.keywords if one.value is value))
        elif isinstance(holder, ast.Dict):
            _remove_pair(holder, holder.values.index(value), editing)
        _orphan(node, editing)

    return Fix("Remove it", False, change)


def _length(holder: ast.AST | None) -> int:
    """The number of keys that a call or a dict display sets."""
    if isinstance(holder, ast.Dict):
        return len(holder.keys)
    return len([*holder.keywords, *holder.args]) if isinstance(holder, ast.Call) else 0


def _remove_pair(display: ast.Dict, index: int, editing: Editing) -> None:
    key, value = display.keys[index], display.values[index]
    if key is None:
        return
    start, end = editing.span(key).start, editing.span(value).end
    following = display.keys[index + 1] if index + 1 < len(display.keys) else None
    if following is not None:
        end = editing.span(following).start
    elif index:
        start = editing.span(display.values[index - 1]).end
    editing.delete(Span(start, end))


def replace_read(node: ast.expr, owner: ast.expr, ctx: Context) -> list[Fix]:
    """What ``app.env`` and ``app.config["ENV"]`` were: debug mode or not, and the value of the variable."""
    fixes: list[Fix] = []
    app = owner.value if isinstance(owner, ast.Attribute) and owner.attr == "config" else owner
    compared = ctx.parent(node)
    is_app = isinstance(node, ast.Attribute) or app is not owner
    match compared:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as operator], comparators=[ast.Constant(value=value)]):
            if is_app and left is node and value in ("development", "production"):
                is_debug = (value == "development") == isinstance(operator, ast.Eq)
                text = f"{ctx.text(app)}.debug" if is_debug else f"not {ctx.text(app)}.debug"
                fixes.append(Fix(f"Use `{text}`", False, lambda editing: editing.replace(compared, text)))
        case _:
            pass

    def change(editing: Editing) -> None:
        name, default = editing.string("FLASK_ENV"), editing.string("production")
        editing.replace(node, f"{editing.imported('os')}.environ.get({name}, {default})")

    return [*fixes, Fix("Read the environment variable `FLASK_ENV`", False, change)]


def set_debug(node: ast.Assign | ast.Call, name: ast.expr, value: ast.expr, ctx: Context) -> list[Fix]:
    """``FLASK_ENV`` as ``FLASK_DEBUG``."""
    stage = ctx.string(value)
    if stage is None or not isinstance(value, ast.Constant):
        return [remove_setting(node, value, ctx)]

    def change(editing: Editing) -> None:
        editing.replace(name, editing.string("FLASK_DEBUG"))
        editing.replace(value, editing.string("1" if stage.startswith("dev") else "0"))

    return [Fix("Set `FLASK_DEBUG`", False, change)]
