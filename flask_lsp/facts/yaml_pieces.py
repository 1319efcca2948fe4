"""YAML in pieces, each read once: a key that is typed into a long compose file costs the service it is typed into.

A file is cut where YAML itself cannot go on over the cut, unless a string or bracket is open: at documents, and in
compose files at the keys of the file and at those of ``services``. A piece that holds an alias is read with the pieces
that hold the anchor. What cannot be cut is read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from flask_lsp.deployment_files import Kind
from flask_lsp.facts.deployment import Command, Variable
from flask_lsp.facts.shell import Word
from flask_lsp.text import Span

Said: TypeAlias = "tuple[tuple[Variable, ...], tuple[Command, ...]]"
Read: TypeAlias = "Callable[[str], tuple[Sequence[Variable], Sequence[Command], bool]]"
"""What a text says, and whether it needs no mending."""

_LINE = re.compile(r"[^\n]*\n?")
_KEY = re.compile(r"( *)([\w.-]+):(?=\s|\Z)")
_SERVICES = re.compile(r"services:[ \t]*(?:#[^\n]*)?\r?\n?\Z")
_MARK = re.compile(r"---(?=\s|\Z)")
_ANCHOR = re.compile(r"(?:^|\s)&([\w-]+)")
_ALIAS = re.compile(r"(?:^|[\s\[,])\*([\w-]+)")
_TOGETHER = frozenset(
    {
        *("command", "entrypoint", "image", "build", "environment", "containers", "template"),
        *("args", "run", "start", "startcommand", "script"),
    }
)
"""Keys that say something of those beside them: where they stand the rest is not cut off."""
_MOST_JOINED = 2


class Cut(NamedTuple):
    """A piece of a text, and what it has to be read behind."""

    start: int
    text: str
    head: str = ""
    """The key above it."""


@dataclass(slots=True)
class Piece:
    """What a piece says, with places that count from it."""

    said: Said
    whole: bool
    """It needs no mending."""
    start: int = -1
    """Where it was put last, and what it said there."""
    placed: Said = ((), ())


Known: TypeAlias = "dict[str, Piece]"


class _Uncut(Exception):
    """The file has to be read as a whole."""


def cuts(kind: Kind, text: str) -> list[Cut]:
    """The pieces of a text; nothing where it cannot be cut."""
    try:
        if kind == "yaml":
            return _documents(text)
        return list(_of_compose(text)) if kind == "compose" else []
    except _Uncut:
        return []


def _lines(text: str) -> Iterable[tuple[int, str]]:
    at = 0
    for found in _LINE.finditer(text):
        if found.group():
            yield at, found.group()
        at = found.end()


def _documents(text: str) -> list[Cut]:
    starts = [0, *(at for at, line in _lines(text) if at and _MARK.match(line))]
    ends = [*starts[1:], len(text)]
    return [Cut(start, text[start:end]) for start, end in zip(starts, ends, strict=True)] if len(starts) > 1 else []


def _of_compose(text: str) -> list[Cut]:
    starts: list[tuple[int, str]] = []
    head, indent = "", 0
    for at, line in _lines(text):
        bare = line.lstrip(" ")
        if not bare.strip() or bare[0] == "#" or (not starts and _MARK.match(line)):
            continue
        key, depth = _KEY.match(line), len(line) - len(bare)
        if not depth:
            if key is None or key[2] in _TOGETHER:
                raise _Uncut
            head, indent = (line, 0) if _SERVICES.match(line) else ("", 0)
            starts.append((at, ""))
        elif head:
            indent = indent or depth
            if depth < indent or (depth == indent and (key is None or key[2] in _TOGETHER)):
                raise _Uncut
            if depth == indent:
                starts.append((at, head))
    ends = [*(at for at, _ in starts[1:]), len(text)]
    return [Cut(start, text[start:end], head) for (start, head), end in zip(starts, ends, strict=True)]


# -- what they say -----------------------------------------------------------------------------------------------------


class Reader:
    """Reads the pieces of one text; ``known`` has those of the text before."""

    def __init__(self, read: Read, known: Mapping[str, Piece]) -> None:
        self._read = read
        self._known = known
        self.pieces: Known = {}

    def said(self, cut: Sequence[Cut]) -> Said | None:
        """What all of them say; ``None`` where that cannot be told piece by piece."""
        above = _heads(cut)
        if above is None:
            return None
        variables, commands, at = list[Variable](), list[Command](), 0
        while at < len(cut):
            piece, taken = self._piece(cut, at, above[at])
            if piece is None:
                return None
            start = cut[at].start
            if piece.start != start:
                piece.start, piece.placed = start, _moved(piece.said, start)
            variables += piece.placed[0]
            commands += piece.placed[1]
            at += taken
        return tuple(variables), tuple(commands)

    def _piece(self, cut: Sequence[Cut], at: int, above: str) -> tuple[Piece | None, int]:
        """The piece with the number ``at``, and how many make it: one that is open takes in those behind it."""
        first = self._one(above, cut[at].text)
        if first is None or first.whole:
            return first, 1
        text = cut[at].text
        for more in range(1, min(_MOST_JOINED, len(cut) - at - 1) + 1):
            text += cut[at + more].text
            joined = self._one(above, text)
            if joined is not None and joined.whole:
                return joined, more + 1
        return first, 1

    def _one(self, above: str, text: str) -> Piece | None:
        key = above + text
        piece = self.pieces.get(key) or self._known.get(key)
        if piece is None:
            variables, commands, whole = self._read(key)
            size = len(above)
            if size and _ALIAS.search(text) and not self._is_said_above(above, variables, commands):
                return None
            here = tuple(each for each in variables if each.name_span.start >= size)
            piece = Piece(_moved((here, tuple(each for each in commands if each.whole.start >= size)), -size), whole)
        # Two pieces of one text must not share a place.
        piece = self.pieces[key] = Piece(piece.said, piece.whole) if key in self.pieces else piece
        return piece

    def _is_said_above(self, above: str, variables: Iterable[Variable], commands: Iterable[Command]) -> bool:
        """What an alias brings is said where its anchor stands."""
        own = {each.name_span for each in self._read(above)[0]} | {each.whole for each in self._read(above)[1]}
        brought = [each.name_span for each in variables] + [each.whole for each in commands]
        return all(span in own for span in brought if span.start < len(above))


def _heads(cut: Sequence[Cut]) -> list[str] | None:
    """What each piece is read behind: the key above it, and the pieces with its anchors."""
    anchors: dict[str, int] = {}
    for number, each in enumerate(cut):
        for name in _ANCHOR.findall(each.text) if "&" in each.text else ():
            if name in anchors and anchors[name] != number:
                return None
            anchors[name] = number
    if not anchors:
        return [each.head for each in cut]
    heads: list[str] = []
    for number, each in enumerate(cut):
        needed = set[int]()
        todo = [number]
        while todo:
            for name in _ALIAS.findall(cut[todo.pop()].text):
                if anchors.get(name, number) not in (*needed, number):
                    needed.add(anchors[name])
                    todo.append(anchors[name])
        if any(other > number or (cut[other].head and not each.head) for other in needed):
            return None
        outer = "".join(cut[other].text for other in sorted(needed) if not cut[other].head)
        inner = "".join(cut[other].text for other in sorted(needed) if cut[other].head)
        heads.append(outer + each.head + inner)
    return heads


def _moved(said: Said, by: int) -> Said:
    variables, commands = said
    return tuple([_variable(each, by) for each in variables]), tuple([_command(each, by) for each in commands])


def _variable(each: Variable, by: int) -> Variable:
    begin = each.begin + by if each.begin >= 0 else -1
    spans = each.name_span.shift(by), each.span.shift(by), each.whole.shift(by)
    return Variable(each.name, each.value, *spans, each.where, each.conditional, begin)


def _command(each: Command, by: int) -> Command:
    begin = each.begin + by if each.begin >= 0 else -1
    words = tuple([_word(word, by) for word in each.words])
    return Command(words, each.whole.shift(by), each.where, each.listed, each.conditional, each.starts, begin)


def _word(word: Word, by: int) -> Word:
    start, end = word.span
    inner = word.inner + by if word.inner >= 0 else -1
    return Word(word.text, Span(start + by, end + by), word.known, inner)
