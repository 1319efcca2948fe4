"""The routes we read are those of the running application."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.routes import route_map
from flask_lsp.project.versions import Versions
from flask_lsp.settings import merge

VIEWS = """
from flask import Blueprint

bp = Blueprint("views", __name__)
PREFIX = "/admin"
admin = Blueprint("admin", __name__, url_prefix=PREFIX)
inner = Blueprint("inner", __name__, url_prefix="inner/")


@bp.route("")
@bp.route("list", methods=["POST", "get"])
def index():
    return ""


@admin.get("/")
def home():
    return ""


@inner.route("/<int:id>", endpoint="one")
def show(id):
    return ""


def by_hand():
    return ""


admin.add_url_rule("/hand", view_func=by_hand, methods=["GET"])
admin.register_blueprint(inner, name="nested")
"""

APP = """
from flask import Flask


def add_blueprints(app):
    import views
    app.register_blueprint(views.bp, url_prefix="/views/")
    app.register_blueprint(views.admin)


def create_app():
    app = Flask(__name__, static_folder=None)

    @app.route("/")
    def start():
        return ""

    add_blueprints(app)
    return app


application = create_app()
"""


def test_same_as_url_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, _ = merge({})
    project = Project("/p", settings, Versions())
    for name, text in (("views", VIEWS), ("routes_app", APP)):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        project = project.with_text(f"/p/{name}.py", text)
    monkeypatch.syspath_prepend(str(tmp_path))
    import routes_app  # type: ignore[import-not-found]

    ours = {(route.rule.text, route.endpoint, route.methods) for route in route_map(project.with_complete(True)).routes}
    theirs = {
        (rule.rule, rule.endpoint, frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"})
        for rule in routes_app.application.url_map.iter_rules()
    }
    assert ours == theirs


def test_a_keystroke_in_a_body_keeps_the_map() -> None:
    settings, _ = merge({})
    project = Project("/p", settings, Versions()).with_text("/p/views.py", VIEWS).with_complete(True)
    known = route_map(project)
    assert route_map(project.with_text("/p/views.py", VIEWS.replace("    return", "    print()\n    return"))) is known
    assert route_map(project.with_text("/p/views.py", VIEWS.replace('"list"', '"all"'))) is not known


RENAMED = """
from flask import Flask

app = Flask(__name__, static_folder=None)


def resource(name):
    def make(view):
        def responder(**given):
            return view(**given)

        responder.__name__ = f"get_{name}"
        return responder

    return make


def logged(view):
    if app.testing:
        return view

    def wrapper(**given):
        return view(**given)

    return wrapper


@app.route("/items")
@resource("items")
def items():
    return ""


def listed(name):
    def make(view):
        def responder(**given):
            app.add_template_global(view)
            return view(**given)

        responder.__name__ = f"list_{name}"
        return responder

    return make


@app.route("/all-items")
@listed("items")
def all_items():
    return ""


@app.route("/logged")
@logged
def home():
    return ""


@app.route("/plain")
def plain():
    return ""
"""


def test_names_that_decorators_make_up_are_unknown() -> None:
    settings, _ = merge({})
    known = route_map(Project("/p", settings, Versions()).with_text("/p/app.py", RENAMED).with_complete(True))
    assert [route.endpoint for route in known.routes] == ["plain"]
    assert known.apps["/p/app.py", "app"].open
