"""One thread that computes, most urgent work first; the event loop only hands over and takes back.

What a keystroke made stale is cancelled by its own token: work that waits is dropped, work that runs in slices stops
after the slice.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import field
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

from flask_lsp.frozen import frozen
from flask_lsp.server.tidy import Tidy

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Urgency(IntEnum):
    """Who waits for the work; smaller is sooner."""

    TYPING = 0
    """A keystroke or a request: the user looks at the screen."""
    OPEN = 1
    """Open files that an edit elsewhere may have changed."""
    BACKGROUND = 2
    """The index of closed files."""


class Token:
    """Says whether anybody still wants the work."""

    __slots__ = ("cancelled",)

    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


@frozen(order=True)
class _Job:
    urgency: Urgency
    number: int
    """Jobs of one urgency run in the order of their submission."""
    token: Token = field(compare=False)
    run: Callable[[], None] = field(compare=False)


class Schedule:
    """The queue of work and its thread, which starts with the first job."""

    def __init__(self) -> None:
        self._jobs: list[_Job] = []
        self._numbers = count()
        self._latest: dict[str, Token] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    async def request(self, work: Callable[[], Result], urgency: Urgency = Urgency.TYPING) -> Result:
        """The result of ``work``, computed by the thread; cancelled work that has not begun never begins."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        token = Token()

        def run() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 the one who asked gets it
                _call(loop, _fail, future, error)
            else:
                _call(loop, _settle, future, result)

        self._submit(urgency, token, run)
        try:
            return await future
        finally:
            token.cancel()

    def latest(self, name: str, urgency: Urgency, work: Callable[[Token], None]) -> None:
        """Runs ``work``, and only the newest work of this name: earlier work is cancelled."""
        token = self._renewed(name)
        self._submit(urgency, token, lambda: work(token))

    def slices(self, name: str, work: Callable[[Token], Iterator[None]]) -> None:
        """Runs ``work`` in the background, one step at a time, so that anything more urgent goes between."""
        token = self._renewed(name)
        steps = work(token)

        def step() -> None:
            for _ in steps:
                self._submit(Urgency.BACKGROUND, token, step)
                return

        self._submit(Urgency.BACKGROUND, token, step)

    def cancel(self, name: str) -> None:
        """Drops the work of this name."""
        with self._changed:
            if token := self._latest.pop(name, None):
                token.cancel()

    def _renewed(self, name: str) -> Token:
        """The token for the newest work of a name."""
        with self._changed:
            self.cancel(name)
            token = self._latest[name] = Token()
            return token

    def _submit(self, urgency: Urgency, token: Token, run: Callable[[], None]) -> None:
        with self._changed:
            heappush(self._jobs, _Job(urgency, next(self._numbers), token, run))
            self._changed.notify()
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._work, name="flask-lsp-work", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        tidy = Tidy()
        while True:
            job = self._next(tidy.wait)
            if job is not None and job.token.cancelled:
                continue
            try:
                if job is None:
                    tidy.paused()
                else:
                    job.run()
            except Exception:  # a bug costs its own job, not the thread
                log.exception("background work failed")
            if job is not None:
                tidy.worked()

    def _next(self, wait: float | None) -> _Job | None:
        """The most urgent job, or nothing if ``wait`` seconds bring none."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._jobs), wait):
                return None
            return heappop(self._jobs)


def _settle(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: Any) -> None:
    """Calls in the loop, unless the server has ended meanwhile."""
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:
        log.debug("the loop is closed")
