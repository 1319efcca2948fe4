"""The word to a client that it shows routes that are no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_lsp.server.protocol import Routes

PAUSE = 0.3
"""Seconds without an edit after which what can wait is done."""


class Watch:
    """Tells a client that shows the routes when they have changed: once, until it asks again."""

    def __init__(self, compare: Callable[[], None]) -> None:
        self._compare = compare
        """Has ``is_news`` asked in the working thread, and tells the client."""
        self._on = False
        self._timer: asyncio.TimerHandle | None = None
        self._known: Routes | None = None
        """What the client has; of the working thread."""

    # -- in the event loop -------------------------------------------------------------------------------------------

    def switch(self, on: bool) -> None:
        self._on = on

    def disturb(self) -> None:
        """Something was edited, or read: looks whether it matters, when nothing has happened for a while."""
        if self._timer is not None:
            self._timer.cancel()
        if self._on:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._compare)

    # -- in the working thread ---------------------------------------------------------------------------------------

    def shown(self, routes: Routes) -> Routes:
        """The client gets these."""
        self._known = routes
        return routes

    def is_news(self, listed: Callable[[], Routes]) -> bool:
        """The client has other routes, and does not know yet."""
        if self._known is None or self._known == listed():
            return False
        self._known = None
        return True
