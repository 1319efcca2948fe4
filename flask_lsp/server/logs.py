"""Our log in the client's log. Never a pop-up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_lsp.server.connection import Connection

_TYPES = ((logging.ERROR, 1), (logging.WARNING, 2), (logging.INFO, 3))


class _ToClient(logging.Handler):
    def __init__(self, connection: Connection, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._connection = connection
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        kind = next((number for level, number in _TYPES if record.levelno >= level), 4)
        try:
            params = {"type": kind, "message": self.format(record)}
        except Exception:  # noqa: BLE001 a log line must not cost more than itself
            return
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._connection.notify_json, "window/logMessage", params)


@contextmanager
def send_logs(connection: Connection) -> Generator[None, None, None]:
    """Sends what our modules log, and the errors of pygls, to the client as long as the block runs."""
    handler = _ToClient(connection, asyncio.get_running_loop())
    loggers = ((logging.getLogger("flask_lsp"), logging.INFO), (logging.getLogger("pygls"), logging.ERROR))
    for logger, level in loggers:
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, _ in loggers:
            logger.removeHandler(handler)
            logger.propagate = True
