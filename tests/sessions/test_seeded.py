"""Correct applications say nothing; broken in one place, they say what is broken.

A commit is taken out of each shape with each kind of change, and other mistakes are written in many ways.
"""

from __future__ import annotations

import itertools

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings
from tests.sessions import apps

PAIRS = list(itertools.product(apps.SHAPES, apps.CHANGES))
OWN = ("FL701", "FL703", "FL704", "FL706", "FL707", "FL708")


def found(text: str, **others: str) -> list[tuple[str, int]]:
    """The findings of these rules in a module: code and line."""
    project = Project("/p", Settings(), Versions())
    files = {"main": text, "extensions": apps.EXTENSIONS, "models": apps.MODELS, **others}
    for name, each in files.items():
        project = project.with_text(f"/p/{name}.py", each)
    project = project.with_complete(True)
    source = project.files["/p/main.py"].source
    findings = check(project, "/p/main.py")
    return [(f.rule.code, source.position(f.span.start).line) for f in findings if f.rule.code in OWN]


@pytest.mark.parametrize(("shape", "change"), PAIRS, ids=str)
def test_correct(shape: str, change: str) -> None:
    assert [code for code, _ in found(apps.app_of(shape, change))] == []


@pytest.mark.parametrize("shape", apps.SHAPES)
def test_dropped_commits(shape: str) -> None:
    missed: list[str] = []
    for change in apps.CHANGES:
        text = apps.app_of(shape, change)
        [line] = [each for each in text.splitlines() if each.endswith("# commit")]
        broken = text.replace(line + "\n", "")
        if "FL701" not in {code for code, _ in found(broken)}:
            missed.append(change)
    assert len(PAIRS) >= 120
    assert len(missed) <= len(apps.CHANGES) * 0.05, missed


HANDLERS = {
    "plain": "flash('no')",
    "pass": "pass",
    "print": "print('failed')",
    "log": "app.logger.exception('failed')",
    "variable": "failed = True",
    "branch": "if name:\n            flash(name)",
}
CAUGHT = ("Exception", "IntegrityError", "SQLAlchemyError as error", "(ValueError, IntegrityError)")
SAVED = {
    "commit": "db.session.commit()",
    "flush": "db.session.flush()",
    "method": "User(name=name).save()",
    "helper": "keep(User(name=name))",
}
UNDONE = ("db.session.rollback()", "undo()")
GUARDED = """
from flask import Flask, flash
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from extensions import db
from models import User

app = Flask(__name__)
db.init_app(app)


def keep(user):
    db.session.add(user)
    db.session.commit()


def undo():
    db.session.rollback()


@app.post("/users/<name>")
def create(name):
    db.session.add(User(name=name))
    try:
        {saved}
    except {caught}:
        {undone}  # rollback
        {handler}
    db.session.add(User(name=name))
    db.session.commit()
    return str(User.query.count())
"""
GUARDS = list(itertools.product(CAUGHT, SAVED.values(), UNDONE))


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS)
def test_dropped_rollbacks(handler: str) -> None:
    missed: list[str] = []
    for caught, saved, undone in GUARDS:
        text = GUARDED.format(handler=handler, caught=caught, saved=saved, undone=undone)
        assert found(text) == [], text
        [line] = [each for each in text.splitlines() if each.endswith("# rollback")]
        if [code for code, _ in found(text.replace(line + "\n", ""))] != ["FL704"]:
            missed.append(text)
    assert len(GUARDS) * len(HANDLERS) >= 150
    assert len(missed) <= len(GUARDS) * 0.05, missed[:3]


@pytest.mark.parametrize(
    ("right", "broken", "code"),
    [
        ("db.session.get(User, id)", "User.query.get(id)", "FL707"),
        ("db.session.get(User, id)", "db.session.query(User).get(id)", "FL707"),
        ("db.session.execute(db.text('SELECT 1'))", "db.session.execute('SELECT 1')", "FL707"),
        ("db.session.execute(db.text(f'SELECT {id}'))", "db.session.execute(f'SELECT {id}')", "FL707"),
        ("db.session.execute(db.text('SELECT 1'))", "db.engine.execute(db.text('SELECT 1'))", "FL707"),
        ("Thread(target=print, args=(found.id,))", "Thread(target=print, args=(found,))", "FL703"),
        ("Thread(target=print, kwargs={'a': found.id})", "Thread(target=print, kwargs={'a': found})", "FL703"),
        ("Timer(3, print, args=[found.id])", "Timer(3, print, args=[found])", "FL703"),
        ("executor.submit(print, found.id)", "executor.submit(print, found)", "FL703"),
        ("cache.set('last', found.id)", "cache.set('last', found)", "FL703"),
        ("cache.add('last', found.id)", "cache.add('last', found)", "FL703"),
        ("LAST['user'] = found.id", "LAST['user'] = found", "FL703"),
        ("SEEN.append(found.id)", "SEEN.append(found)", "FL703"),
        ("work.delay(found.id)", "work.delay(found)", "FL703"),
        ("Process(target=print, args=(found.id,)).start()", "Process(target=print, args=(found,)).start()", "FL703"),
    ],
)
def test_other_mistakes(right: str, broken: str, code: str) -> None:
    text = """
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Process
from threading import Thread, Timer

from celery import shared_task
from flask import Flask
from flask_caching import Cache
from extensions import db
from models import User

app = Flask(__name__)
db.init_app(app)
cache = Cache(app)
executor = ThreadPoolExecutor()
LAST = {{}}
SEEN = []


@shared_task
def work(user):
    print(user)


@app.get("/users/<int:id>")
def show(id):
    found = db.get_or_404(User, id)
    {}
    return found.name
"""
    assert found(text.format(right)) == []
    assert [each for each, _ in found(text.format(broken))] == [code]


@pytest.mark.parametrize(
    "where",
    [
        "app.config['SQLALCHEMY_DATABASE_URI'] = {}",
        "app.config.update(SQLALCHEMY_DATABASE_URI={})",
        "app.config.from_mapping(SQLALCHEMY_DATABASE_URI={})",
        "app.config['SQLALCHEMY_BINDS'] = {{'users': {}}}",
        "class Config:\n    SQLALCHEMY_DATABASE_URI = {}",
        "address = {}\napp.config['SQLALCHEMY_DATABASE_URI'] = address",
    ],
)
@pytest.mark.parametrize(
    "form", ["'{}://u@h/d'", "os.environ.get('URL', '{}://u@h/d')", "os.getenv('URL') or '{}://h/d'"]
)
def test_schemes(where: str, form: str) -> None:
    head = "import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
    assert found(head + where.format(form.format("postgresql")) + "\n") == []
    broken = found(head + where.format(form.format("postgres")) + "\n")
    assert [code for code, _ in broken] == ["FL708"]
