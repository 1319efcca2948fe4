"""Deployment files in pieces, each read once: a key that is typed into a long file costs the piece it is typed into.

A file is cut where its format begins something new, unless a string, a bracket or the like is open there: a piece that
is not whole takes in those behind it. What cannot be cut is read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias
from zlib import crc32

from flask_lsp.facts.deployment import Command, Piece, Placed, Variable, moved_command, moved_variable

Read: TypeAlias = "Callable[[str], Piece]"
"""What a text says, with places that count from it."""
STRANGE_ENDS = re.compile("\r(?!\n)|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""What ends lines for some readers and not for others: such a file is read as a whole."""
_SHORT = 200
_JOINED = 8
"""So many short pieces are joined to one, by and large: to read them costs less than to look for each."""
_MANY = 12
"""Joined to so many, the next that may end does so."""
_MIXED = 0x9E3779B1
_LINE = re.compile(r"[^\n]*\n?")
ALIAS = re.compile(r"(?:^|[\s\[,])\*([\w-]+)")
"""``*name`` in YAML, which brings what stands at an anchor."""


class Cut(NamedTuple):
    """A piece of a text, and what it has to be read behind."""

    start: int
    text: str
    head: str = ""


def lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text with their ends, and where each begins."""
    at = 0
    for line in _LINE.findall(text):
        if line:
            yield at, line
        at += len(line)


def at_starts(text: str, starts: Sequence[int]) -> list[Cut]:
    """A text that is cut in some places; nothing where there are none."""
    begin = [0, *starts] if not starts or starts[0] else list(starts)
    return [Cut(start, text[start:end]) for start, end in zip(begin, [*begin[1:], len(text)], strict=True)]


def joined(cut: Iterable[Cut]) -> list[Cut]:
    """The same, but some short pieces in a row that are read behind the same are one. Where it ends is told by the text
    of the next: a new line moves no other end."""
    found = list[Cut]()
    begin, head, texts = 0, "", list[str]()
    before = Cut(0, "")
    for each in cut:
        is_behind = each.head in (before.head, before.text)
        if texts and (not is_behind or len(each.text) > _SHORT or _begins_anew(each.text, len(texts))):
            found.append(Cut(begin, "".join(texts), head))
            texts = []
        if not texts:
            begin, head = each.start, each.head
        texts.append(each.text)
        before = each
    return [*found, Cut(begin, "".join(texts), head)]


def _begins_anew(text: str, behind: int) -> bool:
    """A text is not joined to those, so many, that stand before it."""
    number = crc32(text.encode()) * _MIXED >> 16  # the sums of like texts are alike
    return not number % (_JOINED if behind < _MANY else 2)


class Reader:
    """Reads the pieces of one text; ``known`` has those of the text before."""

    def __init__(self, read: Read, known: Mapping[str, Piece] | None, steps: Sequence[int] = ()) -> None:
        self._read = read
        self._known = known or {}
        self._steps = steps
        """How many pieces to join to one that is open, in turns; without any, all that follow at last."""
        self.pieces: dict[str, Piece] = {}

    def parts(self, cut: Sequence[Cut]) -> list[Placed]:
        """What all of them say. Raises Entangled."""
        parts, at = list[Placed](), 0
        while at < len(cut):
            piece, taken = self._piece(cut, at)
            parts.append(Placed(cut[at].start, piece))
            at += taken
        return parts

    def _piece(self, cut: Sequence[Cut], at: int) -> tuple[Piece, int]:
        """The piece with the number ``at``, and how many make it."""
        first = self._one(cut[at].head, cut[at].text)
        left = len(cut) - at
        if not first.is_open or left == 1:
            return first, 1
        for taken in [each for each in self._steps if each <= left] or _growing(left):
            joined = self._one(cut[at].head, "".join([each.text for each in cut[at : at + taken]]))
            if not joined.is_open or (not self._steps and taken == left):
                return joined, taken
        return first, 1

    def _one(self, head: str, text: str) -> Piece:
        key = head + text if head else text
        piece = self.pieces.get(key) or self._known.get(key)
        if piece is None:
            piece = self._read(key)
            if head:
                piece = self._behind(head, text, piece)
        self.pieces[key] = piece
        return piece

    def _behind(self, head: str, text: str, read: Piece) -> Piece:
        """What the text says that was read behind something else."""
        size = len(head)
        if ALIAS.search(text):  # what an alias brings is said where its anchor stands
            own = self._read(head)
            said = {each.name_span for each in own.variables} | {each.whole for each in own.commands}
            brought = [each.name_span for each in read.variables] + [each.whole for each in read.commands]
            if any(span.start < size and span not in said for span in brought):
                raise Entangled
        variables = [moved_variable(each, -size) for each in read.variables if each.name_span.start >= size]
        commands = [moved_command(each, -size) for each in read.commands if each.whole.start >= size]
        return Piece(text, tuple(variables), tuple(commands), read.whole, read.is_open)


class Entangled(Exception):
    """What the pieces say cannot be told apart: the file has to be read as a whole."""


def _growing(most: int) -> Iterable[int]:
    taken = 2
    while taken < most:
        yield taken
        taken *= 4
    yield most


def whole_piece(text: str, said: Iterable[object], *, whole: bool = True) -> Piece:
    """The piece of a text that says some variables and commands, in the order of the text."""
    every = tuple(said)
    variables = tuple([each for each in every if isinstance(each, Variable)])
    return Piece(text, variables, tuple([each for each in every if isinstance(each, Command)]), whole, not whole)
