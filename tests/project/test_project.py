"""Snapshots: what an edit leaves as it was."""

from __future__ import annotations

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings


def test_bodies_that_answers_rest_on() -> None:
    text = "def run_now():\n    first()\n\n\ndef run_later():\n    first()\n"
    project = Project("/r", Settings(), Versions()).with_text("/r/app.py", text)
    project.bodies_read.add("run_now")
    project.answers["asked"] = True
    later = project.with_text("/r/app.py", text[: -len("first()\n")] + "second()\n")
    assert later.answers is project.answers
    assert later.bodies_read is project.bodies_read
    now = project.with_text("/r/app.py", text.replace("first", "second", 1))
    assert not now.answers
    assert not now.bodies_read
