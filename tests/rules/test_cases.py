"""Every rule case: what is expected is found, nothing else is, and the fix does what it says."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest
import yaml

from flask_lsp.deployment_files import kind_of
from flask_lsp.project import versions
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding
from flask_lsp.rules.fixes import edits, fix_all
from flask_lsp.rules.run import check
from flask_lsp.settings import merge
from flask_lsp.text import apply
from tests.rules.cases import Case, cases, with_files

HERE = Path(__file__).parent
ALL = [case for path in sorted(HERE.rglob("*.md")) for case in cases(path)]
IDS = [case.name for case in ALL]


def project_of(case: Case) -> Project:
    # Most cases leave out the secret key, which is not what they are about.
    tells = any(row.code == "FL401" for rows in case.expected.values() for row in rows)
    ignored = [] if tells or case.name.startswith("secret_key_missing") else ["FL401"]
    settings, problems = merge({"preset": "strict", "ignore": ignored})
    assert not problems
    pinned = versions.from_requirements(case.files.get("requirements.txt", ""))
    project = Project("/case", settings, pinned)
    return with_files(project, case.files).with_complete(True)


def parse(name: str, text: str) -> None:
    """The text is what the name says."""
    match kind_of(name):
        case "python":
            ast.parse(text)
        case "compose" | "yaml" | "workflow" if "{{" not in text:
            list(yaml.safe_load_all(text))
        case _:
            pass


def rows(project: Project, name: str) -> list[tuple[int, int, int, str]]:
    source = project.files[f"/case/{name}"].source
    found: list[tuple[int, int, int, str]] = []
    for finding in check(project, f"/case/{name}"):
        start, end = source.position(finding.span.start), source.position(finding.span.end)
        last = end.column if end.line == start.line else len(source.line_text(start.line))
        found.append((start.line, start.column, last, finding.rule.code))
    return found


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_findings(case: Case) -> None:
    project = project_of(case)
    for name in case.files:
        if kind_of(name) is None:
            continue
        expected = sorted((row.line, row.start, row.end, row.code) for row in case.expected[name])
        assert sorted(rows(project, name)) == expected, name
        found: list[Finding] = list(check(project, f"/case/{name}"))
        source = project.files[f"/case/{name}"].source
        for row in case.expected[name]:
            start = source.line_starts[row.line] + row.start
            match = [f for f in found if f.rule.code == row.code and f.span.start == start]
            assert any(row.words in finding.message for finding in match), [finding.message for finding in match]
            assert row.level is None or any(finding.level.name.lower() == row.level for finding in match)


@pytest.mark.parametrize("case", [case for case in ALL if case.fixed is not None], ids=lambda case: case.name)
def test_fix(case: Case) -> None:
    project, document = project_of(case), f"/case/{case.main}"
    fixed = fixed_text(project, document, case.fixed_how)
    assert fixed == case.fixed
    parse(document, fixed)
    after = project.with_text(document, fixed)
    for name, text in case.also.items():
        assert others(project, document, case.fixed_how)[f"/case/{name}"] == text
        parse(name, text)
        after = after.with_text(f"/case/{name}", text)
    codes = {row.code for row in case.expected[case.main]}
    left = [finding for finding in check(after, document) if finding.rule.code in codes and finding.fixes]
    assert not left, "the fix leaves its finding"
    assert fixed_text(after, document, case.fixed_how) == fixed, "the fix is not idempotent"


def fixed_text(project: Project, document: str, how: str) -> str:
    """The text after the fixes that a ``fixed`` fence asks for."""
    if how in ("", "unsafe"):
        return fix_all(project, document, unsafe=how == "unsafe")
    text = project.files[document].source.text
    return others(project, document, how).get(document, text)


def others(project: Project, document: str, how: str) -> dict[str, str]:
    """The texts of all files that the chosen fixes of one file change."""
    index = int(how.split(maxsplit=1)[0]) - 1
    chosen = [(f, f.fixes[index]) for f in check(project, document) if len(f.fixes) > index]
    change = edits(project, document, chosen)
    if change is None:
        return {}
    return {
        **{each: apply(project.files[each].source.text, new) for each, new in change.edits.items()},
        **change.created,
    }


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_each_fix_alone(case: Case) -> None:
    """Every fix that is offered, safe or not, leaves text that parses, without its finding and without new ones."""
    project, document = project_of(case), f"/case/{case.main}"
    before = check(project, document)
    for finding in before:
        for fix in finding.fixes:
            change = edits(project, document, [(finding, fix)])
            assert change is not None, f"{finding.rule.code}: {fix.title} does nothing"
            changed, text = project, ""
            for each, new in change.created.items():
                changed = changed.with_text(each, new) if each.endswith(".py") else changed
            for each, new in change.edits.items():
                text = apply(project.files[each].source.text, new)
                parse(each, text)
                changed = changed.with_text(each, text)
            after = check(changed, document)
            assert len(after) < len(before), f"{finding.rule.code}: {fix.title} leaves its finding:\n{text}"


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_truncated(case: Case) -> None:
    """Cut anywhere, the text gives no finding that the whole does not have in front of the cut, and no crash."""
    project, document = project_of(case), f"/case/{case.main}"
    text = case.files[case.main]
    pick = random.Random(case.name)
    for cut in sorted(pick.sample(range(len(text)), min(12, len(text)))):
        for finding in check(project.with_text(document, text[:cut]), document):
            assert finding.span.end <= cut
