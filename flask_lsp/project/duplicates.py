"""Blueprints that get a name which another on the same application or blueprint has: questions for ``Context.ask``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.frozen import frozen
from flask_lsp.project.route_map import route_map
from flask_lsp.project.route_model import Key, Registration, Unknown

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


@frozen()
class Duplicate:
    """A registration that Flask refuses."""

    registration: Registration
    name: str
    first: Registration
    """The one that has taken the name."""
    taken: frozenset[str]
    """All names there."""

    @property
    def same(self) -> bool:
        """It is one blueprint, registered twice."""
        return self.registration.blueprint == self.first.blueprint


def duplicates(project: Project, document: str) -> tuple[Duplicate, ...]:
    """The registrations of a file that take a name again, as far as they are made in any case."""
    return tuple(one for one in _all(project) if one.registration.document == document) if project.complete else ()


def _all(project: Project) -> tuple[Duplicate, ...]:
    known = project.answers.get(Duplicate)
    if not isinstance(known, tuple):
        known = project.answers[Duplicate] = tuple(_found(project))
    return known  # pyright: ignore[reportUnknownVariableType]


def _found(project: Project) -> Iterator[Duplicate]:
    routes = route_map(project)
    by_owner: dict[tuple[Key, Key], list[tuple[str, Registration]]] = {}
    for key, registered in routes.registrations.items():
        for one in registered:
            name = routes.blueprints[key].name if one.name is None else one.name
            if one.owner is None or isinstance(name, Unknown) or not one.sure or one.owner in routes.various:
                continue
            # What two functions put on a blueprint may be for two applications, of which a process makes one.
            where = (one.document, one.function) if one.owner in routes.blueprints and one.function else ("", "")
            by_owner.setdefault((one.owner, where), []).append((name, one))
    for pairs in by_owner.values():
        taken = frozenset(name for name, _ in pairs)
        first: dict[str, Registration] = {}
        for name, one in pairs:
            before = first.setdefault(name, one)
            if before is not one:
                yield Duplicate(one, name, before, taken)
