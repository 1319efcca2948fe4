"""The builders with which fixes write."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.editing import Editing
from flask_lsp.settings import Settings
from flask_lsp.syntax.nodes import walk
from flask_lsp.text import apply

DOCUMENT = "/p/app.py"


def editing_of(text: str) -> Editing:
    """An editing of the block that holds ``TARGET`` or a ``target``, of the last one where there is none."""
    project = Project("/p", Settings(), Versions()).with_text(DOCUMENT, text)
    file = project.files[DOCUMENT]
    found = [placed for placed in file.tree.blocks if "target" in placed.block.text] or file.tree.blocks[-1:]
    return Editing(project, file, *found[0])


def written(editing: Editing) -> str:
    after = apply(editing.file.source.text, editing.edits)
    ast.parse(after)
    return after


def call_in(editing: Editing) -> ast.Call:
    """The call of ``target``, in the text that is edited."""
    calls = (node for node in walk(editing.block.tree.body) if isinstance(node, ast.Call))
    return next(call for call in calls if editing.text(call.func).strip("()").endswith("target"))


def statement_in(editing: Editing) -> ast.stmt:
    """The innermost statement that mentions ``target``."""
    statements = [node for node in walk(editing.block.tree.body) if isinstance(node, ast.stmt)]
    for node in statements:
        if any("target" in editing.text(decorator) for decorator in getattr(node, "decorator_list", ())):
            return node
    return [node for node in statements if "target" in editing.text(node)][-1]


def everywhere(text: str) -> list[str]:
    """The text with each kind of line end, and with tabs."""
    return [text, text.replace("\n", "\r\n"), text.replace("\n", "\r"), text.replace("    ", "\t")]


def both(before: str, after: str, change: Callable[[Editing], None]) -> None:
    for text, expected in zip(everywhere(before), everywhere(after), strict=True):
        editing = editing_of(text)
        change(editing)
        assert not editing.impossible
        assert written(editing) == expected


# -- arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("target()", "target(new)"),
        ("target( )", "target( new)"),
        ("target(a)", "target(a, new)"),
        ("target(a, )", "target(a, new)"),
        ("target(a,)", "target(a, new)"),
        ("target((a))", "target((a), new)"),
        ("target(a, (b + c))", "target(a, (b + c), new)"),
        ("target(((a)))", "target(((a)), new)"),
        ("target(a, k=(b))", "target(a, k=(b), new)"),
        ("target(*(a))", "target(*(a), new)"),
        ("target(x for x in y)", "target((x for x in y), new)"),
        ("target((x for x in y))", "target((x for x in y), new)"),
        ("app.target(a)(b)", "app.target(a, new)(b)"),
        ("target(')', \"(\")", "target(')', \"(\", new)"),
        ("target(\n    a,\n    b,\n)", "target(\n    a,\n    b,\n    new,\n)"),
        ("target(\n    a,\n    b\n)", "target(\n    a,\n    b,\n    new\n)"),
        ("target(\n    a,  # why\n)", "target(\n    a,  # why\n    new,\n)"),
        ("target(\n    a  # why, so\n)", "target(\n    a,  # why, so\n    new\n)"),
        ("target(\n    a  # why\n    ,\n)", "target(\n    a  # why\n    ,\n    new,\n)"),
        ("target(a,\n       b)", "target(a,\n       b, new)"),
        ("target(a, b\n)", "target(a, b, new\n)"),
        ("target(a,  # why\n)", "target(a, new,  # why\n)"),
        ("target(\n    {\n        'a': 1,\n    },\n)", "target(\n    {\n        'a': 1,\n    },\n    new,\n)"),
        ("target(\n)", "target(\nnew)"),
        ("é = target('é', b)", "é = target('é', b, new)"),
    ],
)
def test_add_argument(before: str, after: str) -> None:
    name = "k=new" if "k=(b)" in before else "new"
    both(before, after.replace("new", name), lambda editing: editing.add_argument(call_in(editing), name))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("target(old=1)", "target()"),
        ("target(old=1,)", "target()"),
        ("target(a, old=1)", "target(a)"),
        ("target(old=1, b=2)", "target(b=2)"),
        ("target(a, old=1, b=2)", "target(a, b=2)"),
        ("target(a, old=1, )", "target(a, )"),
        ("target((a), old=(1), b=(2))", "target((a), b=(2))"),
        ("target((a), old=(1))", "target((a))"),
        ("target(a, old=1, *b)", "target(a, *b)"),
        ("target(a, old=1, **b)", "target(a, **b)"),
        ("target(\n    a,\n    old=1,\n)", "target(\n    a,\n)"),
        ("target(\n    a,\n    old=1\n)", "target(\n    a\n)"),
        ("target(\n    old=1,\n    b=2,\n)", "target(\n    b=2,\n)"),
        ("target(\n    old=1,\n)", "target()"),
        ("target(\n    a,  # keep\n    old=1,\n)", "target(\n    a,  # keep\n)"),
        ("target(\n    a,  # keep\n    old=1\n)", "target(\n    a,  # keep\n)"),
        ("target(\n    old=1,  # gone\n    b=2,\n)", "target(\n      # gone\n    b=2,\n)"),
        ("(target)(old=1)", "(target)()"),
        ("target (old=1)", "target ()"),
    ],
)
def test_remove_argument(before: str, after: str) -> None:
    def change(editing: Editing) -> None:
        call = call_in(editing)
        editing.remove_argument(call, next(keyword for keyword in call.keywords if keyword.arg == "old"))

    for text, expected in zip(everywhere(before), everywhere(after), strict=True):
        editing = editing_of(text)
        change(editing)
        assert written(editing) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("target(a)", "target()"),
        ("target((a))", "target()"),
        ("target((a), b)", "target(b)"),
        ("target(a, (b))", "target((b))"),
        ("target(x for x in y)", "target()"),
        ("target(*a)", "target()"),
        ("target(a, (b), c)", "target((b), c)"),
    ],
)
def test_remove_positional_argument(before: str, after: str) -> None:
    editing = editing_of(before)
    call = call_in(editing)
    editing.remove_argument(call, call.args[0])
    assert written(editing) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("target(k=1)", "target(k=new)"),
        ("target(k=(1))", "target(k=(new))"),
        ("target(a)", "target(a, k=new)"),
        ("target(**a)", "target(**a, k=new)"),
        ("target(\n    a,\n    k=1,\n)", "target(\n    a,\n    k=new,\n)"),
    ],
)
def test_replace_argument(before: str, after: str) -> None:
    both(before, after, lambda editing: editing.replace_argument(call_in(editing), "k", "new"))


# -- statements ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("target()\n", "with x:\n    target()\n"),
        ("a\ntarget()", "a\nwith x:\n    target()"),
        ("def f():\n    a\n    target()\n    b\n", "def f():\n    a\n    with x:\n        target()\n    b\n"),
        ("target('''\n  text\n''')\n", "with x:\n    target('''\n  text\n''')\n"),
        ("target(f'''\n  {text}\n''',\n    a)\n", "with x:\n    target(f'''\n  {text}\n''',\n        a)\n"),
        ("target('a'\n    'b')\n", None),
        ("@target\ndef f():\n    pass\n", "with x:\n    @target\n    def f():\n        pass\n"),
        ("target(\n\n    a)\n", "with x:\n    target(\n\n        a)\n"),
        ("target(a,  # why\n    b)\n", "with x:\n    target(a,  # why\n        b)\n"),
    ],
)
def test_wrap(before: str, after: str | None) -> None:
    if after is None:  # parses, however it looks
        editing = editing_of(before)
        editing.wrap_statement(statement_in(editing), "with x:")
        written(editing)
        return
    head = "if a:\n    pass\n"
    both(head + before, head + after, lambda editing: editing.wrap_statement(statement_in(editing), "with x:"))


@pytest.mark.parametrize("text", ["if a: target()\n", "a; target()\n", "class A: target()\n"])
def test_wrap_gives_up_on_shared_lines(text: str) -> None:
    editing = editing_of(text)
    editing.wrap_statement(statement_in(editing), "with x:")
    assert editing.impossible


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("target()\n", "new\ntarget()\n"),
        ("def f():\n    target()\n", "def f():\n    new\n    target()\n"),
        ("if a: target()\n", "if a: new; target()\n"),
        ("a; target()\n", "a; new; target()\n"),
        ("class A:\n    @target\n    def f(self): ...\n", "class A:\n    new\n    @target\n    def f(self): ...\n"),
    ],
)
def test_insert_before(before: str, after: str) -> None:
    both(before, after, lambda editing: editing.insert_before(statement_in(editing), "new"))


@pytest.mark.parametrize("text", ["if a: target()\n", "if a:\n    pass\nelif target: pass\n"])
def test_insert_before_gives_up(text: str) -> None:
    editing = editing_of(text)
    editing.insert_before(statement_in(editing), "if x:", "    y")
    assert editing.impossible


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("target()\n", "target()\nnew\n"),
        ("a\ntarget()", "a\ntarget()\nnew"),
        ("def f():\n    target()\n", "def f():\n    target()\n    new\n"),
        ("def f():\n    target()  # why\n", "def f():\n    target()  # why\n    new\n"),
        ("if a: target()\n", "if a: target(); new\n"),
        ("target(); b\n", "target(); new; b\n"),
        ("def f():\n    with target:\n        a\n    b\n", "def f():\n    with target:\n        a\n    new\n    b\n"),
    ],
)
def test_insert_after(before: str, after: str) -> None:
    both(before, after, lambda editing: editing.insert_after(statement_in(editing), "new"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\ntarget()\nb\n", "a\nb\n"),
        ("a\ntarget()", "a\n"),
        ("def f():\n    target()\n", "def f():\n    pass\n"),
        ("def f():\n    a\n    target()\n", "def f():\n    a\n"),
        ("def f():\n    a\n    target(\n        b,\n    )\n    c\n", "def f():\n    a\n    c\n"),
        ("try:\n    a\nexcept E:\n    target()\n", "try:\n    a\nexcept E:\n    pass\n"),
        ("if a:\n    b\nelse:\n    target()\n", "if a:\n    b\nelse:\n    pass\n"),
        ("if a: target()\n", "if a: pass\n"),
        ("if a: b; target()\n", "if a: b\n"),
        ("if a: target(); b\n", "if a: b\n"),
        ("a; target(); b\n", "a; b\n"),
        ("target(); b\n", "b\n"),
        ("def f():\n    target()  # why\n    a\n", "def f():\n      # why\n    a\n"),
        ("def f():\n    @target\n    def g():\n        a\n    b\n", "def f():\n    b\n"),
    ],
)
def test_delete_statement(before: str, after: str) -> None:
    def change(editing: Editing) -> None:
        editing.delete_statement(statement_in(editing))

    both(before, after, change)


# -- style -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("a = 'b'\n", "new", "'new'"),
        ('a = "b"\n', "new", '"new"'),
        ("", "new", '"new"'),
        ("a = 'b'\n", "it's", '"it\'s"'),
        ('a = "b"\n', "a\\b\nc\r", '"a\\\\b\\nc\\r"'),
        ('a = "b"\n', "'\"", "'\\'\"'"),
        ('a = "b"\n', "\0\x07\x85\u2028\ud800", '"\\x00\\x07\\x85\\u2028\\ud800"'),
    ],
)
def test_string(text: str, value: str, expected: str) -> None:
    literal = editing_of(text + "target\n").string(value)
    assert literal == expected
    assert ast.literal_eval(literal) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("target", "    "),
        ("if a:\n  target\n", "  "),
        ("if a:\n\ttarget\n", "\t"),
        ("if a:\r  target\r", "  "),
        ("'''\n  text\n'''\nif a: b\nif a:\n      target\n", "      "),
        ("if a:\n        if b:\n            target\n", "        "),
    ],
)
def test_indent(text: str, expected: str) -> None:
    assert editing_of(text).indent == expected


# -- imports ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected", "needed"),
    [
        ("import flask\n", "flask.jsonify", set()),
        ("import flask as f\n", "f.jsonify", set()),
        ("import flask.json\n", "flask.jsonify", set()),
        ("from flask import jsonify\n", "jsonify", set()),
        ("from flask import jsonify as j\n", "j", set()),
        ("import flask\nfrom flask import jsonify\n", "jsonify", set()),
        ("from flask import Flask\n", "jsonify", {("flask", "jsonify")}),
        ("", "jsonify", {("flask", "jsonify")}),
        ("jsonify = 1\n", "flask.jsonify", {("flask", None)}),
        ("from flask import jsonify\njsonify = 1\n", "flask.jsonify", {("flask", None)}),
        ("def jsonify(): ...\nimport flask\n", "flask.jsonify", set()),
        ("if TYPE_CHECKING:\n    import flask\n", "jsonify", {("flask", "jsonify")}),
        ("try:\n    from flask import jsonify\nexcept ImportError:\n    pass\n", "jsonify", set()),
    ],
)
def test_imported(text: str, expected: str, needed: set[tuple[str, str | None]]) -> None:
    editing = editing_of(text + "target()\n")
    assert editing.imported("flask", "jsonify") == expected
    assert editing.needed == needed
    assert not editing.impossible


def test_imported_by_a_name_that_is_hidden() -> None:
    editing = editing_of("from flask import jsonify\n\ndef f(jsonify):\n    target()\n")
    assert editing.imported("flask", "jsonify") == "flask.jsonify"
    assert editing.needed == {("flask", None)}
    editing = editing_of("jsonify = 1\nflask = 2\ntarget()\n")
    editing.imported("flask", "jsonify")
    assert editing.impossible
