"""A client that sends and reads JSON as it is, also what no client library would let through."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

SERVER = (sys.executable, "-m", "flask_lsp", "server")


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error)
        self.code: int = error["code"]
        self.message: str = error["message"]


class Wire:
    """A running server and all that it has sent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received: list[dict[str, Any]] = []
        """Requests and notifications of the server, in their order."""
        self.answers: dict[str, Any] = {}
        """The results that the server's requests get, by method; null where there is none."""
        self.unsolicited: list[dict[str, Any]] = []
        """Answers with the id null."""
        self.process: asyncio.subprocess.Process | None = None
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count(1)
        self._waiting: dict[Any, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(
        cls, *command: str, cwd: str | os.PathLike[str] | None = None, env: Mapping[str, str] | None = None
    ) -> Wire:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*(command or SERVER), stdin=pipe, stdout=pipe, cwd=cwd, env=env)
        assert process.stdin
        assert process.stdout
        wire = cls(process.stdout, process.stdin)
        wire.process = process
        return wire

    # -- sending -----------------------------------------------------------------------------------------------------

    def send_raw(self, data: bytes) -> None:
        self._writer.write(data)

    def send_bytes(self, body: bytes) -> None:
        self._writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def send(self, message: Any) -> None:
        self.send_bytes(json.dumps(message).encode())

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def begin(self, method: str, params: Any = None) -> tuple[int, asyncio.Future[dict[str, Any]]]:
        """Sends a request; the future gets the whole answer."""
        id_ = next(self._ids)
        future = self._waiting[id_] = asyncio.get_running_loop().create_future()
        self.send({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
        return id_, future

    async def request(self, method: str, params: Any = None) -> Any:
        """The result; raises ``Refused``."""
        answer = await self.begin(method, params)[1]
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    # -- a session ---------------------------------------------------------------------------------------------------

    async def initialize(
        self, capabilities: Mapping[str, Any] | None = None, *, folders: Mapping[str, str] | None = None, **more: Any
    ) -> Any:
        params: dict[str, Any] = {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities or {}}
        if folders is not None:
            params["workspaceFolders"] = [{"name": name, "uri": uri} for name, uri in folders.items()]
        result = await self.request("initialize", params | more)
        self.notify("initialized", {})
        return result

    def open(self, uri: str, text: str, version: int = 1) -> None:
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: Any) -> None:
        """Each change is a whole text, or two positions and a text: ``((0, 1), (0, 2), "x")``."""
        items = [
            {"text": change} if isinstance(change, str) else {"range": range_of(*change[:2]), "text": change[2]}
            for change in changes
        ]
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": items}
        self.notify("textDocument/didChange", params)

    async def diagnostics(self, uri: str, version: int | None = None) -> list[dict[str, Any]]:
        """The diagnostics that were published of this version of a document."""
        message = await self.next(
            "textDocument/publishDiagnostics",
            lambda params: params["uri"] == uri and (version is None or params.get("version") == version),
        )
        return message["params"]["diagnostics"]

    async def next(self, method: str, fits: Callable[[Any], bool] = lambda _: True) -> dict[str, Any]:
        """The first message of this kind, sent already or still to come; it is taken off ``received``."""
        async with self._news:
            while True:
                for message in self.received:
                    if message["method"] == method and fits(message.get("params")):
                        self.received.remove(message)
                        return message
                if self._reading.done():
                    raise EOFError(f"the server ended before it sent {method}")
                await self._news.wait()

    async def log_line(self, part: str) -> str:
        """A line of the server's log that holds this text."""
        message = await self.next("window/logMessage", lambda params: part in params["message"])
        return message["params"]["message"]

    async def settle(self) -> None:
        """Waits until the server has handled all that was sent so far."""
        try:
            await self.request("workspace/executeCommand", {"command": "flask-lsp.explainRule", "arguments": ["FL000"]})
        except Refused:
            return

    async def leave(self) -> int:
        """Ends the session as a client should; the exit code."""
        await self.request("shutdown")
        self.notify("exit")
        return await self.ended()

    async def ended(self) -> int:
        assert self.process
        await self._reading
        return await self.process.wait()

    def hang_up(self) -> None:
        self._writer.close()

    # -- receiving ---------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            while header := await self._reader.readuntil(b"\r\n\r\n"):
                length = int(header.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await self._take(json.loads(await self._reader.readexactly(length)))
        except asyncio.IncompleteReadError:
            pass
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(EOFError("the server ended"))
            async with self._news:
                self._news.notify_all()

    async def _take(self, message: dict[str, Any]) -> None:
        if "method" in message:
            if "id" in message:
                result = self.answers.get(message["method"])
                if callable(result):
                    result = result(message["params"])
                self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})
            async with self._news:
                self.received.append(message)
                self._news.notify_all()
        elif message["id"] is None:
            async with self._news:
                self.unsolicited.append(message)
                self._news.notify_all()
        else:
            self._waiting.pop(message["id"]).set_result(message)

    async def refusal(self) -> int:
        """The code of the next error that answers no request."""
        async with self._news:
            await self._news.wait_for(lambda: self.unsolicited or self._reading.done())
            return self.unsolicited.pop(0)["error"]["code"]


def range_of(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    return {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }
