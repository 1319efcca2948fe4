"""What the clients in a project send to its views: questions for ``Context.ask``.

Clients are the test clients in tests, and the forms and scripts of templates and static files. What they send says what
a view has to read; that nobody in the project sends anything says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.sending import HOLE, Sent, sent_in
from flask_lsp.project import kinds, routes, templates
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
    return project.kept(_found, project.parts(_sent), templates.renderings(project), project.pages, route_map(project))


_SENDS = re.compile(r"\.(?:get|post|put|patch|delete)\(")


def _sent(file: File) -> tuple[Sent, ...]:
    if not _SENDS.search(file.source.text):
        return ()
    return tuple(one for _, facts in file.facts.blocks for one in sent_in(facts))


def _found(project: Project) -> dict[Key, tuple[Client, ...]]:
    known = route_map(project)
    table = _Table(known.routes)
    found: dict[Key, list[Client]] = {}
    for document, every in project.parts(_sent).items():
        if every and kinds.is_test(project, document):
            near = routes.apps_of(project, document) if len(known.apps) > 1 else None
            for sent in every:
                for view in table.views(sent, near):
                    found.setdefault(view, []).append(Client(document, sent))
    scripted = frozenset[str]().union(*[page.scripted for page in project.pages.values()])
    for document, page in project.pages.items():
        near = _near(known, document) if page.sent and len(known.apps) > 1 else None
        for sent in page.sent:
            if sent.form & scripted:
                continue  # a script may send something else in its place
            for view in (
                table.views(sent, near) if sent.path or sent.endpoint else templates.views_of(project, document)
            ):
                found.setdefault(view, []).append(Client(document, sent))
    return {view: tuple(clients) for view, clients in found.items()}


def _near(known: RouteMap, document: str) -> frozenset[Key]:
    """The applications whose folder a page is below, those of the innermost folder."""
    folders = {app: app[0].rpartition("/")[0] + "/" for app in known.apps}
    around = {app: folder for app, folder in folders.items() if document.startswith(folder)}
    longest = max(map(len, around.values()), default=0)
    return frozenset(app for app, folder in around.items() if len(folder) == longest)


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
