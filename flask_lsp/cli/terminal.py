"""What a terminal can do that a file cannot: colours and a line that moves."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Callable, Mapping
from typing import IO

Paint = Callable[[str, str], str]
"""Gives a text in a style, see ``STYLES``; the text itself where there are no colours."""

STYLES = {"bold": "1", "dim": "2", "red": "1;31", "yellow": "1;33", "blue": "1;34", "cyan": "36", "green": "32"}

_PATIENCE = 0.7
_INTERVAL = 0.1


def painter(stream: IO[str], environ: Mapping[str, str] = os.environ) -> Paint:
    """Colours on a terminal; ``NO_COLOR`` and ``FORCE_COLOR`` have the last word."""
    forced = environ.get("FORCE_COLOR", "0") not in ("", "0")
    if environ.get("NO_COLOR") or not (forced or _is_terminal(stream, environ)):
        return plain
    if os.name == "nt":
        os.system("")  # makes the console of Windows understand escape sequences
    return lambda text, style: f"\x1b[{STYLES[style]}m{text}\x1b[0m" if text else text


def plain(text: str, style: str) -> str:
    """Paints nothing."""
    del style
    return text


class Progress:
    """One line on a terminal that says how far a long run is. Silent elsewhere, and on short runs."""

    def __init__(self, stream: IO[str], environ: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self._live = _is_terminal(stream, environ)
        self._next = time.monotonic() + _PATIENCE
        self._width = 0

    def report(self, what: str, done: int, total: int) -> None:
        if not self._live or (now := time.monotonic()) < self._next:
            return
        self._next = now + _INTERVAL
        line = f"{what} {done}/{total}" if total else f"{what} {done}"
        self._stream.write(f"\r{line:<{self._width}}")
        self._stream.flush()
        self._width = len(line)

    def clear(self) -> None:
        """Takes the line away, before anything else is written."""
        if self._width:
            self._stream.write(f"\r{'':<{self._width}}\r")
            self._stream.flush()
            self._width = 0


def printable(text: str) -> str:
    """The text with tabs as four spaces, and without what would move the cursor or change the terminal."""
    return "".join(
        "    " if char == "\t" else char if _is_shown(char) else "\N{REPLACEMENT CHARACTER}" for char in text
    )


def width(text: str) -> int:
    """How many columns a printable text takes."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _is_shown(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _is_terminal(stream: IO[str], environ: Mapping[str, str]) -> bool:
    return stream.isatty() and environ.get("TERM") != "dumb"
