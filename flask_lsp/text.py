"""Text as the rest of the house sees it: code points, spans, edits and one line table.

Only ``\\r\\n``, ``\\r`` and ``\\n`` end a line, for Python as for the language server protocol. Form feed, U+2028 and
their kin, at which ``str.splitlines`` also cuts, do not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate, count
from operator import add
from typing import Literal, NamedTuple

Unit = Literal["utf-8", "utf-16", "utf-32"]
"""What a column counts: bytes, UTF-16 code units, or code points."""

_LINE_END = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int

    def shift(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)

    def touches(self, other: Span) -> bool:
        """Overlaps ``other`` or stands directly beside it."""
        return self.start <= other.end and other.start <= self.end

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


class Edit(NamedTuple):
    """Replaces the code points of ``span`` by ``text``."""

    span: Span
    text: str


class Position(NamedTuple):
    """A line and a column, both from zero; the unit of the column is the caller's."""

    line: int
    column: int


class Source:
    """An immutable text with its line table. All offsets are code points."""

    __slots__ = ("line_starts", "text")

    text: str
    line_starts: list[int]
    """The offset at which each line begins. Never changed after construction."""

    def __init__(self, text: str, line_starts: list[int] | None = None) -> None:
        self.text = text
        self.line_starts = _line_starts(text) if line_starts is None else line_starts

    @property
    def line_count(self) -> int:
        return len(self.line_starts)

    def line_at(self, offset: int) -> int:
        """The line that holds ``offset``; offsets outside the text are clamped."""
        return max(0, bisect_right(self.line_starts, offset) - 1)

    def line_span(self, line: int) -> Span:
        """The span of a line without its line end."""
        start = self.line_starts[line]
        if line + 1 == len(self.line_starts):
            return Span(start, len(self.text))
        end = self.line_starts[line + 1] - 1
        if end > start and self.text[end] == "\n" and self.text[end - 1] == "\r":
            end -= 1
        return Span(start, end)

    def line_text(self, line: int) -> str:
        start, end = self.line_span(line)
        return self.text[start:end]

    @property
    def newline(self) -> str:
        """The line end that the text uses first, ``\\n`` where it has none."""
        found = _LINE_END.search(self.text)
        return found.group() if found else "\n"

    def position(self, offset: int, unit: Unit = "utf-32") -> Position:
        """The line and column of ``offset``, the column counted in ``unit``; clamped to the text."""
        offset = min(max(offset, 0), len(self.text))
        line = self.line_at(offset)
        start = self.line_starts[line]
        return Position(line, _width(self.text[start:offset], unit))

    def offset(self, line: int, column: int, unit: Unit = "utf-32") -> int:
        """The offset of a line and column; what lies outside the text or its line is clamped to it.

        A column in the middle of a character counts as that character's begin.
        """
        if line < 0:
            return 0
        if line >= len(self.line_starts):
            return len(self.text)
        start, end = self.line_span(line)
        if column <= 0:
            return start
        if unit == "utf-32" or self.text.isascii():
            return min(start + column, end)
        text = self.text[start:end]
        if text.isascii():
            return min(start + column, end)
        for at, char in enumerate(text):
            column -= _width(char, unit)
            if column < 0:
                return start + at
            if column == 0:
                return start + at + 1
        return end

    def edited(self, edit: Edit) -> Source:
        """The source after one edit; only the lines that the edit touches are read again."""
        (start, end), new = edit
        text = self.text[:start] + new + self.text[end:]
        # One line more on either side: an edit between "\r" and "\n" changes where lines end.
        first = max(self.line_at(start) - 1, 0)
        last = min(self.line_at(end) + 1, len(self.line_starts) - 1)
        shift = len(new) - (end - start)
        begin = self.line_starts[first]
        tail = self.line_starts[last + 1 :]
        stop = tail[0] + shift if tail else len(text)
        middle = [begin + at for at in _line_starts(text[begin:stop])]
        if tail:
            middle.pop()  # the line that begins where the tail does
            if shift:
                tail = [at + shift for at in tail]
        return Source(text, self.line_starts[:first] + middle + tail)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Source({len(self.text)} code points, {self.line_count} lines)"


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after ``edits``, which must not overlap; insertions at one place keep their order."""
    parts: list[str] = []
    at = 0
    for (start, end), new in sorted(edits, key=lambda edit: edit.span):
        if start < at:
            raise ValueError(f"edits overlap at {start}")
        parts += (text[at:start], new)
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _line_starts(text: str) -> list[int]:
    if "\r" not in text:
        # Half the time of a regular expression; a big file is read like this on every open.
        return [0, *map(add, accumulate(map(len, text.split("\n")[:-1])), count(1))]
    return [0, *(found.end() for found in _LINE_END.finditer(text))]


def _width(text: str, unit: Unit) -> int:
    """How many units the text takes; a lone surrogate counts as one UTF-16 unit or three bytes."""
    if unit == "utf-32" or text.isascii():
        return len(text)
    if unit == "utf-16":
        return len(text) + sum(char > "\uffff" for char in text)
    return len(text.encode("utf-8", "surrogatepass"))
