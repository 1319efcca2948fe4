"""The session of Flask-SQLAlchemy: where it is written to the database."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.values import path_of
from flask_lsp.rules.context import Context

SESSION = "flask_sqlalchemy.SQLAlchemy().session"
_SAVES = frozenset({f"{SESSION}.commit", f"{SESSION}.flush"})
_KEEPS_OUT = re.compile(
    r"(?:^|\.)(?:app_context|test_request_context|request_context|no_autoflush|open|\w*[lL]ock)(?:\(\))?$"
)
"""Context managers that have nothing to do with transactions."""


def saves(node: ast.Try, ctx: Context) -> Iterator[ast.Attribute]:
    """The ``commit`` and ``flush`` of the session whose failure the handlers of a ``try`` see first, as callees."""
    stack: list[ast.AST] = list(reversed(node.body))
    while stack:
        inner = stack.pop()
        match inner:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() | ast.ClassDef():
                continue
            case ast.Try(handlers=[_, *_]):
                continue
            case ast.With(items=items) | ast.AsyncWith(items=items):
                if not all(_KEEPS_OUT.search(path_of(item.context_expr) or "") for item in items):
                    continue
            case ast.Call(func=ast.Attribute(attr="commit" | "flush") as callee) if ctx.name(callee) in _SAVES:
                yield callee
            case _:
                pass
        stack += reversed(list(ast.iter_child_nodes(inner)))
