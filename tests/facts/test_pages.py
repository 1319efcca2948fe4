"""What templates and scripts send, read by pattern."""

from __future__ import annotations

import random

import pytest

from flask_lsp.facts.pages import page_of
from flask_lsp.facts.sending import HOLE

FORMS = {
    """<form action="/a" method="post"><input name="x"><textarea name='y'></textarea></form>""": (
        ("POST", "/a", "", "form", "x y")
    ),
    """<form action="{{ url_for('bp.x', id=a.b) }}" method=POST>{{ form.name() }}</form>""": (
        ("POST", "", "bp.x", "form", None)
    ),
    """<form method="post"><input name="x"></form>""": ("POST", "", "", "form", "x"),
    """<FORM METHOD="GET" ACTION="/a?b=1"><input name="x"></FORM>""": ("GET", "/a", "", "none", "x"),
    """<form action="/a/{{ user.id }}/edit" method="post"></form>""": ("POST", f"/a/{HOLE}/edit", "", "form", None),
}
CALLS = {
    "fetch('/a', {method: 'post', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({x, y: 1})})": (
        ("POST", "/a", "", "json", "x y")
    ),
    "fetch(`/a/${id}`, {method: 'PUT', body: new FormData(form)})": ("PUT", f"/a/{HOLE}", "", "form", None),
    """fetch("{{ url_for('x') }}", {method: 'POST', body: JSON.stringify(data)})""": ("POST", "", "x", "?", None),
    "fetch('/a', options)": ("GET", "/a", "", "?", None),
    "axios.post('/a', {x: 1, 'y': z})": ("POST", "/a", "", "json", "x y"),
    "axios.put('/a/' + id, new URLSearchParams(form))": ("PUT", f"/a/{HOLE}", "", "form", None),
    "axios.post('/a', data)": ("POST", "/a", "", "?", None),
    "$.post('/a', {x: 1})": ("POST", "/a", "", "form", "x"),
    "$.ajax({url: '/a', type: 'POST', data: {x: 1}})": ("POST", "/a", "", "form", None),
    "$.ajax({url: '/a', method: 'POST', contentType: 'application/json', data: JSON.stringify(x)})": (
        ("POST", "/a", "", "json", None)
    ),
}
NOTHING = [
    """<form action="https://example.org/a" method="post"></form>""",
    """<form action="{{ target }}" method="post"></form>""",
    """<form action="/a" method="{{ how }}"></form>""",
    """<form action="/a" method="post"></form><script>f.onsubmit = send</script>""",
    "fetch('https://example.org/a', {method: 'POST'})",
    "fetch('/a')",
    "fetch(url, {method: 'POST', body: new FormData(f)})",
    "fetch('/a' + (b ? c : d), {method: 'POST', body: x})",
    "prefetch('/a', {method: 'POST', body: x})",
    "fetch('/a', {method: 'POST', body: " + "x" * 5000,
    "",
]


@pytest.mark.parametrize("text", [*FORMS, *CALLS])
def test_what_is_sent(text: str) -> None:
    [sent] = page_of(text).sent
    keys = None if sent.keys is None else " ".join(sorted(sent.keys))
    assert (sent.method, sent.path, sent.endpoint, sent.kind, keys) == {**FORMS, **CALLS}[text]


@pytest.mark.parametrize("text", NOTHING)
def test_what_says_nothing(text: str) -> None:
    assert not page_of(text).sent


def test_what_is_read_of_g() -> None:
    text = (
        "{{ g.user.name }} {% if g.asked is defined %} {% for a in g.items %} g.none {{ 'g.quoted' }} {{ g.get('x') }}"
    )
    assert page_of(text).g == {"user", "items"}


def test_any_text() -> None:
    """Whatever is cut out of the texts, nothing is raised."""
    pick = random.Random(0)
    whole = "\n".join([*FORMS, *CALLS, *NOTHING])
    for _ in range(200):
        start = pick.randrange(len(whole))
        page_of(whole[start : start + pick.randrange(400)])
