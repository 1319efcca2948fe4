"""A tree for text that does not parse: the offending lines are replaced until the rest does.

Line numbers never move, so every node outside the mended lines is where the user sees it.
"""

from __future__ import annotations

import ast
import re

FILENAME = "<flask-lsp>"
FAILURES = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
"""What CPython raises for text it cannot parse: ValueError for NUL bytes and lone surrogates, the others for depth."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_EXPECTED_BLOCK = re.compile(r"expected an indented block after .* on line (\d+)")
_CLAUSE = re.compile(r"(?:elif|else|except|finally)\b")
_CLAUSES = {"elif": "elif 1:", "else": "else:", "except": "except 0:", "finally": "finally:"}
_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_MOST_WORK = 400_000
"""Code points parsed again at most for one block, if that is more than ``_FEWEST_ATTEMPTS``; then it is given up."""
_FEWEST_ATTEMPTS = 8
_MOST_BLANK = 1000
"""Lines looked at for the one that decides whether a line heads a body."""


def parse(text: str) -> ast.Module:
    """The tree of text that may parse; raises one of ``FAILURES`` where it does not."""
    return ast.parse(text, FILENAME)


def mend(text: str, error: BaseException) -> tuple[ast.Module, frozenset[int]]:
    """The tree of ``text``, which failed with ``error``, and the lines from zero that were replaced."""
    lines: list[str] = _LINE.findall(text)
    mended: set[int] = set()
    _replace_unreadable(lines, mended)
    attempts = max(_FEWEST_ATTEMPTS, min(60, _MOST_WORK // max(len(text), 1)))
    failure: BaseException | None = error if not mended else None
    for _ in range(attempts):
        if isinstance(failure, SyntaxError):
            # A line at an indent of its own cannot stay, whatever it says.
            alone = isinstance(failure, IndentationError) and not _EXPECTED_BLOCK.search(failure.msg)
            _replace(lines, _offending(failure, lines, mended), mended, leave_out=alone)
        elif failure is not None:
            break
        try:
            return parse("".join(lines)), frozenset(mended)
        except FAILURES as again:
            failure = again
    return ast.Module(body=[], type_ignores=[]), frozenset(range(len(lines) + text.endswith(("\r", "\n"))))


def _replace_unreadable(lines: list[str], mended: set[int]) -> None:
    """Lines with NUL or a lone surrogate make CPython refuse the whole text, wherever they stand."""
    for number in range(len(lines) - 1, -1, -1):  # from below: what a line heads is read when it is replaced
        if _UNREADABLE.search(lines[number]):
            _replace(lines, number, mended)


def _offending(error: SyntaxError, lines: list[str], mended: set[int]) -> int:
    """The line to replace next: the one CPython names, or the nearest before it that still has text."""
    header = _EXPECTED_BLOCK.search(error.msg or "")
    line = int(header.group(1)) if header else error.lineno or len(lines)
    line = min(max(line, 1), len(lines)) - 1
    if line not in mended and lines[line].strip():
        return line
    before = (near for near in range(line, -1, -1) if near not in mended and lines[near].strip())
    after = (near for near in range(line, len(lines)) if near not in mended and lines[near].strip())
    return next(before, next(after, line))


def _replace(lines: list[str], number: int, mended: set[int], *, leave_out: bool = False) -> None:
    """``pass`` at the same indent; a line that heads a deeper body becomes ``if 1:`` so that the body stays."""
    line = lines[number]
    content = line.rstrip("\r\n")
    indent = content[: len(content) - len(content.lstrip())]
    below = (lines[at] for at in range(number + 1, min(number + _MOST_BLANK, len(lines))))
    following = next((line for line in below if line.strip() and not line.lstrip().startswith("#")), "")
    deeper = len(following) - len(following.lstrip()) > len(indent)
    clause = _CLAUSE.match(content, len(indent))
    if number in mended or leave_out:
        new = ""
    elif clause or deeper:
        new = indent + (_CLAUSES[clause.group()] if clause else "if 1:") + ("" if deeper else " pass")
    else:
        new = indent + "pass"
    lines[number] = new + line[len(content) :]
    mended.add(number)
