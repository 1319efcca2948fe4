"""Text to trees, block by block: a keystroke costs the parse of one top-level statement.

The text is cut where a statement begins in column 0; decorators stay with what they decorate. Each block is parsed
alone and kept under its text for as long as some file holds it, so equal blocks share one tree: the identity of a node
is never a key, and positions count from the block.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple
from weakref import WeakValueDictionary

from flask_lsp.syntax.mend import FAILURES, FILENAME, mend, parse
from flask_lsp.text import Source, Span

# Invalid escapes and the like are the business of other tools, and must not reach the server's log.
warnings.filterwarnings("ignore", module=re.escape(FILENAME))


class Block:
    """One top-level statement (or what stands before the first): its text, its tree and what was mended in it."""

    def __init__(self, text: str, tree: ast.Module, mended: frozenset[int], *, unclosed: bool = False) -> None:
        self.text = text
        self.tree = tree
        self.mended = mended
        """Lines, from zero, that did not parse; nothing is reported on them."""
        self.unclosed = unclosed
        """Did not parse because a bracket or string is still open at its end: more text may complete it."""

    @cached_property
    def source(self) -> Source:
        return Source(self.text)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of every node of the tree but the module itself."""
        return {child: node for node in walk([self.tree]) for child in ast.iter_child_nodes(node)}

    def offset(self, line: int, column: int) -> int:
        """The offset in the block of an ``ast`` position: line from 1, column in UTF-8 bytes."""
        start = self.source.line_starts[min(line, self.source.line_count) - 1]
        if self.text.isascii():
            return start + column
        return self.source.offset(line - 1, column, "utf-8")

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.arg | ast.keyword | ast.ExceptHandler) -> Span:
        """The span of a node, counted from the block."""
        start = self.offset(node.lineno, node.col_offset)
        if node.end_lineno is None or node.end_col_offset is None:
            return Span(start, start)
        return Span(start, self.offset(node.end_lineno, node.end_col_offset))

    def is_mended(self, span: Span) -> bool:
        """Touches a line that did not parse."""
        if not self.mended:
            return False
        first, last = self.source.line_at(span.start), self.source.line_at(max(span.start, span.end - 1))
        return any(first <= line <= last for line in self.mended)


class Placed(NamedTuple):
    """A block and the offset at which it stands in the file."""

    start: int
    block: Block


class Tree:
    """All blocks of a file, in order; together they are exactly its text."""

    def __init__(self, blocks: tuple[Placed, ...]) -> None:
        self.blocks = blocks

    def statements(self) -> Iterator[tuple[Placed, ast.stmt]]:
        for placed in self.blocks:
            for statement in placed.block.tree.body:
                yield placed, statement

    @property
    def broken(self) -> bool:
        return any(placed.block.mended for placed in self.blocks)


_blocks: WeakValueDictionary[str, Block] = WeakValueDictionary()


def parse_file(text: str) -> Tree:
    """The tree of any text. Never raises and never reads the disk."""
    pieces = list(_cut(text))
    placed: list[Placed] = []
    at = 0
    while at < len(pieces) - 1:
        start, end = pieces[at], pieces[at + 1]
        block = _block(text[start:end])
        at += 1
        if block.unclosed:
            block, at = _joined(text, pieces, at, block)
        placed.append(Placed(start, block))
    return Tree(tuple(placed))


# A column-0 statement begins at a line that is not indented, no comment, no closing bracket and no clause of the
# statement before. "\n" is a pattern of its own: a literal first character lets `re` skip ahead fast.
_BEGIN = r"(?=[^\s#)\]},])(?!(?:else|elif|except|finally)\b)"
_BEGIN_LF = re.compile(r"\n" + _BEGIN)
_BEGIN_ANY = re.compile(r"(?:\r\n|\r|\n)" + _BEGIN)


def _cut(text: str) -> Iterator[int]:
    """The offsets at which pieces begin, and the end of the text."""
    yield 0
    decorated = text.startswith("@")
    for found in (_BEGIN_ANY if "\r" in text else _BEGIN_LF).finditer(text):
        start = found.end()
        if decorated:
            keyword = _NEVER_IN_BRACKETS.match(text, start)
            if keyword is None or keyword.group() == "@":
                continue
            decorated = False
            if keyword.group() in ("def", "class", "async"):
                continue
        if text[found.start() - 1 : found.start()] != "\\":
            yield start
        decorated = text[start] == "@"
    if text:
        yield len(text)


def _block(text: str) -> Block:
    if found := _blocks.get(text):
        return found
    try:
        block = Block(text, parse(text), frozenset())
    except FAILURES as error:
        unclosed = isinstance(error, SyntaxError) and _still_open(text) is not None
        block = Block(text, *mend(text, error), unclosed=unclosed)
    _blocks[text] = block
    return block


_LEX = re.compile(r"#[^\r\n]*|\"\"\"|'''|[\"']|[()\[\]{}]")
_STRING_END = {quote: re.compile(r"(?:[^\\\r\n]|\\.)*?" + quote, re.DOTALL) for quote in "\"'"}
_OPENS, _CLOSES = "([{", ")]}"


def _still_open(text: str) -> str | None:
    """What is open where the text ends: a triple quote, a bracket, or nothing."""
    at, depth = 0, 0
    while found := _LEX.search(text, at):
        token, at = found.group(), found.end()
        if len(token) == 3 and token[0] in "\"'":
            end = _triple_end(text, at, token)
            if end < 0:
                return token
            at = end
        elif token in "\"'":
            if end := _STRING_END[token].match(text, at):
                at = end.end()
        elif token in _OPENS:
            depth += 1
        elif token in _CLOSES:
            depth -= 1
    return "(" if depth > 0 else None


def _triple_end(text: str, at: int, quote: str) -> int:
    while (end := text.find(quote, at)) >= 0:
        backslashes = end - len(text[:end].rstrip("\\")) if text[end - 1 : end] == "\\" else 0
        if backslashes % 2 == 0:
            return end + 3
        at = end + 1
    return -1


_CODE = re.compile(r"(?:async\s+def|def|class)\s+\w+\s*[(:\[]|@\w|from\s+[\w.]+\s+import\b|import\s+\w+(?:\.\w+)*\s*$", re.MULTILINE)
_NEVER_IN_BRACKETS = re.compile(r"(?:async|def|class|import|from|with|return|try|while|raise|pass|del|assert|global)\b|@")
_MOST_JOINS = 16


def _joined(text: str, pieces: list[int], at: int, alone: Block) -> tuple[Block, int]:
    """The block made of an open piece and as many pieces after it as it needs, and the next piece.

    A string or bracket that holds lines in column 0 was cut in its middle. It is joined up to where it closes, if what
    comes out parses; a quote that was only just typed closes nowhere, or at the next docstring, where nothing parses.
    """
    start = pieces[at - 1]
    for _ in range(_MOST_JOINS):
        opener = _still_open(text[start : pieces[at]])
        if opener is None:
            break
        before = at
        at = _after_string(text, pieces, at, opener) if len(opener) == 3 else _after_bracket(text, pieces, start, at)
        if at == before or at >= len(pieces):
            return alone, pieces.index(start) + 1
        whole = _block(text[start : pieces[at]])
        if not whole.mended:
            return whole, at
        swallowed = text[pieces[before] : pieces[at]]
        if not whole.unclosed and len(opener) == 3 and not _CODE.match(swallowed) and not _CODE.search(swallowed):
            return whole, at  # broken elsewhere; the string itself closed among plain words
    return alone, pieces.index(start) + 1


def _after_string(text: str, pieces: list[int], at: int, quote: str) -> int:
    end = _triple_end(text, pieces[at], quote)
    if end < 0:
        return at
    while at < len(pieces) - 1 and pieces[at] < end:
        at += 1
    return at


def _after_bracket(text: str, pieces: list[int], start: int, at: int) -> int:
    while at < len(pieces) - 1 and not _NEVER_IN_BRACKETS.match(text, pieces[at]):
        at += 1
        # Looking from the start each time would be quadratic; only a closing bracket can have closed it.
        if any(char in text[pieces[at - 1] : pieces[at]] for char in _CLOSES) and _still_open(text[start : pieces[at]]) is None:
            break
    return at


def walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes below and with ``nodes``, parents first, in the order of the text; no recursion, however deep."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))
