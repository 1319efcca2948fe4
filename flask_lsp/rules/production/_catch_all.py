"""Handlers of all exceptions, as two rules look at them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flask_lsp.facts.python import facts_of
from flask_lsp.frozen import frozen
from flask_lsp.project.error_handlers import Handling, handling, handling_of
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

WORDS = ("errorhandler(", "register_error_handler(")

_METHODS = frozenset({"errorhandler", "app_errorhandler", "register_error_handler"})
_ALL = frozenset({"builtins.Exception", "builtins.BaseException"})
_OWNERS = ("flask.Flask().", "flask.Blueprint().", "flask.current_app.")


@frozen()
class CatchAll:
    """A handler that is registered for ``Exception``."""

    error: ast.expr
    """The exception, as it is written."""
    handling: Handling
    function: ast.FunctionDef | None
    """The handler, where it is decorated."""


def catch_all(call: ast.Call, ctx: Context) -> CatchAll | None:
    """What a call registers, if it is a handler of all exceptions."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS or not call.args or ctx.is_test:
        return None
    name = ctx.name(call.func)
    if name is None or not name.startswith(_OWNERS) or ctx.name(call.args[0]) not in _ALL:
        return None
    parent = ctx.parent(call)
    if isinstance(parent, ast.FunctionDef) and call in parent.decorator_list:
        facts = facts_of(ctx.block).functions.get(ctx.span(parent).start)
        return CatchAll(call.args[0], handling(facts) if facts is not None else Handling.FINE, parent)
    if call.func.attr == "register_error_handler" and len(call.args) == 2 and isinstance(call.args[1], ast.Name):
        return CatchAll(call.args[0], ctx.ask(handling_of, call.args[1].id), None)
    return None


def insert_first(
    function: ast.FunctionDef, lines: Sequence[str], editing: Editing, *, behind_guard: bool = False
) -> None:
    """Puts lines first in a handler, below its docstring and, if asked for, below the tests for its exception."""
    body = list(_statements(function))
    guards = 0
    while behind_guard and guards < len(body) - 1 and isinstance(body[guards], ast.If):
        guards += 1
    if body:
        editing.insert_before(body[guards], *lines)
    else:
        editing.insert_after(function.body[-1], *lines)


def parameter(function: ast.FunctionDef) -> str:
    """The name of the exception in a handler; empty where there is none."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    return arguments[0].arg if arguments else ""


def _statements(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    for number, statement in enumerate(function.body):
        value = statement.value if isinstance(statement, ast.Expr) else None
        if number or not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            yield statement
