"""What ``flask-lsp routes`` prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SHOP = """\
import os

from flask import Flask

from app.pages import outer


def create_app():
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(outer, url_prefix="/outer")

    @app.route("/", methods=["GET", "POST"])
    def index():
        return ""

    if os.environ.get("DEBUG"):
        app.add_url_rule("/debug", "debug", index)
    return app
"""
PAGES = """\
from flask import Blueprint
from flask.views import MethodView

outer = Blueprint("outer", __name__)
inner = Blueprint("inner", __name__, subdomain="in")
outer.register_blueprint(inner, url_prefix="/inner")


class Users(MethodView):
    def get(self):
        return ""


inner.add_url_rule("/users", view_func=Users.as_view("users"))
"""


def test_the_table_of_an_application(run: Run, project: Path) -> None:
    done = run("routes")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "app/views.py: app\n"
        "  GET  /static/<path:filename>  static  -\n"
        "  GET  /users                   users   app/views.py:8\n"
    )


PACKAGES = {
    "flask_appbuilder": "class AppBuilder:\n    def __init__(self, app=None, session=None): ...\n"
    "    def init_app(self, app, session): ...\n",
    "connexion": "class FlaskApp:\n    def __init__(self, name, **options): ...\n    def add_api(self, path): ...\n"
    "App = FlaskApp\n",
}
OPENED = {
    "from flask import Flask\nfrom flask_appbuilder import AppBuilder\napp = Flask(__name__)\nAppBuilder(app)\n{}": (
        "`AppBuilder()` may add routes"
    ),
    "from flask import Flask\nfrom flask_appbuilder import AppBuilder\nbuilder = AppBuilder()\n\n\n"
    "def create_app():\n    app = Flask(__name__)\n    builder.init_app(app, None)\n    return app\n": (
        "`builder.init_app()` may add routes"
    ),
    "import connexion\napi = connexion.App(__name__)\napi.add_api('a.yaml')\napp = api.app\n{}": (
        "`connexion` adds the routes of its specification"
    ),
    "from connexion import FlaskApp\napp = FlaskApp(__name__)\napp.add_api('a.yaml')\n{}": (
        "`connexion` adds the routes of its specification"
    ),
}


@pytest.mark.parametrize("text", OPENED)
def test_packages_that_add_routes_of_their_own(text: str, run: Run, project: Path) -> None:
    site = project / ".venv" / "lib" / "python3.11" / "site-packages"
    for name, body in PACKAGES.items():
        (site / name).mkdir(parents=True)
        (site / name / "__init__.py").write_text(body)
        (site / f"{name}-1.0.dist-info").mkdir()
        (site / f"{name}-1.0.dist-info" / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\nRequires-Dist: Flask\n")
    (project / "app" / "views.py").write_text(text.format("\n\n@app.get('/own')\ndef own():\n    return ''\n"))
    [app] = json.loads(run("routes", "--json").out)["apps"]
    assert [each["reason"] for each in app["open"]] == [OPENED[text]]
    assert "{}" not in text or "/own" in {route["rule"] for route in app["routes"]}


def test_an_open_application_says_why(run: Run, project: Path) -> None:
    (project / "app" / "views.py").unlink()
    (project / "app" / "__init__.py").write_text("")
    (project / "app" / "shop.py").write_text(SHOP)
    (project / "app" / "pages.py").write_text(PAGES)
    assert run("routes", ".").out == (
        "app/shop.py: create_app.app (open: there may be more routes)\n"
        "  ? app/shop.py: `/debug` is added under a condition, or by a function that nobody calls\n"
        "  GET,POST  /                       index              app/shop.py:13\n"
        "  GET       /debug ?                debug              app/shop.py:13\n"
        "  GET       in. /outer/inner/users  outer.inner.users  app/pages.py:9  outer > inner\n"
    )


def test_json(run: Run, project: Path) -> None:
    (project / "app" / "shop.py").write_text(SHOP)
    (project / "app" / "pages.py").write_text(PAGES)
    apps = {app["name"]: app for app in json.loads(run("routes", "--json").out)["apps"]}
    assert set(apps) == {"app", "create_app.app"}
    app = apps["create_app.app"]
    assert (app["file"], app["factory"]) == ("app/shop.py", "create_app")
    assert [doubt["file"] for doubt in app["open"]] == ["app/shop.py"]
    assert app["routes"][-1] == {
        "methods": ["GET"],
        "rule": "/outer/inner/users",
        "endpoint": "outer.inner.users",
        "view": {"file": "app/pages.py", "line": 9, "name": "Users"},
        "blueprints": ["outer", "inner"],
        "subdomain": "in",
        "sure": True,
    }
    assert [route["sure"] for route in app["routes"]] == [True, False, True]


def test_only_what_belongs_to_the_files_asked_for(run: Run, project: Path) -> None:
    (project / "app" / "shop.py").write_text(SHOP)
    (project / "app" / "pages.py").write_text(PAGES)
    out = run("routes", "app/pages.py").out
    assert "create_app.app" in out
    assert "app/views.py" not in out


def test_nothing_is_found(run: Run, project: Path) -> None:
    (project / "app" / "views.py").write_text("x = 1\n")
    done = run("routes")
    assert (done.code, done.out) == (0, "")
    assert done.err == "No application found; those of tests are left out\n"


def test_a_path_that_is_not_there(run: Run) -> None:
    assert run("routes", "gone").code == 2
