"""Progress that the user sees, for work that takes a while."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from flask_lsp.server.connection import Connection

_numbers = count(1)


class Progress:
    """One piece of work; silent until the client has agreed to show it. Belongs to the event loop."""

    def __init__(self, connection: Connection, title: str) -> None:
        self.token = f"flask-lsp/{next(_numbers)}"
        self._connection = connection
        self._title = title
        self._shown = False
        self._ended = False

    async def begin(self) -> None:
        """Asks the client to show it; a client that refuses is left alone."""
        try:
            await self._connection.ask("window/workDoneProgress/create", {"token": self.token})
        except JsonRpcException:
            return
        if not self._ended:
            self._shown = True
            self._send({"kind": "begin", "title": self._title, "cancellable": True})

    def report(self, message: str) -> None:
        if self._shown:
            self._send({"kind": "report", "message": message})

    def end(self) -> None:
        self._ended = True
        if self._shown:
            self._shown = False
            self._send({"kind": "end"})

    def _send(self, value: dict[str, Any]) -> None:
        self._connection.notify_json("$/progress", {"token": self.token, "value": value})
