"""What names of installed packages mean, looked up in the background while nobody types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from flask_lsp.server.schedule import Schedule, Token, Urgency

if TYPE_CHECKING:
    from flask_lsp.project.jedi_bridge import Bridge

_PAUSE = 0.5
"""Seconds without a keystroke before the next name is looked at."""

Learn = Callable[[str, Mapping[str, str]], None]
"""Takes a root and, by path, what names mean there."""


class Lookup:
    """Hands questions to the bridge and its answers back to the working thread."""

    def __init__(self, schedule: Schedule, learn: Learn) -> None:
        self._schedule = schedule
        self._learn = learn
        self._bridge: Bridge | None = None
        self._answers: SimpleQueue[tuple[str, Mapping[str, str]]] = SimpleQueue()

    def ask(self, root: str, folders: tuple[str, ...], paths: list[str]) -> None:
        """Has ``paths`` looked up in these site-packages; ``learn`` gets the answers in the working thread."""
        if not folders:
            return
        if self._bridge is None:
            from flask_lsp.project.jedi_bridge import Bridge  # not before something is wanted

            self._bridge = Bridge(pause=_PAUSE)

        def done(known: Mapping[str, str]) -> None:
            self._answers.put((root, known))
            self._schedule.latest("learn", Urgency.OPEN, self._take)

        self._bridge.ask(folders, paths, done)

    def disturb(self) -> None:
        """Somebody types."""
        if self._bridge is not None:
            self._bridge.disturb()

    def forget(self, folders: tuple[str, ...]) -> None:
        """The packages in these folders have changed."""
        if self._bridge is not None:
            self._bridge.forget(folders)

    def _take(self, _: Token) -> None:
        while True:
            try:
                root, known = self._answers.get_nowait()
            except Empty:
                return
            self._learn(root, known)
