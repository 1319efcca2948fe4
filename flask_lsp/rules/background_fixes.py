"""The repairs of the rules about code without a context: push one, hand the application over."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from flask_lsp.facts.model import Defined, Import, Parameter
from flask_lsp.project import kinds, names, routes
from flask_lsp.project.call_graph import call_graph, span_of
from flask_lsp.project.call_model import MODULE, SCRIPT
from flask_lsp.project.callables import Scopes, Tracer
from flask_lsp.project.failing import URL_FOR, wants_server
from flask_lsp.project.fixtures import pushing_fixture
from flask_lsp.project.needs import Level
from flask_lsp.project.route_model import Key
from flask_lsp.rules.background import Found
from flask_lsp.rules.background_starts import add_first, add_parameter, function_at, may_hand_over, started_at
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.set_up import configure, set_ups
from flask_lsp.syntax.nodes import FunctionNode
from flask_lsp.syntax.parse import Block


def fixes(found: Found, ctx: Context) -> list[Fix]:
    """Push a context in the function that is started, with an application of its file or with one that it is given."""
    failing = found.failing
    for_urls = failing.need.name == URL_FOR or wants_server(ctx.project, failing.need)
    method = "test_request_context" if for_urls else "app_context"
    if failing.function[1] in (MODULE, SCRIPT):
        return list(_around(found, ctx, method))
    result: list[Fix] = []
    if "<lambda>" in failing.function[1]:
        return result
    app = _application(ctx, failing.function[0])
    if app is not None:
        header = f"with {app}.{method}():"
        title = f"Push the context in `{failing.function[1].rpartition('.')[2]}`: `{header.removesuffix(':')}`"
        result.append(Fix(title, False, _into_body(failing.function, header)))
    elif may_hand_over(found, ctx, "app"):
        result.append(Fix("Hand the application over, and push its context", False, _hand_over(found, method)))
    return result


def request_for_urls(found: Found, ctx: Context) -> list[Fix]:
    """Make up a request, or configure the name of the server."""
    result = list(_around(found, ctx, "test_request_context", current=True))
    apps = [app for app in ctx.ask(routes.apps) if not kinds.is_test(ctx.project, app.key[0])]
    if len(apps) != 1 or next(set_ups(ctx.project.files[apps[0].key[0]], apps[0].key[1]), None) is None:
        return result
    key = apps[0].key

    def change(editing: Editing) -> None:
        def value(there: Editing) -> str:
            name, default = there.string("SERVER_NAME"), there.string("localhost:5000")
            return f"{there.imported('os')}.environ.get({name}, {default})"

        configure(editing, key, "SERVER_NAME", value)

    return [*result, Fix("Configure `SERVER_NAME`", False, change)]


def in_test(found: Found, ctx: Context) -> list[Fix]:
    """Use a fixture of the project that pushes the context, or push it here."""
    key = found.place.key
    level = Level.REQUEST if found.of_request else Level.APP
    result: list[Fix] = []
    fixture = pushing_fixture(call_graph(ctx.project), key, level)
    if fixture is not None and found.failing.function == key:
        result.append(Fix(f"Use the fixture `{fixture}`", False, _with_parameter(key, fixture)))
    result += _around(found, ctx, "test_request_context" if found.of_request else "app_context")
    return result


# -- with app.app_context(): -----------------------------------------------------------------------------------------


def _around(found: Found, ctx: Context, method: str, *, current: bool = False) -> Iterator[Fix]:
    """Wrap the statement at the place, and its neighbours up to the last that needs it too."""
    key = found.place.key
    if key[0] != ctx.document:
        return
    app = "current_app" if current else _application(ctx, key[0], key)
    if app is None:
        return

    def change(editing: Editing) -> None:
        span = span_of(editing.project, found.place.key, found.place.at)
        run = _neighbours(editing, found) if span is not None else ()
        if not run:
            editing.impossible = True
            return
        written = editing.imported("flask", "current_app") if current else app
        editing.wrap(run, f"with {written}.{method}():")

    yield Fix(f"Wrap in `with {app}.{method}()`", False, change)


def _neighbours(editing: Editing, found: Found) -> Sequence[tuple[int, Block, ast.stmt]]:
    """The statement of the place and those after it in the same body, up to the last that lacks the context too."""
    project, key = editing.project, found.place.key
    span = span_of(project, key, found.place.at)
    if span is None:
        return ()
    start, block = editing.file.tree.at(span.start)
    body, index = _innermost(block.tree.body, block, span.start - start)
    if body is None:
        return ()
    said = call_graph(project).said.get(key)
    lacking = [span_of(project, key, need.at) for need in said.needs] if said is not None else []
    offsets = [each.start - start for each in lacking if each is not None]
    last = index
    for number in range(index, len(body)):
        place = block.span(body[number])
        if any(place.start <= offset < place.end for offset in offsets):
            last = number
    if any(isinstance(each, ast.Import | ast.ImportFrom) for each in body[index : last + 1]):
        last = index
    editing.at(span.start)
    return [(start, block, each) for each in body[index : last + 1]]


def _innermost(body: list[ast.stmt], block: Block, offset: int) -> tuple[list[ast.stmt] | None, int]:
    """The body that holds the statement at an offset, and its number there."""
    for number, statement in enumerate(body):
        if not block.span(statement).start <= offset < block.span(statement).end:
            continue
        for field in ("body", "orelse", "finalbody"):
            inner: list[ast.stmt] = getattr(statement, field, [])
            if inner and not isinstance(statement, ast.Match):
                found, at = _innermost(inner, block, offset)
                if found is not None:
                    return found, at
        return body, number
    return None, 0


def _into_body(key: Key, header: str) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        placed = function_at(editing, key)
        if placed is None:
            editing.impossible = True
            return
        editing_there, start, block, function = placed
        _wrap_body(editing_there, start, block, function, header)

    return change


def _wrap_body(editing: Editing, start: int, block: Block, function: FunctionNode, header: str) -> None:
    if isinstance(function, ast.Lambda):
        editing.impossible = True
        return
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    if not body or body[0].lineno == function.lineno:
        editing.impossible = True
        return
    editing.wrap([(start, block, statement) for statement in body], header)


def _hand_over(found: Found, method: str) -> Callable[[Editing], None]:
    failing = found.failing

    def change(editing: Editing) -> None:
        placed, start = function_at(editing, failing.function), started_at(editing, failing.entry)
        if placed is None or start is None:
            editing.impossible = True
            return
        there, offset, block, function = placed
        _wrap_body(there, offset, block, function, f"with app.{method}():")
        add_parameter(there, function, "app", first=True, is_method="." in failing.function[1])
        current = start[0].imported("flask", "current_app")
        add_first(*start, failing, f"{current}._get_current_object()")

    return change


def _application(ctx: Context, document: str, key: Key | None = None) -> str | None:
    """How an application is called in a file, or in a function of it."""
    project, file = ctx.project, ctx.project.files[document]
    if key is not None and (found := Tracer(project).function_at(key)) is not None:
        scopes: Scopes = found[1]
        functions = (found[0], *[scope.function for scope in scopes])
        for name, bounds in found[0].bindings.items():
            if names.Resolver(project).name(document, name, functions) == "flask.Flask()":
                return name
            if isinstance(bounds[0], Parameter) and name in ("app", "application", "flask_app"):
                return name
    for name, ats in file.facts.bindings.items():
        plain = name != "*" and not isinstance(ats[0].bound, Defined) and len(ats) == 1
        if plain and names.canonical(project, document, name) == "flask.Flask()":
            return name
    for name, ats in file.facts.bindings.items():
        if (
            isinstance(ats[0].bound, Defined | Import)
            and names.canonical(project, document, f"{name}()") == "flask.Flask()"
        ):
            bound = ats[0].bound
            if isinstance(bound, Defined) and not bound.function.parameters:
                return f"{name}()"
    return None


# -- fixtures --------------------------------------------------------------------------------------------------------


def _with_parameter(key: Key, fixture: str) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        placed = function_at(editing, key)
        if placed is None:
            editing.impossible = True
            return
        add_parameter(placed[0], placed[3], fixture)

    return change
