"""Calls of ``url_for``, and the texts that are put together around them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flask_lsp.facts.values import path_of
from flask_lsp.rules.context import Context

_JOINS = frozenset({"urllib.parse.urljoin", "werkzeug.urls.url_join", "six.moves.urllib.parse.urljoin"})
_STRIPS = frozenset({"rstrip", "lstrip", "strip", "removesuffix", "removeprefix"})
_MOST_STEPS = 8


def is_url_for(node: ast.AST, ctx: Context) -> bool:
    # In f-strings of several lines Python 3.10 may not know where an expression stands.
    return (
        isinstance(node, ast.Call)
        and ctx.name(node.func) == "flask.url_for"
        and ctx.text(node.func) == path_of(node.func)
    )


def is_relative(call: ast.Call) -> bool:
    """Says nothing of the host: in a request the URL begins with its path."""
    return not any(keyword.arg in (None, "_external", "_scheme") for keyword in call.keywords)


def external(call: str, more: str = "") -> str:
    """The text of a call of ``url_for`` with ``_external=True``."""
    head = call[:-1].rstrip()
    comma = "" if head.endswith(("(", ",")) else ","
    return f"{head}{comma}{'' if head.endswith('(') else ' '}_external=True{more})"


def bound_to(node: ast.expr, ctx: Context) -> ast.expr:
    """The expression that a local name was last assigned, the node itself where that cannot be told."""
    for _ in range(_MOST_STEPS):
        found = ctx.reaching(node) if isinstance(node, ast.Name) else None
        if found is None:
            return node
        node = found
    return node


def parts(node: ast.expr, ctx: Context) -> list[ast.expr] | None:
    """The texts that an expression puts together, in order; ``None`` where it is none of the kind we read."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*(parts(left, ctx) or [left]), *(parts(right, ctx) or [right])]
        case ast.JoinedStr(values=values):
            return [value.value if isinstance(value, ast.FormattedValue) else value for value in values]
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"), args=args, keywords=[]):
            return _filled(text.replace("{0}", "{}").replace("{1}", "{}").replace("{2}", "{}"), "{}", args, node)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=ast.Tuple(elts=elts)):
            return _filled(text, "%s", elts, node)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
            return _filled(text, "%s", [right], node)
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=""), attr="join"),
            args=[ast.List(elts=elts) | ast.Tuple(elts=elts)],
        ):
            return list(elts)
        case ast.Call(args=[base, url, *_]) if ctx.name(node.func) in _JOINS:
            return [base, url]
        case _:
            return None


def joins(node: ast.expr, ctx: Context) -> bool:
    """A call of ``urljoin``, which knows what to do with slashes."""
    return isinstance(node, ast.Call) and ctx.name(node.func) in _JOINS


def _filled(text: str, hole: str, values: Sequence[ast.expr], at: ast.expr) -> list[ast.expr] | None:
    """The parts of a template with as many holes as there are values."""
    between = text.split(hole)
    if len(between) != len(values) + 1:
        return None
    found: list[ast.expr] = []
    for index, piece in enumerate(between):
        if piece:
            found.append(ast.copy_location(ast.Constant(piece), at))
        if index < len(values):
            found.append(values[index])
    return found


def stripped(node: ast.expr) -> tuple[ast.expr, bool]:
    """What a text was before slashes were taken off, and whether they were."""
    off = False
    while True:
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _STRIPS:
                node, off = inner, True
            case ast.Subscript(value=inner, slice=ast.Slice()):
                node, off = inner, True
            case ast.Call(func=ast.Name(id="str"), args=[inner], keywords=[]):
                node = inner
            case _:
                return node, off


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """The calls in an expression, without those of lambdas."""
    stack = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.Call):
            yield inner
        if not isinstance(inner, ast.Lambda):
            stack += reversed(list(ast.iter_child_nodes(inner)))
