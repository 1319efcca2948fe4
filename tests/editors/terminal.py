"""A terminal with a program in it, for editors that need one: keys go in, the screen comes out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pyte  # type: ignore[import-untyped]


class _Screen(pyte.Screen):
    """Answers no questions: the program under test must not read what it did not ask a user."""

    def report_device_status(self, mode: int = 0, **_: object) -> None: ...
    def report_device_attributes(self, mode: int = 0, **_: object) -> None: ...

    def select_graphic_rendition(self, *attributes: int, private: bool = False) -> None:
        """Colours only: with the private mark Vim asks the terminal what it can do with keys."""
        if not private:
            super().select_graphic_rendition(*attributes)


class Terminal:
    def __init__(
        self, command: Sequence[str], folder: Path, shots: Path, environment: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        rows, columns = size
        self._screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._shots = shots
        shots.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        env = dict(os.environ, TERM="xterm-256color", COLORTERM="truecolor", **environment)
        self.process = pexpect.spawn(command[0], list(command[1:]), env=env, cwd=str(folder), dimensions=size)

    @property
    def text(self) -> str:
        """What is on the screen, without the spaces at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def look(self, seconds: float = 0.2) -> str:
        """Takes in what the program draws within that time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._stream.feed(self._drawn())
        return self.text

    def _drawn(self) -> bytes:
        try:
            return self.process.read_nonblocking(65536, timeout=0.05)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return b""

    def marked(self, background: str) -> str:
        """What stands on that background: in a menu, what is chosen."""
        rows = (self._screen.buffer[row] for row in range(self._screen.lines))
        cells = ([row[column] for column in range(self._screen.columns)] for row in rows)
        return "\n".join("".join(cell.data for cell in row if cell.bg == background) for row in cells).strip()

    def keys(self, *keys: str) -> None:
        for each in keys:
            self.process.send(each)
            self.look()

    def wait(self, what: str | Callable[[str], bool], seconds: float = 90) -> str:
        """The screen once it says ``what``, or once that holds of it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = self.look(0.1)
            if what in text if isinstance(what, str) else what(text):
                return text
        self.shot("failed")
        raise AssertionError(f"waited in vain for {what!r}:\n{self.text}")

    def shot(self, name: str) -> None:
        """Keeps the screen as a text file."""
        (self._shots / f"{name}.txt").write_text(self.look(0.3) + "\n", encoding="utf-8")

    def close(self) -> None:
        self.process.close(force=True)


def until(what: str, condition: Callable[[], object], seconds: float = 90) -> None:
    """Waits for something that is not on the screen."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.1)
