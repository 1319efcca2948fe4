"""The contexts at each use, beside those of Flask running the program."""

from __future__ import annotations

import pytest

from flask_lsp.project.call_graph import call_graph, span_of
from flask_lsp.project.call_model import NEVER, UNKNOWN
from flask_lsp.project.project import Project
from flask_lsp.project.reaching import ways
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings
from tests.project.context_programs import HEAD, as_flask_says, programs, uses

FIXED = {
    "a thread that is started where nothing comes": """
def f0():
    current_app.name  # 1


@app.before_request
def before():
    if not has_request_context():
        later(f0)
    with app.app_context():
        f0()


@app.get("/")
def view():
    later(str)
    return "x"
""",
    "a thread that is started by what nobody calls": """
def f0():
    later(f1)


def f1():
    g.get('x')  # 1


@app.get("/")
def view():
    later(str)
    f1()
    return "x"
""",
    "a thread of a thread of what nobody calls": """
def f0():
    if has_request_context():
        later(f1)


def f1():
    Thread(target=f2).start()


def f2():
    session.get('x')  # 1


@app.get("/")
def view():
    f2()
    return "x"


later(f0)
""",
    "contexts on each other": """
outer = app.app_context()
outer.push()
inner = app.app_context()
inner.push()
current_app.name  # 1
inner.pop()
current_app.name  # 2
outer.pop()
current_app.name  # 3
""",
}
"""What the oracle found before."""


def verdicts(text: str) -> dict[int, set[bool] | None]:
    """By the number of a use whether it works, as we say; ``None`` for unknown."""
    project = Project("/p", Settings(), Versions()).with_text("/p/test_program.py", text).with_complete(True)
    numbers = {offset: (number, need) for number, (offset, need) in uses(text).items()}
    found: dict[int, set[bool] | None] = {number: set() for number, _ in numbers.values()}
    for key, said in call_graph(project).said.items():
        for need in said.needs:
            span = span_of(project, key, need.at)
            if span is None or span.start not in numbers:
                continue
            number, level = numbers[span.start]
            here = {each if each == UNKNOWN else need.through[each] for each in ways(project, key, strict=True)} - {
                NEVER
            }
            found[number] = None if UNKNOWN in here else {each >= level for each in here}
    return found


@pytest.mark.parametrize("name", FIXED)
def test_what_was_wrong_before(name: str) -> None:
    text = HEAD + FIXED[name]
    theirs = as_flask_says((text,))[0]
    ours = verdicts(text)
    assert theirs
    assert {number: ours[number] for number in theirs} == theirs


@pytest.mark.hypothesis
def test_as_flask_says() -> None:
    texts = programs()
    wrong: list[str] = []
    count = unknown = 0
    for text, theirs in zip(texts, as_flask_says(texts), strict=True):
        ours = verdicts(text)
        for number, seen in theirs.items():  # what never runs is none of our business
            count += 1
            if ours[number] is None:
                unknown += 1
            elif ours[number] != seen:
                wrong.append(f"use {number}: we say {ours[number]}, Flask {seen}\n{text}")
    assert not wrong, f"{len(wrong)} of {count}\n" + min(wrong, key=len)
    assert unknown < count / 10
    assert len(texts) > 50
