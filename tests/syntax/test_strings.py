"""The parts of implicit concatenations."""

from __future__ import annotations

import ast

import pytest
from hypothesis import example, given

from flask_lsp.syntax.nodes import walk
from flask_lsp.syntax.parse import parse_file
from flask_lsp.syntax.strings import string_parts
from flask_lsp.text import Span
from tests.texts import texts


@pytest.mark.parametrize(
    "parts",
    [
        ["'a'"],
        ["'a'", '"b"'],
        ["'''a\n b'''", "'c'"],
        ["r'\\\\'", "b'x'"],
        ["f'{a}'", "'b'"],
        ["'é'", "'𐐷'", "'c'"],
        ["f'''{\na}'''", "'b'"],
    ],
)
@pytest.mark.parametrize("between", [" ", "", "  # comment\n  ", "\n", "\r\n", "\r", " \\\n"])
def test_parts(parts: list[str], between: str) -> None:
    text = "x = (é, " + between.join(parts) + ")"
    start = text.index(parts[0], 5)
    span = Span(start, len(text) - 1)
    assert [text[begin:end] for begin, end in string_parts(text, span)] == parts


@given(texts)
@example("'a' '\ud800'")
def test_parts_of_any_text_lie_in_it(text: str) -> None:
    for begin, end in string_parts(text, Span(0, len(text))):
        assert 0 <= begin < end <= len(text)


@given(texts)
def test_parts_of_any_string(text: str) -> None:
    for _, block in parse_file(text).blocks:
        if block.mended:
            continue
        for node in walk(block.tree.body):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.end_lineno:
                span = block.span(node)
                parts = [block.text[begin:end] for begin, end in string_parts(block.text, span)]
                if parts and not any(part[0] in "fF" for part in parts):
                    assert "".join(map(ast.literal_eval, parts)) == node.value
