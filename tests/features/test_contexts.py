"""The hover on a context-bound name: in which contexts the line runs, and how it gets there."""

from __future__ import annotations

import pytest

from flask_lsp.features.hover import hover
from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings

USERS = """
from flask import Flask, current_app, g, request, url_for
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)


class Row(db.Model):
    id = db.Column(db.Integer, primary_key=True)


def load_user():
    g.user = current_app.name


def path():
    return request.path


def guarded():
    if request:
        return request.path


def lonely():
    return current_app.name


def listed():
    return g.x


LISTED = [listed]


@app.get("/first")
def first():
    url_for("first")
    db.session.commit()
    return Row.query.all()
"""
BLOG = """
from threading import Thread

from flask import Blueprint

from users import guarded, load_user, path

bp = Blueprint("blog", __name__)


@bp.get("/")
def index():
    load()
    return path()


def load():
    load_user()


@bp.cli.command("list")
def list_():
    load_user()
    guarded()


def send_async():
    Thread(target=load_user).start()
"""


def shown(at: str) -> str:
    project = Project("/p", Settings(), Versions())
    project = project.with_text("/p/users.py", USERS).with_text("/p/blog.py", BLOG).with_complete(True)
    found = hover(project, "/p/users.py", (), USERS.index(at))
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("at", "lines"),
    [
        (
            "current_app.name\n\n\ndef path",
            [
                "in a request: view `blog.index` → `blog.load` → here",
                "with an application only: command `blog.list_` → here",
                "without any: thread target of `blog.send_async` → here",
            ],
        ),
        ("request.path\n\n\ndef guarded", ["in a request: view `blog.index` → here"]),
    ],
)
def test_ways(at: str, lines: list[str]) -> None:
    assert [line.removeprefix("- ") for line in shown(at).splitlines()[2:]] == lines


def test_nothing_is_made_up() -> None:
    guarded = shown("request.path\n\n\ndef lonely")  # a command has no request, and the guard keeps it out
    assert guarded.splitlines()[2:] == ["- never without its context: what stands before asks for it"]
    alone = "- in a context that cannot be told: nothing is seen that calls `users.lonely`"
    assert shown("current_app.name\n\n\ndef listed").splitlines()[2:] == [alone]
    assert shown("lonely") == ""


@pytest.mark.parametrize(
    ("at", "line"),
    [
        ("url_for(", "`url_for` is used here|in a request: view `users.first` → here"),
        ("db.session", "`db.session.commit` is used here|in a request: view `users.first` → here"),
        ("Row.query", "`Row.query` is used here|in a request: view `users.first` → here"),
        ("g.x", "`g` is used here|in a context that cannot be told: handed on by `users` → here"),
    ],
)
def test_all_that_needs_a_context(at: str, line: str) -> None:
    name, way = line.split("|")
    assert shown(at).splitlines() == [name, "", f"- {way}"]
