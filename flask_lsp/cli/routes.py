"""``flask-lsp routes``: every route that the files of a project show, by application."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from typing import TypedDict

from flask_lsp.cli.load import Asked, Loader, shown_path
from flask_lsp.cli.terminal import Paint, Progress, painter
from flask_lsp.frozen import frozen
from flask_lsp.project.definitions import definition
from flask_lsp.project.project import Project
from flask_lsp.project.route_map import route_map
from flask_lsp.project.route_model import App, Key, Route, RouteMap, Unknown


class View(TypedDict):
    """The function or class that answers."""

    file: str
    line: int | None
    name: str


class ShownRoute(TypedDict):
    methods: list[str] | None
    rule: str
    endpoint: str
    view: View | None
    blueprints: list[str]
    """By name, outermost first."""
    subdomain: str | None
    sure: bool


class Doubt(TypedDict):
    file: str
    reason: str


class ShownApp(TypedDict):
    file: str | None
    """``null`` where the application cannot be told."""
    name: str | None
    factory: str | None
    open: list[Doubt]
    routes: list[ShownRoute]


@frozen()
class _Printed:
    """A line of the table."""

    methods: str
    rule: str
    endpoint: str
    view: str
    through: str


def routes(options: argparse.Namespace) -> int:
    """Runs the command and returns its exit code. Raises Failure."""
    logging.basicConfig(format="flask-lsp: %(message)s", level=logging.WARNING)
    progress = Progress(sys.stderr)

    def tell(line: str) -> None:
        progress.clear()
        print(f"flask-lsp: {line}", file=sys.stderr)

    try:
        asked = Loader({}, tell, progress.report).paths(options.paths or ["."])
    finally:
        progress.clear()
    found = [app for each in asked for app in _apps(each)]
    if options.json:
        print(json.dumps({"apps": found}, indent=2))
        return 0
    if not found:
        print("No application found; those of tests are left out", file=sys.stderr)
    sys.stdout.writelines(f"{line}\n" for line in _page(found, painter(sys.stdout)))
    return 0


def _apps(asked: Asked) -> Iterator[ShownApp]:
    """The applications that are made in the files that were asked for, or get routes from them."""
    project, documents = asked.project, frozenset(asked.documents)
    known = route_map(project)
    for key, app in known.apps.items():
        table = known.of(key)
        if key[0] in documents or any(route.said in documents for route in table):
            yield _shown(project, known, app, table)
    nowhere = [route for route in known.of(None) if route.said in documents]
    if nowhere:
        yield {
            "file": None,
            "name": None,
            "factory": None,
            "open": [],
            "routes": [_route(project, known, route) for route in nowhere],
        }


def _shown(project: Project, known: RouteMap, app: App, table: Sequence[Route]) -> ShownApp:
    return {
        "file": shown_path(app.key[0]),
        "name": app.key[1],
        "factory": None if app.factory is None else app.factory[1],
        "open": [{"file": shown_path(reason.document), "reason": reason.what} for reason in app.open],
        "routes": [_route(project, known, route) for route in sorted(table, key=_order)],
    }


def _order(route: Route) -> tuple[str, str]:
    return route.rule.text, route.endpoint


def _route(project: Project, known: RouteMap, route: Route) -> ShownRoute:
    return {
        "methods": None if route.methods is None else sorted(route.methods),
        "rule": route.rule.text,
        "endpoint": route.endpoint,
        "view": None if route.view is None else _view(project, route.view),
        "blueprints": [_name(known, key) for key in route.chain],
        "subdomain": route.subdomain,
        "sure": route.sure,
    }


def _view(project: Project, key: Key) -> View:
    span = definition(project, key)
    line = None if span is None else project.files[key[0]].source.line_at(span.start) + 1
    return {"file": shown_path(key[0]), "line": line, "name": key[1]}


def _name(known: RouteMap, key: Key) -> str:
    name = known.blueprints[key].name
    return key[1] if isinstance(name, Unknown) else name


# -- for people ------------------------------------------------------------------------------------------------------


def _page(apps: Sequence[ShownApp], paint: Paint) -> Iterator[str]:
    for count, app in enumerate(apps):
        if count:
            yield ""
        where = f"{app['file']}: {app['name']}" if app["file"] else "An application that cannot be told"
        yield paint(where, "bold") + (" (open: there may be more routes)" if app["open"] else "")
        for doubt in app["open"]:
            yield paint(f"  ? {doubt['file']}: {doubt['reason']}", "yellow")
        yield from _table([_printed(route) for route in app["routes"]], paint)


def _printed(route: ShownRoute) -> _Printed:
    view = route["view"]
    line = "" if view is None or view["line"] is None else f":{view['line']}"
    host = f"{route['subdomain']}. " if route["subdomain"] else ""
    return _Printed(
        "?" if route["methods"] is None else ",".join(route["methods"]),
        host + route["rule"] + ("" if route["sure"] else " ?"),
        route["endpoint"],
        "-" if view is None else view["file"] + line,
        " > ".join(route["blueprints"]),
    )


def _table(rows: Sequence[_Printed], paint: Paint) -> Iterator[str]:
    widths = [max((len(text) for text in column), default=0) for column in zip(*map(_cells, rows), strict=True)]
    for row in rows:
        cells = [text.ljust(width) for text, width in zip(_cells(row), widths, strict=True)]
        cells[1] = paint(cells[1], "cyan")
        yield ("  " + "  ".join(cells)).rstrip()


def _cells(row: _Printed) -> tuple[str, ...]:
    return row.methods, row.rule, row.endpoint, row.view, row.through
