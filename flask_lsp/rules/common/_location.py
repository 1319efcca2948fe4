"""The URL that an expression writes out: its text, with what is only known later as holes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.frozen import frozen
from flask_lsp.rules.context import Context
from flask_lsp.syntax.urlrule import HOLE

_Pieces = list["str | ast.expr"]
_PERCENT = re.compile(r"%.?")
_BRACES = re.compile(r"\{[^}]*\}")


@frozen(eq=False)
class Location:
    """A URL on this site."""

    path: str
    """With ``HOLE`` for each expression."""
    query: tuple[tuple[str, str], ...]
    """Keys and values as they are written; a value may be a ``HOLE``."""
    fragment: str
    holes: tuple[ast.expr, ...]
    """The expressions, in the order of the text."""


def location(node: ast.expr, ctx: Context) -> Location | None:
    """The URL that a literal, f-string, concatenation or formatting of one writes; ``None`` for what is no path, or
    leads to another host."""
    pieces = _pieces(node, ctx)
    if pieces is None or any(isinstance(piece, str) and HOLE in piece for piece in pieces):
        return None
    text = "".join(piece if isinstance(piece, str) else HOLE for piece in pieces)
    holes = tuple(piece for piece in pieces if isinstance(piece, ast.expr))
    if not text.startswith("/") or text[1:2] in ("/", "\\"):
        return None
    address, _, fragment = text.partition("#")
    path, _, query = address.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&")] if query else []
    return Location(path, tuple((key, value) for key, _, value in pairs), fragment, holes)


def _pieces(node: ast.expr, ctx: Context) -> _Pieces | None:
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.JoinedStr(values=values):
            return _joined([_formatted(value) for value in values])
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([_added(left, ctx), _added(right, ctx)])
        case ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Mod(), right=right):
            return _filled(_PERCENT, text, right.elts if isinstance(right, ast.Tuple) else [right])
        case ast.Call(ast.Attribute(ast.Constant(value=str() as text), "format"), args=args, keywords=[]):
            return _filled(_BRACES, text, args)
        case _:
            return None


def _joined(parts: list[_Pieces | None]) -> _Pieces | None:
    found: _Pieces = []
    for part in parts:
        if part is None:
            return None
        found += part
    return found


def _formatted(value: ast.expr) -> _Pieces | None:
    match value:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.FormattedValue(value=inner, conversion=-1 | 115, format_spec=None):
            return [inner]
        case _:
            return None


def _added(node: ast.expr, ctx: Context) -> _Pieces | None:
    match node:
        case ast.Call(func=function, args=[value], keywords=[]) if ctx.name(function) == "builtins.str":
            return [value]
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return [node]
        case _:
            return _pieces(node, ctx)


def _filled(place: re.Pattern[str], text: str, values: list[ast.expr]) -> _Pieces | None:
    """The text with the values in it, where each place plainly takes the next one."""
    places, texts = place.findall(text), place.split(text)
    if len(places) != len(values) or not set(places) <= {"%s", "%d", "{}"}:
        return None
    found: _Pieces = []
    for before, value in zip(texts, values, strict=False):
        found += [before, value]
    return None if any(isinstance(value, ast.Starred | ast.Dict) for value in values) else [*found, texts[-1]]


def source_of(node: ast.expr, ctx: Context) -> str | None:
    """An expression as it can stand in an argument; in an f-string, positions cannot be trusted before Python 3.12."""
    if isinstance(node, ast.NamedExpr | ast.Yield | ast.YieldFrom | ast.Starred):
        return None
    try:
        text = ctx.text(node)
        if "\n" not in text and ast.dump(ast.parse(text, mode="eval").body) == ast.dump(node):
            return text
        return ast.unparse(node)
    except (SyntaxError, ValueError):
        return ast.unparse(node)


def alternatives(node: ast.expr) -> Iterator[ast.expr]:
    """``a or b``, ``a if test else b``: the expressions that may be the value."""
    match node:
        case ast.BoolOp(op=ast.Or(), values=values):
            yield from alternatives(values[-1])
        case ast.IfExp(body=body, orelse=orelse):
            yield from alternatives(body)
            yield from alternatives(orelse)
        case _:
            yield node
