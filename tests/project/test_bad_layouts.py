"""Layouts that no program should have: circles of any size, two things of one name. Bounded time, no crash, and silence
where the answer cannot be told."""

from __future__ import annotations

import time

import pytest

from flask_lsp.project.imports import Outcome, outcome
from flask_lsp.project.project import File, Project
from flask_lsp.project.routes import endpoint
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import merge
from flask_lsp.text import Source

IMPORTS = ("FL301", "FL302", "FL303", "FL305")


def project(texts: dict[str, str]) -> Project:
    settings, _ = merge({"preset": "strict"})
    made = [File(f"/p/{path}", Source(text)) for path, text in texts.items()]
    return Project("/p", settings, Versions()).with_files(made).with_complete(True)


def codes(made: Project, *wanted: str) -> list[tuple[str, str]]:
    """Path and code of the findings with the wanted codes."""
    found = ((made.path(document), each.rule.code) for document in made.files for each in check(made, document))
    return [row for row in found if row[1] in (wanted or IMPORTS)]


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("import app\n", False),
        ("import app as me\nx = 1\nme.x\nfrom app import x\n", False),
        ("import app as me\nme.x\nx = 1\n", True),
        ("from app import x\nx = 1\n", True),
        ("from app import nothing\n", True),
        ("from app import *\nx = 1\n", False),
        ("from . import app\n", False),
        ("from .app import app\n", False),
        ("import app.app.app\n", False),
        ("def f():\n    import app\n    app.f()\n\nf()\n", False),
    ],
)
def test_files_that_import_themselves(text: str, fails: bool) -> None:
    """What a file takes from itself is there or not, as for Python."""
    found = codes(project({"app.py": text, "wsgi.py": "import app\n"}))
    assert set(found) == ({("app.py", "FL301")} if fails else set())


@pytest.mark.parametrize("form", ["from m{n} import value\nvalue = 1\n", "import m{n}\nm{n}.value\nvalue = 1\n"])
@pytest.mark.parametrize("count", [2, 60, 299])
def test_circles_that_break(form: str, count: int) -> None:
    """The import that closes the circle is the one that fails, however many there are."""
    texts = {f"m{n}.py": form.format(n=(n + 1) % count) for n in range(count)}
    made = project({**texts, "wsgi.py": "import m0\n"})
    assert [each.failure.site.document for each in outcome(made).broken if each.failure.site] == [f"/p/m{count - 1}.py"]


def test_a_circle_of_2000_modules() -> None:
    count = 2000
    texts = {f"m{n}.py": f"from m{(n + 1) % count} import value\nvalue = 1\n" for n in range(count)}
    made = project({**texts, "wsgi.py": "import m0\n"})
    begin = time.process_time()
    assert outcome(made) == Outcome((), ()), "larger than Python itself would go"
    for n in (0, 1, count - 1):
        check(made, f"/p/m{n}.py")
    assert time.process_time() - begin < 20


def test_modules_that_all_import_each_other() -> None:
    names = [f"m{n}" for n in range(120)]
    text = "".join(f"import {name}\n" for name in names)
    begin = time.process_time()
    assert codes(project({**{f"{name}.py": text for name in names}, "wsgi.py": "import m0\n"})) == []
    assert time.process_time() - begin < 20


def test_a_package_and_a_module_of_one_name() -> None:
    """Python takes the package; nothing is said of the module that it hides."""
    texts = {
        "app/__init__.py": "from flask import Flask\nfrom app.views import index\napp = Flask(__name__)\n",
        "app/views.py": "from app import app\n\n\n@app.get('/')\ndef index():\n    return ''\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\nfrom app.views import index\n",
        "wsgi.py": "from app import app\n",
    }
    made = project(texts)
    assert set(codes(made, "FL301")) == {("app/views.py", "FL301")}
    fixed = {
        **texts,
        "app/__init__.py": "from flask import Flask\napp = Flask(__name__)\nfrom app.views import index\n",
    }
    assert codes(project(fixed), "FL301") == []


def test_a_package_and_a_folder_of_one_name() -> None:
    texts = {
        "one/shop/__init__.py": "from flask import Flask\napp = Flask(__name__)\nfrom shop import views\n",
        "one/shop/views.py": "from shop import app\n",
        "two/shop/views.py": "from shop import app\nimport shop.views\n",
        "shop/templates.py": "import shop\n",
        "shop.py": "import shop\nshop.app\n",
    }
    assert codes(project(texts), "FL301", "FL303", "FL305") == []


APP = """
from flask import Flask, url_for

{name} = Flask(__name__)


@{name}.get("/{name}")
def index():
    return url_for("index")


@{name}.get("/other")
def {name}_only():
    return url_for("index")
"""


def test_two_applications_with_equal_endpoint_names() -> None:
    """Which of them answers is not for us to say; neither takes the other's endpoints for missing or double."""
    texts = {"one.py": APP.format(name="one"), "two.py": APP.format(name="two")}
    texts["dispatch.py"] = (
        "from flask import url_for\nfrom one import one\nfrom two import two\n\n\n"
        "def where():\n    return url_for('index'), url_for('one_only'), url_for('two_only')\n"
    )
    made = project(texts)
    assert len(endpoint(made, "/p/dispatch.py", "index")) == 2
    assert codes(made, "FL601", "FL602", "FL606", "FL901") == []
    both = project({"app.py": APP.format(name="one") + APP.format(name="two")})
    assert codes(both, "FL602", "FL606", "FL901") == []
