"""What is put into Flask's session."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flask_lsp.project import config_needs
from flask_lsp.rules.context import Context


class Put(NamedTuple):
    """One value that goes into the session."""

    key: str | None
    value: ast.expr
    where: ast.expr
    """What stands for the key: the item, or the argument."""


def put(node: ast.Assign | ast.Call, ctx: Context) -> Iterator[Put]:
    """What a node puts into a session that is kept in a cookie."""
    found = list(_put(node, ctx)) if not ctx.is_test else []
    if found and not ctx.ask(config_needs.sessions_elsewhere):
        yield from found


def _put(node: ast.Assign | ast.Call, ctx: Context) -> Iterator[Put]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Subscript) and _is_session(target.value, ctx):
                    yield Put(ctx.string(target.slice), value, target)
        case ast.Call(func=ast.Attribute(value=owner, attr="setdefault"), args=[key, value]):
            if _is_session(owner, ctx):
                yield Put(ctx.string(key), value, key)
        case ast.Call(func=ast.Attribute(value=owner, attr="update"), args=args, keywords=keywords):
            if _is_session(owner, ctx):
                yield from (Put(each.arg, each.value, each.value) for each in keywords if each.arg)
                for display in args:
                    if isinstance(display, ast.Dict):
                        for key, value in zip(display.keys, display.values, strict=True):
                            if key is not None:
                                yield Put(ctx.string(key), value, key)
        case _:
            pass


def _is_session(node: ast.expr, ctx: Context) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and ctx.name(node) == "flask.session"
