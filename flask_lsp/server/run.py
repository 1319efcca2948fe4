"""Starts the server and keeps it running for as long as its client is there."""

from __future__ import annotations

import asyncio
import sys

from flask_lsp.server import parent, transport
from flask_lsp.server.handlers import register
from flask_lsp.server.logs import send_logs
from flask_lsp.server.server import Server


def serve(address: tuple[str, int] | None = None) -> int:
    """Serves one client until it leaves: on standard input and output, or on a TCP ``address``.

    Returns the exit code: 0 after a proper ``shutdown``, else 1. Raises ``OSError`` where the address cannot be used.
    """
    # While the working thread computes, a message that arrives waits this long for its turn, in each of two threads.
    sys.setswitchinterval(0.0005)
    if address is None:
        return asyncio.run(_serve_standard())
    return asyncio.run(transport.serve_tcp(*address, _serve, _announce))


async def _serve_standard() -> int:
    messages: transport.Messages = asyncio.Queue()
    output = transport.Output()
    transport.read_standard_input(asyncio.get_running_loop(), messages)
    try:
        return await _serve(messages, output)
    finally:
        output.close()


async def _serve(messages: transport.Messages, output: transport.Writer) -> int:
    """The session of one client; returns the exit code."""
    server = Server()
    register(server)
    connection = server.protocol
    connection.set_writer(output)
    watch: asyncio.Task[None] | None = None
    with send_logs(connection):
        while (body := await messages.get()) is not None:
            connection.receive(body)
            if connection.exit_code is not None:
                break
            if watch is None and server.parent is not None:
                watch = asyncio.create_task(_leave_with(server.parent, messages))
            # Handlers begin before the next message is read, so that they see the texts as they were.
            await asyncio.sleep(0)
    if watch is not None:
        watch.cancel()
    return connection.exit_code if connection.exit_code is not None else int(not connection.was_shut_down)


async def _leave_with(process: int, messages: transport.Messages) -> None:
    await parent.gone(process)
    messages.put_nowait(None)


def _announce(address: str) -> None:
    print(f"listening on {address}", file=sys.stderr, flush=True)
