"""The routes we read are those of the running application, for applications from PyPI.

Each is installed into an environment of its own in a temporary folder, at the versions given here, and read where only
its own package is to be seen. Run with ``pytest -n0 tests/long/test_installed_apps.py``; it takes minutes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flask_lsp.project.route_map import route_map
from tests.environments import installed
from tests.project.test_url_maps import PROJECTS, project_in, shown, told

RUN = """
import json, os, sys
sys.path.append({projects!r})
from dump_url_map import routes_of
{code}
print({mark!r} + json.dumps(routes_of(app)), flush=True)
os._exit(0)  # whatever threads it has started
"""
MARK = "the routes: "


class Application(NamedTuple):
    """One application: what is installed, what of it is read, and how a running one is had as ``app``."""

    requirements: str
    package: str
    document: str
    name: str
    code: str
    closed: bool
    part: float = 0.95
    """How much of it is found, for those that are open and say so."""


WEB = "flask==3.1.3 werkzeug==3.1.9 click==8.5.1 jinja2==3.1.6"
APPLICATIONS = {
    "httpbin": Application(
        f"httpbin==0.10.4 {WEB}", "httpbin", "core.py", "app", "from httpbin import app", closed=False
    ),
    "sqlite-web": Application(
        f"sqlite-web==0.8.2 peewee==4.5.3 {WEB}",
        "sqlite_web",
        "sqlite_web.py",
        "app",
        "from sqlite_web.sqlite_web import app",
        closed=True,
    ),
    "whoogle-search": Application(
        f"whoogle-search==1.2.4 cachetools==8.0.1 {WEB}",
        "app",
        "__init__.py",
        "app",
        "from app import app",
        closed=True,
    ),
    "ihatemoney": Application(
        f"ihatemoney==7.2.1 flask-restful==0.3.10 {WEB}",
        "ihatemoney",
        "run.py",
        "create_app.app",
        "from ihatemoney.run import create_app\napp = create_app()",
        closed=True,
    ),
    "updog": Application(
        f"updog==2.0.1 {WEB}",
        "updog",
        "__main__.py",
        "main.app",
        # It hands its application to the server and keeps no hold of it.
        "from updog import __main__ as it\ngot = []\nit.run_simple = lambda *args, **_: got.append(args[2])\n"
        "sys.argv = ['updog']\nit.main()\n(app,) = got",
        closed=True,
    ),
    "beets-aura": Application(
        f"beets[web]==2.14.1 {WEB}",
        "beetsplug",
        "aura.py",
        "create_app.app",
        "from beetsplug.aura import create_app\napp = create_app()",
        closed=True,
    ),
    "beets-web": Application(
        f"beets[web]==2.14.1 {WEB}",
        "beetsplug",
        "web/__init__.py",
        "app",
        "from beetsplug.web import app",
        closed=False,
        part=0.5,  # a decorator makes up the names of its views
    ),
    "archivy": Application(
        "archivy==1.7.7",
        "archivy",
        "__init__.py",
        "app",
        "os.environ['ARCHIVY_DATA_DIR'] = os.getcwd()\nfrom archivy import app",
        closed=False,
    ),
    "flaskcode": Application(
        f"flaskcode==0.0.8 {WEB}",
        "flaskcode",
        "cli.py",
        "create_flask_app.app",
        "from flaskcode.cli import create_flask_app\napp = create_flask_app()",
        closed=False,
    ),
    "changedetection.io": Application(
        "changedetection.io==0.60.10",
        "changedetectionio",
        "flask_app.py",
        "app",
        "from changedetectionio.flask_app import changedetection_app\n"
        "from changedetectionio.store import ChangeDetectionStore\n"
        "app = changedetection_app({'datastore_path': os.getcwd()},"
        " ChangeDetectionStore(datastore_path=os.getcwd(), version_tag='0'))",
        closed=False,
    ),
    "rq-dashboard": Application(
        f"rq-dashboard==0.9.0 rq==3.0.0 six==1.17.0 {WEB}",
        "rq_dashboard",
        "cli.py",
        "make_flask_app.app",
        "from rq_dashboard.cli import make_flask_app\napp = make_flask_app(None, None, None, '')",
        closed=False,
        part=0.0,  # the prefix of all of it is given on the command line
    ),
}


@pytest.fixture(scope="module")
def environments() -> dict[str, Path]:
    """The Pythons of the environments made so far, by what is installed."""
    return {}


def running(python: Path, code: str, folder: Path) -> list[dict[str, Any]]:
    folder.mkdir()
    text = RUN.format(projects=str(PROJECTS), code=code, mark=MARK)
    command = [str(python), "-B", "-c", text]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert MARK in done.stdout, done.stderr
    return json.loads(done.stdout.partition(MARK)[2])


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", APPLICATIONS)
def test_routes_are_those_of_the_running_application(
    name: str, tmp_path: Path, environments: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one = APPLICATIONS[name]
    python = environments.get(one.requirements)
    if python is None:
        python = environments[one.requirements] = installed(tmp_path / "environment", one.requirements)
    theirs = Counter(map(told, running(python, one.code, tmp_path / "run")))
    (package,) = python.parent.parent.glob(f"[Ll]ib/**/site-packages/{one.package}")
    shutil.copytree(package, tmp_path / "project" / one.package)
    root = (tmp_path / "project").as_posix()
    known = route_map(project_in(root))
    key = (f"{root}/{one.package}/{one.document}", one.name)
    app, routes = known.apps[key], known.of(key)
    ours, sure = Counter(map(shown, routes)), Counter(shown(route) for route in routes if route.sure)
    found, total = (ours & theirs).total(), theirs.total()
    with capsys.disabled():
        state = f"open: {app.open[0].what}" if app.open else "closed"
        print(f"\n{name}: {found} of {total} routes, {(sure - theirs).total()} wrong, {state}")
    assert not sure - theirs, "routes that are not there"
    assert (not app.open) == one.closed, app.open
    assert found >= one.part * total, sorted((theirs - ours).elements())
