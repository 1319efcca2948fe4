"""Bytes in and out: a client on standard input and output, or one on a TCP port."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    Messages: TypeAlias = "asyncio.Queue[bytes | None]"
    """The bodies of messages in their order; None ends it."""


class Writer(Protocol):
    """Where messages go."""

    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


MAX_BODY = 256 * 1024 * 1024
"""No message is that long; a length like this means that we are out of step."""

_LENGTH = re.compile(rb"content-length:\s*([0-9]+)\s*$", re.IGNORECASE)


class OutOfStep(Exception):
    """What arrives is not framed as the protocol asks, and no way back into step is left."""


class Frames:
    """Cuts a stream of bytes into the bodies of messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies that are whole now. Raises ``OutOfStep``."""
        self._buffer += data
        bodies: list[bytes] = []
        while True:
            if self._length is None and not self._read_header():
                return bodies
            length = self._length or 0
            if len(self._buffer) < length:
                return bodies
            bodies.append(bytes(self._buffer[:length]))
            del self._buffer[:length]
            self._length = None

    def _read_header(self) -> bool:
        """Takes the header of the next message off the buffer; lines that are no header are skipped."""
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            header = bytes(self._buffer[:end])
            del self._buffer[: end + 4]
            lengths = [found[1] for line in header.split(b"\r\n") if (found := _LENGTH.match(line))]
            if lengths:
                self._length = int(lengths[-1][:12])
                if self._length > MAX_BODY:
                    raise OutOfStep(f"a message of {self._length} bytes")
                return True
            log.warning("a header without a length: ignored")
        if len(self._buffer) > MAX_BODY:
            raise OutOfStep("no header")
        return False


class Output:
    """Standard output as the client's own: whatever else prints goes to standard error."""

    def __init__(self) -> None:
        sys.stdout.flush()
        self._descriptor = os.dup(1)
        try:
            os.dup2(2, 1)
        except OSError:  # a client that closed standard error
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        _binary(self._descriptor)
        self._broken = False

    def write(self, data: bytes) -> None:
        """Sends; once the client has gone this does nothing, for the end of its input ends the server."""
        view = memoryview(data)
        try:
            while view and not self._broken:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            self._broken = True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


def read_standard_input(loop: asyncio.AbstractEventLoop, messages: Messages) -> None:
    """Starts the thread that reads: standard input cannot be awaited on every system.

    It reads the descriptor itself. ``sys.stdin`` has a lock, and a thread that waits inside it stops the interpreter
    from ending.
    """
    descriptor = sys.stdin.fileno()
    _binary(descriptor)

    def read() -> None:
        frames = Frames()
        try:
            while data := os.read(descriptor, 65536):
                for body in frames.feed(data):
                    loop.call_soon_threadsafe(messages.put_nowait, body)
        except (OSError, OutOfStep) as error:
            log.error("reading ends: %s", error)
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(messages.put_nowait, None)

    threading.Thread(target=read, name="flask-lsp-read", daemon=True).start()


class SocketOutput:
    """The writing side of a TCP connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def close(self) -> None:
        self._writer.close()


async def serve_tcp(
    host: str, port: int, session: Callable[[Messages, SocketOutput], Awaitable[int]], listening: Callable[[str], None]
) -> int:
    """Takes one client and returns what its session returned."""
    result: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.close()  # one client is enough
        messages: Messages = asyncio.Queue()
        reading = asyncio.create_task(_read_socket(reader, messages))
        try:
            result.set_result(await session(messages, SocketOutput(writer)))
        except BaseException as error:
            result.set_exception(error)
            raise
        finally:
            reading.cancel()
            with contextlib.suppress(OSError):
                await writer.drain()
            writer.close()

    server = await asyncio.start_server(connected, host, port)
    name = server.sockets[0].getsockname()
    listening(f"{name[0]}:{name[1]}")
    return await result


async def _read_socket(reader: asyncio.StreamReader, messages: Messages) -> None:
    frames = Frames()
    try:
        while data := await reader.read(65536):
            for body in frames.feed(data):
                messages.put_nowait(body)
    except (OSError, OutOfStep) as error:
        log.error("reading ends: %s", error)
    messages.put_nowait(None)


def _binary(descriptor: int) -> None:
    """Windows alone translates line ends of descriptors."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(descriptor, os.O_BINARY)
