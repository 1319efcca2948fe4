"""The three ways to write findings down."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Sequence

from flask_lsp.cli.findings import Shown
from flask_lsp.cli.terminal import Paint, printable, width
from flask_lsp.rules.base import Level

Format = Callable[[Sequence[Shown], Paint], Iterator[str]]
"""Gives the parts of the output; together they are all of it, line ends included."""

_STYLES = {Level.ERROR: "red", Level.WARNING: "yellow", Level.INFORMATION: "blue", Level.HINT: "cyan"}
_WIDEST = 120
"""Characters of a source line that are shown; more of it would hide the finding."""
_BEFORE = 40
_MESSAGE = 100
"""Columns after which a message goes on in the next line."""


def full(findings: Sequence[Shown], paint: Paint) -> Iterator[str]:
    """For people: the line, what is wrong in it, why, by which way, and what would mend it."""
    for at, finding in enumerate(findings):
        yield "\n" * bool(at) + "\n".join(_block(finding, paint)) + "\n"


def concise(findings: Sequence[Shown], paint: Paint) -> Iterator[str]:
    """One line for each finding."""
    for finding in findings:
        where = f"{paint(printable(finding.path), 'bold')}:{finding.line}:{finding.column}"
        level = paint(finding.level.name.lower(), _STYLES[finding.level])
        yield f"{where}: {level} {finding.code} {printable(finding.message)}\n"


def as_json(findings: Sequence[Shown], paint: Paint) -> Iterator[str]:
    """For programs. ASCII, so that no console can spoil it."""
    del paint
    yield json.dumps([_object(finding) for finding in findings], indent=2) + "\n"


FORMATS: dict[str, Format] = {"full": full, "concise": concise, "json": as_json}


def _block(finding: Shown, paint: Paint) -> Iterator[str]:
    style = _STYLES[finding.level]
    level = paint(f"{finding.level.name.lower()} {finding.code}", style)
    where = f"{paint(printable(finding.path), 'bold')}:{finding.line}:{finding.column}"
    yield f"{where}: {level} {finding.name}"
    number = str(finding.line)
    gutter = " " * len(number)
    before, marked, after = _excerpt(finding)
    yield paint(f"{gutter} |", "dim")
    yield f"{paint(f'{number} |', 'dim')} {before}{marked}{after}".rstrip()
    yield f"{paint(f'{gutter} |', 'dim')} {' ' * width(before)}{paint('^' * max(1, width(marked)), style)}"
    first, *rest = _wrapped(finding.message) or [""]
    yield f"{gutter} {paint('=', 'dim')} {first}"
    yield from (f"{gutter}   {line}" for line in rest)
    for place in finding.related:
        there = f"{printable(place.path)}:{place.line}:{place.column}"
        yield f"{gutter} {paint('->', 'dim')} {there}: {printable(place.message)}"
    for title, safe in finding.fixes:
        yield f"{gutter} {paint('fix:', 'green')} {printable(title)}{'' if safe else ' (unsafe)'}"


def _wrapped(message: str) -> list[str]:
    return textwrap.wrap(printable(message), _MESSAGE, break_long_words=False, break_on_hyphens=False)


def _excerpt(finding: Shown) -> tuple[str, str, str]:
    """The line before, in and after the finding; of long lines the part around its begin."""
    start = finding.column - 1
    end = finding.end_column - 1 if finding.end_line == finding.line else len(finding.text)
    first, last = 0, len(finding.text)
    if last > _WIDEST:
        first = max(0, start - _BEFORE)
        last = min(last, first + _WIDEST)
    before = "..." * (first > 0) + finding.text[first:start]
    after = finding.text[max(start, min(end, last)) : last] + "..." * (last < len(finding.text))
    if not first:
        before = before.lstrip("\ufeff")
    return printable(before), printable(finding.text[start : min(end, last)]), printable(after)


def _object(finding: Shown) -> dict[str, object]:
    return {
        "code": finding.code,
        "name": finding.name,
        "level": finding.level.name.lower(),
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "message": finding.message,
        "url": finding.url,
        "fixes": [{"title": title, "safe": safe} for title, safe in finding.fixes],
        "related": [
            {"path": place.path, "line": place.line, "column": place.column, "message": place.message}
            for place in finding.related
        ],
    }
