"""Rule cases in Markdown: prose, fenced files, squiggles under the text, and the text after the fix.

A case is a run of fences: one or more files (```` ```python ```` for ``app.py``, ```` ```python models.py ```` for
others, ```` ```toml pyproject.toml ```` and the like for what is no Python), then at most one ``fixed`` fence for the
first file. A fence after ``fixed`` or after prose begins a new case. ``fixed unsafe`` applies unsafe fixes too, and
``fixed 2`` the second fix of each finding. Behind it, ``also models.py`` holds another file after the same fixes.

Under a line, ``#   ~~~~ FL901 words`` expects a finding at the columns of the tildes whose message holds the words;
``#~~~`` begins in column 0, ``FL902:hint`` expects a level. Every finding must be expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from flask_lsp.deployment_files import kind_of
from flask_lsp.facts.config_file import config_file
from flask_lsp.facts.pages import page_of
from flask_lsp.project.config_model import sources_wanted
from flask_lsp.project.project import Project
from flask_lsp.project.walk import is_page

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SQUIGGLE = re.compile(
    r"^(?P<lead>\s*#)(?P<gap>\s*)(?P<tildes>~+)\s+(?P<code>FL\d{3})(?::(?P<level>\w+))?\s*(?P<words>.*)$"
)


@dataclass(frozen=True)
class Expected:
    line: int
    start: int
    end: int
    code: str
    level: str | None
    words: str


@dataclass
class Case:
    name: str
    line: int
    files: dict[str, str] = field(default_factory=dict)
    """The text of each file by name, squiggles taken out."""
    expected: dict[str, list[Expected]] = field(default_factory=dict)
    fixed: str | None = None
    fixed_how: str = ""
    also: dict[str, str] = field(default_factory=dict)
    """The text of other files after the fix, by name."""

    @property
    def main(self) -> str:
        return next(iter(self.files))


def cases(path: Path) -> list[Case]:
    """All cases of a Markdown file."""
    text = path.read_text(encoding="utf-8")
    found: list[Case] = []
    end = 0
    for fence in _FENCE.finditer(text):
        kind, title, body = fence.group(1), fence.group(2).strip(), fence.group(3)
        prose = bool(text[end : fence.start()].strip())
        end = fence.end()
        if kind == "fixed":
            found[-1].fixed, found[-1].fixed_how = body, title
            continue
        if kind == "also":
            found[-1].also[title] = body
            continue
        if prose or not found or found[-1].fixed is not None:
            line = text[: fence.start()].count("\n") + 1
            found.append(Case(f"{path.stem}:{line}", line))
        name = title or "app.py"
        plain, expected = without_squiggles(body)
        found[-1].files[name] = plain
        found[-1].expected[name] = expected
    return found


def with_files(project: Project, files: dict[str, str]) -> Project:
    """The project with the Python and deployment files, templates and scripts of a case below ``/case``."""
    pages = {f"/case/{name}": page_of(text) for name, text in files.items() if is_page(name)}
    for name, text in files.items():
        if kind_of(name) is not None:
            project = project.with_text(f"/case/{name}", text)
    texts = {path: files.get(path.removeprefix("/case/")) for path in sources_wanted(project)}
    read = {path: None if text is None else config_file(path, text) for path, text in texts.items()}
    return project.with_pages(pages).with_sources(read)


def without_squiggles(text: str) -> tuple[str, list[Expected]]:
    """The text without its squiggle lines, and what they expect of the line above."""
    lines: list[str] = []
    expected: list[Expected] = []
    for line in text.split("\n"):
        squiggle = _SQUIGGLE.match(line)
        if squiggle is None:
            lines.append(line)
            continue
        start = squiggle.start("tildes") if squiggle.group("gap") else len(squiggle.group("lead")) - 1
        code, level = squiggle.group("code"), squiggle.group("level")
        expected.append(Expected(len(lines) - 1, start, squiggle.end("tildes"), code, level, squiggle.group("words")))
    return "\n".join(lines), expected
