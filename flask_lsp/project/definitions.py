"""Where does something with a qualified name stand? Found anew each time, so that it never goes stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Bind, Bound, ClassDefined, Defined
from flask_lsp.facts.traverse import every_event
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
