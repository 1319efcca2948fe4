"""The repairs of the rules about code without a context: push one, hand the application over, copy the request's."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from flask_lsp.facts.model import Defined, Import, Parameter
from flask_lsp.project import names
from flask_lsp.project.call_graph import call_graph, span_of
from flask_lsp.project.call_model import MODULE, SCRIPT, UNKNOWN
from flask_lsp.project.callables import Scopes, Tracer
from flask_lsp.project.definitions import definition
from flask_lsp.project.fixtures import pushing_fixture
from flask_lsp.project.needs import Level
from flask_lsp.project.reaching import Step, ways
from flask_lsp.project.route_model import Key
from flask_lsp.rules.background import Found
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.nodes import FunctionNode
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

_PASSES_ARGS = {"thread": "args", "process": "args", "timer": "args"}
"""How a start takes the arguments of its function; an executor takes them as they are."""


def fixes(found: Found, ctx: Context) -> list[Fix]:
    """Push a context in the function that is started, with an application of its file or with one that it is given."""
    failing = found.failing
    method = "test_request_context" if failing.need.name == "flask.url_for" else "app_context"
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
    elif _may_change(found, ctx):
        result.append(Fix("Hand the application over, and push its context", False, _hand_over(found, method)))
    return result


def copied_context(found: Found, ctx: Context) -> list[Fix]:
    """Start the function with a copy of the request's context."""
    entry = found.failing.entry
    if entry.at < 0 or entry.said[0] != ctx.file.document or entry.kind not in ("thread", "timer", "executor"):
        return []
    if set(ways(ctx.project, entry.said)) != {Level.REQUEST}:
        return []

    def change(editing: Editing) -> None:
        call = _started(editing, Step(entry.said, entry.at))
        target = None if call is None else _target(call, entry.kind)
        if target is None:
            editing.impossible = True
            return
        copy = editing.imported("flask", "copy_current_request_context")
        editing.replace(target, f"{copy}({editing.text(target)})")

    return [Fix("Start it with a copy of the request context", False, change)]


def request_for_urls(found: Found, ctx: Context) -> list[Fix]:
    return list(_around(found, ctx, "test_request_context", current=True))


def in_test(found: Found, ctx: Context) -> list[Fix]:
    """Use a fixture of the project that pushes the context, or push it here."""
    need, key = found.failing.need, found.place.key
    of_request = need.level is Level.REQUEST or need.name == "flask.url_for"
    level = Level.REQUEST if of_request else Level.APP
    result: list[Fix] = []
    fixture = pushing_fixture(call_graph(ctx.project), key, level)
    if fixture is not None and found.failing.function == key:
        result.append(Fix(f"Use the fixture `{fixture}`", False, _with_parameter(key, fixture)))
    result += _around(found, ctx, "test_request_context" if of_request else "app_context")
    return result


# -- with app.app_context(): -----------------------------------------------------------------------------------------


def _around(found: Found, ctx: Context, method: str, *, current: bool = False) -> Iterator[Fix]:
    """Wrap the statement at the place, and its neighbours up to the last that needs it too."""
    key = found.place.key
    if key[0] != ctx.file.document:
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
        placed = _function(editing, key)
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


def _function(editing: Editing, key: Key) -> tuple[Editing, int, Block, FunctionNode] | None:
    """The function with a key, wherever it stands, and who writes there."""
    span = definition(editing.project, key)
    if span is None:
        return None
    there = editing if key[0] == editing.file.document else editing.elsewhere(key[0], span.start)
    there.at(span.start)
    start, block = there.file.tree.at(span.start)
    for node in ast.walk(block.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            at = block.span(node)
            if (
                at.start <= span.start - start < block.span(node.body[0]).start
                and node.name == key[1].rpartition(".")[2]
            ):
                return there, start, block, node
    return None


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


# -- handing the application over ------------------------------------------------------------------------------------


def _may_change(found: Found, ctx: Context) -> bool:
    """Nobody else calls the function, and both ends stand in this file."""
    failing, graph = found.failing, call_graph(ctx.project)
    entry, key = failing.entry, failing.function
    if entry.at < 0 or entry.kind not in (*_PASSES_ARGS, "executor") or {entry.said[0], key[0]} != {ctx.file.document}:
        return False
    if graph.callers.get(key) or len(graph.entries.get(key, ())) != 1 or "<lambda>" in key[1]:
        return False
    found_at = Tracer(ctx.project).function_at(key)
    if found_at is None or "app" in found_at[0].bindings or found_at[0].decorators:
        return False
    return {UNKNOWN, Level.NONE}.isdisjoint(ways(ctx.project, entry.said))


def _hand_over(found: Found, method: str) -> Callable[[Editing], None]:
    failing = found.failing

    def change(editing: Editing) -> None:
        placed = _function(editing, failing.function)
        if placed is None:
            editing.impossible = True
            return
        there, start, block, function = placed
        _wrap_body(there, start, block, function, f"with app.{method}():")
        _add_parameter(there, function, "app", first=True, is_method="." in failing.function[1])
        call = _started(editing, Step(failing.entry.said, failing.entry.at))
        if call is None:
            editing.impossible = True
            return
        current = editing.imported("flask", "current_app")
        _add_first(editing, call, failing.entry.kind, f"{current}._get_current_object()")

    return change


def _add_parameter(
    editing: Editing, function: FunctionNode, name: str, *, first: bool = False, is_method: bool = False
) -> None:
    args = function.args
    plain = [*args.posonlyargs, *args.args]
    if first and is_method and plain and plain[0].arg in ("self", "cls"):
        editing.insert(editing.span(plain[0]).end, f", {name}")
    elif first and plain:
        editing.insert(editing.span(plain[0]).start, f"{name}, ")
    elif plain and not args.defaults and not args.vararg and not args.kwonlyargs and not args.kwarg:
        last = editing.span(plain[-1].annotation or plain[-1]).end
        editing.insert(last, f", {name}")
    else:
        opening = editing.block.text.find("(", editing.span(function).start)
        rest = ", " if plain or args.vararg or args.kwonlyargs or args.kwarg else ""
        editing.insert(opening + 1, f"{name}{rest}")


def _add_first(editing: Editing, call: ast.Call, kind: str, text: str) -> None:
    """Gives the function that is started one more argument, before the others."""
    if kind == "executor":
        if len(call.args) < 1:
            editing.impossible = True
            return
        editing.insert(editing.span(call.args[0]).end, f", {text}")
        return
    name = _PASSES_ARGS[kind]
    given = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    if given is None and kind == "timer" and len(call.args) > 2:
        given = call.args[2]
    if given is None:
        editing.add_argument(call, f"{name}=({text},)")
    elif isinstance(given, ast.Tuple | ast.List) and given.elts:
        editing.insert(editing.span(given.elts[0]).start, f"{text}, ")
        end = editing.span(given.elts[-1]).end
        if len(given.elts) == 1 and editing.block.text.startswith(",)", end):
            editing.delete(Span(end, end + 1))
    else:
        editing.impossible = True


def _started(editing: Editing, step: Step) -> ast.Call | None:
    """The call that starts the function."""
    span = span_of(editing.project, step.key, step.at)
    if span is None:
        return None
    start, block = editing.file.tree.at(span.start)
    editing.at(span.start)
    for node in ast.walk(block.tree):
        if isinstance(node, ast.Call) and block.span(node.func) == span.shift(-start):
            return node
    return None


def _target(call: ast.Call, kind: str) -> ast.expr | None:
    name = {"thread": "target", "timer": "function", "executor": "fn"}[kind]
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    position = 0 if kind == "executor" else 1
    return call.args[position] if position < len(call.args) else None


# -- fixtures --------------------------------------------------------------------------------------------------------


def _with_parameter(key: Key, fixture: str) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        placed = _function(editing, key)
        if placed is None:
            editing.impossible = True
            return
        _add_parameter(placed[0], placed[3], fixture)

    return change
