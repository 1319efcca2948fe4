"""Where a view reads the request: the form, the JSON body, files, the query."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from flask_lsp.project.project import Project
from flask_lsp.rules.common._item import KINDS
from flask_lsp.rules.common._request import leaves
from flask_lsp.rules.context import Context

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Read:
    """One place where a view reads a part of the request."""

    node: ast.expr
    """``request.form``, ``request.json``, ``request.get_json(...)``."""
    kind: str
    keys: frozenset[str] | None
    """What is read of it, ``None`` where that is everything, or cannot be told."""
    lenient: bool = False
    """``get_json`` with ``silent`` or ``force``: somebody thought of requests without JSON."""


@dataclass(frozen=True)
class Reading:
    """All that a view reads of the body and the query."""

    reads: tuple[Read, ...]
    whole: bool
    """The request itself is handed on, or its raw body is read: the view may read anything."""

    def of(self, *kinds: str) -> tuple[Read, ...]:
        return tuple(read for read in self.reads if read.kind in kinds)

    def keys(self, *kinds: str) -> frozenset[str] | None:
        """What is read of these parts, ``None`` where that cannot be told."""
        found = [read.keys for read in self.of(*kinds)]
        return None if None in found else frozenset[str]().union(*[each or () for each in found])


_PARTS = frozenset(name.rpartition(".")[2] for name in KINDS)
_RAW = frozenset({"data", "get_data", "stream", "input_stream", "values", "environ"})


def reading(function: FunctionDef, ctx: Context) -> Reading:
    """What a function, with those in it, reads."""
    found: list[Read] = []
    whole = False
    requests = ctx.ask(_requests)
    for node in ctx.block.nodes.within(function):
        if isinstance(node, ast.Attribute):
            if node.attr in _RAW and ctx.name(node.value) == "flask.request":
                whole = True
            elif node.attr in _PARTS and (kind := KINDS.get(ctx.name(node) or "")) is not None:
                found.append(Read(node, kind, _keys(node, ctx)))
            elif node.attr == "get_json" and ctx.name(node) == "flask.request.get_json":
                call = ctx.parent(node)
                if isinstance(call, ast.Call) and call.func is node:
                    found.append(Read(call, "json", _keys(call, ctx), bool(call.args) or _is_lenient(call)))
                else:
                    whole = True
        elif isinstance(node, ast.Name) and node.id in requests and not isinstance(ctx.parent(node), ast.Attribute):
            whole = whole or ctx.name(node) == "flask.request"
    return Reading(tuple(sorted(found, key=lambda read: ctx.span(read.node))), whole)


def _requests(project: Project, document: str) -> frozenset[str]:
    """The names that the request may go by here."""
    bindings = project.files[document].facts.bindings
    return frozenset(
        {"request"}
        | {name for name, ats in bindings.items() if any(getattr(at.bound, "attribute", "") == "request" for at in ats)}
    )


def _is_lenient(call: ast.Call) -> bool:
    options = [keyword for keyword in call.keywords if keyword.arg != "cache"]
    return any(not (isinstance(each.value, ast.Constant) and each.value.value is False) for each in options)


def _keys(node: ast.expr, ctx: Context) -> frozenset[str] | None:
    """What is read of a part: one item, one ``get``, or what is read of the variable that holds it."""
    parent = ctx.parent(node)
    if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or) and parent.values[0] is node:
        node, parent = parent, ctx.parent(parent)
    match parent:
        case ast.Subscript(slice=key):
            return _one(ctx.string(key))
        case ast.Attribute(attr="get" | "getlist"):
            call = ctx.parent(parent)
            return _one(ctx.string(call.args[0])) if isinstance(call, ast.Call) and call.args else None
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()]):
            return _one(ctx.string(left))
        case ast.If(test=test) | ast.IfExp(test=test) if test is node:
            return frozenset()
        case ast.UnaryOp(op=ast.Not()):
            return frozenset()
        case ast.Assign(targets=[ast.Name() as name], value=value) if value is node:
            return _keys_of(name, node, ctx)
        case _:
            return None


def _keys_of(name: ast.Name, value: ast.expr, ctx: Context) -> frozenset[str] | None:
    function = ctx.function(name)
    found: set[str] = set()
    for use in ctx.block.nodes.own(function) if function is not None else ():
        if is_use_of(use, name.id) and ctx.reaching(use) is value:
            keys = _keys(use, ctx)
            if keys is None:
                return None
            found |= keys
    return frozenset(found)


def is_use_of(node: ast.AST, name: str) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def _one(key: str | None) -> frozenset[str] | None:
    return None if key is None else frozenset({key})


# -- on purpose ------------------------------------------------------------------------------------------------------

_TELLS = ("is_json", "content_type", "mimetype", "mimetype_params", "accept_mimetypes")


def looks_at_type(function: FunctionDef, ctx: Context) -> bool:
    """The view looks what kind of body it got."""
    return any(_is_type(node, ctx) for node in ctx.block.nodes.within(function))


def _is_type(node: ast.AST, ctx: Context) -> bool:
    match node:
        case ast.Attribute(value=value, attr=name) if name in _TELLS:
            return ctx.name(value) == "flask.request"
        case ast.Constant(value=str(text)) if text.lower() == "content-type":
            around = ctx.parent(node)
            of = (
                around.value
                if isinstance(around, ast.Subscript)
                else around.func
                if isinstance(around, ast.Call)
                else None
            )
            return (ctx.name(of) or "").startswith("flask.request.headers")
        case _:
            return False


def refuses_all_but_json(function: FunctionDef, ctx: Context) -> ast.If | None:
    """``if not request.is_json: return ...``, and the like with the content type."""
    for statement in function.body:
        if isinstance(statement, ast.If) and not statement.orelse and leaves(statement.body, ctx):
            match statement.test:
                case ast.UnaryOp(op=ast.Not(), operand=ast.Attribute(attr="is_json") as asked) if _is_type(asked, ctx):
                    return statement
                case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[ast.Constant(value="application/json")]):
                    if any(_is_type(inner, ctx) for inner in ast.walk(left)):
                        return statement
                case _:
                    pass
    return None


def arms(node: ast.AST, ctx: Context) -> tuple[tuple[int, str], ...] | None:
    """The branches that a node stands in, from the inside; ``None`` where it may not run, or be caught."""
    found: list[tuple[int, str]] = []
    child: ast.AST = node
    for parent in ctx.ancestors(node):
        match parent:
            case ast.If(test=test, body=body):
                if child is not test:
                    found.append((id(parent), "body" if child in body else "else"))
            case (
                ast.Try() | ast.Lambda() | ast.IfExp() | ast.BoolOp() | ast.comprehension() | ast.While() | ast.Match()
            ):
                return None
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return tuple(found)
            case _:
                pass
        child = parent
    return tuple(found)


def straight(reads: tuple[Read, ...], others: tuple[Read, ...], ctx: Context) -> Iterator[tuple[Read, Read]]:
    """The pairs that one request surely passes both."""
    for one in reads:
        here = arms(one.node, ctx)
        for other in others if here is not None else ():
            there = arms(other.node, ctx)
            if there is not None and here is not None and (here[-len(there) :] == there or not there):
                yield one, other
