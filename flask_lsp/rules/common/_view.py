"""A view as the rules about its requests see it."""

from __future__ import annotations

import ast

from flask_lsp.project import clients, routes
from flask_lsp.project.routes import Key
from flask_lsp.rules.context import Context
from flask_lsp.syntax.nodes import FunctionNode


def key_of(function: FunctionNode, ctx: Context) -> Key | None:
    """The function as the route map names it."""
    if isinstance(function, ast.Lambda):
        return None
    around = [each for each in ctx.ancestors(function) if isinstance(each, _NAMED)]
    return ctx.document, ".".join(each.name for each in (*reversed(around), function))


def answers(function: FunctionNode, ctx: Context) -> bool:
    """The function answers requests: by its decorators or its class, or because it is registered somewhere else."""
    if ctx.answers_requests(function):
        return True
    key = key_of(function, ctx)
    return key is not None and bool(ctx.ask(routes.routes_to, key))


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def methods_of(function: ast.FunctionDef | ast.AsyncFunctionDef, ctx: Context) -> frozenset[str] | None:
    """The methods that the function answers, by all of its registrations; ``None`` where it answers none, or they
    cannot be told."""
    parent = ctx.parent(function)
    if isinstance(parent, ast.ClassDef):
        return frozenset({function.name.upper()}) if ctx.answers_requests(function) and _is_method(function) else None
    if not answers(function, ctx):
        return None
    if any(_looks_like_route(each) and not ctx.is_route(each) for each in function.decorator_list):
        return None  # of something that we do not know
    said = [_said(each, ctx) for each in function.decorator_list if ctx.is_route(each)]
    key = key_of(function, ctx)
    known = ctx.ask(clients.methods_of, key) if key is not None else None
    registered = bool(ctx.ask(routes.routes_to, key)) if key is not None else False
    if None in said or (registered and known is None) or (not said and not registered):
        return None
    if "." not in (key or ("", ""))[1] and ctx.ask(clients.is_passed_on, function.name) and (said or not registered):
        return None  # called by another view, or registered by what we do not see
    return frozenset[str]().union(*[each or () for each in said], known or ())


def _is_method(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return function.name in ("get", "post", "put", "patch", "delete")


def _looks_like_route(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Call(func=ast.Attribute(attr="route")):
            return True
        case ast.Call(keywords=keywords):
            return any(keyword.arg == "methods" for keyword in keywords)
        case _:
            return False


def _said(decorator: ast.expr, ctx: Context) -> frozenset[str] | None:
    """The methods of one route decorator."""
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return None
    if any(keyword.arg is None for keyword in decorator.keywords):
        return None
    if decorator.func.attr != "route":
        return frozenset({decorator.func.attr.upper()})
    given = next((keyword.value for keyword in decorator.keywords if keyword.arg == "methods"), None)
    if given is None:
        return frozenset({"GET"})
    if not isinstance(given, ast.List | ast.Tuple | ast.Set):
        return None
    texts = [ctx.string(each) for each in given.elts]
    return None if None in texts else frozenset(str(each).upper() for each in texts)
