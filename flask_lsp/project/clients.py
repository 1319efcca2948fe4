"""What the clients in a project send to its views: questions for ``Context.ask``.

Clients are the test clients in tests, and the forms and scripts of templates and static files. What they send says what
a view has to read; that nobody in the project sends anything says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.model import Function
from flask_lsp.facts.sending import HOLE, Sent, rendered, sent_in
from flask_lsp.project import kinds, routes
from flask_lsp.project.route_map import route_map
from flask_lsp.project.route_model import Key, Route, RouteMap
from flask_lsp.syntax.urlrule import match

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project


class Client(NamedTuple):
    """A request that some file of the project sends to a view."""

    document: str
    sent: Sent


def clients_of(project: Project, _document: str, view: Key) -> tuple[Client, ...]:
    """What is sent to a view, in the order of the files."""
    return _all(project).get(view, ())


def methods_of(project: Project, _document: str, view: Key) -> frozenset[str] | None:
    """The methods that a view answers by all of its registrations; ``None`` where they cannot be told, or there is
    none."""
    found = [route.methods for route in route_map(project).routes if route.view == view] if project.complete else []
    return frozenset[str]().union(*[each or () for each in found]) if found and None not in found else None


def is_passed_on(project: Project, document: str, name: str) -> bool:
    """A function of the module is called, or handed to something, in its own file."""
    file = project.files.get(document)
    if file is None:
        return False
    handed, reached, _ = file.facts.handed
    return name in handed or name in reached


def _all(project: Project) -> Mapping[Key, tuple[Client, ...]]:
    if not project.complete:
        return {}
    return project.kept(_found, project.parts(_said), project.pages, route_map(project))


class _Said(NamedTuple):
    """What one file says of clients: what it sends if it is a test, and which function renders which templates."""

    sent: tuple[Sent, ...]
    renders: tuple[tuple[str, frozenset[str]], ...]


_NOTHING = _Said((), ())
_SENDS = re.compile(r"\.(?:get|post|put|patch|delete)\(")


def _said(file: File) -> _Said:
    text = file.source.text
    sends, renders = bool(_SENDS.search(text)), "render_template(" in text
    if not sends and not renders:
        return _NOTHING
    blocks = [facts for _, facts in file.facts.blocks]
    sent = [one for facts in blocks for one in sent_in(facts)] if sends else []
    found = [each for facts in blocks for each in _rendering(facts.functions.values())] if renders else []
    return _Said(tuple(sent), tuple(found))


def _rendering(functions: Iterable[Function]) -> Iterator[tuple[str, frozenset[str]]]:
    """By plain names: which of two functions of one name renders a page does not matter much."""
    for function in functions:
        if names := rendered(function):
            yield function.name, names


def _found(project: Project) -> dict[Key, tuple[Client, ...]]:
    known = route_map(project)
    table = _Table(known.routes)
    pages = _rendered(project)
    found: dict[Key, list[Client]] = {}
    said = project.parts(_said)
    for document, each in said.items():
        if each.sent and kinds.is_test(project, document):
            near = routes.apps_of(project, document) if len(known.apps) > 1 else None
            for sent in each.sent:
                for view in table.views(sent, near):
                    found.setdefault(view, []).append(Client(document, sent))
    for document, page in project.pages.items():
        near = _near(known, document) if page.sent and len(known.apps) > 1 else None
        for sent in page.sent:
            for view in table.views(sent, near) if sent.path or sent.endpoint else _rendering_views(pages, document):
                found.setdefault(view, []).append(Client(document, sent))
    return {view: tuple(clients) for view, clients in found.items()}


def _rendered(project: Project) -> dict[str, set[Key]]:
    """By the names of templates, the views that give them back."""
    pages: dict[str, set[Key]] = {}
    said = project.parts(_said)
    rendering: dict[Key, set[str]] = {}
    for document, each in said.items():
        for function, names in each.renders:
            rendering.setdefault((document, function), set()).update(names)
    for view in {view for route in route_map(project).routes if (view := route.view) is not None}:
        for name in rendering.get((view[0], view[1].rpartition(".")[2]), ()):
            pages.setdefault(name, set()).add(view)
    return pages


def showing(project: Project, name: str) -> tuple[tuple[Key, str], ...]:
    """The views that give back a template which reads ``g.name``, with its document. Templates that others extend or
    include are not followed."""
    reading = sorted(document for document, page in project.pages.items() if name in page.g)
    pages = _rendered(project) if reading else {}
    return tuple((view, document) for document in reading for view in sorted(_rendering_views(pages, document)))


def _near(known: RouteMap, document: str) -> frozenset[Key]:
    """The applications whose folder a page is below, those of the innermost folder."""
    folders = {app: app[0].rpartition("/")[0] + "/" for app in known.apps}
    around = {app: folder for app, folder in folders.items() if document.startswith(folder)}
    longest = max(map(len, around.values()), default=0)
    return frozenset(app for app, folder in around.items() if len(folder) == longest)


def _rendering_views(pages: Mapping[str, set[Key]], document: str) -> Iterator[Key]:
    """The views that render a page, by the end of its path."""
    parts = document.split("/")
    for count in range(1, min(len(parts), 5) + 1):
        yield from pages.get("/".join(parts[-count:]), ())


class _Table:
    """Finds the view of a request among all routes."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_endpoint: dict[str, list[Route]] = {}
        self._by_start: dict[str, list[Route]] = {}
        for route in routes:
            self._by_endpoint.setdefault(route.endpoint, []).append(route)
            first = route.rule.text.lstrip("/").partition("/")[0]
            self._by_start.setdefault("" if "<" in first else first, []).append(route)

    def views(self, sent: Sent, near: frozenset[Key] | None) -> frozenset[Key]:
        """The view that answers, where it can only be one; of the applications ``near``, if there are several."""
        if sent.endpoint:
            found = self._named(sent.endpoint)
        else:
            first = sent.path.lstrip("/").partition("/")[0]
            begins = [*self._by_start.get(first, ()), *(self._by_start.get("", ()) if first else ())]
            if HOLE in first:
                return frozenset()
            found = [r for r in begins if match(r.rule, sent.path, strict_slashes=r.strict_slashes) is not None]
            found = [r for r in found if not r.rule.variables] or found
        if near is not None:
            found = [r for r in found if r.app in near]
        takes = [r for r in found if r.methods is None or sent.method in r.methods or not found[1:]]
        views = {r.view for r in takes if r.view is not None}
        return frozenset(views) if len(views) == 1 and not any(r.view is None for r in takes) else frozenset()

    def _named(self, endpoint: str) -> list[Route]:
        if not endpoint.startswith("."):
            return self._by_endpoint.get(endpoint, [])
        ends = [name for name in self._by_endpoint if name.endswith(endpoint)]
        return self._by_endpoint[ends[0]] if len(ends) == 1 else []
