"""Expressions as values and paths."""

from __future__ import annotations

import ast
from types import EllipsisType

from flask_lsp.facts.model import OTHER, Compared, Either, Items, Literal, Negated, Pairs, Path, Value

_MOST_ITEMS = 200


def path_of(node: ast.AST) -> str | None:
    """The path of an expression, ``None`` where it does not begin with a name."""
    trailers: list[str] = []
    while True:
        match node:
            case ast.Name():
                trailers.append(node.id)
                return "".join(reversed(trailers))
            case ast.Attribute():
                trailers.append("." + node.attr)
                node = node.value
            case ast.Call():
                trailers.append("()")
                node = node.func
            case ast.Subscript():
                trailers.append("[]")
                node = node.value
            case ast.Await() | ast.NamedExpr():
                node = node.value
            case _:
                return None


def value_of(node: ast.AST | None) -> Value:  # noqa: C901 - one case for each shape
    """What an expression says, as data."""
    match node:
        case ast.Constant(value=value):
            return OTHER if isinstance(value, complex | EllipsisType) else Literal(value)
        case ast.Name() | ast.Attribute():
            path = path_of(node)
            return OTHER if path is None else Path(path)
        case ast.Call():
            path = path_of(node)
            if path is None:
                return OTHER
            keywords = tuple((keyword.arg or "**", value_of(keyword.value)) for keyword in node.keywords)
            return Path(path, tuple(value_of(arg) for arg in node.args), keywords)
        case ast.Subscript():
            path = path_of(node)
            return OTHER if path is None else Path(path, key=value_of(node.slice))
        case ast.BoolOp(values=values):
            return Either(tuple(value_of(value) for value in values))
        case ast.IfExp(body=body, orelse=orelse):
            return Either((value_of(body), value_of(orelse)))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined(value_of(left), value_of(right))
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return Items(tuple(value_of(element) for element in elements)) if len(elements) <= _MOST_ITEMS else OTHER
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return Pairs(tuple((value_of(key), value_of(value)) for key, value in pairs))
        case ast.Compare(left=left, ops=operators, comparators=rights):
            names = tuple(type(operator).__name__ for operator in operators)
            return Compared(value_of(left), names, tuple(value_of(right) for right in rights))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Negated(value_of(operand))
        case ast.Await(value=value) | ast.NamedExpr(value=value):
            return value_of(value)
        case ast.JoinedStr(values=values) if all(isinstance(value, ast.Constant) for value in values):
            return Literal("".join(str(value.value) for value in values if isinstance(value, ast.Constant)))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return Literal(-number)
        case _:
            return OTHER


def _joined(left: Value, right: Value) -> Value:
    match left, right:
        case Literal(str() as first), Literal(str() as second):
            return Literal(first + second)
        case Literal(bytes() as first), Literal(bytes() as second):
            return Literal(first + second)
        case _:
            return OTHER
