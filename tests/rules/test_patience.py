"""While somebody types: who is not asked, and where what was said last stands now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from flask_lsp.project import call_graph
from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules import run
from flask_lsp.rules.base import Check, Finding, Registered, Related
from flask_lsp.rules.carried import carried
from flask_lsp.rules.context import Context
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings
from flask_lsp.text import Span
from tests.rules.test_cases import ALL, project_of

TEXT = """\
from threading import Thread

from flask import current_app


def work():
    print(current_app.name)


Thread(target=work).start()
"""
USE = "current_app"
DOCUMENT = "/p/app.py"


class Asked(Exception):
    pass


def project(text: str = TEXT) -> Project:
    return Project("/p", Settings(), Versions()).with_text(DOCUMENT, text).with_complete(True)


def found(text: str = TEXT) -> Finding:
    (one,) = check(project(text), DOCUMENT)
    return one


def texts(now: str, before: Finding | None = None) -> list[str]:
    return [now[one.span.start : one.span.end] for one in carried([before or found()], TEXT, now)]


def test_nobody_follows_calls_while_somebody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()

    def grown(*_: object) -> None:
        raise Asked

    def ask(check: Check, registered: Registered, fired_by: object, context: Context) -> Iterator[Finding]:
        context.rule = registered.rule
        try:
            return iter(tuple(check(fired_by, context)))
        except Asked:
            asked.add(registered.rule.code)
            return iter(())

    monkeypatch.setattr(call_graph, "_grown", grown)
    monkeypatch.setattr(run, "_run", ask)
    for each in map(project_of, ALL):
        for document in each.files:
            check(each, document, said=())
    # FL106 asks who uses a connection; it fires on nodes, so that the answer is kept with the block.
    assert asked <= {"FL106"}


def test_what_was_said_stays_while_one_types_elsewhere() -> None:
    for now in (
        f"import os\n{TEXT}",
        TEXT.replace("Thread(target", "x = (\n\nThread(target"),
        f"{TEXT}\n\nx = 1\n",
        TEXT,
    ):
        assert texts(now) == [USE]


def test_what_is_edited_is_left_out() -> None:
    for now in (
        TEXT.replace(f"({USE}", "(current_ap"),
        TEXT.replace(USE + ".", USE + "s."),
        TEXT.replace("print(", "print"),
        "",
    ):
        assert texts(now) == []


def test_who_explains_moves_too() -> None:
    thread, use = (TEXT.index(word) for word in ("Thread(target", "print"))
    related = (
        Related("started", Span(thread, thread + 6)),
        Related("there", Span(use, use + 5)),
        Related("far", None, "/q"),
    )
    now = TEXT.replace("print(", "show(")
    (one,) = carried([replace(found(), span=Span(thread, thread + 6), related=related)], TEXT, now)
    assert [each.message for each in one.related] == ["started", "far"]
    assert one.related[0].span == one.span == Span(now.index("Thread(target"), now.index("Thread(target") + 6)
    assert one.fixes == ()


def test_others_are_not_carried() -> None:
    """Who is asked at every key says it itself."""
    text = 'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route("users")\ndef users():\n    return "x"\n'
    one = found(text)
    assert not one.patient
    assert list(carried([one], text, text)) == []


def test_what_one_file_tells_is_said_at_once() -> None:
    text = "from flask import current_app\n\nprint(current_app.name)\n"
    assert [one.rule.code for one in check(project(text), DOCUMENT, said=())] == ["FL101"]


def test_a_check_shows_what_it_is_given() -> None:
    one = found()
    assert check(project(), DOCUMENT, said=()) == ()
    assert check(project(), DOCUMENT, said=[one]) == (one,)
    hidden = TEXT.replace("name)", "name)  # noqa: FL102")
    assert check(project(hidden), DOCUMENT, said=[one]) == ()
    broken = TEXT.replace("name)", "name")
    assert check(project(broken), DOCUMENT, said=[one]) == ()
