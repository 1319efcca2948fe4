"""The routes of all projects as the client gets them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_lsp.features.route_list import ListedApp, ListedRoute, Named, route_list
from flask_lsp.project.project import Project
from flask_lsp.server import protocol
from flask_lsp.server.convert import range_of
from flask_lsp.text import Span, Unit


def listing(projects: Iterable[Project], unit: Unit, uri_of: Callable[[str], str]) -> protocol.Routes:
    """The answer to ``flask-lsp/routes``."""
    every = tuple(projects)
    apps = [
        _Shown(project, unit, uri_of).app(each)
        for project in every
        for each in sorted(route_list(project), key=lambda each: _place(project, each))
    ]
    return {"complete": all(project.complete for project in every), "apps": apps}


def _place(project: Project, each: ListedApp) -> tuple[bool, str, str]:
    """What is known goes first, by file and name."""
    return (True, "", "") if each.app is None else (False, project.path(each.app.document), each.app.name)


class _Shown:
    """One project as a client sees it."""

    def __init__(self, project: Project, unit: Unit, uri_of: Callable[[str], str]) -> None:
        self._project = project
        self._unit: Unit = unit
        self._uri_of = uri_of

    def app(self, each: ListedApp) -> protocol.App:
        app, root = each.app, self._project.root
        return {
            "name": None if app is None else app.name,
            "file": None if app is None else self._project.path(app.document),
            "root": None if root is None else self._uri_of(root),
            "location": None if app is None else self._location(app.document, app.span),
            "factory": each.factory,
            "open": [{"uri": self._uri_of(reason.document), "reason": reason.what} for reason in each.open],
            "routes": [self._route(route) for route in each.routes],
        }

    def _route(self, route: ListedRoute) -> protocol.Route:
        return {
            "methods": None if route.methods is None else list(route.methods),
            "rule": route.rule,
            "endpoint": route.endpoint,
            "view": None if route.view is None else self._named(route.view),
            "blueprints": [self._named(each) for each in route.blueprints],
            "subdomain": route.subdomain,
            "sure": route.sure,
        }

    def _named(self, named: Named) -> protocol.Named:
        return {
            "name": named.name,
            "file": self._project.path(named.document),
            "location": self._location(named.document, named.span),
        }

    def _location(self, document: str, span: Span | None) -> protocol.Location | None:
        if span is None:
            return None
        source = self._project.files[document].source
        return {"uri": self._uri_of(document), "range": range_of(source, span, self._unit)}
