"""The routes we read are those of the running application, for every project under ``tests/projects``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flask_lsp.project import files
from flask_lsp.project.project import File, Project
from flask_lsp.project.route_map import route_map
from flask_lsp.project.route_model import App, Route
from flask_lsp.settings import merge
from flask_lsp.text import Source

PROJECTS = Path(__file__).parent.parent / "projects"
NEEDS = {"flask_admin_site": "flask_admin", "restx": "flask_restx", "smorest": "flask_smorest"}
"""What is not there for every Python that we run on."""
NAMES = sorted(
    path.parent.name
    for path in PROJECTS.glob("*/apps.txt")
    if find_spec(NEEDS.get(path.parent.name, "flask")) is not None
)


class Expected(NamedTuple):
    """One line of ``apps.txt``: how the application is had, where it is made, and whether it is all understood."""

    target: str
    document: str
    name: str
    closed: bool


def expected(name: str) -> list[Expected]:
    rows: list[Expected] = []
    for line in (PROJECTS / name / "apps.txt").read_text(encoding="utf-8").splitlines():
        target, key, state = line.split()
        document, _, qualified = key.partition(":")
        rows.append(Expected(target, document, qualified, state == "closed"))
    return rows


@cache
def project_in(root: str) -> Project:
    settings, _ = merge({})
    project = Project(root, settings, files.versions_of(root))
    read = [File(path, Source(files.read(path))) for path in files.walk([root], root=root)]
    return project.with_files(read).with_complete(True)


@cache
def running(name: str) -> dict[str, list[dict[str, Any]]]:
    """The routes of the running applications, by target."""
    targets = [row.target for row in expected(name)]
    command = [sys.executable, "-B", str(PROJECTS / "dump_url_map.py"), *targets]
    done = subprocess.run(command, cwd=PROJECTS / name, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def app_of(row: Expected, name: str) -> tuple[App, tuple[Route, ...]]:
    # ``tests/projects`` itself must not make a project a test.
    project = project_in((PROJECTS / name).as_posix())
    known = route_map(project)
    key = (f"{PROJECTS.as_posix()}/{name}/{row.document}", row.name)
    assert key in known.apps, f"{key} is none of {list(known.apps)}"
    return known.apps[key], known.of(key)


def shown(route: Route) -> tuple[str, str, tuple[str, ...]]:
    methods = (route.methods or frozenset({"?"})) - {"HEAD", "OPTIONS"}
    return route.rule.text, route.endpoint, tuple(sorted(methods))


def told(route: dict[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    return route["rule"], route["endpoint"], tuple(route["methods"])


@pytest.mark.parametrize("name", NAMES)
def test_no_route_is_wrong_and_hardly_one_is_missing(name: str) -> None:
    for row in expected(name):
        app, routes = app_of(row, name)
        ours, theirs = Counter(map(shown, routes)), Counter(map(told, running(name)[row.target]))
        sure = Counter(shown(route) for route in routes if route.sure)
        assert not sure - theirs, "routes that are not there"
        if row.closed:
            assert not theirs - ours, "routes that are missing"
        assert (not app.open) == row.closed, app.open


@pytest.mark.parametrize("name", NAMES)
def test_views_are_where_we_say(name: str) -> None:
    for row in expected(name):
        _, routes = app_of(row, name)
        theirs = {told(route): route["view"] for route in running(name)[row.target]}
        for route in routes:
            view = theirs.get(shown(route))
            if route.view is not None and view is not None and "wrapper" not in view[1]:
                document, qualified = route.view
                assert [os.path.realpath(document), qualified.partition("@")[0]] == [os.path.realpath(view[0]), view[1]]


def test_nearly_all_are_found() -> None:
    found = total = 0
    for name in NAMES:
        for row in expected(name):
            ours = Counter(map(shown, app_of(row, name)[1]))
            theirs = Counter(map(told, running(name)[row.target]))
            found, total = found + (ours & theirs).total(), total + theirs.total()
    print(f"{found} of {total} routes in {len(NAMES)} projects")
    assert found / total >= 0.98
