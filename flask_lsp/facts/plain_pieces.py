"""Where files that are read line by line can be cut."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_lsp.deployment_files import Kind
from flask_lsp.facts.pieces import STRANGE_ENDS, Cut, at_starts, lines

_SECTION = re.compile(r"\s*\[[^\]\r\n]+\]")
_UWSGI = re.compile(r"^\s*\[\s*uwsgi\s*\]", re.MULTILINE)
_BETWEEN = re.compile(r"[\s#)}\]!&|;]|\Z|(?:fi|esac|done|then|else|elif|do|in)\b")
"""Lines of a shell script that go on with something."""


def cuts(kind: Kind, text: str) -> list[Cut]:
    """The pieces of a text; the text itself where it cannot be cut."""
    if STRANGE_ENDS.search(text):
        return [Cut(0, text)]
    match kind:
        case "procfile" | "env":
            return [Cut(start, line) for start, line in lines(text)]
        case "unit":
            return list(_of_unit(text))
        case "ini":
            return at_starts(text, [] if len(_UWSGI.findall(text)) > 1 else list(_sections(text)))
        case "shell":
            return at_starts(text, list(_of_shell(text)))
        case _:
            return [Cut(0, text)]


def _of_unit(text: str) -> Iterator[Cut]:
    """Each setting, behind the name of its section."""
    head, goes_on, start, piece = "", False, 0, ""
    for at, line in lines(text):
        if not goes_on:
            if piece:
                yield Cut(start, piece, head)
            start, piece = at, ""
            if _SECTION.match(line):
                head = line if line.endswith("\n") else f"{line}\n"
        piece += line
        goes_on = line.rstrip().endswith("\\")
    if piece:
        yield Cut(start, piece, head)


def _sections(text: str) -> Iterator[int]:
    goes_on = False
    for at, line in lines(text):
        if not goes_on and _SECTION.match(line):
            yield at
        goes_on = line.rstrip().endswith("\\")


def _of_shell(text: str) -> Iterator[int]:
    """Where a command of the outermost level may begin."""
    goes_on = False
    for at, line in lines(text):
        if not goes_on and not _BETWEEN.match(line):
            yield at
        goes_on = line.rstrip().endswith(("\\", "&&", "||", "|"))
