"""Where files that are read line by line can be cut."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_lsp.deployment_files import Kind
from flask_lsp.facts.pieces import STRANGE_ENDS, Cut, at_starts, joined, lines

SECTION = re.compile(r"\s*\[(?P<name>[^\]\r\n]+)\]")
"""Where a section begins."""
_BETWEEN = re.compile(r"[\s#)}\]!&|;]|\Z|(?:fi|esac|done|then|else|elif|do|in)\b")
"""Lines of a shell script that go on with something."""


def cuts(kind: Kind, text: str) -> list[Cut]:
    """The pieces of a text; the text itself where it cannot be cut."""
    if STRANGE_ENDS.search(text):
        return [Cut(0, text)]
    match kind:
        case "procfile":
            return [Cut(start, line) for start, line in lines(text)]
        case "env":
            return joined(Cut(start, line) for start, line in lines(text))
        case "unit" | "ini":
            return joined(_of_settings(text))
        case "shell":
            return at_starts(text, list(_of_shell(text)))
        case _:
            return [Cut(0, text)]


def _of_settings(text: str) -> Iterator[Cut]:
    """Each setting, behind the name of its section."""
    head, at = "", 0
    for piece in _settings(text):
        if piece.lstrip()[:1] == "[" and SECTION.match(piece):
            head = piece if piece.endswith("\n") else f"{piece}\n"
            yield Cut(at, piece)
        else:
            yield Cut(at, piece, head)
        at += len(piece)


def _settings(text: str) -> Iterator[str]:
    """The lines of a text, each with those that go on with it."""
    *ended, last = text.split("\n")
    lines = [*[f"{line}\n" for line in ended], *([last] if last else ())]
    if "\\" not in text:
        yield from lines
        return
    piece = ""
    for line in lines:
        piece += line
        if not line.rstrip().endswith("\\"):
            yield piece
            piece = ""
    if piece:
        yield piece


def _of_shell(text: str) -> Iterator[int]:
    """Where a command of the outermost level may begin."""
    goes_on = False
    for at, line in lines(text):
        if not goes_on and not _BETWEEN.match(line):
            yield at
        goes_on = line.rstrip().endswith(("\\", "&&", "||", "|"))
