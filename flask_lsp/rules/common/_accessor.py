"""The fixes that let a view read another part of the request, or let another method reach it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flask_lsp.rules.base import Fix
from flask_lsp.rules.common._abort_on import begins_line, runs_first
from flask_lsp.rules.common._body import FunctionDef, Read, is_use_of
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

_TITLES = {"json": "Read the JSON body", "form": "Read the form", "args": "Read the query, `request.args`"}


def read_instead(reads: tuple[Read, ...], kind: str, ctx: Context) -> Fix | None:
    """All these places read another part; nothing is offered where one of them does what that part cannot."""
    return _changed([_change(read, kind, ctx) for read in reads], kind)


def query_instead(reads: tuple[Read, ...], ctx: Context) -> Fix | None:
    """All these places read the query; where it was JSON by its key, the key is asked for first."""
    items = {read: item for read, item in _items(reads, ctx) if checked_first(item, ctx)}
    return _changed(
        [
            _with_key(read, items[read], f"{_request(read, ctx)}.args", ctx)
            if read in items
            else _change(read, "args", ctx)
            for read in reads
        ],
        "args",
    )


def _request(read: Read, ctx: Context) -> str:
    of = read.node.func if isinstance(read.node, ast.Call) else read.node
    return ctx.text(of.value) if isinstance(of, ast.Attribute) else "request"


def _changed(changes: list[Callable[[Editing], None] | None], kind: str) -> Fix | None:
    if not changes or None in changes:
        return None

    def change(editing: Editing) -> None:
        for each in changes:
            if each is not None:
                each(editing)

    return Fix(_TITLES[kind], False, change)


def _change(read: Read, kind: str, ctx: Context) -> Callable[[Editing], None] | None:
    parent = ctx.parent(read.node)
    of = read.node.func if isinstance(read.node, ast.Call) else read.node
    if not isinstance(of, ast.Attribute):
        return None
    request = ctx.text(of.value)
    if kind != "json":
        simple = isinstance(
            parent, ast.Subscript | ast.Attribute | ast.Assign | ast.Compare | ast.BoolOp | ast.If | ast.UnaryOp
        )
        return _replaced(read, f"{request}.{kind}") if simple else None
    match parent:
        case ast.Subscript(ctx=ast.Load()):
            return _with_key(read, parent, f"{request}.json", ctx)
        case ast.Attribute(attr="get") if isinstance(call := ctx.parent(parent), ast.Call) and not call.keywords:
            return _replaced(read, f"{request}.json")
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            return _replaced(read, f"{request}.json")
        case ast.If() | ast.UnaryOp(op=ast.Not()):
            return _replaced(read, f"{request}.get_json(silent=True)")
        case ast.Assign(targets=[ast.Name() as name]) if read.keys is not None:
            return _replaced(read, f"{request}.get_json()") if _suits(name, read.node, ctx) else None
        case _:
            return None


def _replaced(read: Read, text: str) -> Callable[[Editing], None]:
    return lambda editing: editing.replace(read.node, text)


def _suits(name: ast.Name, value: ast.expr, ctx: Context) -> bool:
    """What is done with the variable can be done with a dict, and no key of it would be unchecked."""
    function = ctx.function(name)
    for use in ast.walk(function) if function is not None else ():
        if is_use_of(use, name.id) and ctx.reaching(use) is value:
            parent = ctx.parent(use)
            call = ctx.parent(parent) if parent is not None else None
            gets = isinstance(parent, ast.Attribute) and parent.attr == "get" and isinstance(call, ast.Call)
            if not (gets and not call.keywords) and not isinstance(parent, ast.Compare):  # type: ignore[union-attr]
                return False
    return True


def _with_key(read: Read, item: ast.Subscript, text: str, ctx: Context) -> Callable[[Editing], None] | None:
    """An item of the body is no item of a form: nobody answers 400 where it is missing."""
    statement, key = ctx.statement(item), ctx.string(item.slice)
    if key is None or not checked_first(item, ctx):
        return None

    def change(editing: Editing) -> None:
        abort = editing.imported("flask", "abort")
        missing = f"{editing.indent}{abort}(400, {editing.string(f'{key} is missing')})"
        editing.insert_before(statement, f"if {editing.text(item.slice)} not in {text}:", missing)
        editing.replace(read.node, text)

    return change


def checked_first(item: ast.Subscript, ctx: Context) -> bool:
    """A fix can ask for the key in front of the statement."""
    statement = ctx.statement(item)
    return ctx.string(item.slice) is not None and begins_line(statement, ctx) and runs_first(item, statement, ctx)


# -- methods ---------------------------------------------------------------------------------------------------------


def add_post(function: FunctionDef, reads: tuple[Read, ...], ctx: Context) -> Fix | None:
    """POST for the one route that stands above the view, and a look at the keys that are read of the JSON body."""
    routes = [each for each in function.decorator_list if ctx.is_route(each)]
    if len(routes) != 1 or not isinstance(routes[0], ast.Call) or not isinstance(routes[0].func, ast.Attribute):
        return None
    route, name = routes[0], routes[0].func
    given = next((keyword.value for keyword in route.keywords if keyword.arg == "methods"), None)
    if given is not None and not isinstance(given, ast.List | ast.Tuple | ast.Set):
        return None

    asked = [_with_key(read, item, ctx.text(read.node), ctx) for read, item in _items(reads, ctx)]

    def change(editing: Editing) -> None:
        for each in asked:
            if each is not None:
                each(editing)
        if name.attr == "get":
            end = editing.span(name).end
            editing.replace(editing.span(name)._replace(start=end - len("get")), "route")
        methods = f"[{editing.string('GET')}, {editing.string('POST')}]"
        if given is None:
            editing.add_argument(route, f"methods={methods}")
        else:
            last = editing.span(given.elts[-1]).end if given.elts else editing.span(given).start + 1
            editing.insert(last, f"{', ' if given.elts else ''}{editing.string('POST')}")

    return Fix('Add `methods=["GET", "POST"]`', False, change)


def _items(reads: tuple[Read, ...], ctx: Context) -> Iterator[tuple[Read, ast.Subscript]]:
    """``request.json["name"]``."""
    for read in reads:
        parent = ctx.parent(read.node)
        if read.kind == "json" and isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Load):
            yield read, parent
