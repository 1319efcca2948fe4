"""The repair that makes a secret key: what it writes where, and that nobody else gets to see the key."""

from __future__ import annotations

import re

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions, from_requirements
from flask_lsp.rules.fixes import WorkspaceChange, edits, fix_all
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings
from flask_lsp.text import Source, apply

HARD = """\
from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = "woopie"
"""
READ = """\
import os

from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
"""
MISSING = """\
from flask import Flask, flash

app = Flask(__name__)


def view():
    flash("hello")
"""
_LINE = re.compile(r"^SECRET_KEY=[0-9a-f]{64}\n$")


def project_of(text: str, texts: dict[str, str], requirements: str = "") -> Project:
    versions = from_requirements(requirements) if requirements else Versions()
    project = Project("/p", Settings(), versions).with_text("/p/app.py", text)
    sources = {f"/p/{name}": Source(content) for name, content in texts.items()}
    return project.with_texts(sources).with_complete(True)


def generated(project: Project, code: str = "FL402") -> tuple[str, WorkspaceChange]:
    """The title of the repair, and what it does."""
    finding = next(each for each in check(project, "/p/app.py") if each.rule.code == code)
    fix = next(each for each in finding.fixes if "Generate" in each.title)
    change = edits(project, "/p/app.py", [(finding, fix)])
    assert change is not None
    return fix.title, change


def after(project: Project, change: WorkspaceChange) -> dict[str, str]:
    texts = {name: apply(project.source(name).text, each) for name, each in change.edits.items()}
    return {name.removeprefix("/p/"): text for name, text in {**texts, **change.created}.items()}


def test_new_files() -> None:
    project = project_of(HARD, {})
    title, change = generated(project)
    done = after(project, change)
    assert done["app.py"] == READ
    assert _LINE.match(done[".env"])
    assert done[".gitignore"] == ".env\n"
    assert title == "Generate a key in `.env`, which whatever starts the server has to load"


@pytest.mark.parametrize("saved", [{}, {".env": "OLD=1\n"}, {".env": "SECRET_KEY=a\n"}])
def test_an_editor_holds_another_text_than_the_disk(saved: dict[str, str]) -> None:
    """What is typed and not saved counts, in a file that is not there yet too."""
    project = project_of(HARD, saved).with_text("/p/.env", "NEW=1")
    _, change = generated(project)
    assert "/p/.env" not in change.created
    done = after(project, change)[".env"]
    assert done.startswith("NEW=1\n")
    assert _LINE.match(done.removeprefix("NEW=1\n"))
    known = project.with_text("/p/.env", "SECRET_KEY=0123\n")
    assert "/p/.env" not in generated(known)[1].edits


def test_files_that_are_there() -> None:
    project = project_of(HARD, {".env": "OTHER=1", ".gitignore": "*.pyc\n"})
    done = after(project, generated(project)[1])
    assert done[".env"].startswith("OTHER=1\n")
    assert _LINE.match(done[".env"].removeprefix("OTHER=1\n"))
    assert done[".gitignore"] == "*.pyc\n.env\n"


@pytest.mark.parametrize("ignored", [".env", "/.env", "*.env", ".env*"])
def test_nothing_twice(ignored: str) -> None:
    project = project_of(HARD, {".env": "SECRET_KEY=0123456789abcdef\n", ".gitignore": f"{ignored}\n"})
    assert set(after(project, generated(project)[1])) == {"app.py"}


def test_it_is_loaded_where_that_can_be() -> None:
    project = project_of(HARD, {}, "python-dotenv==1.0.0")
    title, change = generated(project)
    text = after(project, change)["app.py"]
    assert title == "Generate a key in `.env`, and load it"
    assert "from dotenv import load_dotenv\n" in text
    assert text.index("load_dotenv()\n") < text.index("os.environ")


def test_what_is_loaded_is_not_loaded_again() -> None:
    project = project_of("from dotenv import load_dotenv\n" + HARD, {})
    title, change = generated(project)
    assert title == "Generate a key in `.env`"
    assert after(project, change)["app.py"].count("load_dotenv") == 1


def test_the_variable_that_is_read() -> None:
    text = HARD.replace('"woopie"', 'os.environ.get("SHOP_KEY", "woopie")').replace("from", "import os\nfrom", 1)
    project = project_of(text, {})
    done = after(project, generated(project)[1])
    assert 'os.environ["SHOP_KEY"]' in done["app.py"]
    assert done[".env"].startswith("SHOP_KEY=")


def test_a_missing_key() -> None:
    project = project_of(MISSING, {})
    done = after(project, generated(project, "FL401")[1])
    assert 'app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]\n' in done["app.py"]
    assert _LINE.match(done[".env"])


def test_each_time_another_key() -> None:
    project = project_of(HARD, {})
    assert after(project, generated(project)[1])[".env"] != after(project, generated(project)[1])[".env"]


def test_fixing_all_makes_no_files() -> None:
    assert fix_all(project_of(HARD, {}), "/p/app.py", unsafe=True) == READ


def test_no_message_holds_the_key() -> None:
    for finding in check(project_of(HARD, {}), "/p/app.py"):
        told = [finding.message, *(fix.title for fix in finding.fixes), *(each.message for each in finding.related)]
        assert not any("woopie" in text for text in told)


def test_a_text_without_a_folder() -> None:
    project = Project(None, Settings(), Versions()).with_text("untitled:1", HARD)
    finding = next(each for each in check(project, "untitled:1") if each.rule.code == "FL402")
    fix = next(each for each in finding.fixes if "Generate" in each.title)
    assert edits(project, "untitled:1", [(finding, fix)]) is None
