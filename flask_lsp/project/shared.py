"""What is made once on import and used by all requests: a question for ``Context.ask``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Call,
    ClassDefined,
    Defined,
    Event,
    Function,
    Path,
    Store,
    Use,
    With,
)
from flask_lsp.facts.traverse import inner_bodies
from flask_lsp.project import links, names, places
from flask_lsp.project.call_graph import CallGraph, call_graph
from flask_lsp.project.importers import importers_of
from flask_lsp.project.route_model import Key

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_REQUESTS = frozenset({"view", "hook", "error handler", "template", "callback"})
_LOCKS = frozenset(f"{module}.{kind}()" for module in ("threading", "multiprocessing") for kind in ("Lock", "RLock"))
_CURSOR = ".cursor()"


def users(project: Project, document: str, name: str) -> tuple[Key, ...]:
    """The functions that use a module-level ``name``, or a cursor that the module makes of it, while they answer
    requests. None where the module guards it with a lock, or where functions bind it anew."""
    if not project.complete or _is_guarded(project, document, name):
        return ()
    graph = call_graph(project)
    found: dict[Key, None] = {}
    for shared in (name, *_cursors(project, document, name)):
        for other in (document, *sorted(importers_of(project, document))):
            for local in _locals(project, other, (document, shared)):
                for function in _using(project, other, local):
                    if _answers_requests(graph, (other, function)):
                        found[other, function] = None
    return tuple(found)


def used_elsewhere(project: Project, document: str, name: str) -> bool:
    """Another file imports the name, or the module uses it in its own body."""
    if any(_locals(project, other, (document, name)) for other in importers_of(project, document)):
        return True
    blocks = project.files[document].facts.blocks
    return any(links.split(path)[0] == name for _, facts in blocks for path in _paths(facts.body))


def _is_guarded(project: Project, document: str, name: str) -> bool:
    facts = project.files[document].facts
    if len(facts.bindings.get(name, ())) != 1:
        return True
    if any(name in each.outer for _, block in facts.blocks for each in block.functions.values()):
        return True
    return any(names.canonical(project, document, each) in _LOCKS for each in facts.bindings if each != "*")


def _cursors(project: Project, document: str, name: str) -> Iterator[str]:
    for local, ats in project.files[document].facts.bindings.items():
        match [at.bound for at in ats]:
            case [Assigned(value=Path(text=text))] if text == f"{name}{_CURSOR}":
                yield local
            case _:
                pass


def _locals(project: Project, document: str, key: Key) -> tuple[str, ...]:
    """The names by which a file knows a module-level name of another one, or its own."""
    if document == key[0]:
        return (key[1],)
    found: list[str] = []
    for local in project.files[document].facts.bindings:
        for path in (local, f"{local}.{key[1]}"):
            place = places.place(project, document, path) if local != "*" else None
            if place is not None and place.key == key:
                found.append(path)
    return tuple(found)


def _using(project: Project, document: str, local: str) -> Iterator[str]:
    """The qualified names of the functions that use a name of the module."""
    for _, facts in project.files[document].facts.blocks:
        if links.split(local)[0] in facts.reached | facts.handed:
            yield from _in_block(facts, local)


def _in_block(facts: BlockFacts, local: str) -> Iterator[str]:
    for name, scopes, event in _in_body(facts.body, "", ()):
        root = links.split(local)[0]
        if name and any(_begins(path, local) for path in _said(event)) and not any(root in s.bindings for s in scopes):
            yield name


def _begins(path: str, local: str) -> bool:
    return path == local or path.startswith((f"{local}.", f"{local}[", f"{local}("))


def _in_body(body: Body, name: str, scopes: tuple[Function, ...]) -> Iterator[tuple[str, tuple[Function, ...], Event]]:
    """The events of all functions, each with the qualified name of the function."""
    for event in body:
        match event:
            case Bind(bound=Defined(function=function)):
                yield from _in_body(function.body, f"{name}.{function.name}".lstrip("."), (function, *scopes))
            case Bind(bound=ClassDefined(name=inner, body=inside)):
                yield from _in_body(inside, f"{name}.{inner}".lstrip("."), scopes)
            case _:
                yield name, scopes, event
                for inside in inner_bodies(event):
                    yield from _in_body(inside, name, scopes)


def _said(event: Event) -> Iterator[str]:
    """The paths that an event is about, those that it passes on included."""
    match event:
        case Use(path=path):
            yield path
        case Call(value=Path(text=text, args=args, keywords=keywords)):
            yield text
            yield from (each.text for each in args if isinstance(each, Path))
            yield from (each.text for _, each in keywords if isinstance(each, Path))
        case Store(target=Path(text=text)):
            yield text
        case With(managers=managers):
            yield from (each.text for each in managers if isinstance(each, Path))
        case Bind(bound=Assigned(value=Path(text=text))):
            yield text
        case _:
            pass


def _paths(body: Body) -> Iterator[str]:
    """What the body of a module itself is about."""
    for event in body:
        if not (isinstance(event, Bind) and isinstance(event.bound, Defined | ClassDefined)):
            yield from _said(event)
            for inside in inner_bodies(event):
                yield from _paths(inside)


def _answers_requests(graph: CallGraph, key: Key) -> bool:
    """The function is entered by requests, itself or through its callers."""
    seen, todo = {key}, [key]
    while todo:
        here = todo.pop()
        if any(entry.kind in _REQUESTS for entry in graph.entries.get(here, ())):
            return True
        for caller in graph.callers.get(here, ()):
            if caller.caller not in seen:
                seen.add(caller.caller)
                todo.append(caller.caller)
    return False
