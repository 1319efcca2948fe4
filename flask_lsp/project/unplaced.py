"""Rules without a URL that could be told: nobody registers their blueprint, or what they begin with is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.frozen import frozen
from flask_lsp.project.route_map import route_map
from flask_lsp.project.route_model import Key, Mount, RouteMap, Text, Unknown
from flask_lsp.project.things import RuleSaid

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


@frozen()
class Unplaced:
    """A rule as it is said, and one way by which it comes to an application."""

    owner: Key | None
    """The application or blueprint; ``None`` is one that cannot be told."""
    rule: Text
    endpoint: Text
    """Without the name of the blueprint."""
    methods: frozenset[str] | None
    view: Key | None
    mount: Mount | None
    """That way. ``None``: it is said of an application, or nobody is seen to register the blueprint."""


def unplaced(project: Project, _document: str) -> tuple[Unplaced, ...]:
    """All such rules of the project. A question for ``Context.ask``."""
    if not project.complete:
        return ()
    known = project.answers.get(Unplaced)
    if known is None:
        known = project.answers[Unplaced] = tuple(dict.fromkeys(_unplaced(route_map(project))))
    return known  # type: ignore[return-value]


def _unplaced(known: RouteMap) -> Iterator[Unplaced]:
    for owner, parts in known.said.items():
        mounts: tuple[Mount | None, ...] = known.mounts.get(owner, ()) if owner in known.blueprints else ()
        for part, thing, _ in parts:
            for said in part.rules[thing]:
                unread = isinstance(said.rule, Unknown) or isinstance(said.endpoint, Unknown)
                for mount in mounts or (None,):
                    if unread or (owner in known.blueprints if mount is None else _is_unknown(mount)):
                        yield _made(owner, said, mount)


def _is_unknown(mount: Mount) -> bool:
    return isinstance(mount.prefix, Unknown) or isinstance(mount.name, Unknown)


def _made(owner: Key | None, said: RuleSaid, mount: Mount | None) -> Unplaced:
    return Unplaced(owner, said.rule, said.endpoint, said.methods, said.view, mount)
