"""What the rules about reading a request share."""

from __future__ import annotations

import ast
import re

from flask_lsp.facts.values import path_of
from flask_lsp.project import functions
from flask_lsp.rules.context import Context

EVERYTHING = frozenset({"Exception", "BaseException"})
VALUE_ERRORS = frozenset({"ValueError"}) | EVERYTHING
BAD_REQUESTS = frozenset({"BadRequest", "UnsupportedMediaType", "HTTPException"}) | EVERYTHING
"""What is raised for a body that is no JSON, by all the names that catch it."""

LOADS = frozenset(f"{module}.loads" for module in ("json", "flask.json", "simplejson", "ujson", "orjson"))
RAW = frozenset({"flask.request.data", "flask.request.get_data()"})


def is_caught(node: ast.AST, ctx: Context, kinds: frozenset[str]) -> bool:
    """What is raised at ``node`` may be caught before it reaches Flask: by a ``try`` or ``with`` around it, or by a
    decorator of its function."""
    child = node
    for parent in ctx.ancestors(node):
        match parent:
            case ast.Try(finalbody=[*_, ast.Return()] as last) if child not in last:
                return True  # a return there drops what was raised
            case ast.Try(body=body, handlers=handlers) if child in body:
                if any(_catches(handler.type, ctx, kinds) for handler in handlers):
                    return True
            case ast.With(items=items) | ast.AsyncWith(items=items) if child not in items:
                if any(_suppresses(item.context_expr, ctx) for item in items):
                    return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() if child not in parent.decorator_list:
                if any(_decorator_catches(decorator, ctx, kinds) for decorator in ctx.other_decorators(parent)):
                    return True
            case _:
                if type(parent).__name__ == "TryStar":
                    return True
        child = parent
    return False


def leaves(body: list[ast.stmt], ctx: Context) -> bool:
    """The body ends by leaving the function."""
    match body[-1]:
        case ast.Return() | ast.Raise():
            return True
        case ast.Expr(value=ast.Call(func=func)):
            return (ctx.name(func) or "").rpartition(".")[2] in ("abort", "abort_with", "exit")
        case _:
            return False


def _catches(kind: ast.expr | None, ctx: Context, kinds: frozenset[str]) -> bool:
    if kind is None:
        return True
    for one in kind.elts if isinstance(kind, ast.Tuple) else [kind]:
        name = ctx.name(one)
        if name is None or name.rpartition(".")[2] in kinds:
            return True
    return False


_CATCHING = re.compile(r"suppress|catch|except|handl|error|guard|safe|ignore", re.IGNORECASE)
_PREPARES = re.compile(_CATCHING.pattern + r"|valid|schema|expect|pars|arg|param", re.IGNORECASE)


def _suppresses(manager: ast.expr, ctx: Context) -> bool:
    return bool(_CATCHING.search(ctx.text(manager)))


def _decorator_catches(decorator: ast.expr, ctx: Context, kinds: frozenset[str]) -> bool:
    """By its name, or because the function of the project it is has such a handler."""
    path = target_path(decorator)
    if path is None or _PREPARES.search(path):
        return True
    return ctx.ask(functions.catches, path, kinds)


def target_path(decorator: ast.expr) -> str | None:
    """The path of a decorator without its arguments."""
    return path_of(decorator.func if isinstance(decorator, ast.Call) else decorator)


def raw_body(node: ast.expr, ctx: Context) -> ast.Call | ast.Attribute | None:
    """``request.data`` or ``request.get_data()``, also decoded and by a local variable."""
    match node:
        case ast.Name():
            assigned = ctx.reaching(node)
            return None if assigned is None or isinstance(assigned, ast.Name) else raw_body(assigned, ctx)
        case ast.Call(func=ast.Attribute(value=value, attr="decode")):
            return raw_body(value, ctx)
        case ast.Call(func=ast.Name(), args=[first, *_]) if ctx.name(node.func) == "builtins.str":
            return raw_body(first, ctx)
        case ast.Attribute() | ast.Call() if ctx.name(node) in RAW:
            return node
        case _:
            return None
