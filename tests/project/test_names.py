"""What is this name? One table."""

from __future__ import annotations

import pytest

from flask_lsp.facts.model import Literal
from flask_lsp.project import links, names, places
from flask_lsp.project.modules import Modules
from flask_lsp.project.packages import Packages
from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.context import Context
from flask_lsp.settings import Settings
from flask_lsp.syntax.nodes import walk

SERVER = """
class Server:
    def __init__(self, given):
        self.app = Flask(1)
        self.other = self.app
        self.given = given
        self.twice = self.app

    def again(self):
        self.twice = 1
"""
FLASK = "from flask import Flask, request\n"


def at(files: dict[str, str]) -> Project:
    project = Project("/p", Settings(), Versions())
    for name, text in files.items():
        project = project.with_text(f"/p/{name}", text)
    return project.with_complete(True)


def meaning(files: dict[str, str], path: str) -> str | None:
    return names.canonical(at(files), "/p/app.py", path)


@pytest.mark.parametrize(
    ("document", "name", "expected"),
    [
        ("tests/app/test_x.py", "app", "app/__init__.py"),
        ("tests/app/__init__.py", "app", "app/__init__.py"),
        ("scripts/run.py", "app", "scripts/app.py"),
        ("web/views.py", "models", "web/models.py"),
        ("web/__init__.py", "web", "web/__init__.py"),
        ("web/__init__.py", "web.models", "web/models.py"),
        ("scripts/app.py", "app", "app/__init__.py"),
        ("web/part/__init__.py", "web.part", "web/part/__init__.py"),
        ("web/celery.py", "celery", None),
    ],
)
def test_files_of_one_name(document: str, name: str, expected: str | None) -> None:
    """Folders on the path come first, those that are packages last."""
    packages = [f"{folder}/__init__.py" for folder in ("app", "tests", "tests/app", "web", "web/part")]
    files = [*packages, "tests/app/test_x.py", "scripts/app.py", "scripts/run.py", "web/models.py", "web/views.py"]
    files.append("web/celery.py")
    modules = Modules(frozenset(f"/r/{each}" for each in files), "/r")
    assert modules.find(f"/r/{document}", name, 0) == (expected and f"/r/{expected}")


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        # imports and aliases
        ("import flask\n", "flask.request", "flask.request"),
        ("import flask as f\n", "f.request.args", "flask.request.args"),
        (FLASK, "request.args.get", "flask.request.args.get"),
        ("from flask import request as r\n", "r", "flask.request"),
        ("from flask.globals import request\n", "request", "flask.request"),
        ("from flask.app import Flask\n", "Flask()", "flask.Flask()"),
        ("from flask.json import jsonify\n", "jsonify", "flask.jsonify"),
        ("import flask.json\n", "flask.json.dumps", "flask.json.dumps"),
        ("import a.b as c\n", "c.d", "a.b.d"),
        ("import os.path\n", "os.environ[]", "os.environ[]"),
        # values
        (FLASK + "app = Flask(__name__)\n", "app.run", "flask.Flask().run"),
        (FLASK + "app = application = Flask(__name__)\n", "application", "flask.Flask()"),
        (FLASK + "app: Flask = Flask(__name__)\n", "app", "flask.Flask()"),
        (FLASK + "a, b = Flask(__name__), 1\n", "a", "flask.Flask()"),
        (FLASK + "app = Flask(__name__)\nother = app\n", "other.config", "flask.Flask().config"),
        ("from flask import current_app\napp = current_app._get_current_object()\n", "app", "flask.Flask()"),
        ("with open(p) as f: pass\n", "f.read", "builtins.open().read"),
        # builtins, and what hides them
        ("", "int", "builtins.int"),
        ("", "int()", "builtins.int()"),
        ("int = f\n", "int", None),
        ("def int(): pass\n", "int", "<app>.int"),
        ("", "unknown", None),
        # more than one meaning
        (FLASK + "if a:\n    request = 1\n", "request", None),
        ("if a:\n    from flask import g\nelse:\n    from flask import g\n", "g", "flask.g"),
        ("try:\n    import simplejson as json\nexcept E:\n    import json\n", "json.dumps", None),
        (FLASK + "for request in x: pass\n", "request", None),
        (FLASK + "del request\n", "request", None),
        (FLASK + "request += 1\n", "request", None),
        (FLASK + "with a as (request, b): pass\n", "request", None),
        (FLASK + "x = [request for request in y]\n", "request", None),
        (FLASK + "x = (request for request in y)\n", "request", None),
        (FLASK + "def f():\n    request = 1\n", "request", "flask.request"),
        (FLASK + "class A:\n    request = 1\n", "request", "flask.request"),
        # factories
        (FLASK + "def make():\n    app = Flask(__name__)\n    return app\napp = make()\n", "app", "flask.Flask()"),
        (FLASK + "def make():\n    return Flask(__name__)\n", "make().run", "flask.Flask().run"),
        (FLASK + "def make():\n    if a:\n        return Flask(1)\n    return Flask(2)\n", "make()", "flask.Flask()"),
        (FLASK + "def make():\n    if a:\n        return None\n    return Flask(2)\n", "make()", None),
        (FLASK + "async def make():\n    return Flask(2)\n", "make()", None),
        (FLASK + "@cached\ndef make():\n    return Flask(2)\n", "make()", None),
        (FLASK + "def make(app: Flask):\n    return app\n", "make()", "flask.Flask()"),
        (FLASK + "def make(app):\n    return app\n", "make()", None),
        (FLASK + "def make():\n    global a\n    a = 1\n    return a\na = Flask(2)\n", "make()", "flask.Flask()"),
        ("def f(): pass\n", "f.x", "<app>.f.x"),
        # classes
        (FLASK + "class App(Flask): pass\n", "App()", "flask.Flask()"),
        (FLASK + "class App(Flask): pass\nclass Sub(App): pass\n", "Sub().run", "flask.Flask().run"),
        ("class A: pass\n", "A().b", "<app>.A().b"),
        ("from flask_login import UserMixin\nclass A(UserMixin): pass\n", "A", "flask_login.UserMixin"),
        (FLASK + "from flask_login import UserMixin\nclass A(UserMixin, Flask): pass\n", "A()", "flask.Flask()"),
        (FLASK + "class A(dict, Flask): pass\n", "A()", "flask.Flask()"),
        # what comes with a star
        ("from flask import *\n", "request.args", "flask.request.args"),
        ("from flask import *\n", "Flask()", "flask.Flask()"),
        ("from flask import *\n", "int", "builtins.int"),
        ("from flask import *\n", "json", None),
        ("from flask import *\nrequest = 1\n", "request", None),
        ("from flask import *\nfrom somewhere import *\n", "request", None),
        ("from somewhere import *\nfrom flask import *\n", "request", "flask.request"),
        # only for type checkers
        ("if TYPE_CHECKING:\n    from flask import Flask\ndef f(app: Flask): return app\n", "f()", "flask.Flask()"),
        ("if TYPE_CHECKING:\n    from flask import g\nelse:\n    g = 1\n", "g", None),
        ("class A(A): pass\n", "A", "<app>.A"),
        # circles
        ("a = b\nb = a\n", "a", None),
        ("def f():\n    return f()\n", "f()", None),
        ("def f():\n    return g()\ndef g():\n    return f()\n", "f()", None),
        ("class A(B): pass\nclass B(A): pass\n", "A", "<app>.A"),
        ("a = a.b\n", "a", None),
        # attributes of instances
        (FLASK + SERVER + "server = Server()\n", "server.app.route", "flask.Flask().route"),
        (FLASK + SERVER + "server = Server()\n", "server.other", "flask.Flask()"),
        (FLASK + SERVER + "server = Server()\n", "server.twice", "<app>.Server().twice"),
        (FLASK + SERVER + "server = Server()\n", "server.given.run", "<app>.Server().given.run"),
        (FLASK + SERVER + "class Own(Server): pass\nown = Own()\n", "own.app", "<app>.Own().app"),
        (FLASK + "class A:\n    app = Flask(1)\n", "A().app.run", "flask.Flask().run"),
        (FLASK + "class A(Flask):\n    def f(self): self.me = self\n", "A().me.run", "flask.Flask().run"),
        # packages we cannot see
        ("from somewhere import *\n", "request", None),
        ("from somewhere import *\n", "int", "builtins.int"),
        ("from somewhere import *\n", "open", None),
        ("from . import nothing\n", "nothing", None),
        ("from .nothing import x\n", "x", None),
        ("from .. import x\n", "x", None),
        ("from ........ import x\n", "x", None),
    ],
)
def test_one_file(text: str, path: str, expected: str | None) -> None:
    assert meaning({"app.py": text}, path) == expected


MODELS = "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"
DB = "flask_sqlalchemy.SQLAlchemy()"
PACKAGE = {"pkg/__init__.py": "", "pkg/m.py": MODELS}


@pytest.mark.parametrize(
    ("text", "path", "others", "expected"),
    [
        ("from models import db\n", "db.session", {"models.py": MODELS}, f"{DB}.session"),
        ("from .models import db\n", "db", {"models.py": MODELS}, DB),
        ("from . import models\n", "models.db", {"models.py": MODELS}, DB),
        ("from . import models as m\n", "m.db", {"models.py": MODELS}, DB),
        ("import models\n", "models.db", {"models.py": MODELS}, DB),
        ("import models as m\n", "m.db", {"models.py": MODELS}, DB),
        ("import models\n", "models", {"models.py": MODELS}, None),
        ("from models import nothing\n", "nothing", {"models.py": MODELS}, None),
        # packages and re-exports
        ("from pkg import db\n", "db", {"pkg/__init__.py": MODELS}, DB),
        ("from pkg import db\n", "db", {"pkg/__init__.py": "from .m import db\n", "pkg/m.py": MODELS}, DB),
        ("from pkg.m import db\n", "db", {"pkg/__init__.py": "", "pkg/m.py": MODELS}, DB),
        ("import pkg.m\n", "pkg.m.db", {"pkg/__init__.py": "", "pkg/m.py": MODELS}, DB),
        ("from pkg import m\n", "m.db", {"pkg/__init__.py": "", "pkg/m.py": MODELS}, DB),
        ("import pkg.m as x\n", "x.db", {"pkg/__init__.py": "", "pkg/m.py": MODELS}, DB),
        ("from pkg import a\n", "a.db", {"pkg/a.py": "from . import m\ndb = m.db\n", **PACKAGE}, DB),
        ("from pkg.a.b import db\n", "db", {"pkg/a/b.py": "from ..m import db\n", **PACKAGE}, DB),
        # stars
        ("from models import *\n", "db", {"models.py": MODELS}, DB),
        ("from models import *\n", "int", {"models.py": MODELS}, "builtins.int"),
        ("from models import *\n", "nothing", {"models.py": MODELS}, None),
        ("from a import *\nfrom models import *\n", "db", {"models.py": MODELS, "a.py": "db = 1\n"}, DB),
        ("from elsewhere import *\nfrom models import *\n", "int", {"models.py": MODELS}, "builtins.int"),
        ("from elsewhere import *\nfrom models import *\n", "open", {"models.py": MODELS}, None),
        ("from a import *\n", "db", {"a.py": "from models import *\n", "models.py": MODELS}, DB),
        ("from a import *\n", "request", {"a.py": "from flask import *\n"}, "flask.request"),
        ("from a import *\n", "_db", {"a.py": MODELS + "_db = db\n"}, None),
        ("from a import *\n", "_db", {"a.py": MODELS + "_db = db\n__all__ = ['_db']\n"}, DB),
        ("from a import *\n", "db", {"a.py": MODELS + "__all__ = ['other']\nother = 1\n"}, None),
        ("from a import *\n", "db", {"a.py": MODELS + "__all__ = names()\n"}, DB),
        ("from a import *\n", "db", {"a.py": MODELS + "__all__ = ['x']\n__all__ += ['db']\n"}, DB),
        ("from pkg import *\n", "m.db", {**PACKAGE, "pkg/__init__.py": "__all__ = ['m']\n"}, DB),
        ("import a\n", "a.db", {"a.py": "from models import *\n", "models.py": MODELS}, DB),
        ("from a import db\n", "db", {"a.py": "from models import *\n", "models.py": MODELS}, DB),
        # folders: src layouts, packages without __init__.py
        ("from shop.m import db\n", "db", {"src/shop/__init__.py": "", "src/shop/m.py": MODELS}, DB),
        ("from shop import db\n", "db", {"src/shop/__init__.py": "from .m import db\n", "src/shop/m.py": MODELS}, DB),
        ("from space.m import db\n", "db", {"space/m.py": MODELS}, DB),
        ("import space.inner.m\n", "space.inner.m.db", {"space/inner/m.py": MODELS}, DB),
        ("from space import m\n", "m.db", {"space/m.py": MODELS}, DB),
        ("from space.inner import m\n", "m.db", {"src/space/inner/m.py": MODELS}, DB),
        ("from pkg.a import db\n", "db", {**PACKAGE, "pkg/a.py": "from pkg.m import db as db\n"}, DB),
        ("import pkg\n", "pkg.m.db", {**PACKAGE, "pkg/__init__.py": "from . import m\n"}, DB),
        # circles
        ("from a import x\n", "x", {"a.py": "from app import x\n"}, None),
        ("from a import *\n", "request", {"a.py": "from app import *\n"}, None),
        ("from a import *\n", "x", {"a.py": "from app import *\n"}, None),
        # a factory and a class elsewhere
        ("from f import make\na = make()\n", "a", {"f.py": FLASK + "def make(): return Flask(1)\n"}, "flask.Flask()"),
        ("from f import App\n", "App()", {"f.py": FLASK + "class App(Flask): pass\n"}, "flask.Flask()"),
        ("from f import A\n", "A", {"f.py": "class A: pass\n"}, "<f>.A"),
        (
            "from c import Sub\n",
            "Sub().run",
            {"c.py": "import b\nclass Sub(b.App): pass\n", "b.py": FLASK + "class App(Flask): pass\n"},
            "flask.Flask().run",
        ),
        (
            "from c import bp\n",
            "bp.route",
            {
                "c.py": "from b import Pages\nbp = Pages('x')\n",
                "b.py": "import flask\nclass Pages(flask.Blueprint): 1\n",
            },
            "flask.Blueprint().route",
        ),
        (
            "from c import make\napp = make()\n",
            "app.config",
            {
                "c.py": "from b import App\ndef make():\n    a = App()\n    return a\n",
                "b.py": FLASK + "class App(Flask): 1\n",
            },
            "flask.Flask().config",
        ),
        (
            "from pkg import make\napp = make()\n",
            "app",
            {"pkg/__init__.py": "from .f import make\n", "pkg/f.py": FLASK + "def make(): return Flask(1)\n"},
            "flask.Flask()",
        ),
        # a file beside is no package of that name
        ("from flask import request\n", "request", {"flask/x.py": ""}, "flask.request"),
    ],
)
def test_other_files(text: str, path: str, others: dict[str, str], expected: str | None) -> None:
    assert meaning({"app.py": text, **others}, path) == expected


KNOWN = {
    "apiflask.APIFlask": "flask.Flask",
    "smorest.Blueprint": "flask.Blueprint",
    "made.create()": "flask.Flask()",
    "made.db": "flask_sqlalchemy.SQLAlchemy()",
    "made.*.request": "flask.request",
    "made.*.int": "",
}


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("from apiflask import APIFlask\napp = APIFlask()\n", "app.run", "flask.Flask().run"),
        ("import apiflask as a\nclass App(a.APIFlask): pass\n", "App().run", "flask.Flask().run"),
        ("from apiflask import APIFlasks\n", "APIFlasks()", "apiflask.APIFlasks()"),
        ("from smorest import Blueprint as B\nbp = B('x')\n", "bp.route", "flask.Blueprint().route"),
        ("from made import create\napp = create()\n", "app.config", "flask.Flask().config"),
        ("from made import create\n", "create", "made.create"),
        ("from made import db\n", "db.session.commit", f"{DB}.session.commit"),
        ("from made import *\n", "request", "flask.request"),
        ("from made import *\n", "int", "builtins.int"),
        ("from made import *\n", "other", None),
        ("def f():\n    from made import db\n    return db\n", "f().session", f"{DB}.session"),
    ],
)
def test_packages(text: str, path: str, expected: str | None) -> None:
    project = at({"app.py": text}).with_packages(Packages(KNOWN))
    assert names.canonical(project, "/p/app.py", path) == expected


def test_what_packages_mean_changes_answers() -> None:
    """Answers of before are not kept."""
    before = at({"app.py": "from made import db\n"})
    assert before.with_packages(Packages(KNOWN)).answers is not before.answers


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def f():\n    request.MARK\n", "flask.request"),
        ("def f(request):\n    request.MARK\n", None),
        ("def f(*request):\n    request.MARK\n", None),
        ("def f():\n    request.MARK\n    request = 1\n", None),
        ("def f():\n    global request\n    request.MARK\n", "flask.request"),
        ("def f():\n    request = 1\n    def g():\n        request.MARK\n", None),
        ("def f():\n    x = request\n    x.MARK\n", "flask.request"),
        ("def f():\n    x = request\n    def g():\n        x.MARK\n", "flask.request"),
        ("def f(x=request.MARK):\n    request = 1\n", "flask.request"),
        ("@d(request.MARK)\ndef f(request): pass\n", "flask.request"),
        ("class A:\n    def f(self):\n        request.MARK\n", "flask.request"),
        ("f = lambda request: request.MARK\n", None),
        ("f = lambda: request.MARK\n", "flask.request"),
        ("def f():\n    import flask\n    flask.g.MARK\n", "flask.g"),
        ("def f():\n    from flask import g as request\n    request.MARK\n", "flask.g"),
        ("def f():\n    from models import db\n    db.MARK\n", DB),
        ("def f():\n    from .models import db as d\n    d.MARK\n", DB),
        ("def f():\n    import models\n    models.db.MARK\n", DB),
        ("def f():\n    from models import made\n    made.MARK\n", DB),
        ("def f(x: Flask):\n    x.MARK\n", "flask.Flask()"),
        ("def f(x: 'Flask'):\n    x.MARK\n", "flask.Flask()"),
        ("def f(*x: Flask):\n    x.MARK\n", None),
        ("def f(x: Flask | None = None):\n    x.MARK\n", "flask.Flask()"),
        ("def f(x: 'None | Flask' = None):\n    x.MARK\n", "flask.Flask()"),
        ("import typing as t\ndef f(x: t.Optional[Flask] = None):\n    x.MARK\n", "flask.Flask()"),
        ("def f(x: Flask | str):\n    x.MARK\n", None),
        # a class body is not followed, but hides what lies around it; not from its methods
        ("class A:\n    request = 1\n    x = request.MARK\n", None),
        ("class A:\n    if a:\n        request = 1\n    x = f(request.MARK)\n", None),
        ("class A:\n    request = 1\n    def f(self):\n        request.MARK\n", "flask.request"),
        ("class A:\n    request = 1\n    @request.MARK\n    def f(self): pass\n", None),
        ("@request.MARK\nclass A:\n    request = 1\n", "flask.request"),
        ("class A(request.MARK):\n    request = 1\n", "flask.request"),
        ("def f():\n    class A:\n        request = 1\n        x = request.MARK\n", None),
        ("class A:\n    request = 1\n    x = lambda: request.MARK\n", "flask.request"),
        ("def f(x: Flask = None):\n    x = x or 1\n    x.MARK\n", None),
        ("def f():\n    with request as r:\n        r.MARK\n", "flask.request"),
        ("def f():\n    try: pass\n    except E as request:\n        request.MARK\n", None),
        ("class A:\n    def f(self):\n        self.r = request\n        self.r.MARK\n", "flask.request"),
        ("class A:\n    def f(self):\n        self.r = request\n    def g(me):\n        me.r.MARK\n", "flask.request"),
        (
            "class A:\n    def f(self):\n        def g():\n            self.r.MARK\n        self.r = request\n",
            "flask.request",
        ),
        ("class A(Flask):\n    def f(self):\n        self.MARK\n", "flask.Flask()"),
        ("class A:\n    def f(self):\n        self.MARK\n", None),
        ("class A:\n    def f(self, r):\n        self.r = r\n        self.r.MARK\n", None),
        ("class A:\n    @staticmethod\n    def f(x):\n        x.r = request\n        x.r.MARK\n", None),
        ("def f(self):\n    self.r = request\n    self.r.MARK\n", None),
        ("def f():\n    any(request.MARK for request in requests)\n", None),
        ("def f():\n    [request.MARK for request in requests]\n", None),
    ],
)
def test_scopes(body: str, expected: str | None) -> None:
    models = MODELS + "def make():\n    return db\nmade = make()\n"
    project = at({"app.py": FLASK + body, "models.py": models})
    file = project.files["/p/app.py"]
    (block,) = [block for _, block in file.tree.blocks if "MARK" in block.text]
    context = Context(project, file, block)
    (node,) = [node for node in walk(block.tree.body) if getattr(node, "attr", "") == "MARK"]
    assert context.name(node) == (expected and f"{expected}.MARK")


def test_what_a_local_import_brings_is_asked_for() -> None:
    """Else findings would be kept when the other file has changed."""
    project = at({"app.py": "def f():\n    from models import db\n    db.MARK\n", "models.py": MODELS})
    file = project.files["/p/app.py"]
    block = file.tree.blocks[0].block
    context = Context(project, file, block)
    (node,) = [node for node in walk(block.tree.body) if getattr(node, "attr", "") == "MARK"]
    assert context.name(node) == f"{DB}.MARK"
    assert any(question is names.imported for question, _ in context.reads)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\n", Literal(1)),
        ("x = 'a' 'b'\n", Literal("ab")),
        ("x = y\ny = 2\n", Literal(2)),
        ("x = 1\nx = 2\n", None),
        ("x = 1\nx += 2\n", None),
        ("from consts import x\n", Literal(3)),
        ("from consts import y as x\n", Literal(3)),
        ("from .consts import x\n", Literal(3)),
        ("x = x\n", None),
        ("x = f()\n", None),
    ],
)
def test_constants(text: str, expected: Literal | None) -> None:
    project = at({"app.py": text, "consts.py": "x = 3\ny = x\n"})
    assert places.constant(project, "/p/app.py", "x") == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a", ("a", "")), ("a.b()", ("a", ".b()")), ("a().b", ("a", "().b")), ("a[].b", ("a", "[].b")), ("", ("", ""))],
)
def test_split(path: str, expected: tuple[str, str]) -> None:
    assert links.split(path) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("flask.app.Flask().run", "flask.Flask().run"),
        ("flask.app.Flasks", "flask.app.Flasks"),
        ("flask.globals.g", "flask.g"),
        ("flask.helpers.url_for()", "flask.url_for()"),
        ("flask_sqlalchemy.extension.SQLAlchemy", "flask_sqlalchemy.SQLAlchemy"),
    ],
)
def test_home(name: str, expected: str) -> None:
    assert names.home(name) == expected
