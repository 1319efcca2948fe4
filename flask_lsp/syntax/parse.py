"""Text to trees, block by block: a keystroke costs the parse of one top-level statement.

The text is cut where a statement begins in column 0; decorators stay with what they decorate. Each block is parsed
alone and kept under its text for as long as some file holds it, so equal blocks share one tree: the identity of a node
is never a key, and positions count from the block.

What stands on a line that does not parse changes with every key, the mended text does not: the tree and all that
follows from it alone are kept under the text that was parsed.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from flask_lsp.syntax.mend import FAILURES, FILENAME, mend, parse
from flask_lsp.syntax.nodes import Nodes
from flask_lsp.text import Source, Span

# Invalid escapes and the like are the business of other tools, and must not reach the server's log.
warnings.filterwarnings("ignore", module=re.escape(FILENAME))


class Parsed:
    """A text that parses: shared by all blocks that are mended to it."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.kept: dict[object, Any] = {}
        """What others made of it, each under a key of its own: nothing that holds offsets, for the mended lines of two
        blocks may differ in length."""

    @cached_property
    def nodes(self) -> Nodes:
        return Nodes(self.tree)


class Block:
    """One top-level statement (or what stands before the first): its text, its tree and what was mended in it."""

    def __init__(self, text: str, parsed: Parsed, mended: frozenset[int], *, unclosed: bool = False) -> None:
        self.text = text
        self.parsed = parsed
        self.mended = mended
        """Lines, from zero, that did not parse; nothing is reported on them."""
        self.unclosed = unclosed
        """Did not parse because a bracket or string is still open at its end: more text may complete it."""
        self.kept: dict[object, Any] = {}
        """What others made of the block, each under a key of its own; it goes when the block goes."""
        self._columns: dict[int, list[int]] = {}
        self._plain_starts = self.source.line_starts if text.isascii() else None

    @cached_property
    def source(self) -> Source:
        return Source(self.text)

    @property
    def tree(self) -> ast.Module:
        return self.parsed.tree

    @property
    def nodes(self) -> Nodes:
        return self.parsed.nodes

    @property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of every node of the tree but the module itself."""
        return self.nodes.parents

    def offset(self, line: int, column: int) -> int:
        """The offset in the block of an ``ast`` position: line from 1, column in UTF-8 bytes."""
        source = self.source
        line = min(line, source.line_count) - 1
        start = source.line_starts[line]
        if self.text.isascii():
            return min(start + column, len(self.text))
        columns = self._columns.get(line)
        if columns is None:
            columns = self._columns[line] = _byte_columns(source.line_text(line))
        return start + (bisect_right(columns, column) if columns else min(column, source.line_span(line).end - start))

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.arg | ast.keyword | ast.ExceptHandler) -> Span:
        """The span of a node, counted from the block."""
        if self._plain_starts is not None and node.end_lineno is not None and node.end_col_offset is not None:
            starts = self._plain_starts  # the common case, many times for each block
            start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
            # What stands in for a mended line may be longer than the line.
            return Span(min(start, len(self.text)), min(end, len(self.text))) if self.mended else Span(start, end)
        start = self.offset(node.lineno, node.col_offset)
        if node.end_lineno is None or node.end_col_offset is None:
            return Span(start, start)
        return Span(start, self.offset(node.end_lineno, node.end_col_offset))

    def is_mended(self, span: Span) -> bool:
        """Touches a line that did not parse, or a statement that lacks one: what an argument that is being typed will
        say is not known."""
        if not self.mended:
            return False
        first, last = self.source.line_at(span.start), self.source.line_at(max(span.start, span.end - 1))
        return any(first <= line <= last for line in self._doubtful)

    @cached_property
    def _doubtful(self) -> frozenset[int]:
        """The lines that were mended, and all lines of the statements, or headers, that one of them is in."""
        found = set(self.mended)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.stmt) and node.end_lineno is not None and node.end_lineno > node.lineno:
                body: list[ast.stmt] = getattr(node, "body", [])
                lines = range(node.lineno - 1, body[0].lineno - 1 if body else node.end_lineno)
                if not self.mended.isdisjoint(lines):
                    found.update(lines)
        return frozenset(found)


class Placed(NamedTuple):
    """A block and the offset at which it stands in the file."""

    start: int
    block: Block


class Tree:
    """All blocks of a file, in order; together they are exactly its text."""

    def __init__(
        self, text: str, blocks: tuple[Placed, ...], unclosed: tuple[int, ...], shared: tuple[int, int] = (0, 0)
    ) -> None:
        self.text = text
        self.blocks = blocks
        self.unclosed = unclosed
        """The numbers of the blocks that stand alone because what they open is never closed."""
        self.shared = shared
        """How many blocks at its start and at its end are those of the tree it was made from."""

    def statements(self) -> Iterator[tuple[Placed, ast.stmt]]:
        for placed in self.blocks:
            for statement in placed.block.tree.body:
                yield placed, statement

    def at(self, offset: int) -> Placed:
        """The block that holds an offset; the nearest where the offset lies outside of the text."""
        if not self.blocks:
            return Placed(0, _NOTHING)
        return self.blocks[max(bisect_right(self.blocks, offset, key=_start) - 1, 0)]

    @property
    def broken(self) -> bool:
        return any(placed.block.mended for placed in self.blocks)


_blocks: WeakValueDictionary[str, Block] = WeakValueDictionary()
_parsed_texts: WeakValueDictionary[str, Parsed] = WeakValueDictionary()
_NOTHING = Block("", Parsed(ast.Module(body=[], type_ignores=[])), frozenset())
_MOST_UNCLOSED = 16
"""A file with more open brackets and strings is no Python; looking for the end of each would take too long."""


def parse_file(text: str, before: Tree | None = None) -> Tree:
    """The tree of any text. Never raises and never reads the disk.

    ``before`` is the tree of an earlier text: blocks before and after what changed are taken from it, which is faster
    and changes nothing else.
    """
    if before is not None and before.blocks and len(before.unclosed) <= _MOST_UNCLOSED:
        tree = _again(text, before)
        if len(tree.unclosed) <= _MOST_UNCLOSED:
            return tree
    blocks = tuple(_parsed(text, 0, ()))
    return Tree(text, blocks, tuple(number for number, (_, block) in enumerate(blocks) if block.unclosed))


def _again(text: str, before: Tree) -> Tree:
    """The tree of a text that differs from an earlier one in some place.

    All that costs more with the length of the file is done by slices: this is the path of every keystroke.
    """
    same = bisect_right(before.blocks, _same_at_start(before.text, text), key=_end)
    same = min(same, *before.unclosed[:1], len(before.blocks))
    same = max(same - 1, 0)  # what follows it may now belong to it
    tail = _Tail(before, text, same + 1)
    blocks, unclosed, rest = list(before.blocks[:same]), list[int](), ()
    for placed in _parsed(text, before.blocks[same].start, tail):
        if placed.start in tail:
            number, shift = tail.number(placed.start), tail.shift
            moved = len(blocks) - number
            unclosed += [at + moved for at in before.unclosed if at >= number]
            rest = before.blocks[number:]
            blocks += rest if not shift else [Placed(start + shift, block) for start, block in rest]
            break
        if placed.block.unclosed:
            unclosed.append(len(blocks))
        blocks.append(placed)
    return Tree(text, tuple(blocks), tuple(unclosed), (same, len(rest)))


class _Tail:
    """The offsets of a new text from which on it has the blocks of the earlier one."""

    def __init__(self, before: Tree, text: str, first: int) -> None:
        self._blocks = before.blocks
        self.shift = len(text) - len(before.text)
        from_here = len(before.text) - _same_at_end(before.text, text)
        self._first = bisect_left(before.blocks, from_here, lo=min(first, len(before.blocks)), key=_start)

    def number(self, offset: int) -> int:
        """The number of the earlier block that begins at an offset of the new text, or should."""
        return bisect_left(self._blocks, offset - self.shift, lo=self._first, key=_start)

    def __contains__(self, offset: object) -> bool:
        number = self.number(offset) if isinstance(offset, int) else len(self._blocks)
        return number < len(self._blocks) and self._blocks[number].start + self.shift == offset


def _same_at_start(one: str, other: str) -> int:
    """How many characters two texts have in common at their starts."""
    same, most = 0, min(len(one), len(other))
    while same < most:
        middle = (same + most + 1) // 2
        if one.startswith(other[same:middle], same):
            same = middle
        else:
            most = middle - 1
    return same


def _same_at_end(one: str, other: str) -> int:
    """How many characters two texts have in common at their ends."""
    same, most = 0, min(len(one), len(other))
    while same < most:
        middle = (same + most + 1) // 2
        if one.endswith(other[len(other) - middle : len(other) - same], 0, len(one) - same):
            same = middle
        else:
            most = middle - 1
    return same


def _parsed(text: str, start: int, known: Container[int]) -> Iterator[Placed]:
    """The blocks from ``start``, where a block begins, to the end or to a start that is known; that one is empty."""
    pieces = _Pieces(text, start)
    at, unclosed = 0, 0
    while pieces[at] < len(text):
        start = pieces[at]
        if start in known:
            yield Placed(start, _NOTHING)
            return
        closed = _Closed(text, pieces, at)
        block, end = _block(text[start : pieces[at + 1]], closed), at + 1
        if block.unclosed:
            found = _completed(closed) if unclosed < _MOST_UNCLOSED else None
            block, end = found or (block, end)
            unclosed += found is None
        at = end
        yield Placed(start, block)


class _Pieces:
    """The offsets at which a text may be cut, and its end; found as they are asked for."""

    def __init__(self, text: str, start: int) -> None:
        self._known: list[int] = []
        self._more = _cut(text, start)

    def __getitem__(self, index: int) -> int:
        while len(self._known) <= index:
            self._known.append(next(self._more))
        return self._known[index]


# A column-0 statement begins at a line that is not indented, no comment, no closing bracket and no clause of the
# statement before. "\n" is a pattern of its own: a literal first character lets `re` skip ahead fast.
_BEGIN = r"(?=[^\s#)\]},])(?!(?:else|elif|except|finally)\b)"
_BEGIN_LF = re.compile(r"\n" + _BEGIN)
_BEGIN_ANY = re.compile(r"(?:\r\n|\r|\n)" + _BEGIN)
_DECORATED = re.compile(r"(?:async|def|class)\b")
_NEVER_IN_BRACKETS = re.compile(
    r"(?:def|class|import|with|return|try|while|raise|pass|del|assert|global|nonlocal|break|continue)\b"
    r"|async\s+(?:def|with)\b|from\s+[\w.]+\s+import\b"
)


def _cut(text: str, start: int) -> Iterator[int]:
    """The offsets at which pieces begin, from ``start``, and the end of the text."""
    yield start
    decorated = text.startswith("@", start)
    for found in (_BEGIN_ANY if "\r" in text else _BEGIN_LF).finditer(text, start):
        at = found.end()
        if decorated:
            if text[at] == "@" or not (_DECORATED.match(text, at) or _NEVER_IN_BRACKETS.match(text, at)):
                continue
            decorated = False
            if _DECORATED.match(text, at):
                continue
        if not text.startswith("\\", found.start() - 1, found.start()):
            yield at
        decorated = text[at] == "@"
    if text:
        yield len(text)


def _block(text: str, closed: _Closed) -> Block:
    if found := _blocks.get(text):
        return found
    try:
        block = Block(text, _read(text), frozenset())
    except FAILURES as error:
        unclosed = isinstance(error, SyntaxError) and not closed.at_once
        parsed, mended = mend(text, error, _read)
        block = Block(text, parsed or _NOTHING.parsed, mended, unclosed=unclosed)
    _blocks[text] = block
    return block


def _read(text: str) -> Parsed:
    """The text as it is, parsed; raises one of ``FAILURES``."""
    found = _parsed_texts.get(text)
    if found is None:
        found = _parsed_texts[text] = Parsed(parse(text))
    return found


_CODE = re.compile(
    r"^(?:(?:async\s+def|def|class)\s+\w+\s*[(:\[]|@\w|from\s+[\w.]+\s+import\b|import\s+\w+(?:\.\w+)*\s*$)",
    re.MULTILINE,
)


class _Closed:
    """Where what a piece opens is closed; found once, when it is asked for."""

    def __init__(self, text: str, pieces: Sequence[int] | _Pieces, first: int) -> None:
        self.text, self.pieces, self.first = text, pieces, first

    @cached_property
    def found(self) -> tuple[int, bool] | None:
        return _closed(self.text, self.pieces, self.first)

    @property
    def at_once(self) -> bool:
        """Nothing is left open at the end of the piece."""
        return self.found is not None and self.found[0] == self.first + 1


def _completed(closed: _Closed) -> tuple[Block, int] | None:
    """The block made of an open piece and all that is needed to close it, and the piece after it.

    A string or bracket that holds lines in column 0 was cut in its middle. One that was only just typed closes
    nowhere, or with the next docstring, where nothing parses: then the piece stands alone.
    """
    text, pieces, first = closed.text, closed.pieces, closed.first
    if closed.found is None:
        return None
    end, in_string = closed.found
    whole = text[pieces[first] : pieces[end]]
    try:
        block = _blocks.get(whole) or Block(whole, _read(whole), frozenset())
    except FAILURES:
        if not in_string or _CODE.search(text, pieces[first + 1], pieces[end]):
            return None
        # Broken elsewhere; the string itself closes among plain words.
        return _block(whole, _Closed(whole, (0, len(whole)), 0)), end
    _blocks[whole] = block
    return block, end


_STRING = r"{0}(?!{0}{0})[^{0}\\\r\n]*(?:\\(?:\r\n|.)[^{0}\\\r\n]*)*{0}"
_TOKEN = re.compile(
    rf"(?:[^#\"'()\[\]{{}}]+|#[^\r\n]*|{_STRING.format(chr(34))}|{_STRING.format(chr(39))}){{0,100}}"
    r"(\"\"\"|'''|[\"'()\[\]{}])?",
    re.DOTALL,
)
"""What opens and closes nothing, and the bracket or quote after it if it is near; a lone quote begins a string that
does not end in its line."""
_OPENS, _CLOSES = "([{", ")]}"


def _closed(text: str, pieces: Sequence[int] | _Pieces, first: int) -> tuple[int, bool] | None:
    """The piece at whose begin nothing is open that was opened since ``first``, and whether the next after ``first``
    begins in a string; ``None`` where something stays open."""
    at, depth, index, in_string = pieces[first], 0, first + 1, False
    while True:
        found = _TOKEN.match(text, at)
        token, end = (found.group(1), found.end()) if found else (None, len(text))
        reached = end - len(token or "")
        while pieces[index] <= reached:
            if depth == 0:
                return index, in_string
            if pieces[index] == len(text) or _NEVER_IN_BRACKETS.match(text, pieces[index]):
                return None
            index += 1
        if reached == len(text):
            return None  # not reached: the last piece ends with the text
        at = end
        if token is None:
            continue
        if token in _OPENS:
            depth += 1
        elif token in _CLOSES:
            depth = max(depth - 1, 0)
        elif len(token) == 3:
            at = _triple_end(text, at, token)
            if at < 0:
                return None
            in_string = in_string or pieces[first + 1] < at
            while pieces[index] < at:
                index += 1


def _triple_end(text: str, at: int, quote: str) -> int:
    begin = at
    while (end := text.find(quote, at)) >= 0:
        backslashes = end
        while backslashes > begin and text[backslashes - 1] == "\\":
            backslashes -= 1
        if (end - backslashes) % 2 == 0:
            return end + 3
        at = end + 1
    return -1


def _start(placed: Placed) -> int:
    return placed.start


def _end(placed: Placed) -> int:
    return placed.start + len(placed.block.text)


def _byte_columns(line: str) -> list[int]:
    """The byte at which each character but the first begins; empty where that is its number."""
    if line.isascii():
        return []
    widths = (1 if char < "\x80" else 2 if char < "\u0800" else 3 if char <= "\uffff" else 4 for char in line)
    return list(accumulate(widths))
