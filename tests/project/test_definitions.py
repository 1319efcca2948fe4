"""Where something stands that is known by its qualified name: found in the text as it is now."""

from __future__ import annotations

import pytest

from flask_lsp.project.definitions import assigned_call, definition, registering_call
from flask_lsp.project.project import Project
from flask_lsp.project.route_map import route_map
from flask_lsp.project.versions import Versions
from flask_lsp.settings import merge
from flask_lsp.text import Span

APP = """
from flask import Flask, Blueprint

import shop as the_shop
from shop import bp as shop, office


def create_app(config=None):
    app = Flask(__name__)

    @app.route("/")
    def index():
        return ""

    app.register_blueprint(shop, url_prefix="/a")
    app.register_blueprint(office)
    app.register_blueprint(shop, url_prefix="/b", name="again")
    for each in the_shop.others:
        app.register_blueprint(each)
    return app


class Users:
    def get(self):
        return ""

    class Inner:
        value = 1


def twice():
    return 1


def twice():
    return 2


first = second = Flask("both")
"""
SHOP = """
from flask import Blueprint

bp = Blueprint("shop", __name__)
office = Blueprint("office", __name__)
third = Blueprint("third", __name__)
others = [third]
"""


def project_of(**files: str) -> Project:
    settings, _ = merge({})
    project = Project("/p", settings, Versions())
    for name, text in files.items():
        project = project.with_text(f"/p/{name}.py", text)
    return project.with_complete(True)


def line(text: str, span: Span | None) -> str:
    """The line a span stands in, with what it covers in brackets."""
    if span is None:
        return ""
    begin, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    return f"{text[begin : span.start]}[{text[span.start : span.end]}]{text[span.end : end]}".strip()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("create_app", "def [create_app](config=None):"),
        ("create_app.app", "[app] = Flask(__name__)"),
        ("create_app.index", "def [index]():"),
        ("create_app.app@x,2", "[app] = Flask(__name__)"),
        ("Users", "class [Users]:"),
        ("Users.get", "def [get](self):"),
        ("Users.Inner.value", "[value] = 1"),
        ("second", 'first = [second] = Flask("both")'),
        ("nothing", ""),
        ("create_app.nothing", ""),
        ("Users.get.inner", ""),
        ("first.inner", ""),
        ("", ""),
    ],
)
def test_definition(name: str, expected: str) -> None:
    assert line(APP, definition(project_of(app=APP, shop=SHOP), ("/p/app.py", name))) == expected


def test_the_last_of_one_name_counts() -> None:
    span = definition(project_of(app=APP), ("/p/app.py", "twice"))
    assert span is not None
    assert span.start == APP.rindex("twice")


def test_in_no_file() -> None:
    project = project_of(app=APP)
    assert definition(project, ("/p/gone.py", "app")) is None
    assert assigned_call(project, ("/p/gone.py", "app")) is None


def test_it_moves_with_the_text() -> None:
    project = project_of(app=APP)
    before = definition(project, ("/p/app.py", "Users.get"))
    after = definition(project.with_text("/p/app.py", "# more\n" + APP), ("/p/app.py", "Users.get"))
    assert before is not None
    assert after == before.shift(len("# more\n"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("create_app.app", "app = [Flask(__name__)]"),
        ("first", 'first = second = [Flask("both")]'),
        ("nothing", ""),
    ],
)
def test_assigned_call(name: str, expected: str) -> None:
    assert line(APP, assigned_call(project_of(app=APP), ("/p/app.py", name))) == expected


def test_registering_call() -> None:
    project = project_of(app=APP, shop=SHOP)
    registrations = route_map(project).registrations
    found = {
        key[1]: [line(APP, registering_call(project, one)) for one in several] for key, several in registrations.items()
    }
    assert found == {
        "bp": [
            '[app.register_blueprint(shop, url_prefix="/a")]',
            '[app.register_blueprint(shop, url_prefix="/b", name="again")]',
        ],
        "office": ["[app.register_blueprint(office)]"],
        "third": ["[app.register_blueprint(each)]"],
    }


def test_one_call_in_a_function_that_says_it_twice() -> None:
    text = APP.replace('shop, url_prefix="/b", name="again"', 'shop, url_prefix="/a"')
    project = project_of(app=text, shop=SHOP)
    spans = [
        registering_call(project, one)
        for key, many in route_map(project).registrations.items()
        for one in many
        if key[1] == "bp"
    ]
    assert [line(text, span) for span in spans] == ['[app.register_blueprint(shop, url_prefix="/a")]'] * 2
    assert len(set(spans)) == 2


def test_a_call_that_is_gone() -> None:
    project = project_of(app=APP, shop=SHOP)
    registrations = [one for several in route_map(project).registrations.values() for one in several]
    without = project.with_text("/p/app.py", APP.replace("app.register_blueprint(", "print("))
    assert [registering_call(without, one) for one in registrations] == [None] * len(registrations)
    assert registering_call(project.without("/p/app.py"), registrations[0]) is None
