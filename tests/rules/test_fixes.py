"""Fixes together: no overlap, the result parses, nothing is left to do twice, and the file's own style is kept."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from flask_lsp.project.project import Project
from flask_lsp.rules import run
from flask_lsp.rules.base import Finding, Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.fixes import edits, fix_all
from flask_lsp.rules.run import check
from flask_lsp.text import apply
from tests.rules.cases import Case
from tests.rules.corpus import OwnRules, all_cases, forget_rules, project_of, python_cases, some_files
from tests.texts import broken, seeds

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")

DOCUMENT = "/case/app.py"
WITH_FIXES = [case for case in all_cases() if case.fixed is not None]


def lies_well(project: Project, document: str, chosen: list[tuple[Finding, Fix]]) -> str:
    """The text after the fixes, whose edits do not overlap."""
    text = project.files[document].source.text
    change = edits(project, document, chosen)
    if change is None or document not in change.edits:
        return text
    at = 0
    for (start, end), _ in change.edits[document]:
        assert at <= start <= end <= len(text)
        at = end
    return apply(text, change.edits[document])


@settings(max_examples=max(settings().max_examples * 3 // 4, 1))
@given(seeds)
def test_any_fixes_together(seed: int) -> None:
    pick = random.Random(seed)
    project = project_of(some_files(pick))
    for document in project.files:
        found = check(project, document)
        chosen = [(finding, pick.choice(finding.fixes)) for finding in found if finding.fixes and pick.randrange(3)]
        pick.shuffle(chosen)
        text = lies_well(project, document, chosen)
        if not project.files[document].tree.broken and project.files[document].kind == "python":
            ast.parse(text)


@settings(max_examples=max(settings().max_examples // 2, 1))
@given(seeds)
def test_all_fixes_of_long_files(seed: int) -> None:
    pick = random.Random(seed)
    project = project_of(some_files(pick))
    for document in project.files:
        for unsafe in (False, True):
            text = fix_all(project, document, unsafe=unsafe)
            after = project.with_text(document, text)
            assert after.files[document].tree.broken == project.files[document].tree.broken
            assert fix_all(after, document, unsafe=unsafe) == text


@settings(max_examples=max(settings().max_examples // 2, 1))
@given(seeds)
def test_fixes_of_broken_code_break_no_more(seed: int) -> None:
    pick = random.Random(seed)
    files = some_files(pick)
    name = next(iter(files))
    files[name] = broken(pick, files[name], most=2)
    project, document = project_of(files), f"/case/{name}"
    text = fix_all(project, document, unsafe=True)
    after = project.with_text(document, text).files[document].tree
    assert mended(after) <= mended(project.files[document].tree)


def mended(tree: object) -> int:
    return sum(len(placed.block.mended) for placed in tree.blocks)  # type: ignore[attr-defined]


@pytest.mark.parametrize("case", WITH_FIXES, ids=lambda case: case.name)
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_stay(case: Case, end: str) -> None:
    if end == "\r" and case not in python_cases():
        return  # nobody reads such files in a container
    assert fixed(case, lambda text: text.replace("\n", end)) == fixed(case, str).replace("\n", end)


@pytest.mark.parametrize("case", [case for case in WITH_FIXES if case in python_cases()], ids=lambda case: case.name)
def test_tabs_stay(case: Case) -> None:
    text = fixed(case, lambda text: text.replace("    ", "\t"))
    ast.parse(text)
    assert text.expandtabs(4) == fixed(case, str).expandtabs(4)


def fixed(case: Case, convert: object) -> str:
    """The text of a case after all its fixes."""
    files = {name: convert(text) for name, text in case.files.items()}  # type: ignore[operator]
    return fix_all(project_of(files), f"/case/{case.main}", unsafe=True)


# -- with rules of our own -------------------------------------------------------------------------------------------


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnRules]:
    found = OwnRules()
    monkeypatch.setattr(run, "rules", lambda: found.registered)
    forget_rules()
    yield found
    monkeypatch.undo()
    forget_rules()


def test_two_fixes_that_empty_a_body(own: OwnRules) -> None:
    def find(node: ast.Expr, ctx: Context) -> Iterator[Finding]:
        if ctx.text(node).startswith("bad"):
            yield ctx.finding(node, "bad", fixes=[Fix("Go", True, lambda editing: editing.delete_statement(node))])

    own.add("FL001", ast.Expr, find)
    project = project_of({"app.py": "def f():\n    bad(1)\n    bad(2)\n"})
    found = check(project, DOCUMENT)
    text = lies_well(project, DOCUMENT, [(finding, finding.fixes[0]) for finding in found])
    ast.parse(text)
    assert fix_all(project, DOCUMENT) == "def f():\n    pass\n"


def test_the_first_of_two_that_touch_the_same_text_wins(own: OwnRules) -> None:
    def find(node: ast.Call, ctx: Context) -> Iterator[Finding]:
        def change(editing: Editing) -> None:
            editing.replace(node, f"new{len(node.args)}")

        yield ctx.finding(node, "bad", fixes=[Fix("Replace", True, change)])

    own.add("FL001", ast.Call, find)
    project = project_of({"app.py": "f(g())\n"})
    found = check(project, DOCUMENT)
    assert lies_well(project, DOCUMENT, [(finding, finding.fixes[0]) for finding in found]) == "new1\n"
    assert lies_well(project, DOCUMENT, [(finding, finding.fixes[0]) for finding in found[::-1]]) == "f(new0)\n"


def test_a_fix_shared_by_two_findings_is_done_once(own: OwnRules) -> None:
    def find(node: ast.Call, ctx: Context) -> Iterator[Finding]:
        def change(editing: Editing) -> None:
            editing.insert_before(ctx.statement(node), "once")

        yield ctx.finding(node, "bad", fixes=[Fix("Insert", False, change)])

    own.add("FL001", ast.Call, find)
    project = project_of({"app.py": "f(g())\n"})
    found = check(project, DOCUMENT)
    assert lies_well(project, DOCUMENT, [(finding, finding.fixes[0]) for finding in found]) == "once\nf(g())\n"


def test_what_breaks_the_text_is_not_done(own: OwnRules) -> None:
    def find(node: ast.Call, ctx: Context) -> Iterator[Finding]:
        fix = Fix("Break", True, lambda editing: editing.replace(node, ")"))
        yield ctx.finding(node, "bad", fixes=[fix])

    own.add("FL001", ast.Call, find)
    project = project_of({"app.py": "f()\n"})
    (finding,) = check(project, DOCUMENT)
    assert edits(project, DOCUMENT, [(finding, finding.fixes[0])]) is None
    assert fix_all(project, DOCUMENT) == "f()\n"


def test_imports_are_settled_once_for_all_fixes(own: OwnRules) -> None:
    def find(node: ast.Call, ctx: Context) -> Iterator[Finding]:
        if ctx.name(node.func) != "json.dumps":
            return

        def change(editing: Editing) -> None:
            editing.replace(node.func, editing.imported("flask", "jsonify"))
            editing.orphan("json")

        yield ctx.finding(node, "bad", fixes=[Fix("Replace", True, change)])

    own.add("FL001", ast.Call, find)
    project = project_of({"app.py": "import json\nfrom flask import Flask\n\njson.dumps(1)\njson.dumps(2)\n"})
    assert fix_all(project, DOCUMENT) == "from flask import Flask, jsonify\n\njsonify(1)\njsonify(2)\n"
    (first, _) = check(project, DOCUMENT)
    text = lies_well(project, DOCUMENT, [(first, first.fixes[0])])
    assert text == "import json\nfrom flask import Flask, jsonify\n\njsonify(1)\njson.dumps(2)\n"
    project = project.with_text("/case/other.py", "from app import json\n")
    assert fix_all(project, DOCUMENT).startswith("import json\n")


def test_a_fix_that_changes_two_files(own: OwnRules) -> None:
    def find(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
        if not ctx.text(node).startswith("bad"):
            return

        def change(editing: Editing) -> None:
            editing.delete_statement(node)
            other = editing.elsewhere("/case/other.py")
            statement = other.block.tree.body[0]
            other.insert_after(statement, "good = 1")
            other.needed.add((".more", "name"))
            editing.orphan("os")

        yield ctx.finding(node, "bad", fixes=[Fix("Move", True, change)])

    own.add("FL001", ast.Assign, find)
    project = project_of({"app.py": "import os\n\nbad = os\n", "other.py": "first = 0\nlast = 2\n"})
    found = check(project, DOCUMENT)
    change = edits(project, DOCUMENT, [(finding, finding.fixes[0]) for finding in found])
    assert change is not None
    texts = {each: apply(project.files[each].source.text, new) for each, new in change.edits.items()}
    assert texts[DOCUMENT] == ""
    assert texts["/case/other.py"] == "from .more import name\n\nfirst = 0\ngood = 1\nlast = 2\n"
    assert fix_all(project, DOCUMENT) == "import os\n\nbad = os\n", "half of it is none"
