"""Trees: whole for what CPython parses, mended in few lines for what it does not, never more work than the text."""

from __future__ import annotations

import ast
import random
import textwrap
from collections.abc import Iterator

import pytest
from hypothesis import example, given

from flask_lsp.syntax import parse as module
from flask_lsp.syntax.mend import FAILURES
from flask_lsp.syntax.nodes import walk
from flask_lsp.syntax.parse import Block, Placed, Tree, parse_file
from flask_lsp.text import Source, Span, apply
from tests.texts import DEEP_AND_LONG, broken, corpus, read, seeds, some_edit, some_file, texts

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")

TYPED = ("(", "[", "{", "x = foo(", "x = [1, {", 'x = """', "x = '''", '"', "x = 'it", "if x", "def ", "@a(")


def shape(tree: Tree) -> list[tuple[int, str, frozenset[int], bool]]:
    """How a text was cut; the trees are functions of the texts of the blocks."""
    return [(start, block.text, block.mended, block.unclosed) for start, block in tree.blocks]


def holds_together(tree: Tree, text: str) -> None:
    """What is true of every tree."""
    assert "".join(block.text for _, block in tree.blocks) == text
    at = 0
    for start, block in tree.blocks:
        assert start == at
        assert block.text
        at += len(block.text)
        assert all(0 <= line < block.source.line_count for line in block.mended)
        for node in walk(block.tree.body):
            if isinstance(node, ast.expr | ast.stmt | ast.alias | ast.arg | ast.keyword | ast.ExceptHandler):
                first, last = block.span(node)
                assert 0 <= first <= last <= len(block.text)


def positions(tree: ast.AST, source: Source) -> list[tuple[str, object, object]]:
    """Every node with its positions as offsets in the text, for a whole file."""
    found: list[tuple[str, object, object]] = []
    for node in walk([tree]):
        if isinstance(node, ast.Module):
            continue
        span: Span | None = None
        if isinstance(node, ast.expr | ast.stmt | ast.alias | ast.arg | ast.keyword | ast.ExceptHandler):
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            start = source.offset(node.lineno - 1, node.col_offset, "utf-8")
            span = Span(start, source.offset(node.end_lineno - 1, node.end_col_offset, "utf-8"))
        fields = {name: value for name, value in ast.iter_fields(node) if not isinstance(value, ast.AST | list)}
        found.append((type(node).__name__, span, repr(fields)))
    return found


def placed_positions(tree: Tree) -> list[tuple[str, object, object]]:
    found: list[tuple[str, object, object]] = []
    for start, block in tree.blocks:
        for kind, span, fields in positions(block.tree, block.source):
            found.append((kind, span.shift(start) if isinstance(span, Span) else None, fields))
    return found


def same_as_cpython(text: str) -> None:
    tree = parse_file(text)
    holds_together(tree, text)
    try:
        whole = ast.parse(text)
    except FAILURES:
        assert tree.broken
    else:
        assert not tree.broken
        assert placed_positions(tree) == positions(whole, Source(text))


@given(texts)
@example("\f\n@a\n\fdef f(): pass\n")
@example("x = (\n@a\n)\nclass A: pass\n")
@example("a\n@ b\n")
@example("x = '''\ndef f(): pass\n''' + (\n'''\nclass A: pass\n''')\n")
@example("if a: pass\n# c\nelse: pass\n")
@example("x = 1 \\\n+ 2\n# c \\\ny = 3\r")
@example("x = [\n'''\nimport os\n''',\n" * 1 + "'''\nimport os\n''',\n" * 40 + "]\n")
@example("'\\\r\nx'\n")
def test_any_text(text: str) -> None:
    same_as_cpython(text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_real_code_is_never_mended(end: str) -> None:
    for path in corpus()[:: 5 if end == "\n" else 12]:
        same_as_cpython("\n".join(read(path).splitlines()).replace("\n", end))


@given(seeds)
def test_broken_code(seed: int) -> None:
    pick = random.Random(seed)
    text = broken(pick, some_file(pick))
    holds_together(parse_file(text), text)


@given(seeds)
def test_parsed_again_is_parsed_fresh(seed: int) -> None:
    pick = random.Random(seed)
    text = some_file(pick)[: pick.choice((300, 3000, 100_000))]
    tree = parse_file(text)
    for _ in range(5):
        text = apply(text, [some_edit(pick, text)])
        tree = parse_file(text, tree)
        assert shape(tree) == shape(fresh(text))


@given(texts, texts, texts, texts)
def test_any_text_parsed_again(before: str, old: str, new: str, after: str) -> None:
    tree = parse_file(before + old + after)
    assert shape(parse_file(before + new + after, tree)) == shape(fresh(before + new + after))
    tree = parse_file(before + after)
    assert shape(parse_file(new, tree)) == shape(fresh(new))


def fresh(text: str) -> Tree:
    """The tree as a new process would make it."""
    kept = dict(module._blocks.items())
    module._blocks.clear()
    try:
        return parse_file(text)
    finally:
        module._blocks.clear()
        module._blocks.update(kept)


# -- what is left of broken code -------------------------------------------------------------------------------------

SAMPLE = '''"""Docs."""

import os

from flask import Flask

app = Flask(__name__)


@app.route("/")
def first():
    """Says hello."""
    return "hello"


def second(a):
    """Does more."""
    if a:
        return os.environ
    return None


class Third:
    """Has docs too."""

    def method(self):
        return 3


def fourth():
    return 4
'''


def names(tree: Tree) -> set[str]:
    """The functions and classes in blocks that are whole."""
    whole = (block for _, block in tree.blocks if not block.mended)
    return {name for block in whole for node in walk(block.tree.body) if (name := getattr(node, "name", None))}


@pytest.mark.parametrize("typed", TYPED)
def test_typed_in_a_body(typed: str) -> None:
    text = SAMPLE.replace("    if a:", f"    {typed}\n    if a:")
    tree = parse_file(text)
    holds_together(tree, text)
    assert {"first", "Third", "method", "fourth"} <= names(tree)
    (block,) = [block for _, block in tree.blocks if block.mended]
    assert len(block.mended) <= (6 if "'''" in typed or '"""' in typed else 2)
    assert "def second" in block.text


@pytest.mark.parametrize("typed", [*TYPED, "def f(", "@app.route('/', ["])
def test_typed_in_column_0(typed: str) -> None:
    text = SAMPLE.replace("def second", f"{typed}\n\n\ndef second")
    tree = parse_file(text)
    holds_together(tree, text)
    assert {"first", "Third", "method", "fourth"} <= names(tree)
    assert any(getattr(node, "name", "") == "second" for _, block in tree.blocks for node in walk(block.tree.body))


ITEMS = {
    "list": ("NAMES = [\n", '    "name {}",\n', "]\n"),
    "dict": ("MENU = {{\n", '    "key {0}": {{"title": "Title {0}", "tags": ["a", "b"]}},\n', "}}\n"),
    "nested": ("LOGGING = {{\n", '    "handler {}": {{\n        "level": "INFO",\n    }},\n', "}}\n"),
    "call": ("setup(\n", '    option_{}=Option("value", 1),\n', ")\n"),
    "body": ("def f():\n    return [\n", '        "name {}",\n', "    ]\n"),
}


@pytest.mark.parametrize(
    "typed", ['"new', "name", "NAME=value here", '"new": ', '"new": {', '"new": ["a", ', "f(", "f(1, x"]
)
@pytest.mark.parametrize("kind", ITEMS)
def test_typed_among_the_items_of_a_long_list(kind: str, typed: str, work: list[int]) -> None:
    """One line is lost, wherever CPython sees the mistake, and few attempts are made."""
    head, item, end = (part.format for part in ITEMS[kind])
    indent = item(0)[: len(item(0)) - len(item(0).lstrip())]
    before, after = "".join(map(item, range(40))), "".join(map(item, range(40, 80)))
    text = f"{head()}{before}{indent}{typed}\n{after}{end()}"
    tree = parse_file(text)
    holds_together(tree, text)
    block = tree.blocks[0].block
    assert len(tree.blocks) == 1
    assert block.mended <= {text[: text.index(f"{typed}\n{after}")].count("\n")}
    assert len(work) <= 5


def test_nothing_is_told_of_a_statement_that_lacks_a_line() -> None:
    text = "a = 1\nb = f(\n    1,\n    key=,\n    2,\n)\n"
    block = parse_file(f"def g():\n{textwrap.indent(text, '    ')}    c = 3\n").blocks[0].block
    at = block.text.index
    assert block.mended == {4}
    assert not block.is_mended(Span(at("a ="), at("a =") + 1))
    assert block.is_mended(Span(at("1,"), at("1,") + 1))
    assert block.is_mended(Span(at("b ="), at("b =") + 1))
    assert not block.is_mended(Span(at("c ="), at("c =") + 1))


def test_two_broken_items_cost_two_lines() -> None:
    items = [f'    "name {number}",\n' for number in range(40)]
    items[10], items[30] = "    name 10\n", '    "name 30,\n'
    (block,) = [block for _, block in parse_file(f"NAMES = [\n{''.join(items)}]\n").blocks]
    assert block.mended == {11, 31}


def test_a_string_in_column_0_that_is_closed_and_broken_elsewhere_stays_together() -> None:
    text = "query = f(1, '''\nselect *\nfrom table\n''', 2 3)\nrest = 1\n"
    tree = parse_file(text)
    assert [block.text for _, block in tree.blocks][-1] == "rest = 1\n"
    assert not tree.blocks[-1].block.mended
    assert len(tree.blocks) == 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("if a:\n    b\nelif c\n    d\nelse:\n    e\n", {"b", "d", "e"}),
        ("try:\n    b\nexcept A B:\n    d\n", {"b", "d"}),
        ("for a in :\n    b\n    c\n", {"b", "c"}),
        ("def f(:\n    b\n    return c\n", {"b", "c"}),
        ("with a as :\n    b\nc\n", {"b", "c"}),
        ("b\nx = \0\nc\n", {"b", "c"}),
        ("b\nif \0:\n    c\n\ud800\nd\n", {"b", "c", "d"}),
        ("def f():\n    b\n  c = d\n    e\n", {"b"}),
    ],
)
def test_the_rest_stays(text: str, kept: set[str]) -> None:
    tree = parse_file(text)
    holds_together(tree, text)
    assert tree.broken
    found = {node.id for _, block in tree.blocks for node in walk(block.tree.body) if isinstance(node, ast.Name)}
    assert kept <= found


def test_blocks() -> None:
    text = "# c\nimport a\n\n@d\n\n@e(\n1)\ndef f():\n    pass\n# in between\nif x:\n    y\n\nelse:\n    z\nlast"
    assert [(start, block.text) for start, block in parse_file(text).blocks] == [
        (0, "# c\n"),
        (4, "import a\n\n"),
        (14, "@d\n\n@e(\n1)\ndef f():\n    pass\n# in between\n"),
        (56, "if x:\n    y\n\nelse:\n    z\n"),
        (81, "last"),
    ]
    assert parse_file("").blocks == ()


def test_at() -> None:
    tree = parse_file("a\nb\n")
    assert [tree.at(offset).start for offset in (-1, 0, 1, 2, 3, 4, 99)] == [0, 0, 0, 2, 2, 2, 2]
    assert parse_file("").at(3).block.text == ""


def test_equal_blocks_are_one() -> None:
    tree = parse_file("x = 1\nx = 1\n")
    assert tree.blocks[0].block is tree.blocks[1].block


def test_spans_count_code_points() -> None:
    text = "é = '𐐷'; b = 1\r\nc\n"
    (first, _) = parse_file(text).blocks
    spans = [first.block.span(node) for node in walk(first.block.tree.body) if isinstance(node, ast.expr)]
    assert [text[start:end] for start, end in spans] == ["é", "'𐐷'", "b", "1"]


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("def view(request, db=None", "def view(request, db):"),
        ("async def view(a b):", "async def view(a, b):"),
        ("def", "def _():"),
        ("class User(db.Model:", "class User(_):"),
        ("with app.app_context(:", "with _:"),
        ("with open(path) as file, b() c as d:", "with _ as file, _ as d:"),
        ("for key in a b:", "for key in _:"),
        ("while a b:", "while _:"),
        ("try", "try:"),
        ('if __name__ == "__main__"', "if __name__ == '__main__':"),
        ("if a = b:", "if _:"),
        ("dfe view(request):", "def _():"),
        ("value = first(", "def _():"),
    ],
)
def test_a_broken_header_stays_a_header_of_its_kind(header: str, kept: str) -> None:
    """What a body means hangs on its header: on import, in which context, with which names."""
    after = "\nexcept ValueError:\n    pass\n" if header == "try" else "\n"
    text = f"{header}\n    body(){after}rest()\n"
    tree = parse_file(text)
    holds_together(tree, text)
    first = tree.blocks[0].block
    assert first.mended == {0}
    assert ast.unparse(first.tree.body[0]).splitlines()[:2] == [kept, "    body()"]


def test_is_mended() -> None:
    block = parse_file("def f():\n    a\n    b = \n    c\n").blocks[0].block
    assert block.mended == {2}
    at = block.text.index
    assert not block.is_mended(Span(at("a\n"), at("a\n") + 1))
    assert block.is_mended(Span(at("b ="), at("b =") + 3))
    assert block.is_mended(Span(at("a\n"), at("c\n")))
    assert not block.is_mended(Span(at("c\n"), at("c\n") + 1))


# -- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", DEEP_AND_LONG, ids=lambda text: f"{text[:12]!r}")
def test_deep_and_long(text: str) -> None:
    tree = parse_file(text)
    assert "".join(block.text for _, block in tree.blocks) == text
    assert tree.blocks[-1].block.text == "y = 1\n"
    assert not tree.blocks[-1].block.mended


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The lengths of all texts that are given to CPython."""
    lengths: list[int] = []
    real = ast.parse

    def counted(text: str, *args: str) -> ast.Module:
        lengths.append(len(text))
        return real(text, *args)

    monkeypatch.setattr("flask_lsp.syntax.mend.ast.parse", counted)
    yield lengths
    monkeypatch.undo()


LINES = 3000


@pytest.mark.parametrize(
    "line",
    [
        "x = (",
        "x = [1,",
        'x = """',
        "x = '''a''' '''",
        "x = '",
        "@a(",
        ")",
        "def f(",
        "\0",
        "\ud800",
        'x = {\'a\': """',
        "a b,",
        "    (a b,",
        "if x:",
        "    x",
        "else:",
        "x = 1",
        "class",
    ],
)
def test_work_grows_with_the_text(line: str, work: list[int]) -> None:
    text = f"{line}\n" * LINES
    parse_file(text)
    # Each piece may be parsed and mended once, and a few tries go to the end of the text.
    assert sum(work) <= 120 * len(text)


@pytest.mark.parametrize("line", ["x = (", 'x = """', "\0", "    x = ("])
def test_lexing_grows_with_the_text(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    real = module._closed

    def counted(text: str, pieces: object, first: int) -> object:
        seen.append(1)
        return real(text, pieces, first)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_closed", counted)
    parse_file(f"{line}\n" * LINES)
    assert len(seen) <= LINES + 50


def test_one_keystroke_parses_one_block(work: list[int]) -> None:
    text = SAMPLE * 50
    tree = parse_file(text)
    at = text.index("return os.environ", len(text) // 2)
    for typed in ("x", "x = ", "x = foo", 'x = foo("'):
        work.clear()
        after = text[:at] + typed + "\n        " + text[at:]
        parse_file(after, tree)
        assert len(work) <= 4
        assert sum(work) <= 4 * 200
    work.clear()
    parse_file("\n\n" + text, tree)
    assert len(work) <= 1
    parse_file(text.replace('"hello"', '"hi"', 1), tree)
    assert len(work) <= 2


def test_byte_columns_are_found_once_for_each_line() -> None:
    text = "x = [" + "é, " * 2000 + "]\n"
    block = parse_file(text).blocks[0].block
    for node in walk(block.tree.body):
        if isinstance(node, ast.Name) and node.id == "é":
            start, end = block.span(node)
            assert text[start:end] == "é"
    assert len(block._columns) == 1


def test_what_is_kept_goes_with_the_file() -> None:
    text = "unlikely_name_of_a_test = 1\n"
    tree = parse_file(text)
    assert isinstance(tree.blocks[0], Placed)
    assert isinstance(module._blocks[text], Block)
    del tree
    assert text not in module._blocks
