"""From the start of the process to its end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from tests.server.conftest import Start
from tests.server.wire import SERVER, Refused, Wire

NOT_INITIALIZED, INVALID_REQUEST = -32002, -32600


async def test_a_proper_end_has_code_0(wire: Wire) -> None:
    assert await wire.leave() == 0


async def test_exit_without_shutdown_has_code_1(wire: Wire) -> None:
    wire.notify("exit")
    assert await wire.ended() == 1


async def test_exit_before_initialize_has_code_1(start: Start) -> None:
    wire = await start()
    wire.notify("exit")
    assert await wire.ended() == 1


async def test_requests_before_initialize_are_refused_and_notifications_ignored(start: Start) -> None:
    wire = await start()
    with pytest.raises(Refused) as refused:
        await wire.request("textDocument/hover", {})
    assert refused.value.code == NOT_INITIALIZED
    wire.open("file:///x.py", "fake_safe\n")
    await wire.initialize()
    with pytest.raises(Refused) as refused:
        await wire.request("initialize", {"capabilities": {}})
    assert refused.value.code == INVALID_REQUEST
    await wire.settle()
    assert [each for each in wire.received if each["method"] == "textDocument/publishDiagnostics"] == []


async def test_requests_after_shutdown_are_refused(wire: Wire) -> None:
    await wire.request("shutdown")
    for method in ("textDocument/hover", "shutdown", "initialize"):
        with pytest.raises(Refused) as refused:
            await wire.request(method, {})
        assert refused.value.code == INVALID_REQUEST
    wire.notify("exit")
    assert await wire.ended() == 0


async def test_the_server_leaves_when_its_input_ends(wire: Wire) -> None:
    wire.hang_up()
    assert await wire.ended() == 1


async def test_the_server_leaves_when_its_input_ends_in_the_middle_of_work(wire: Wire) -> None:
    wire.open("file:///x.py", "fake_safe = [1]\n" * 5000)
    wire.hang_up()
    assert await wire.ended() == 1


async def test_the_server_leaves_when_its_client_is_gone(start: Start) -> None:
    client = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=subprocess.PIPE)
    wire = await start()
    await wire.initialize(processId=client.pid)
    await wire.settle()
    client.kill()
    await client.wait()
    assert await wire.ended() == 1


async def test_a_client_that_was_never_there_ends_the_server(start: Start) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    wire = await start()
    await wire.initialize(processId=gone.pid)
    assert await wire.ended() == 1


async def test_what_prints_to_standard_output_does_not_disturb(start: Start) -> None:
    program = "import os, sys; from flask_lsp.server import run; from flask_lsp.server.transport import Output\n"
    program += "class Loud(Output):\n    def __init__(self):\n        super().__init__(); print('noise', flush=True)\n"
    program += "        os.write(1, b'more noise')\n"
    program += "run.transport.Output = Loud\nsys.exit(run.serve())"
    wire = await start(sys.executable, "-c", program)
    assert (await wire.initialize())["serverInfo"]["name"] == "flask-lsp"
    assert await wire.leave() == 0


async def test_tcp_listens_on_this_machine_only() -> None:
    process = await asyncio.create_subprocess_exec(*SERVER, "--tcp", ":0", stderr=asyncio.subprocess.PIPE)
    assert process.stderr
    address = (await process.stderr.readline()).decode().split()[-1]
    host, port = address.split(":")
    assert host == "127.0.0.1"
    wire = Wire(*await asyncio.open_connection(host, int(port)))
    await wire.initialize()
    wire.open("untitled:one", "x = 1\n")
    assert await wire.diagnostics("untitled:one") == []
    await wire.request("shutdown")
    wire.notify("exit")
    assert await process.wait() == 0


def test_nothing_heavy_is_loaded_before_initialize_is_answered() -> None:
    heavy = ["flask_lsp.rules", "flask_lsp.syntax", "flask_lsp.facts", "flask_lsp.project", "jedi", "pathspec", "ast"]
    program = "import sys, pygls.lsp.server; before = set(sys.modules); import flask_lsp.server.run\n"
    program += f"print([name for name in {heavy} if name in set(sys.modules) - before])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_taken_port_is_told_on_standard_error() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        result = subprocess.run(
            [*SERVER, "--tcp", address], check=False, capture_output=True, text=True, env=os.environ
        )
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
