"""Expressions as values and paths."""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import EllipsisType
from typing import Any

from flask_lsp.facts.model import OTHER, Compared, Either, Items, Joined, Literal, Negated, Pairs, Path, Value

_MOST_ITEMS = 200


def path_of(node: ast.AST) -> str | None:
    """The path of an expression, ``None`` where it does not begin with a name."""
    if isinstance(node, ast.Name):
        return node.id
    trailers: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            trailers.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            trailers.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            trailers.append("[]")
            node = node.value
        elif isinstance(node, ast.Await | ast.NamedExpr):
            node = node.value
        else:
            return None
    trailers.append(node.id)
    return "".join(reversed(trailers))


def value_of(node: ast.AST | None) -> Value:
    """What an expression says, as data."""
    read = _READERS.get(type(node))
    return OTHER if read is None else read(node)


def _constant(node: ast.Constant) -> Value:
    return OTHER if isinstance(node.value, complex | EllipsisType) else Literal(node.value)


def _name(node: ast.Name | ast.Attribute) -> Value:
    path = path_of(node)
    return OTHER if path is None else Path(path)


def _call(node: ast.Call) -> Value:
    path = path_of(node)
    if path is None:
        return OTHER
    keywords = tuple([(keyword.arg or "**", value_of(keyword.value)) for keyword in node.keywords])
    return Path(path, tuple([value_of(arg) for arg in node.args]), keywords)


def _subscript(node: ast.Subscript) -> Value:
    path = path_of(node)
    return OTHER if path is None else Path(path, key=value_of(node.slice))


def _items(node: ast.List | ast.Tuple | ast.Set) -> Value:
    if len(node.elts) > _MOST_ITEMS:
        return OTHER
    return Items(tuple([value_of(element) for element in node.elts]))


def _pairs(node: ast.Dict) -> Value:
    return Pairs(tuple([(value_of(key), value_of(value)) for key, value in zip(node.keys, node.values, strict=True)]))


def _compared(node: ast.Compare) -> Value:
    names = tuple([type(operator).__name__ for operator in node.ops])
    return Compared(value_of(node.left), names, tuple([value_of(right) for right in node.comparators]))


def _binary(node: ast.BinOp) -> Value:
    return _joined(value_of(node.left), value_of(node.right)) if isinstance(node.op, ast.Add) else OTHER


def _unary(node: ast.UnaryOp) -> Value:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Negated(value_of(operand))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return Literal(-number)
        case _:
            return OTHER


def _formatted(node: ast.JoinedStr) -> Value:
    parts = [_part(part) for part in node.values]
    texts = [part.value for part in parts if isinstance(part, Literal)]
    if len(texts) == len(parts):
        return Literal("".join(map(str, texts)))
    return OTHER if OTHER in parts else Joined(tuple(parts))


def _part(node: ast.expr) -> Value:
    """A part of an f-string; what is formatted in a special way says nothing."""
    match node:
        case ast.Constant():
            return _constant(node)
        case ast.FormattedValue(value=value, conversion=-1 | 115, format_spec=None):
            inner = value_of(value)
            return inner if isinstance(inner, Path | Joined) else OTHER
        case _:
            return OTHER


_READERS: dict[type, Callable[[Any], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _name,
    ast.Call: _call,
    ast.Subscript: _subscript,
    ast.BoolOp: lambda node: Either(
        tuple([value_of(value) for value in node.values]), "and" if isinstance(node.op, ast.And) else "or"
    ),
    ast.IfExp: lambda node: Either((value_of(node.body), value_of(node.orelse))),
    ast.BinOp: _binary,
    ast.List: _items,
    ast.Tuple: _items,
    ast.Set: _items,
    ast.Dict: _pairs,
    ast.Compare: _compared,
    ast.UnaryOp: _unary,
    ast.Await: lambda node: value_of(node.value),
    ast.NamedExpr: lambda node: value_of(node.value),
    ast.JoinedStr: _formatted,
}


def _joined(left: Value, right: Value) -> Value:
    match left, right:
        case Literal(str() as first), Literal(str() as second):
            return Literal(first + second)
        case Literal(bytes() as first), Literal(bytes() as second):
            return Literal(first + second)
        case Joined() | Path() | Literal(str()), Joined() | Path() | Literal(str()):
            parts = (*_parts(left), *_parts(right))
            return Joined(parts) if any(isinstance(part, Literal) for part in parts) else OTHER
        case Items(first), Items(second):
            return Items((*first, *second))
        case _:
            return OTHER


def _parts(value: Value) -> tuple[Value, ...]:
    return value.parts if isinstance(value, Joined) else (value,)


def keys_of(value: Value | None) -> frozenset[str] | None:
    """The keys of a dictionary that is written out; ``None`` where it is not, or not all of it."""
    match value:
        case Pairs(items=items):
            keys = [key.value for key, _ in items if isinstance(key, Literal)]
            texts = frozenset(key for key in keys if isinstance(key, str))
            return texts if len(keys) == len(items) else None
        case Path(text="dict()", args=(), keywords=keywords):
            return None if value.keyword("**") is not None else frozenset(name for name, _ in keywords)
        case _:
            return None
