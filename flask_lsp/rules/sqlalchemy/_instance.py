"""What is an instance of a model, or a list of them."""

from __future__ import annotations

import ast

from flask_lsp.project.databases import DATABASE
from flask_lsp.project.session_instances import ALL, INSTANCE, ROWS
from flask_lsp.rules.context import Context
from flask_lsp.syntax.nodes import own_nodes

_FETCHES = frozenset({f"{DATABASE}.session.get", f"{DATABASE}.get_or_404"})


def is_instance(node: ast.expr, ctx: Context) -> bool:
    """The expression is an instance of a model, or a list of them, as a query gives it."""
    if not isinstance(node, ast.Name):
        return False
    name = ctx.name(node)
    if name == f"{DATABASE}.Model()" and isinstance(ctx.reaching(node), ast.Call):
        return _is_added(node, ctx)
    if name is not None:
        return bool(INSTANCE.fullmatch(name) or ALL.fullmatch(name)) or name == f"{DATABASE}.Model()"
    return _is_looped_over(node, ctx)


def _is_added(node: ast.Name, ctx: Context) -> bool:
    """A new object belongs to no session until it is added to one."""
    function = ctx.function(node)
    body = [] if function is None or isinstance(function, ast.Lambda) else function.body
    for inner in own_nodes(body):
        match inner:
            case ast.Call(func=ast.Attribute(attr="add" | "add_all" | "merge"), args=[given, *_]):
                if any(isinstance(each, ast.Name) and each.id == node.id for each in ast.walk(given)):
                    return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="save")) if name == node.id:
                return True
            case _:
                pass
    return False


def model_of(node: ast.Name, ctx: Context) -> str | None:
    """How the model of an instance is written; ``None`` for lists and where it is not plain."""
    value = ctx.reaching(node)
    if isinstance(value, ast.Call) and (ctx.name(value) or "").endswith(".all()"):
        return None
    return made_of(value, ctx)


def made_of(value: ast.expr | None, ctx: Context) -> str | None:
    """How the model is written of which an expression gives an instance or a list of them."""
    match value:
        case ast.Name():
            return made_of(found, ctx) if not isinstance(found := ctx.reaching(value), ast.Name) else None
        case ast.Call(func=ast.Name(id=model)) if ctx.name(value) == f"{DATABASE}.Model()":
            return model
        case ast.Call(func=callee, args=[ast.Name(id=model), *_]) if ctx.name(callee) in _FETCHES:
            return model
        case ast.Call():
            return _queried(value)
        case _:
            return None


def _queried(node: ast.expr) -> str | None:
    """``User`` in ``User.query.filter_by(id=1).first()`` and in ``db.session.query(User).first()``."""
    while True:
        match node:
            case ast.Call(func=ast.Attribute(attr="query"), args=[ast.Name(id=model)]):
                return model
            case ast.Call(func=ast.Attribute(value=inner)):
                node = inner
            case ast.Attribute(value=ast.Name(id=model), attr="query"):
                return model
            case _:
                return None


def _is_looped_over(node: ast.Name, ctx: Context) -> bool:
    """``for user in User.query.all()``."""
    for parent in ctx.ancestors(node):
        match parent:
            case ast.For(target=ast.Name(id=name), iter=rows) if name == node.id:
                queried = ctx.name(rows) or ""  # of `session.query(User.name)` they are no instances
                return queried.startswith(f"{DATABASE}.Model.query") and bool(ROWS.fullmatch(queried))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return False
            case _:
                pass
    return False
