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
from flask_lsp.features.route_list import ListedApp, ListedRoute, Named, route_list
from flask_lsp.frozen import frozen
from flask_lsp.project.project import Project


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
    documents = frozenset(asked.documents)
    for each in route_list(asked.project):
        own = tuple([route for route in each.routes if route.said in documents])
        if each.app is None:
            if own:
                yield _shown(asked.project, each, own)
        elif own or each.app.document in documents:
            yield _shown(asked.project, each, each.routes)


def _shown(project: Project, each: ListedApp, routes: Sequence[ListedRoute]) -> ShownApp:
    return {
        "file": None if each.app is None else shown_path(each.app.document),
        "name": None if each.app is None else each.app.name,
        "factory": each.factory,
        "open": [{"file": shown_path(reason.document), "reason": reason.what} for reason in each.open],
        "routes": [_route(project, route) for route in routes],
    }


def _route(project: Project, route: ListedRoute) -> ShownRoute:
    return {
        "methods": None if route.methods is None else list(route.methods),
        "rule": route.rule,
        "endpoint": route.endpoint,
        "view": None if route.view is None else _view(project, route.view),
        "blueprints": [blueprint.name for blueprint in route.blueprints],
        "subdomain": route.subdomain,
        "sure": route.sure,
    }


def _view(project: Project, view: Named) -> View:
    line = None if view.span is None else project.files[view.document].source.line_at(view.span.start) + 1
    return {"file": shown_path(view.document), "line": line, "name": view.name}


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
