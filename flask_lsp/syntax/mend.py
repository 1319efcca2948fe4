"""A tree for text that does not parse: the offending lines are replaced until the rest does.

Line numbers never move, so every node outside the mended lines is where the user sees it.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

Parsed = TypeVar("Parsed")

FILENAME = "<flask-lsp>"
FAILURES = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
"""What CPython raises for text it cannot parse: ValueError for NUL bytes and lone surrogates, the others for depth."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_EXPECTED_BLOCK = re.compile(r"expected an indented block after .* on line (\d+)")
_CLAUSE = re.compile(r"(?:elif|else|except|finally)\b")
_CLAUSES = {"elif": "elif 1:", "else": "else:", "except": "except 0:", "finally": "finally:"}
_HEADER = re.compile(r"(?P<is_async>async\s+)?(?P<word>def|class|with|for|while|if|try|match|case)\b(?P<rest>.*)")
_NAME = re.compile(r"[^\W\d]\w*")
_AS = re.compile(r"\bas\s+([^\W\d]\w*)")
_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_MOST_WORK = 400_000
"""Code points parsed again at most for one block, if that is more than ``_FEWEST_ATTEMPTS``; then it is given up."""
_FEWEST_ATTEMPTS = 8
_IN_BRACKETS = (",", "[", "(", "{")
"""How a line ends behind which a bracket is open."""
_OPENED = re.compile(r"opening parenthesis .* on line (\d+)")
_NEVER_CLOSED = "was never closed"
_OPENING = re.compile(r"[(\[{]")
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|#.*")
_MOST_BLANK = 1000
"""Lines looked at for the one that decides whether a line heads a body."""


def parse(text: str) -> ast.Module:
    """The tree of text that may parse; raises one of ``FAILURES`` where it does not."""
    return ast.parse(text, FILENAME)


def mend(text: str, error: BaseException, read: Callable[[str], Parsed]) -> tuple[Parsed | None, frozenset[int]]:
    """What ``read`` makes of ``text``, which failed with ``error``, after it was mended, and the lines from zero that
    were replaced for that. ``read`` raises one of ``FAILURES`` for text that does not parse; nothing comes back where
    no mending helps, and then all lines count as replaced."""
    lines: list[str] = _LINE.findall(text)
    mended: set[int] = set()
    _replace_unreadable(lines, mended)
    attempts = max(_FEWEST_ATTEMPTS, min(60, _MOST_WORK // max(len(text), 1)))
    failure: BaseException | None = error if not mended else None
    tried: set[int] = set()
    for _ in range(attempts):
        item, line = None, ""
        if isinstance(failure, SyntaxError):
            item = _item(failure, lines, tried)
            if item is not None:
                tried.add(item)
                line, lines[item] = lines[item], _blank(lines[item])
            else:
                # A line at an indent of its own cannot stay, whatever it says.
                alone = isinstance(failure, IndentationError) and not _EXPECTED_BLOCK.search(failure.msg)
                _replace(lines, _offending(failure, lines, mended), mended, leave_out=alone)
        elif failure is not None:
            break
        try:
            return read("".join(lines)), frozenset(mended if item is None else {*mended, item})
        except FAILURES as again:
            if item is None:
                failure = again
            elif isinstance(again, SyntaxError) and _is_another(again, failure, item, lines):
                mended.add(item)
                failure = again
            else:
                lines[item] = line
    return None, frozenset(range(len(lines) + text.endswith(("\r", "\n"))))


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


def _item(error: SyntaxError, lines: list[str], tried: set[int]) -> int | None:
    """The line of a long list, call or dict without which it may parse: ``pass`` cannot stand there."""
    for number in _suspects(error, lines):
        if number and number not in tried and lines[number].strip() and _follows_an_item(lines, number):
            return number
    return None


def _suspects(error: SyntaxError, lines: list[str]) -> Iterator[int]:
    """The line that CPython names, and the one before, where a bracket may be open that nobody closes. Where what
    follows has been taken for the inside of that bracket, it is the outer one that lacks its end."""
    opened = _OPENED.search(error.msg or "")
    named = min(max(int(opened.group(1)) if opened else error.lineno or len(lines), 1), len(lines)) - 1
    if _NEVER_CLOSED in (error.msg or ""):
        yield from _left_open(lines, named + 1)
        return
    yield named
    yield next((at for at in range(named - 1, -1, -1) if lines[at].strip()), 0)


def _left_open(lines: list[str], start: int) -> Iterator[int]:
    """The lines that open a bracket, with nothing deeper below."""
    for number in range(start, len(lines) - 1):
        line, below = lines[number], lines[number + 1]
        if len(below) - len(below.lstrip()) > len(line) - len(line.lstrip()) or not _OPENING.search(line):
            continue
        code = _STRING.sub("", line)
        if sum(map(code.count, "([{")) > sum(map(code.count, ")]}")):
            yield number
            return


def _follows_an_item(lines: list[str], number: int) -> bool:
    above = next((lines[at] for at in range(number - 1, -1, -1) if lines[at].strip()), "")
    return above.rstrip().endswith(_IN_BRACKETS)


def _is_another(error: SyntaxError, before: BaseException | None, number: int, lines: list[str]) -> bool:
    """What fails without a line is another mistake elsewhere: neither the same, nor the line that follows."""
    following = next((at for at in range(number + 1, len(lines)) if lines[at].strip()), len(lines))
    known = (number + 1, following + 1, getattr(before, "lineno", None))
    return error.lineno not in known and _NEVER_CLOSED not in error.msg


def _blank(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _replace(lines: list[str], number: int, mended: set[int], *, leave_out: bool = False) -> None:
    """``pass`` at the same indent; a line that heads a deeper body becomes a header, so that the body stays."""
    line = lines[number]
    content = line.rstrip("\r\n")
    indent = content[: len(content) - len(content.lstrip())]
    below = (lines[at] for at in range(number + 1, min(number + _MOST_BLANK, len(lines))))
    following = next((line for line in below if line.strip() and not line.lstrip().startswith("#")), "")
    deeper = len(following) - len(following.lstrip()) > len(indent)
    clause = _CLAUSE.match(content, len(indent))
    if number in mended or leave_out:
        new = ""
    elif clause:
        new = indent + _CLAUSES[clause.group()] + ("" if deeper else " pass")
    elif deeper:
        new = indent + _header(content[len(indent) :], top=not indent)
    else:
        new = indent + "pass"
    lines[number] = new + line[len(content) :]
    mended.add(number)


def _header(content: str, *, top: bool) -> str:
    """A header that parses and claims no more of its body than the broken one: not that it runs on import, nor which
    names and contexts it sees.
    """
    found = _HEADER.match(content)
    if found is None:
        return "def _():" if top else "if _:"
    is_async, word, rest = found["is_async"] or "", found["word"], found["rest"]
    names = _names(_NAME, rest)
    match word:
        case "def":
            name, *parameters = names or ["_"]
            return f"{is_async}def {name}({', '.join(dict.fromkeys(parameters))}):"
        case "class":
            return f"class {names[0] if names else '_'}(_):"
        case "with":
            return f"{is_async}with {', '.join(f'_ as {name}' for name in _names(_AS, rest)) or '_'}:"
        case "for":
            return f"{is_async}for {', '.join(_names(_NAME, rest.partition(' in ')[0])) or '_'} in _:"
        case "if":
            return 'if __name__ == "__main__":' if "__main__" in names else "if _:"
        case "try":
            return "try:"
        case _:
            return f"{word} _:"


def _names(pattern: re.Pattern[str], text: str) -> list[str]:
    return [name for name in pattern.findall(text) if name.isidentifier() and not keyword.iskeyword(name)]
