"""Every rule has what a rule must have: documentation, cases with traps, a proof, and examples that the rule itself
tells apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.base import Registered
from flask_lsp.rules.documentation import documentation
from flask_lsp.rules.registry import rules
from flask_lsp.rules.run import check
from flask_lsp.settings import merge
from tests.proofs.test_proofs import proof_of
from tests.rules.cases import cases

CASES = Path(__file__).parent / "rules"


def of(registered: Registered) -> str:
    return registered.rule.code


def findings(files: dict[str, str]) -> set[str]:
    settings, _ = merge({"preset": "strict"})
    project = Project("/p", settings, Versions())
    for name, text in files.items():
        project = project.with_text(f"/p/{name}", text)
    project = project.with_complete(True)
    return {finding.rule.code for document in project.files for finding in check(project, document)}


def test_codes_and_names_are_unique() -> None:
    assert len(rules()) > 0
    assert len({registered.rule.code for registered in rules()}) == len(rules())
    assert len({registered.rule.name for registered in rules()}) == len(rules())


@pytest.mark.parametrize("registered", rules(), ids=of)
def test_examples(registered: Registered) -> None:
    doc = documentation(registered.rule.code)
    assert doc.title.endswith((".", "?"))
    assert len(doc.title) < 120
    assert doc.why
    assert registered.rule.code in findings(doc.files())
    assert registered.rule.code not in findings(doc.files(better=True))


@pytest.mark.parametrize("registered", rules(), ids=of)
def test_cases_and_proof(registered: Registered) -> None:
    module = registered.module.split(".")[2:]
    written = cases(CASES.joinpath(*module).with_suffix(".md"))
    found = [row for case in written for rows in case.expected.values() for row in rows]
    assert any(row.code == registered.rule.code for row in found), "no case shows the mistake"
    assert any(not any(case.expected.values()) for case in written), "no case shows a trap alone"
    assert proof_of(registered).exists()
