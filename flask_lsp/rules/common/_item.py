"""An item of the request that is read by its key, and what looks whether it is there."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from flask_lsp.facts.values import path_of
from flask_lsp.rules.common._request import LOADS, raw_body
from flask_lsp.rules.context import Context
from flask_lsp.syntax.nodes import FunctionNode

KINDS = {
    "flask.request.json": "json",
    "flask.request.get_json()": "json",
    "flask.request.headers": "headers",
    "flask.request.args": "args",
    "flask.request.form": "form",
    "flask.request.values": "values",
    "flask.request.files": "files",
    "flask.request.cookies": "cookies",
}


@dataclass(frozen=True)
class Item:
    """``request.json["name"]``, ``data["name"]`` where ``data`` is the body."""

    node: ast.Subscript
    key: str
    kind: str
    accessor: ast.expr
    """``request.json``, ``request.get_json()``."""
    variable: str | None
    """The local name of what it is read from."""

    def is_container(self, node: ast.AST, ctx: Context) -> bool:
        """The node is what the item is read from: the same variable, or the same part of the request."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _WHOLE:
            return self.is_container(node.func.value, ctx)
        if isinstance(node, ast.BoolOp):
            return any(self.is_container(value, ctx) for value in node.values)
        if isinstance(node, ast.NamedExpr):
            return self.is_container(node.value, ctx)
        if isinstance(node, ast.Name):
            if node.id == self.variable:
                return True
            found = ctx.reaching(node)
            return found is not None and self.is_container(_plain(found), ctx)
        if not isinstance(node, ast.Attribute | ast.Call):
            return False
        return KINDS.get(ctx.name(node) or "") == self.kind or (self.kind == "json" and _is_parsed(node, ctx))


_WHOLE = ("keys", "to_dict", "copy", "items")


def item(node: ast.Subscript, ctx: Context) -> Item | None:
    """The item that a subscript with a literal key reads, of the request itself or of a local variable for a part
    of it."""
    key = ctx.string(node.slice)
    if key is None or not isinstance(node.ctx, ast.Load):
        return None
    of, variable = node.value, None
    if isinstance(of, ast.Name):
        variable, assigned = of.id, ctx.reaching(of)
        if assigned is None:
            return None
        of = assigned
    accessor = _plain(of)
    kind = "json" if _is_parsed(accessor, ctx) else KINDS.get(ctx.name(accessor) or "")
    return None if kind is None else Item(node, key, kind, accessor, variable)


def _is_parsed(node: ast.expr, ctx: Context) -> bool:
    """``json.loads(request.data)``."""
    match node:
        case ast.Call(func=func, args=[given]) if ctx.name(func) in LOADS:
            return raw_body(given, ctx) is not None
        case _:
            return False


def _plain(node: ast.expr) -> ast.expr:
    """``request.json`` in ``request.json or {}``, ``(data := request.json)``."""
    match node:
        case ast.BoolOp(op=ast.Or(), values=[first, *_]):
            return _plain(first)
        case ast.NamedExpr(value=value) | ast.Await(value=value):
            return _plain(value)
        case _:
            return node


# -- checked before --------------------------------------------------------------------------------------------------


_CHECKING = (ast.Compare, ast.Call, ast.Subscript, ast.Match)


def is_checked(read: Item, function: FunctionNode, ctx: Context) -> bool:
    """Something before the item looks whether it is there, or may: ``"x" in data``, ``data.get("x")``, a schema or a
    function that is given the whole."""
    at = ctx.span(read.node)
    around = {inner for parent in ctx.ancestors(read.node) for inner in _tests_of(parent)}
    return any(
        _checks(node, read, ctx)
        for node in ctx.block.nodes.own(function)
        if isinstance(node, _CHECKING)
        if node is not read.node and (ctx.span(node).start < at.start or node in around)
    )


def _tests_of(node: ast.AST) -> list[ast.AST]:
    """What is decided before the rest of an expression runs, though it stands behind it."""
    if isinstance(node, ast.IfExp):
        return list(ast.walk(node.test))
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return [inner for each in node.generators for inner in ast.walk(each)]
    return []


def _checks(node: ast.AST, read: Item, ctx: Context) -> bool:
    match node:
        case ast.Compare():
            return _compares(node, read, ctx)
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=args) if read.is_container(value, ctx):
            if method in ("get", "getlist", "setdefault", "pop"):
                key = ctx.string(args[0]) if args else None
                return key is None or _same(key, read)
            return method in ("update", "validate") or method.startswith(("has", "is_", "check"))
        case ast.Call():
            return _is_given(node, read, ctx)
        case ast.Subscript(value=value, slice=key, ctx=ast.Store()) if read.is_container(value, ctx):
            text = ctx.string(key)
            return text is None or _same(text, read)
        case ast.Match(subject=subject):
            return read.is_container(subject, ctx)
        case _:
            return False


def _compares(node: ast.Compare, read: Item, ctx: Context) -> bool:
    """``"x" in data``, ``name not in data``, ``required <= data.keys()``."""
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        if isinstance(operator, ast.In | ast.NotIn):
            if read.is_container(right, ctx):
                key = ctx.string(left)
                return key is None or _same(key, read)
        elif any(_is_keys(side, read, ctx) for side in (left, right)):
            return True
    return False


def _is_keys(node: ast.expr, read: Item, ctx: Context) -> bool:
    """``data.keys()``, ``set(data)``, ``len(data)``."""
    match node:
        case ast.Call(func=ast.Attribute(attr="keys")):
            return read.is_container(node, ctx)
        case ast.Call(func=ast.Name(id="set" | "len" | "sorted" | "list" | "frozenset"), args=[given]):
            return read.is_container(given, ctx)
        case ast.BinOp(left=left, right=right):
            return _is_keys(left, read, ctx) or _is_keys(right, read, ctx)
        case _:
            return False


_ONLY_LOOKS = re.compile(
    r"(?:^|\.)(?:print|pprint|isinstance|type|len|str|repr|bool|dict|list|jsonify|dumps|debug|info|warning|error"
    r"|exception|critical|log|append|add|insert_one|insert|put|deepcopy|copy|format)$"
)
_VALIDATES = re.compile(r"(?:^|\.)_?(?:validate|is_valid|check|verif|parse_args|requir|ensure|assert)", re.IGNORECASE)


def _is_given(call: ast.Call, read: Item, ctx: Context) -> bool:
    """A function is given the whole; it may look at what is there. So may any that validates the request."""
    path = path_of(call.func) or (call.func.attr if isinstance(call.func, ast.Attribute) else "")
    last = path.removesuffix("()").rpartition(".")[2]
    if _VALIDATES.search(last) and (read.kind != "headers" or not call.args):
        return True
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    whole = [value.value if isinstance(value, ast.Starred) else value for value in given]
    passes = any(read.is_container(value, ctx) or ctx.name(value) == "flask.request" for value in whole)
    if last in ("issubset", "issuperset", "difference", "set", "sorted"):
        return passes
    return passes and not _ONLY_LOOKS.search(path)


def _same(key: str, read: Item) -> bool:
    return key.lower() == read.key.lower() if read.kind == "headers" else key == read.key
