"""Comments that hide findings, and the edits that write them."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from flask_lsp.project.project import Project
from flask_lsp.rules import run
from flask_lsp.rules.base import Finding
from flask_lsp.rules.context import Context
from flask_lsp.rules.run import check
from flask_lsp.rules.suppress import disable_file, disable_line, noqa_on
from flask_lsp.text import apply
from tests.rules.corpus import OwnRules, forget_rules, project_of, some_files
from tests.texts import seeds

DOCUMENT = "/case/app.py"


@pytest.fixture
def calls_are_found(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """FL402 and FL901 find every call of ``bad`` and nothing else."""

    def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
        if isinstance(node.func, ast.Name) and node.func.id == "bad":
            yield ctx.finding(node, "bad")

    own = OwnRules()
    monkeypatch.setattr(run, "rules", lambda: own.registered)
    own.add("FL402", ast.Call, check)
    own.add("FL901", ast.Call, check)
    yield
    monkeypatch.undo()
    forget_rules()


def shown(project: Project, document: str = DOCUMENT) -> list[tuple[int, str]]:
    """The lines, from one, and codes of all findings."""
    source = project.files[document].source
    return [(source.line_at(finding.span.start) + 1, finding.rule.code) for finding in check(project, document)]


def lines(text: str) -> list[tuple[int, str]]:
    return shown(project_of({"app.py": text}))


BOTH = [(1, "FL402"), (1, "FL901")]


@pytest.mark.usefixtures("calls_are_found")
@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("", BOTH),
        ("# noqa", []),
        ("#noqa", []),
        ("# NOQA", []),
        ("# NoQA", []),
        ("# noqa: FL402", [(1, "FL901")]),
        ("# noqa:FL402", [(1, "FL901")]),
        ("# noqa : FL402", [(1, "FL901")]),
        ("# noqa: fl402", [(1, "FL901")]),
        ("# NOQA:Fl402", [(1, "FL901")]),
        ("# noqa: FL402, FL901", []),
        ("# noqa: FL402,FL901", []),
        ("# noqa: FL402 FL901", []),
        ("# noqa: E501, FL402", [(1, "FL901")]),
        ("# noqa: FL402 it is a test", [(1, "FL901")]),
        ("# noqa: FL402 - it is a test", [(1, "FL901")]),
        ("# why  # noqa: FL402", [(1, "FL901")]),
        ("# type: ignore # noqa: FL402", [(1, "FL901")]),
        ("# noqa: E501  # noqa: FL402", [(1, "FL901")]),
        ("# noqa: E501  # noqa", []),
        ("# noqa: FL4", [(1, "FL901")]),
        ("# noqa: E501", BOTH),
        ("# noqa: because", BOTH),
        ("# noqable", BOTH),
        ("# no qa", BOTH),
    ],
)
def test_noqa(comment: str, expected: list[tuple[int, str]]) -> None:
    for end in ("", "\n", "\r\n", "\r"):
        assert lines(f"bad()  {comment}{end}") == expected


@pytest.mark.usefixtures("calls_are_found")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bad('# noqa')\n", BOTH),
        ("bad(f'# noqa {x}')\n", BOTH),
        ("bad('''\n# noqa\n''')\n", BOTH),
        ("x = '''\n# noqa'''; bad()\n", [(2, "FL402"), (2, "FL901")]),
        ("x = '''\n# noqa'''; bad()  # noqa\n", []),
        ("bad('''\ntext\n''')  # noqa\n", []),
        ("bad(f'''\n{x}\n''')  # noqa: FL402\n", [(1, "FL901")]),
        ("bad('''\ntext\n''',\n    a)  # noqa\n", []),
        ("x = \\\n    bad()  # noqa\n", []),
        ("bad() \\\n    + 1  # noqa\n", []),
        ("bad(  # noqa\n    a,\n)\n", []),
        ("bad(\n    a,\n)  # noqa\n", BOTH),
        ("x = (\n    bad()  # noqa\n)\n", []),
        ("x = (  # noqa\n    bad()\n)\n", [(2, "FL402"), (2, "FL901")]),
        ("bad('a'  # noqa\n    'b')\n", []),
        ("if bad('''\n'''):  # noqa\n    pass\n", []),
        ("if bad('''\n'''): pass  # noqa\n", []),
        ("if bad('''\n'''):\n    pass  # noqa\n", BOTH),
        ("@d(bad('''\n'''))  # noqa\ndef f():\n    pass\n", []),
        ("with bad('''\n''') as x, \\\n        y:  # noqa\n    pass\n", []),
        ("# noqa\nbad()\n", [(2, "FL402"), (2, "FL901")]),
        ("bad()\n# noqa\n", BOTH),
    ],
)
def test_where_noqa_stands(text: str, expected: list[tuple[int, str]]) -> None:
    for end in ("\n", "\r\n", "\r"):
        assert lines(text.replace("\n", end)) == expected


@pytest.mark.usefixtures("calls_are_found")
@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# flask-lsp: ignore-file", []),
        ("#flask-lsp:ignore-file", []),
        ("# flask-lsp: ignore-file[FL402]", [(2, "FL901")]),
        ("# flask-lsp: ignore-file[fl402]", [(2, "FL901")]),
        ("# flask-lsp: ignore-file[FL402, FL901]", []),
        ("# flask-lsp: ignore-file[FL402,FL901]", []),
        ("# flask-lsp: ignore-file[FL4]", [(2, "FL901")]),
        ("# flask-lsp: ignore-file[]", [(2, "FL402"), (2, "FL901")]),
        ("# flask-lsp: ignore-file [FL402]", [(2, "FL901")]),
        ("# flask-lsp: ignore-file because it is made", []),
        ("# flask-lsp: ignore-file[FL402", [(2, "FL402"), (2, "FL901")]),
        ("# flask-lsp: ignore-file: FL402", [(2, "FL402"), (2, "FL901")]),
        ("# flask-lsp: ignore-files", [(2, "FL402"), (2, "FL901")]),
        ("x = 1  # flask-lsp: ignore-file", [(2, "FL402"), (2, "FL901")]),
        ("'# flask-lsp: ignore-file'", [(2, "FL402"), (2, "FL901")]),
    ],
)
def test_ignore_file(comment: str, expected: list[tuple[int, str]]) -> None:
    for end in ("\n", "\r\n", "\r"):
        assert lines(f"{comment}{end}bad(){end}") == expected
        assert [code for _, code in lines(f"bad(){end}    {end}{comment}{end}")] == [code for _, code in expected]


@pytest.mark.usefixtures("calls_are_found")
def test_ignore_file_in_a_string_is_none() -> None:
    assert lines("'''\n# flask-lsp: ignore-file\n'''\nbad()\n") == [(4, "FL402"), (4, "FL901")]


@pytest.mark.usefixtures("calls_are_found")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bad()\n", "bad()  # noqa: FL402\n"),
        ("bad()", "bad()  # noqa: FL402"),
        ("bad()  \n", "bad()  # noqa: FL402\n"),
        ("bad()  # why\n", "bad()  # why  # noqa: FL402\n"),
        ("bad()  # noqa: E501\n", "bad()  # noqa: E501, FL402\n"),
        ("bad()  # noqa: E501 so\n", "bad()  # noqa: E501, FL402 so\n"),
        ("bad()  # noqa: so\n", "bad()  # noqa: so  # noqa: FL402\n"),
        ("bad('''\ntext\n''')\n", "bad('''\ntext\n''')  # noqa: FL402\n"),
        ("bad('''\ntext\n''',\n    a)\n", "bad('''\ntext\n''',\n    a)  # noqa: FL402\n"),
        ("x = \\\n    bad()\n", "x = \\\n    bad()  # noqa: FL402\n"),
        ("x = bad() \\\n    + 1\n", "x = bad() \\\n    + 1  # noqa: FL402\n"),
        ("bad(\n    a,\n)\n", "bad(  # noqa: FL402\n    a,\n)\n"),
        ("if bad('''\n'''):\n    # why\n    pass\n", "if bad('''\n'''):  # noqa: FL402\n    # why\n    pass\n"),
        ("if bad('''\n'''): pass\n", "if bad('''\n'''): pass  # noqa: FL402\n"),
        ("@d(bad('''\n'''))\n@e\ndef f():\n    pass\n", "@d(bad('''\n'''))  # noqa: FL402\n@e\ndef f():\n    pass\n"),
        ("x = '''\n''' + bad('a')\n", "x = '''\n''' + bad('a')  # noqa: FL402\n"),
        ("for x in bad('''\n'''):\n    y\n", "for x in bad('''\n'''):  # noqa: FL402\n    y\n"),
    ],
)
def test_disable_line(before: str, after: str) -> None:
    for end in ("\n", "\r\n", "\r"):
        project = project_of({"app.py": before.replace("\n", end)})
        finding = next(finding for finding in check(project, DOCUMENT) if finding.rule.code == "FL402")
        text = apply(before.replace("\n", end), disable_line(project.files[DOCUMENT], finding))
        assert text == after.replace("\n", end)
        assert [code for _, code in lines(text)] == ["FL901"]


@pytest.mark.usefixtures("calls_are_found")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bad()\n", "# flask-lsp: ignore-file[FL402]\nbad()\n"),
        ("#!python\nbad()\n", "#!python\n# flask-lsp: ignore-file[FL402]\nbad()\n"),
        ("# coding: utf-8\nbad()\n", "# coding: utf-8\n# flask-lsp: ignore-file[FL402]\nbad()\n"),
        (
            "#!python\n# coding: utf-8\nbad()\n",
            "#!python\n# coding: utf-8\n# flask-lsp: ignore-file[FL402]\nbad()\n",
        ),
        ("# why\n# coding: utf-8\nbad()\n", "# why\n# coding: utf-8\n# flask-lsp: ignore-file[FL402]\nbad()\n"),
        ("'''\n# coding: utf-8\n'''\nbad()\n", "# flask-lsp: ignore-file[FL402]\n'''\n# coding: utf-8\n'''\nbad()\n"),
        ("# flask-lsp: ignore-file[E1]\nbad()\n", "# flask-lsp: ignore-file[E1, FL402]\nbad()\n"),
        ("# flask-lsp: ignore-file[]\nbad()\n", "# flask-lsp: ignore-file[FL402]\nbad()\n"),
        ("'''Docs.'''\nbad()\n", "# flask-lsp: ignore-file[FL402]\n'''Docs.'''\nbad()\n"),
    ],
)
def test_disable_file(before: str, after: str) -> None:
    for end in ("\n", "\r\n", "\r"):
        project = project_of({"app.py": before.replace("\n", end)})
        finding = next(finding for finding in check(project, DOCUMENT) if finding.rule.code == "FL402")
        text = apply(before.replace("\n", end), disable_file(project.files[DOCUMENT], finding))
        assert text == after.replace("\n", end)
        assert [code for _, code in lines(text)] == ["FL901"]


@settings(max_examples=max(settings().max_examples // 2, 1))
@given(seeds)
def test_disabling_hides_one_finding_and_nothing_else(seed: int) -> None:
    pick = random.Random(seed)
    files = {name: text.replace("\n", pick.choice(("\n", "\r\n"))) for name, text in some_files(pick).items()}
    project = project_of(files)
    for document in project.files:
        found = check(project, document)
        if not found or project.files[document].kind != "python":
            continue
        finding = pick.choice(found)
        file = project.files[document]
        line, code = file.source.line_at(finding.span.start), finding.rule.code
        after = project.with_text(document, apply(file.source.text, disable_line(file, finding)))
        assert after.files[document].tree.broken == file.tree.broken
        expected = [(at, other) for at, other in shown(project, document) if (at, other) != (line + 1, code)]
        left = shown(after, document)
        assert [row for row in expected if row not in left] == []  # others on its line stay
        assert (line + 1, code) not in left
        after = project.with_text(document, apply(file.source.text, disable_file(file, finding)))
        assert after.files[document].tree.broken == file.tree.broken
        assert sorted(other for _, other in shown(after, document)) == sorted(
            other.rule.code for other in found if other.rule.code != code
        )


def test_noqa_on() -> None:
    file = project_of({"app.py": "a  # noqa: FL402, E501\nb\n'# noqa'\n"}).files[DOCUMENT]
    noqa = noqa_on(file, 0)
    assert noqa is not None
    assert noqa.codes == ("FL402", "E501")
    assert file.source.text[slice(*noqa.span)] == "# noqa: FL402, E501"
    assert noqa_on(file, 1) is None
    assert noqa_on(file, 2) is None
