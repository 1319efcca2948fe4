"""Applications of ``tests/projects`` in which some line lost its context: at least 95 of 100 mistakes are found, with
the way that leads to the use, and nothing is said of the applications as they are."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.base import Finding
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings
from tests.rules.seeded_contexts import USE, Break, breaks

PROJECTS = Path(__file__).parent.parent / "projects"
NAMES = ("notices", "reports", "orders", "console")
OURS = frozenset({"FL101", "FL102", "FL103", "FL108", "FL201", "FL202", "FL203", "FL206", "FL702", "FL705"})
GENERAL = (
    "threading.Thread(target=function",
    "thread = threading.Thread(target=function",
    "threading.Thread(target=target",
)
"""What a helper starts that is handed to it."""
WITHOUT_WAY = frozenset({"FL103", "FL206"})


@cache
def application(name: str) -> Mapping[str, str]:
    root = PROJECTS / name
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in sorted(root.rglob("*.py"))}


def found(files: Mapping[str, str]) -> list[tuple[str, Finding]]:
    project = Project("/p", Settings(), Versions())
    for name, text in files.items():
        project = project.with_text(f"/p/{name}", text)
    project = project.with_complete(True)
    every = [(name, each) for name in files for each in check(project, f"/p/{name}")]
    return [(name, each) for name, each in every if each.rule.code in OURS]


class Spot(NamedTuple):
    """A place on the way to a use."""

    function: str
    """The function around it, empty for the module."""
    text: str
    """The statement, or the header of a compound one."""


def spots(files: Mapping[str, str], name: str, finding: Finding) -> Iterator[list[Spot]]:
    """The way of a finding, once for each place among the related ones that it may have itself."""
    related = [
        (each.document.removeprefix("/p/") if each.document else name, each.span.start) for each in finding.related
    ]
    for index in range(len(related) + 1):
        yield [_spot(files[file], at) for file, at in (*related[:index], (name, finding.span.start), *related[index:])]


def _spot(text: str, offset: int) -> Spot:
    line = text.count("\n", 0, offset) + 1
    function, statement = "", ""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0):
            function = node.name if line > node.lineno or line == node.end_lineno else function
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            statement = ast.get_source_segment(text, node) or ""
    return Spot(function, statement)


def is_way(way: list[Spot]) -> bool:
    """Each place names the function that the next one is in, and the last one is a use."""
    return bool(USE.search(way[-1].text)) and all(
        one.function == other.function or other.function in one.text or one.text.startswith(GENERAL)
        for one, other in itertools.pairwise(way)
    )


def right(broken: Break, name: str, finding: Finding) -> bool:
    if finding.rule.code not in broken.codes:
        return False
    if finding.rule.code in WITHOUT_WAY:
        return name == broken.file
    ways = [way for way in spots(broken.files, name, finding) if is_way(way)]
    return any(
        not broken.through
        or any(broken.through in (s.function, *s.text.split("(")[:1]) or broken.through in s.text for s in way)
        for way in ways
    )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_of_what_is_right(name: str) -> None:
    assert not found(application(name))


def test_mistakes_are_found() -> None:
    every = [each for name in NAMES for each in breaks(application(name))]
    missed = [each for each in every if not any(right(each, *one) for one in found(each.files))]
    shown = "\n".join(f"{each.how} in {each.file}:{each.line} {each.through}" for each in missed)
    assert len(every) >= 200
    assert len(missed) <= len(every) * 0.05, f"{len(missed)} of {len(every)} are missed:\n{shown}"
