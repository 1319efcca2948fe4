"""Garbage is collected when nobody types.

Left to itself, Python looks for cycles in the middle of a keystroke, and over everything the project holds: at ten
thousand lines that is half of the time. So it is switched off, and done in the pauses: what is new at each pause, all
that is not settled at a long one. What the index has read stays, and is set aside for good.
"""

from __future__ import annotations

import gc

PAUSE = 0.5
"""Seconds without work after which what is new is looked at; a few milliseconds."""

LONG_PAUSE = 10.0
"""Seconds without work after which everything is looked at that is not set aside."""

MOST_JOBS = 2000
"""Somebody who never pauses for so many keystrokes waits once."""


class Tidy:
    """Tells the working thread how long to wait for work and what to do then."""

    def __init__(self) -> None:
        gc.disable()
        self._jobs = 0
        self._is_due_whole = False

    def worked(self) -> None:
        """A job is done."""
        self._jobs += 1
        if self._jobs >= MOST_JOBS:
            self.paused()

    @property
    def wait(self) -> float | None:
        """Seconds to wait for work before ``paused`` is called; None for as long as it takes."""
        return PAUSE if self._jobs else LONG_PAUSE if self._is_due_whole else None

    def paused(self) -> None:
        """Nobody needed anything for ``wait`` seconds."""
        if self._jobs:
            self._jobs, self._is_due_whole = 0, True
            gc.collect(1)
        elif self._is_due_whole:
            self._is_due_whole = False
            gc.collect()


def settle() -> None:
    """Sets aside all there is, as after the index of a project: it stays, and need not be looked at again. What the
    index made holds no cycles, and to look for some first would keep whoever types waiting."""
    gc.freeze()
