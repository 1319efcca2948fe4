"""The URLs that templates build whenever they are shown, beside Jinja that shows them without a request."""

from __future__ import annotations

import pytest
from flask import Flask, render_template
from jinja2 import DictLoader

from flask_lsp.facts.pages import page_of
from flask_lsp.project.project import Project
from flask_lsp.project.templates import url_built
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings

URL = "{{ url_for('static', filename='x') }}"
BUILDING = {
    "plain": {"mail.html": f"<a href='{URL}'>x</a>"},
    "an endpoint that is told later": {"mail.html": "{{ url_for(endpoint or 'static') if False }}{{ url_for(name) }}"},
    "set": {"mail.html": "{% set link = url_for('static', filename='x') %}"},
    "in a block": {"mail.html": "{% block body %}" + URL + "{% endblock %}"},
    "after a condition": {"mail.html": "{% if user %}{{ user }}{% else %}you{% endif %} " + URL},
    "in a parent": {
        "mail.html": "{% extends 'layout.html' %}{% block body %}x{% endblock %}",
        "layout.html": URL + "{% block body %}{% endblock %}",
    },
    "in a block of a child": {
        "mail.html": "{% extends 'layout.html' %}{% block body %}" + URL + "{% endblock %}",
        "layout.html": "{% block body %}{% endblock %}",
    },
    "in a block that a child leaves": {
        "mail.html": "{% extends 'layout.html' %}{% block other %}x{% endblock %}",
        "layout.html": "{% block foot %}" + URL + "{% endblock %}",
    },
    "included": {"mail.html": "{% include 'foot.html' %}", "foot.html": URL},
    "with translations": {"mail.html": "{%- with link = url_for('static', filename='x') -%}{{ link }}{%- endwith -%}"},
}
OTHERS = {
    "none": {"mail.html": "<a href='/x'>url_for('x')</a>"},
    "under a condition": {"mail.html": "{% if user %}" + URL + "{% endif %}"},
    "under a condition in a block": {"mail.html": "{% if user %}{% block a %}" + URL + "{% endblock %}{% endif %}"},
    "in a conditional expression": {"mail.html": "{{ url_for('static') if user else 'x' }}"},
    "in a loop": {"mail.html": "{% for user in users %}{% if 1 %}x{% endif %}" + URL + "{% endfor %}"},
    "in a macro": {"mail.html": "{% macro link() %}" + URL + "{% endmacro %}"},
    "in a comment": {"mail.html": "{# " + URL + " #}"},
    "raw": {"mail.html": "{% raw %}" + URL + "{% endraw %}"},
    "a method": {"mail.html": "{{ h.url_for if 0 }}"},
    "in a block that a child replaces": {
        "mail.html": "{% extends 'layout.html' %}{% block body %}x{% endblock %}",
        "layout.html": "{% block body %}" + URL + "{% endblock %}",
    },
    "outside of the blocks of a child": {
        "mail.html": "{% extends 'layout.html' %}" + URL,
        "layout.html": "{% block body %}{% endblock %}",
    },
    "a circle": {"mail.html": "{% if 0 %}{% include 'mail.html' %}{% endif %}"},
}


def says(pages: dict[str, str], code: str = "", *, relative: bool = False) -> bool:
    project = Project("/a", Settings(), Versions()).with_text("/a/app.py", code)
    project = project.with_pages({f"/a/templates/{name}": page_of(text) for name, text in pages.items()})
    return url_built(project, "mail.html", relative=relative) is not None


def raises(pages: dict[str, str]) -> bool:
    app = Flask(__name__)
    app.jinja_loader = DictLoader(pages)  # pyright: ignore[reportAttributeAccessIssue]
    with app.app_context():
        try:
            render_template("mail.html", name="static")
        except RuntimeError as error:
            return "Unable to build URLs" in str(error)
    return False


@pytest.mark.parametrize("what", BUILDING)
def test_that_they_build_a_url(what: str) -> None:
    assert says(BUILDING[what])
    assert raises(BUILDING[what])


@pytest.mark.parametrize("what", OTHERS)
def test_that_they_need_not_build_one(what: str) -> None:
    assert not says(OTHERS[what])
    assert not raises(OTHERS[what])


@pytest.mark.parametrize(
    "included",
    [
        "{% include 'mail.html' %}",
        "{% extends 'mail.html' %}",
        "{% if a %}{% include 'mail.html' %}{% else %}{% include 'mail.html' %}{% endif %}",
    ],
)
def test_templates_in_a_circle(included: str) -> None:
    assert not says({"mail.html": included})
    assert not says({"mail.html": included}, relative=True)


def test_two_of_one_name() -> None:
    project = Project("/a", Settings(), Versions()).with_pages(
        {f"/{name}/templates/mail.html": page_of(URL) for name in ("a", "b")}
    )
    assert url_built(project, "mail.html") is None


@pytest.mark.parametrize(
    "code",
    [
        "app.jinja_env.globals['url_for'] = mine",
        "def inject():\n    return dict(url_for=mine)\n",
        "def url_for(endpoint): ...\n",
        "render_template('mail.html', url_for=mine)",
        "render_template('mail.html', url_for  = mine)",
    ],
)
def test_that_the_project_has_its_own(code: str) -> None:
    assert not says({"mail.html": URL}, code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a href=\"{{ url_for('a') }}\">", True),
        ("Go to {{ url_for('a', x=1) }}", True),
        ("{{ url_for('a', _external=True) }}", False),
        ("{{ url_for('a', **how) }}", False),
        ("{{ url_for('a') | absolute }}", False),
        ("<a href=\"https://example.org{{ url_for('a') }}\">", False),
        ("<a href=\"{{ base }}{{ url_for('a') }}\">", False),
        ("{{ base ~ url_for('a') }}", False),
        ("{% if user %}{{ url_for('a') }}{% endif %}", True),
        ("{{ url_for('a') if user }}", True),
        ("{% macro link() %}{{ url_for('a') }}{% endmacro %}", False),
        ("{% set link = url_for('a') %}{{ base }}{{ link }}", False),
    ],
)
def test_urls_without_a_host(text: str, expected: bool) -> None:
    assert says({"mail.html": text}, relative=True) is expected
