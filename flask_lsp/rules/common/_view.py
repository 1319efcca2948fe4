"""A view as the rules about its requests see it."""

from __future__ import annotations

import ast

from flask_lsp.project import routes
from flask_lsp.project.routes import Key
from flask_lsp.rules.context import Context
from flask_lsp.syntax.nodes import FunctionNode


def key_of(function: FunctionNode, ctx: Context) -> Key | None:
    """The function as the route map names it."""
    if isinstance(function, ast.Lambda):
        return None
    around = [each for each in ctx.ancestors(function) if isinstance(each, _NAMED)]
    return ctx.file.document, ".".join(each.name for each in (*reversed(around), function))


def answers(function: FunctionNode, ctx: Context) -> bool:
    """The function answers requests: by its decorators or its class, or because it is registered somewhere else."""
    if ctx.answers_requests(function):
        return True
    key = key_of(function, ctx)
    return key is not None and bool(ctx.ask(routes.routes_to, key))


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
