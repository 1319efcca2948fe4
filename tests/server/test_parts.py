"""The parts of the server by themselves."""

from __future__ import annotations

import asyncio
import os
import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from flask_lsp.features.actions import difference
from flask_lsp.server import parent
from flask_lsp.server.client import client_of
from flask_lsp.server.convert import plain
from flask_lsp.server.documents import Documents, Malformed
from flask_lsp.server.schedule import Schedule, Token, Urgency
from flask_lsp.server.transport import MAX_BODY, Frames, OutOfStep
from flask_lsp.server.uris import document_of, is_file, uri_below, uri_of
from flask_lsp.text import Source, Unit, apply
from tests.server.wire import range_of


@pytest.mark.parametrize(
    ("uri", "document"),
    [
        ("file:///srv/x/a.py", "/srv/x/a.py"),
        ("file:///home/with%20space/%C3%A9.py", "/home/with space/é.py"),
        ("file:///c%3A/Users/a.py", "C:/Users/a.py"),
        ("file:///C:/Users/a.py", "C:/Users/a.py"),
        ("FILE:///c:/Users/a.py", "C:/Users/a.py"),
        ("file:/srv/x/a.py", "/srv/x/a.py"),
        ("file://localhost/home/a.py", "/home/a.py"),
        ("file://server/share/a.py", "//server/share/a.py"),
        ("file:///home/a%23b%3Fc%25.py", "/home/a#b?c%.py"),
        ("file:///home/a#b?c.py", "/home/a#b?c.py"),
        ("file:///a/%FF.py", "/a/\udcff.py"),
        ("file:///", "/"),
        ("file://", "file://"),
        ("untitled:Untitled-1", "untitled:Untitled-1"),
        ("vscode-notebook-cell:/a/b.ipynb#W0", "vscode-notebook-cell:/a/b.ipynb#W0"),
        ("git:/a/b.py?%7B%22ref%22%3A%22~%22%7D", "git:/a/b.py?%7B%22ref%22%3A%22~%22%7D"),
        ("file://[::1/x", "file://[::1/x"),
        ("", ""),
        ("no uri at all", "no uri at all"),
    ],
)
def test_the_document_of_a_uri(uri: str, document: str) -> None:
    assert document_of(uri) == document
    assert document_of(uri_of(document)) == document


def test_what_is_a_file() -> None:
    assert [is_file(each) for each in ("/a", "C:/a", "//server/a", "untitled:a", "")] == [True] * 3 + [False] * 2


def test_uris_below_a_folder_are_spelled_like_that_of_the_folder() -> None:
    assert uri_below("C:/x", "file:///c%3A/x", "C:/x/a b.py") == "file:///c%3A/x/a%20b.py"
    assert uri_below("/", "file:///", "/a.py") == "file:///a.py"


def _utf16_offset(text: str, at: int, unit: Unit) -> int:
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[unit]
    encoding = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[unit]
    return len(text[:at].encode(encoding)) // width


@pytest.mark.parametrize("unit", ["utf-8", "utf-16", "utf-32"])
def test_edits_give_the_text_that_the_client_has(unit: Unit) -> None:
    """Random edits, against a client that keeps its text as one string and counts lines as the protocol says."""
    chance = random.Random(1)
    alphabet = ["a", "é", "\U0001f600", "\n", "\r\n", "\r", "\x0c", "\u2028", "\x1c", "    ", "def f():\n"]
    for _ in range(30):
        documents = Documents()
        documents.unit = unit
        text = "".join(chance.choices(alphabet, k=20))
        documents.open("untitled:x", 1, text)
        for version in range(2, 30):
            start, end = sorted(chance.choices(range(len(text) + 1), k=2))
            if text[start - 1 : start + 1] == "\r\n" or text[end - 1 : end + 1] == "\r\n":
                continue  # no position stands between them
            new = "".join(chance.choices(alphabet, k=chance.randrange(4)))
            change = {"range": range_of(_position(text, start, unit), _position(text, end, unit)), "text": new}
            text = text[:start] + new + text[end:]
            identifier = {"uri": "untitled:x", "version": version}
            state = documents.change({"textDocument": identifier, "contentChanges": [change]})
            assert state
            assert (state.source.text, state.version) == (text, version)
            assert state.source.line_starts == Source(text).line_starts


def _position(text: str, offset: int, unit: Unit) -> tuple[int, int]:
    before = text[:offset].replace("\r\n", "\0\n").replace("\r", "\n")
    line = before.count("\n")
    start = before.rfind("\n") + 1
    return line, _utf16_offset(text[start:offset], offset - start, unit)


def test_a_change_needs_an_open_document() -> None:
    with pytest.raises(Malformed):
        Documents().change({"textDocument": {"uri": "untitled:x", "version": 1}, "contentChanges": []})


def test_frames_are_cut_wherever_the_bytes_break() -> None:
    stream = b"Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x\r\n\r\n[1]"
    stream += b"X: y\r\n\r\nContent-Length: 0\r\n\r\nContent-Length: 1\r\n\r\n7"
    for size in range(1, len(stream)):
        frames = Frames()
        bodies = [body for at in range(0, len(stream), size) for body in frames.feed(stream[at : at + size])]
        assert bodies == [b"{}", b"[1]", b"", b"7"]
    with pytest.raises(OutOfStep):
        Frames().feed(b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1))


def test_the_first_encoding_that_we_know_is_taken() -> None:
    def unit(*offered: str) -> Unit:
        return client_of({"general": {"positionEncodings": list(offered)}}).unit

    assert client_of({}).unit == "utf-16"
    assert [unit("utf-8", "utf-16"), unit("utf-64", "utf-32"), unit("x")] == ["utf-8", "utf-32", "utf-16"]


def test_markdown_as_plain_text() -> None:
    markdown = "**FL1 x**: a `b`\n\n```python\nx = 1\n\ny\n```\n"
    assert plain(markdown) == "FL1 x: a b\n\n    x = 1\n\n    y\n"


def test_differences_are_small_and_right() -> None:
    chance = random.Random(2)
    lines = ["a\n", "b\r\n", "c\r", "\x0c\n", "é\u2028\n", "tail"]
    for _ in range(200):
        before, after = ("".join(chance.choices(lines, k=chance.randrange(9))) for _ in range(2))
        assert apply(before, difference(Source(before), after)) == after
    assert len(difference(Source("a\nb\nc\n"), "a\nx\nc\n")) == 1
    assert difference(Source("a\n"), "a\n") == ()


async def test_the_most_urgent_work_is_done_first_and_only_the_newest_of_a_name() -> None:
    schedule, done = Schedule(), list[str]()
    begun, gate, end = threading.Event(), threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def note(name: str) -> Any:
        return lambda _: done.append(name)

    def first(_: Token) -> None:
        begun.set()
        gate.wait()

    def slices(token: Token) -> Iterator[None]:
        for number in range(3):
            done.append(f"slice {number}")
            if number == 1:
                schedule.latest("between", Urgency.TYPING, note("between"))
            yield
        loop.call_soon_threadsafe(end.set)

    schedule.latest("first", Urgency.TYPING, first)
    begun.wait()
    schedule.slices("index", slices)
    schedule.latest("others", Urgency.OPEN, note("others"))
    for number in range(5):
        schedule.latest("check", Urgency.TYPING, note(f"check {number}"))
    schedule.latest("dropped", Urgency.TYPING, note("dropped"))
    schedule.cancel("dropped")
    gate.set()
    await end.wait()
    assert done == ["check 4", "others", "slice 0", "slice 1", "between", "slice 2"]


async def test_work_that_fails_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    schedule = Schedule()

    def fail() -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await schedule.request(fail)
    schedule.latest("x", Urgency.TYPING, lambda _: fail())
    assert await schedule.request(lambda: 7) == 7
    assert "background work failed" in caplog.text


async def test_a_cancelled_request_that_has_not_begun_never_begins() -> None:
    schedule, begun, gate, done = Schedule(), threading.Event(), threading.Event(), list[int]()

    def first(_: Token) -> None:
        begun.set()
        gate.wait()

    schedule.latest("first", Urgency.TYPING, first)
    begun.wait()
    asked = asyncio.create_task(schedule.request(lambda: done.append(1)))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    gate.set()
    await schedule.request(lambda: done.append(2))
    assert done == [2]


def test_which_processes_run() -> None:
    assert parent.is_running(os.getpid())
    assert not parent.is_running(0)
    assert not parent.is_running(2**40)
