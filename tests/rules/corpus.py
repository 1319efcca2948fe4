"""The rule cases as a corpus: real mistakes, their traps and their fixes, in one file or many."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from flask_lsp.project import versions
from flask_lsp.project.project import Project
from flask_lsp.rules import run
from flask_lsp.rules.base import Finding, Level, Registered, Rule
from flask_lsp.settings import merge
from flask_lsp.syntax import parse as syntax
from tests.rules.cases import Case, cases, with_files

HERE = Path(__file__).parent


@cache
def all_cases() -> tuple[Case, ...]:
    return tuple(case for path in sorted(HERE.rglob("*.md")) for case in cases(path))


@cache
def python_cases() -> tuple[Case, ...]:
    """The cases whose main file is in Python."""
    return tuple(case for case in all_cases() if case.main.endswith(".py"))


def project_of(files: dict[str, str]) -> Project:
    """A complete project of Python files below ``/case``, under the preset that has all rules."""
    settings, problems = merge({"preset": "strict"})
    assert not problems
    pinned = versions.from_requirements(files.get("requirements.txt", ""))
    project = Project("/case", settings, pinned)
    return with_files(project, files).with_complete(True)


def some_files(pick: random.Random) -> dict[str, str]:
    """The files of a case, the main one often longer by those of others."""
    case = pick.choice(python_cases())
    files = dict(case.files)
    for _ in range(pick.randrange(4)):
        other = pick.choice(python_cases())
        files[case.main] += "\n" + other.files[other.main]
    return files


def fresh(project: Project) -> Project:
    """The same project as a new process would read it; the blocks of the old one are forgotten."""
    syntax._blocks.clear()
    again = Project(project.root, project.settings, project.versions).with_pages(project.pages)
    for document, file in project.files.items():
        again = again.with_text(document, file.source.text)
    return again.with_sources(project.sources).with_complete(project.complete)


def said(finding: Finding) -> tuple[object, ...]:
    """All that is shown of a finding."""
    fixes = tuple((fix.title, fix.safe) for fix in finding.fixes)
    return finding.rule.code, finding.span, finding.level, finding.message, fixes, finding.related, finding.tags


class OwnRules:
    """Stands in for the rules of the package."""

    def __init__(self) -> None:
        self.registered: tuple[Registered, ...] = ()

    def add(self, code: str, kind: type, check: Callable[..., Iterator[Finding]]) -> None:
        rule = Rule(code, code.lower(), Level.WARNING)
        self.registered = (*self.registered, Registered(rule, check, (kind,), "here"))
        forget_rules()


def forget_rules() -> None:
    """What was made of the rules is made again, findings that blocks keep included."""
    syntax._blocks.clear()
    for known in vars(run).values():
        if hasattr(known, "cache_clear") and known is not run.rules:
            known.cache_clear()
