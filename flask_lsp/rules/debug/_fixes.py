"""The repairs of what switches debug mode on."""

from __future__ import annotations

import ast

from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing


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
