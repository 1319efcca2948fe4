"""Text: line table, positions, edits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_lsp.text import Edit, Position, Source, Span, Unit, apply

LETTERS = st.text(st.sampled_from("a\r\n\f\u2028\x85é𐐷\ud800"), max_size=25)
UNITS: tuple[Unit, ...] = ("utf-8", "utf-16", "utf-32")
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def lines_of(text: str) -> list[str]:
    """The lines, each with its end, in another way than ``Source`` finds them."""
    return re.sub("(\r\n|\r|\n)", "\\1\0", text).split("\0")


def width(text: str, unit: Unit) -> int:
    codec, size = CODECS[unit]
    return len(text.encode(codec, "surrogatepass")) // size


@given(LETTERS)
def test_only_line_ends_end_lines(text: str) -> None:
    source, lines = Source(text), lines_of(text)
    assert source.line_count == len(lines)
    assert [source.line_text(line) for line in range(len(lines))] == [line.rstrip("\r\n") for line in lines]
    at = 0
    for number, line in enumerate(lines):
        assert source.line_starts[number] == at
        for offset in range(at, at + len(line)):
            assert source.line_at(offset) == number
        at += len(line)


def test_newline() -> None:
    assert Source("a\rb\nc").newline == "\r"
    assert Source("a\r\nb\nc").newline == "\r\n"
    assert Source("a\u2028b\fc").newline == "\n"


@given(LETTERS, st.data())
def test_edited_is_a_fresh_source(text: str, data: st.DataObject) -> None:
    source = Source(text)
    for _ in range(3):
        start = data.draw(st.integers(0, len(source.text)))
        end = data.draw(st.integers(start, len(source.text)))
        new = data.draw(LETTERS)
        fresh = Source(source.text[:start] + new + source.text[end:])
        source = source.edited(Edit(Span(start, end), new))
        assert (source.text, source.line_starts) == (fresh.text, fresh.line_starts)


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a\r\nb", Edit(Span(2, 2), "x")),  # between \r and \n
        ("a\r\nb", Edit(Span(2, 2), "\n")),
        ("a\r\nb", Edit(Span(1, 2), "")),
        ("a\r\nb", Edit(Span(2, 3), "")),
        ("a\rb\nc", Edit(Span(2, 3), "")),  # \r and \n meet
        ("a\r\nb\r\nc", Edit(Span(2, 5), "")),
        ("a\n", Edit(Span(2, 2), "\n")),
        ("\n", Edit(Span(0, 0), "\r")),
        ("", Edit(Span(0, 0), "\r\n")),
    ],
)
def test_edits_at_line_ends(text: str, edit: Edit) -> None:
    assert Source(text).edited(edit).line_starts == Source(apply(text, [edit])).line_starts


@pytest.mark.parametrize("unit", UNITS)
@given(text=LETTERS)
def test_positions_there_and_back(unit: Unit, text: str) -> None:
    source = Source(text)
    for offset in range(len(text) + 1):
        line, column = source.position(offset, unit)
        start, end = source.line_span(line)
        assert column == width(text[start:offset], unit)
        assert source.offset(line, column, unit) == min(offset, end)


@pytest.mark.parametrize("unit", UNITS)
@given(text=LETTERS, line=st.integers(-2, 30), column=st.integers(-2, 60))
def test_any_position_lies_in_the_text(unit: Unit, text: str, line: int, column: int) -> None:
    source = Source(text)
    offset = source.offset(line, column, unit)
    assert 0 <= offset <= len(text)
    if 0 <= line < source.line_count:
        start, end = source.line_span(line)
        assert start <= offset <= end
        assert width(text[start:offset], unit) <= max(column, 0)
        assert offset == end or width(text[start : offset + 1], unit) > column
    assert 0 <= source.position(line * 7 + column, unit).line < source.line_count


def test_a_column_inside_a_character_is_its_begin() -> None:
    source = Source("a𐐷b")
    assert [source.offset(0, column, "utf-16") for column in range(6)] == [0, 1, 1, 2, 3, 3]
    assert [source.offset(0, column, "utf-8") for column in range(8)] == [0, 1, 1, 1, 1, 2, 3, 3]
    assert source.position(2, "utf-16") == Position(0, 3)
    assert Source("\ud800x").position(1, "utf-8") == Position(0, 3)
    assert Source("\ud800x").position(1, "utf-16") == Position(0, 1)


@given(LETTERS, st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25), st.text("xy", max_size=3)), max_size=5))
def test_apply(text: str, drawn: list[tuple[int, int, str]]) -> None:
    edits: list[Edit] = []
    for low, high, new in drawn:
        start, end = sorted((min(low, len(text)), min(high, len(text))))
        if all(end <= edit.span.start or edit.span.end <= start for edit in edits):
            edits.append(Edit(Span(start, end), new))
    expected = text
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        if [other.span for other in edits].count(edit.span) > 1:
            return  # the order of insertions at one place has its own test
        expected = expected[: edit.span.start] + edit.text + expected[edit.span.end :]
    assert apply(text, edits) == expected


def test_apply_in_order_and_without_overlap() -> None:
    assert apply("ab", [Edit(Span(1, 1), "1"), Edit(Span(1, 1), "2"), Edit(Span(1, 2), "c")]) == "a12c"
    with pytest.raises(ValueError, match="overlap"):
        apply("abc", [Edit(Span(0, 2), ""), Edit(Span(1, 3), "")])


def test_spans() -> None:
    assert Span(1, 2).shift(3) == Span(4, 5)
    assert Span(1, 3).touches(Span(3, 4))
    assert not Span(1, 3).touches(Span(4, 5))
    assert Span(1, 3).contains(Span(2, 3))
    assert not Span(1, 3).contains(Span(2, 4))


def test_sources_are_equal_by_text() -> None:
    assert Source("a") == Source("a")
    assert hash(Source("a")) == hash(Source("a"))
    assert Source("a") != Source("b")
    assert Source("a") != "a"
