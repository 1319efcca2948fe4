"""Findings about extensions and blueprints follow what other files say."""

from __future__ import annotations

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.own_modules import module_name
from flask_lsp.rules.run import check
from flask_lsp.settings import merge

EXTENSIONS = "from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n"
USERS = (
    "from flask import Blueprint\n\nbp = Blueprint('users', __name__)\n\n\n"
    "@bp.get('/users')\ndef users():\n    return ''\n"
)
APP = (
    "from flask import Flask\n\nfrom extensions import db\nfrom users import bp\n\n\n"
    "def create_app():\n    app = Flask(__name__)\n    BODY\n    return app\n\n\n"
    "def count():\n    return db.session.count()\n"
)


def project_of(files: dict[str, str]) -> Project:
    settings, _ = merge({"preset": "recommended"})
    project = Project("/p", settings, Versions())
    for name, text in files.items():
        project = project.with_text(f"/p/{name}", text)
    return project.with_complete(True)


def codes(project: Project, name: str) -> list[str]:
    return [finding.rule.code for finding in check(project, f"/p/{name}")]


@pytest.mark.parametrize(
    ("body", "database", "blueprint"),
    [
        ("pass", ["FL307"], ["FL304"]),
        ("db.init_app(app)", [], ["FL304"]),
        ("app.register_blueprint(bp)", ["FL307"], []),
        ("for each in (db,): each.init_app(app)", [], ["FL304"]),
        ("for each in (bp,): app.register_blueprint(each)", ["FL307"], []),
        ("set_up(app, db, bp)", [], []),
        ("db.init_app(app); app.register_blueprint(bp)", [], []),
    ],
)
def test_what_the_factory_does(body: str, database: list[str], blueprint: list[str]) -> None:
    """Told of the whole, and told of the edit: the same."""
    texts = {"extensions.py": EXTENSIONS, "users.py": USERS, "app.py": APP.replace("BODY", "pass")}
    project = project_of(texts)
    assert codes(project, "extensions.py") == ["FL307"]
    assert codes(project, "users.py") == ["FL304"]
    for known in (
        project.with_text("/p/app.py", APP.replace("BODY", body)),
        project_of({**texts, "app.py": APP.replace("BODY", body)}),
    ):
        assert codes(known, "extensions.py") == database
        assert codes(known, "users.py") == blueprint
    assert codes(project.without("/p/app.py"), "extensions.py") == []


def test_nothing_is_said_before_all_files_are_in() -> None:
    texts = {"extensions.py": EXTENSIONS, "users.py": USERS, "app.py": APP.replace("BODY", "pass")}
    project = project_of(texts).with_complete(False)
    assert codes(project, "extensions.py") == codes(project, "users.py") == []


HOOK = (
    "from flask import Blueprint, Flask, g\n\nbp = Blueprint('a', __name__)\n\n\n"
    "@bp.before_request\ndef load():\n    g.user = 1\n\n\n"
    "@bp.get('/a')\ndef a():\n    return str(g.user)\n\n\napp = Flask(__name__)\n"
    "@bp.errorhandler(404)\ndef missing(error):\n    return ''\n\n\n"
)


def test_hooks_and_handlers_follow_bodies() -> None:
    before = HOOK + "@app.get('/')\ndef index():\n    return ''\n\n\napp.register_blueprint(bp)\n"
    project = project_of({"app.py": before})
    assert codes(project, "app.py") == ["FL605"]
    project = project.with_text("/p/app.py", before.replace("return ''\n\n\napp.", "return g.user\n\n\napp."))
    assert codes(project, "app.py") == ["FL604", "FL605"]
    project = project.with_text("/p/app.py", before.replace("return str(g.user)", "return abort(404)"))
    assert codes(project, "app.py") == []
    project = project.with_text("/p/app.py", before)
    assert codes(project, "app.py") == ["FL605"]


@pytest.mark.parametrize(
    ("here", "there", "files", "name"),
    [
        ("app.py", "extensions.py", {}, "extensions"),
        ("app/__init__.py", "app/extensions.py", {}, "app.extensions"),
        ("app/__init__.py", "app/extensions.py", {"app/models.py": "from . import extensions\n"}, ".extensions"),
        ("app/api/users.py", "app/extensions.py", {"app/api/users.py": "from ..models import x\n"}, "..extensions"),
        ("app/api/users.py", "app/api/__init__.py", {"app/api/users.py": "from . import x\n"}, "."),
        ("manage.py", "app/extensions.py", {"app/models.py": "from . import extensions\n"}, "app.extensions"),
        ("src/app/__init__.py", "src/app/db.py", {}, "app.db"),
        ("app/main.py", "other/db.py", {}, "other.db"),
        ("__init__.py", "views/users.py", {}, "views.users"),
    ],
)
def test_module_names(here: str, there: str, files: dict[str, str], name: str) -> None:
    texts = {here: "", there: "", **files}
    for path in (here, there):
        folder = path.rpartition("/")[0]
        while folder and folder not in ("src", "views"):
            texts.setdefault(f"{folder}/__init__.py", "")
            folder = folder.rpartition("/")[0]
    assert module_name(project_of(texts), f"/p/{here}", f"/p/{there}") == name
