"""What is kept of sessions from edit to edit is what is told of the text anew."""

from __future__ import annotations

import random

from flask_lsp.project.project import Project
from flask_lsp.project.sessions import lost_in
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings

VIEWS = """
from flask import Flask
from helpers import keep, stage
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)


@app.post("/1")
def one():
    db.session.add(User())
    {0}
    return "1"


@app.post("/2")
def two():
    {1}
    stage(User())
    {2}
    return "2"
"""
HELPERS = """
from app import db


def stage(thing):
    {3}
    db.session.add(thing)
    {4}


def keep():
    {5}
"""
LINES = ("pass", "db.session.commit()", "keep()", "stage(1)", "print(1)", "db.session.rollback()", "return")


def project_of(lines: list[str], before: Project | None = None) -> Project:
    project = before or Project("/p", Settings(), Versions())
    project = project.with_text("/p/app.py", VIEWS.format(*lines))
    return project.with_text("/p/helpers.py", HELPERS.format(*lines))


def test_kept_as_told_anew() -> None:
    pick = random.Random(6)
    lines = [pick.choice(LINES) for _ in range(6)]
    typed, seen = project_of(lines).with_complete(True), set[object]()
    for _ in range(150):
        lines[pick.randrange(6)] = pick.choice(LINES)
        typed = project_of(lines, typed)
        anew = project_of(lines).with_complete(True)
        for document in ("/p/app.py", "/p/helpers.py"):
            found = lost_in(typed, document)
            assert found == lost_in(anew, document), lines
            seen.add(found)
    assert len(seen) > 5


def test_bad_input_is_unknown() -> None:
    text = """
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy()


@app.post("/1")
def one():
    getattr(db.session, "add")(1)
    session = globals()["session"]
    session.add(1)
    return "1"


@app.post("/2")
def two(session):
    session.add(1)
    return "2"


@app.post("/3")
async def three():
    db.session.add(1)
    return "3"


@app.post("/4")
def four():
    db.session.add(1)
    yield "4"


@app.post("/5")
def five(work):
    db.session.add(1)
    work()
    return "5"


for name in ("a", "b"):
    exec(f"def {name}(): db.session.add(1)")
"""
    project = Project("/p", Settings(), Versions()).with_text("/p/app.py", text).with_complete(True)
    assert lost_in(project, "/p/app.py") == ()
