"""Where does something with a qualified name stand? Found anew each time, so that it never goes stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Bind, Body, Bound, Call, ClassDefined, Defined, Function, Literal, Path
from flask_lsp.facts.traverse import every_event
from flask_lsp.project.places import place
from flask_lsp.project.route_model import Registration
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


def definition(project: Project, key: tuple[str, str]) -> Span | None:
    """The name of what ``create_app.index`` or ``Users.get`` binds, the last such; counted from the file."""
    document, qualified = key
    file = project.files.get(document)
    if file is None:
        return None
    first, *rest = qualified.partition("@")[0].split(".")
    found: Span | None = None
    for at in file.facts.bindings.get(first, ()):
        bound = _inside(at.bound, rest)
        if bound is not None:
            found = bound.span.shift(at.start)
    return found


def assigned_call(project: Project, key: tuple[str, str]) -> Span | None:
    """The first call after the name that something is bound to: what it is made by, if it is made by a call."""
    span, file = definition(project, key), project.files.get(key[0])
    if span is None or file is None:
        return None
    calls = [
        event.span.shift(start)
        for start, facts in file.facts.blocks
        if start <= span.start
        for body in (facts.body, *(function.body for function in facts.functions.values()))
        for event in every_event(body)
        if isinstance(event, Call) and start + event.span.start >= span.end
    ]
    return min(calls, key=lambda call: (call.start, -call.end), default=None)


def registering_call(project: Project, one: Registration) -> Span | None:
    """The call of ``register_blueprint``, counted from the file; ``None`` where it is not one that can be told."""
    calls = list(_registering(project, one.document, one.function))
    same = [call for call in calls if _registers(project, one, *call[1:]) is True]
    same = [call for call in same if _is_owner(project, one, *call[1:])] or same
    if not same:  # in a loop, or from a list: no other call can be meant
        same = [call for call in calls if _registers(project, one, *call[1:]) is None]
        same = same if len(same) == 1 else []
    if not same:
        return None
    start, call, _ = same[min(one.again, len(same) - 1)]
    return call.span.shift(start)


def _registering(project: Project, document: str, function: str) -> Iterator[tuple[int, Call, tuple[Function, ...]]]:
    for start, body, scopes in _bodies(project, document, function):
        for event in every_event(body):
            if isinstance(event, Call) and event.value.text.endswith(".register_blueprint()"):
                yield start, event, scopes


def _bodies(project: Project, document: str, function: str) -> Iterator[tuple[int, Body, tuple[Function, ...]]]:
    """The bodies of a function by its qualified name, or of the module, with the functions they stand in."""
    file = project.files.get(document)
    if file is None:
        return
    if not function:
        yield from ((start, facts.body, ()) for start, facts in file.facts.blocks)
        return
    first, *rest = function.partition("@")[0].split(".")
    for at in file.facts.bindings.get(first, ()):
        bound: Bound | None = at.bound
        scopes: tuple[Function, ...] = ()
        for name in (*rest, None):
            if isinstance(bound, Defined):
                scopes = (bound.function, *scopes)
            if name is None and isinstance(bound, Defined):
                yield at.start, bound.function.body, scopes
            elif name is not None and bound is not None:
                bound = _inside(bound, [name])


def _registers(project: Project, one: Registration, call: Call, scopes: tuple[Function, ...]) -> bool | None:
    """The call registers this blueprint with this prefix; ``None`` where its blueprint cannot be told."""
    given = call.value.args[0] if call.value.args else call.value.keyword("blueprint")
    prefix = call.value.keyword("url_prefix")
    if isinstance(prefix, Literal) and isinstance(one.prefix, str) and prefix.value != one.prefix:
        return False
    found = place(project, one.document, given.text, scopes) if isinstance(given, Path) else None
    return None if found is None else found.key == _plain(one.blueprint)


def _is_owner(project: Project, one: Registration, call: Call, scopes: tuple[Function, ...]) -> bool:
    """What it is registered on is the owner."""
    owner = place(project, one.document, call.value.text.removesuffix(".register_blueprint()"), scopes)
    return owner is not None and one.owner is not None and owner.key == _plain(one.owner)


def _plain(key: tuple[str, str]) -> tuple[str, str]:
    """Without the number of what a function makes anew."""
    return key[0], key[1].partition("@")[0]


def _inside(bound: Bound, names: list[str]) -> Bound | None:
    for name in names:
        inner = None
        for each in _bound_in(bound):
            if each.name == name:
                inner = each
        if inner is None:
            return None
        bound = inner
    return bound


def _bound_in(bound: Bound) -> Iterator[Bound]:
    match bound:
        case Defined(function=function):
            yield from _all(function.bindings.values())
        case ClassDefined(body=body):
            yield from (event.bound for event in every_event(body) if isinstance(event, Bind))
        case _:
            pass


def _all(bounds: Iterable[tuple[Bound, ...]]) -> Iterator[Bound]:
    for each in bounds:
        yield from each
