"""The repairs at both ends of a start: what the function is given, and how it takes it."""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import replace

from flask_lsp.facts.model import Call, Path
from flask_lsp.facts.traverse import every_event
from flask_lsp.frozen import frozen
from flask_lsp.project.call_graph import call_graph, span_of
from flask_lsp.project.call_model import NOTHING_SAID, UNKNOWN, Entry
from flask_lsp.project.callables import Tracer
from flask_lsp.project.definitions import definition
from flask_lsp.project.failing import Failing
from flask_lsp.project.needs import Level
from flask_lsp.project.reaching import ways
from flask_lsp.project.route_model import Key
from flask_lsp.rules.background import Found
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.nodes import FunctionNode
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

_PASSES_ARGS = {"thread": "args", "process": "args", "timer": "args"}
"""How a start takes the arguments of its function; executors and greenlets take them as they are."""
_AS_THEY_ARE = ("executor", "spawned")
_LATER = ("spawn_later", "spawn_after")
"""Take the time before the function."""
_READERS = frozenset({"get", "getlist", "get_json", "get_data", "to_dict", "items", "keys", "values", "read", "copy"})
"""Methods that only read; ``request.files["x"]`` and streams are over with the request."""
_FLEETING = re.compile(r"\b(?:files|stream|environ|input_stream)\b")
_PROXIES = frozenset({"flask.request", "flask.session"})


def request_fixes(found: Found, ctx: Context) -> list[Fix]:
    """Take the values out of the request first, or start the function with a copy of the request's context."""
    if not _starts_in_request(found, ctx):
        return []
    failing, result = found.failing, list[Fix]()
    if may_hand_over(found, ctx) and (values := _values(found, ctx)):
        written = ", ".join(dict.fromkeys(f"`{value.written}{value.rest}`" for value in values))
        result.append(Fix(f"Hand over {written}", False, _TakingOut(found, values).change))
    if _given_in(failing.entry)[0] == ctx.document and failing.entry.kind in ("thread", "timer", *_AS_THEY_ARE):
        result.append(Fix("Start it with a copy of the request context", False, _Copying(failing).change))
    return result


def _starts_in_request(found: Found, ctx: Context) -> bool:
    entry = found.failing.entry
    if entry.at < 0 or (entry.via is not None and entry.via.at < 0):
        return False
    return set(ways(ctx.project, _given_in(entry))) == {Level.REQUEST}


def _given_in(entry: Entry) -> Key:
    """Who gives the function away: to what starts it, or to a function of the project that does."""
    return entry.said if entry.via is None else entry.via.key


def may_hand_over(found: Found, ctx: Context, name: str = "") -> bool:
    """Nobody else calls the function, and where it is started there is an application."""
    failing, graph = found.failing, call_graph(ctx.project)
    entry, key = failing.entry, failing.function
    if entry.at < 0 or entry.kind not in (*_PASSES_ARGS, *_AS_THEY_ARE):
        return False
    if entry.via is not None and not _passes_on(ctx, entry):
        return False
    if graph.callers.get(key) or len(graph.entries.get(key, ())) != 1 or "<lambda>" in key[1]:
        return False
    found_at = Tracer(ctx.project).function_at(key)
    if found_at is None or name in found_at[0].bindings or found_at[0].decorators:
        return False
    return {UNKNOWN, Level.NONE}.isdisjoint(ways(ctx.project, _given_in(entry)))


def _passes_on(ctx: Context, entry: Entry) -> bool:
    """A function of the project starts the one that it is given, with whatever else it is given behind that."""
    found = Tracer(ctx.project).function_at(entry.said)
    rest = next((each.name for each in found[0].parameters if each.stars == "*"), None) if found is not None else None
    if found is None or rest is None or entry.via is None or entry.via.at < 0:
        return False
    parameters = [each.name for each in found[0].parameters]
    for event in every_event(found[0].body):
        if isinstance(event, Call) and event.value.keyword("args") == Path(rest):
            target = event.value.keyword("target") or event.value.keyword("function")
            return isinstance(target, Path) and parameters[parameters.index(rest) - 1] == target.text
    return False


# -- a copy of the context -------------------------------------------------------------------------------------------


class _Copying:
    def __init__(self, failing: Failing) -> None:
        self.failing = failing

    def change(self, editing: Editing) -> None:
        start = started_at(editing, self.failing.entry)
        target = None if start is None else _target(start[1], self.failing)
        if start is None or target is None:
            editing.impossible = True
            return
        there = start[0]
        copy = there.imported("flask", "copy_current_request_context")
        there.replace(target, f"{copy}({there.text(target)})")


# -- values of the request -------------------------------------------------------------------------------------------


@frozen()
class _Value:
    """Something that is read from a proxy."""

    proxy: str
    """``flask.request`` or ``flask.session``."""
    rest: str
    """What is written behind it."""
    name: str
    """Of the parameter that it becomes."""
    span: Span
    """Counted from the block."""
    written: str
    """How the proxy is called there."""


def _values(found: Found, ctx: Context) -> tuple[_Value, ...]:
    """What a function reads from its request; empty where it does more with it, or lacks something else too."""
    failing, graph = found.failing, call_graph(ctx.project)
    key = failing.function
    if failing.steps or failing.where != key or key[0] != ctx.document:
        return ()
    span, said = definition(ctx.project, key), graph.said.get(key, NOTHING_SAID)
    others = [need for each in graph.reachable(key) if each != key for need in graph.said.get(each, NOTHING_SAID).needs]
    own = [need for need in said.needs if need.level is Level.REQUEST]
    others += [need for need in said.needs if need.level is not Level.REQUEST]
    if span is None or any(need.level > failing.level for need in others):
        return ()
    start, block = ctx.file.tree.at(span.start)
    node = _function_node(block, span.start - start, key)
    if node is None:
        return ()
    taken = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    taken |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    result: list[_Value] = []
    for need in own:
        at = span_of(ctx.project, key, need.at)
        value = None if at is None or need.name not in _PROXIES else _value(block, node, at.start - start, need.name)
        if value is None:
            return ()
        if any(value.span == each.span for each in result):
            continue
        same = next((each.name for each in result if (each.proxy, each.rest) == (value.proxy, value.rest)), None)
        name = same or _free(value.name, taken)
        taken.add(name)
        result.append(replace(value, name=name))
    return tuple(result)


def _value(block: Block, function: FunctionNode, offset: int, proxy: str) -> _Value | None:
    root = next(
        (
            each
            for each in ast.walk(function)
            if isinstance(each, ast.Name | ast.Attribute)
            and block.span(each).start == offset
            and block.text[offset : block.span(each).end].rpartition(".")[2] == proxy.rpartition(".")[2]
        ),
        None,
    )
    if root is None:
        return None
    node: ast.expr = root
    while (around := block.parents.get(node)) is not None and _reads_on(around, node):
        assert isinstance(around, ast.expr)
        node = around
    if isinstance(node, ast.Attribute) and isinstance(block.parents.get(node), ast.Call):
        call = block.parents[node]
        if isinstance(call, ast.Call) and call.func is node:  # a method that does something
            node = node.value
    span, end = block.span(node), block.span(root).end
    rest = block.text[end : span.end]
    if node is root or "\n" in rest or (_FLEETING.search(rest) and not rest.endswith(".read()")):
        return None
    return _Value(proxy, rest, _named(rest), span, block.text[offset:end])


def _reads_on(around: ast.AST, node: ast.expr) -> bool:
    match around:
        case ast.Attribute(value=value, ctx=ast.Load()):
            return value is node
        case ast.Subscript(value=value, slice=ast.Constant(), ctx=ast.Load()):
            return value is node
        case ast.Call(func=ast.Attribute(attr=attribute) as func, args=args, keywords=keywords) if func is node:
            given = [*args, *[keyword.value for keyword in keywords]]
            return attribute in _READERS and all(isinstance(each, ast.Constant) for each in given)
        case _:
            return False


def _named(rest: str) -> str:
    """A name for a value, by what is read: ``request.form.get("title", "")`` is a title."""
    quoted = re.search(r"[\"']([^\"']+)[\"']", rest)
    plain = [word for word in re.findall(r"\w+", rest) if word not in _READERS and word.isidentifier()]
    name = quoted[1] if quoted else (plain or ["json" if "get_json" in rest else "value"])[-1]
    name = "_".join(re.findall(r"[a-z0-9]+", name.lower()))
    return name if name.isidentifier() else "value"


def _free(name: str, taken: set[str]) -> str:
    name = f"{name}_" if keyword.iskeyword(name) else name
    while name in taken:
        name = f"{name}_value"
    return name


class _TakingOut:
    def __init__(self, found: Found, values: tuple[_Value, ...]) -> None:
        self.failing, self.values = found.failing, values

    def change(self, editing: Editing) -> None:
        placed, start = function_at(editing, self.failing.function), started_at(editing, self.failing.entry)
        if placed is None or start is None:
            editing.impossible = True
            return
        there, _, _, function = placed
        given: dict[str, str] = {}
        for value in self.values:
            there.replace(value.span, value.name)
            there.orphan(value.written)
            given[value.name] = start[0].imported("flask", value.proxy.rpartition(".")[2]) + value.rest
        is_method = "." in self.failing.function[1]
        add_parameter(there, function, ", ".join(given), first=True, is_method=is_method)
        add_first(*start, self.failing, *given.values())


# -- both ends -------------------------------------------------------------------------------------------------------


def function_at(editing: Editing, key: Key) -> tuple[Editing, int, Block, FunctionNode] | None:
    """The function with a key, wherever it stands, and who writes there."""
    span = definition(editing.project, key)
    if span is None:
        return None
    there = editing.elsewhere(key[0], span.start)
    node = _function_node(there.block, span.start - there.start, key)
    return None if node is None else (there, there.start, there.block, node)


def _function_node(block: Block, offset: int, key: Key) -> FunctionNode | None:
    for node in ast.walk(block.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name != key[1].rpartition(".")[2]:
            continue
        if block.span(node).start <= offset < block.span(node.body[0]).start:
            return node
    return None


def started_at(editing: Editing, entry: Entry) -> tuple[Editing, ast.Call] | None:
    """The call that is given the function, wherever it stands, and who writes there."""
    key, at = (entry.said, entry.at) if entry.via is None else entry.via
    span = span_of(editing.project, key, at)
    if span is None:
        return None
    there = editing.elsewhere(key[0], span.start)
    for node in ast.walk(there.block.tree):
        if isinstance(node, ast.Call) and there.block.span(node.func) == span.shift(-there.start):
            return there, node
    return None


def add_parameter(
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


def add_first(editing: Editing, call: ast.Call, failing: Failing, *texts: str) -> None:
    """Gives the function that is started more arguments, before the others."""
    text, kind = ", ".join(texts), failing.entry.kind
    if kind in _AS_THEY_ARE or failing.entry.via is not None:
        target = _target(call, failing)
        if target is None or target not in call.args:
            editing.impossible = True
            return
        editing.insert(editing.span(target).end, f", {text}")
        return
    name = _PASSES_ARGS[kind]
    given = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    if given is None and kind == "timer" and len(call.args) > 2:
        given = call.args[2]
    if given is None:
        editing.add_argument(call, f"{name}=({text}{',' if len(texts) == 1 else ''})")
    elif isinstance(given, ast.Tuple | ast.List) and given.elts:
        editing.insert(editing.span(given.elts[0]).start, f"{text}, ")
        end = editing.span(given.elts[-1]).end
        if len(given.elts) == 1 and editing.block.text.startswith(",)", end):
            editing.delete(Span(end, end + 1))
    else:
        editing.impossible = True


def _target(call: ast.Call, failing: Failing) -> ast.expr | None:
    """What the call is given to be started."""
    kind = failing.entry.kind
    if failing.entry.via is not None:
        last = failing.function[1].rpartition(".")[2]
        given = [*call.args, *[each.value for each in call.keywords]]
        named = [each for each in given if isinstance(each, ast.Name | ast.Attribute)]
        return next((each for each in named if (each.id if isinstance(each, ast.Name) else each.attr) == last), None)
    name = {"thread": "target", "timer": "function", "executor": "fn", "spawned": "target"}[kind]
    for each in call.keywords:
        if each.arg == name:
            return each.value
    is_first = kind in _AS_THEY_ARE and not (isinstance(call.func, ast.Attribute) and call.func.attr in _LATER)
    position = 0 if is_first else 1
    return call.args[position] if position < len(call.args) else None
