"""The hover on a context-bound name: in which contexts the line runs, and how it gets there."""

from __future__ import annotations

import pytest

from flask_lsp.features.hover import hover
from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings

USERS = """
from flask import current_app, g, request


def load_user():
    g.user = current_app.name


def path():
    return request.path


def guarded():
    if request:
        return request.path


def lonely():
    return current_app.name
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
    assert shown("request.path\n\n\ndef lonely") == ""  # a command has no request, and the guard keeps it out
    assert (
        shown(
            "current_app.name\n",
        )
        != ""
    )
    assert shown("lonely") == ""
