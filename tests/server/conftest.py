"""Servers for the tests, each ended with its test."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.server.wire import Wire

Start = Callable[..., Awaitable[Wire]]
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts a server with the fake rules; with arguments, another command."""
    wires: list[Wire] = []

    async def begin(*command: str) -> Wire:
        wire = await Wire.start(*(command or (sys.executable, "-m", "tests.server.fakes")), cwd=ROOT)
        wires.append(wire)
        return wire

    yield begin
    for wire in wires:
        # No test wants a pop-up, whatever else it was about.
        assert [each for each in wire.received if each["method"].startswith("window/showMessage")] == []
        with contextlib.suppress(ProcessLookupError):
            if wire.process and wire.process.returncode is None:
                wire.process.kill()
        await wire.ended()


@pytest.fixture
async def wire(start: Start) -> Wire:
    """A session with a client that can do nothing special."""
    wire = await start()
    await wire.initialize()
    return wire


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace folder that is a project, without links in its path."""
    path = Path(os.path.realpath(tmp_path)) / "work space"
    path.mkdir()
    (path / "pyproject.toml").write_text("")
    return path
