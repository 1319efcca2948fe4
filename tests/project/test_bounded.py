"""Code that goes in circles or very deep: every question about it has an answer, in bounded time."""

from __future__ import annotations

import logging

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.route_map import route_map
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings, merge

HEAD = """
from flask import Blueprint, Flask

app = Flask(__name__)
bp = Blueprint('bp', __name__)
"""
MANY = 400


def nested(opening: str, inner: str, depth: int = 90) -> str:
    return "".join(f"{' ' * level}{opening}\n" for level in range(depth)) + " " * depth + inner + "\n"


def chain(number: int) -> str:
    return f"def register{number}(app):\n    register{number + 1}(app)\n    app.register_blueprint(bp)\n\n"


def factory(other: str) -> str:
    return f"""
import {other}
from flask import Flask

def create_app():
    app = {other}.create_app()
    app = Flask(__name__)
    app.register_blueprint({other}.make())
    return app

def make():
    return {other}.make()
"""


ONE_FILE = {
    "attribute of itself": """
class Site:
    def __init__(self, app):
        self.path = self.path.x
        self.app = self.app.app
        for part in self.path:
            self.path = self.path.x
        self.app.register_blueprint(self.path)

Site(app)
""",
    "name of itself": "app = app.app\nbp = bp\nbp = [bp, *bp]\napp.register_blueprint(bp)\n",
    "function of itself": """
def register(app):
    app.register_blueprint(bp)
    register(app)

register(app)
""",
    "function of itself with more each time": """
def add(app, *names):
    app.add_url_rule('/', 'a')
    add(app, 'x', *names)

add(app)
""",
    "function of itself with another text each time": """
def add(app, prefix):
    app.register_blueprint(bp, url_prefix=prefix)
    add(app, f"{prefix}/more")

add(app, "/")
""",
    "classes that are their own bases": """
class A(B):
    pass

class B(A):
    pass

class C(C):
    pass

a = A(app)
C(a).init_app(app)
""",
    "decorator of itself": """
@wrap
def wrap(f):
    return wrap(f)

@app.route('/')
@wrap
def index(): ...
""",
    "blueprints on each other": """
other = Blueprint('o', __name__)
bp.register_blueprint(bp)
other.register_blueprint(bp)
bp.register_blueprint(other)
app.register_blueprint(bp)
""",
    "a list in itself": """
all = [bp]
all.append(all)
for one in all:
    app.register_blueprint(one)

def add(app, all):
    app.register_blueprint(all)

add(app, all)
add(app, {'x': all})
""",
    "a dict in itself": """
all = {'a': bp}
all['b'] = all
all.update(all)

def add(app, **all):
    app.register_blueprint(*all)

add(app, **all)
print(app, all)
""",
    "long chain": f"x = app{'.make()' * MANY}\ny = app{'.x' * MANY}\nx.register_blueprint(bp)\n",
    "calls in calls": f"app.register_blueprint({'wrap(' * 60}bp{')' * 60})\n",
    "functions that call the next": "".join(map(chain, range(MANY))) + f"register{MANY} = register0\nregister0(app)\n",
    "bodies in bodies": nested("if app:", "app.register_blueprint(bp)"),
    "loops in loops": "many = [bp] * 3\nmany.append(many)\n"
    + nested("for x in [many, 1, 2]:", "app.register_blueprint(x)", 18),
    "functions in functions": nested("def f(app=app):", "app.register_blueprint(bp)", 60),
    "sums": f"x = {' + '.join(['x'] * 900)}\napp.add_url_rule(x, 'x')\n",
}
MORE_FILES = {
    "factories of each other": {"one": factory("two"), "two": factory("one")},
    "a file that imports itself": {
        "app": "from app import app, bp\nimport app as me\nme.app.register_blueprint(me.me.bp)\nfrom app import *\n"
    },
    "two files that import all of each other": {
        "one": "from two import *\nprint(app)\napp.register_blueprint(bp)\n",
        "two": "from one import *\nprint(app)\napp.register_blueprint(bp)\n",
    },
    "files that import from the next": {
        f"m{n}": f"from m{(n + 1) % MANY} import app, bp\napp.register_blueprint(bp)\n" for n in range(MANY)
    },
    "files that import all of the next": {
        f"m{n}": f"from m{(n + 1) % MANY} import *\napp.register_blueprint(bp)\n" for n in range(MANY)
    },
}
CASES = {what: {"app": HEAD + text} for what, text in ONE_FILE.items()} | MORE_FILES


@pytest.mark.parametrize("what", CASES)
@pytest.mark.timeout(60)
def test_every_question_has_an_answer(what: str, caplog: pytest.LogCaptureFixture) -> None:
    settings, _ = merge({"preset": "strict"})
    project = Project("/p", settings, Versions())
    for name, text in CASES[what].items():
        project = project.with_text(f"/p/{name}.py", text)
    project = project.with_complete(True)
    route_map(project)
    with caplog.at_level(logging.DEBUG, logger="flask_lsp"):
        for document in list(project.files)[:5]:
            check(project, document)
    assert not caplog.messages


STARTED = """
from threading import Thread
from flask import Flask, current_app, has_app_context

app = Flask(__name__)

def job(c):
    use(%s)
    current_app.name

Thread(target=job).start()
"""
VALUES = {
    "any": " or ".join(f"f{number}(c)" for number in range(MANY)),
    "some that ask": " or ".join(f"f{number}(c) or has_app_context()" for number in range(MANY)),
    "all that ask": " and ".join(["has_app_context()"] * MANY),
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_values_in_a_row_are_not_deep(values: str) -> None:
    project = Project("/p", Settings(), Versions()).with_text("/p/app.py", STARTED % values).with_complete(True)
    assert "FL102" in [finding.rule.code for finding in check(project, "/p/app.py")]


def test_what_is_too_deep_costs_only_itself() -> None:
    project = Project("/p", Settings(), Versions()).with_text("/p/app.py", STARTED % "c")
    for depth in range(300, MANY, 10):
        elses = "".join(f"    elif c == {number}:\n        f(c)\n" for number in range(depth))
        project = project.with_text(f"/p/deep{depth}.py", f"def f(c):\n    if c:\n        f(c)\n{elses}")
    project = project.with_complete(True)
    assert "FL102" in [finding.rule.code for finding in check(project, "/p/app.py")]
