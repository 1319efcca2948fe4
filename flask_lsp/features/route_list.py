"""The routes of a project as lists show them: by application, with the places to jump to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_lsp.frozen import frozen
from flask_lsp.project.definitions import definition
from flask_lsp.project.project import Project
from flask_lsp.project.route_map import route_map
from flask_lsp.project.route_model import App, Key, Reason, Route, RouteMap, Unknown
from flask_lsp.text import Span


@frozen()
class Named:
    """A thing by its name, and where that is bound."""

    name: str
    document: str
    span: Span | None
    """``None`` where the place is not found."""


@frozen()
class ListedRoute:
    methods: tuple[str, ...] | None
    """``None`` where they cannot be told."""
    rule: str
    """With all prefixes."""
    endpoint: str
    view: Named | None
    """The function or class that answers, where it is one of the project's."""
    blueprints: tuple[Named, ...]
    """Outermost first."""
    subdomain: str | None
    sure: bool
    said: str
    """The document in which the rule is said."""


@frozen()
class ListedApp:
    app: Named | None
    """``None`` for the routes of an application that cannot be told."""
    factory: str | None
    """The name of the function that makes it."""
    open: tuple[Reason, ...]
    """Why there may be more routes."""
    routes: tuple[ListedRoute, ...]


def route_list(project: Project) -> tuple[ListedApp, ...]:
    """The applications of the project with their routes; none before all files are read."""
    return tuple(_listed(project)) if project.complete else ()


def _listed(project: Project) -> Iterator[ListedApp]:
    known = route_map(project)
    for app in known.apps.values():
        yield _app(project, known, app)
    if nowhere := known.of(None):
        yield ListedApp(None, None, (), _routes(project, known, nowhere))


def _app(project: Project, known: RouteMap, app: App) -> ListedApp:
    factory = None if app.factory is None else app.factory[1]
    return ListedApp(_named(project, app.key), factory, app.open, _routes(project, known, known.of(app.key)))


def _routes(project: Project, known: RouteMap, routes: Sequence[Route]) -> tuple[ListedRoute, ...]:
    ordered = sorted(routes, key=lambda route: (route.rule.text, route.endpoint))
    return tuple([_route(project, known, route) for route in ordered])


def _route(project: Project, known: RouteMap, route: Route) -> ListedRoute:
    return ListedRoute(
        None if route.methods is None else tuple(sorted(route.methods)),
        route.rule.text,
        route.endpoint,
        None if route.view is None else _named(project, route.view),
        tuple([_blueprint(project, known, key) for key in route.chain]),
        route.subdomain,
        route.sure,
        route.said,
    )


def _blueprint(project: Project, known: RouteMap, key: Key) -> Named:
    name = known.blueprints[key].name
    return _named(project, key, None if isinstance(name, Unknown) else name)


def _named(project: Project, key: Key, name: str | None = None) -> Named:
    return Named(key[1] if name is None else name, key[0], definition(project, key))
