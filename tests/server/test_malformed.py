"""What no client should send. The server lives, says what is wrong, and answers every request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Start
from tests.server.wire import Refused, Wire, range_of

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
CANCELLED = -32800
URI = "untitled:bad"


async def lives(wire: Wire) -> None:
    """A mistake is still found."""
    wire.open("untitled:alive", "fake_safe\n", 7)
    assert [each["code"] for each in await wire.diagnostics("untitled:alive", 7)] == ["FL990"]


async def test_what_is_not_json_gets_a_parse_error(wire: Wire) -> None:
    for body in (b"{", b"", b"\xff\xfe", b'{"a": }', b"[" * 100_000, b"nonsense"):
        wire.send_bytes(body)
        assert await wire.refusal() == PARSE_ERROR, body
    await lives(wire)


async def test_what_is_no_message_is_an_invalid_request(wire: Wire) -> None:
    messages: list[Any] = [
        [],
        [{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}],
        "text",
        None,
        7,
        {},
        {"jsonrpc": "2.0"},
        {"jsonrpc": "2.0", "method": 3},
        {"jsonrpc": "1.0", "method": "initialized"},
        {"jsonrpc": "2.0", "id": None, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": {}, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": True, "method": "shutdown"},
    ]
    for message in messages:
        wire.send(message)
        assert await wire.refusal() == INVALID_REQUEST, message
    await lives(wire)


async def test_an_unknown_request_is_not_found(wire: Wire) -> None:
    for method in ("textDocument/foldingRange", "no/such", "", "$/unknown", "exit/x"):
        with pytest.raises(Refused) as refused:
            await wire.request(method, {})
        assert refused.value.code == METHOD_NOT_FOUND, method


async def test_bad_params_are_invalid_params(wire: Wire) -> None:
    bad: list[tuple[str, Any]] = [
        ("textDocument/hover", None),
        ("textDocument/hover", []),
        ("textDocument/hover", {}),
        ("textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": "x", "character": 0}}),
        ("textDocument/hover", {"textDocument": {"uri": URI}}),
        ("textDocument/codeAction", {"textDocument": {"uri": URI}}),
        ("textDocument/codeAction", {"textDocument": 3, "range": range_of((0, 0), (0, 0)), "context": {}}),
        ("textDocument/diagnostic", {}),
        ("codeAction/resolve", None),
        ("codeAction/resolve", {"title": "x"}),
        ("codeAction/resolve", {"title": "x", "data": {"uri": URI}}),
        ("codeAction/resolve", {"title": "x", "data": {"uri": URI, "what": "fix", "place": 3}}),
        ("workspace/executeCommand", {"command": "other"}),
        ("workspace/executeCommand", {"command": "flask-lsp.explainRule"}),
        ("workspace/executeCommand", {"command": "flask-lsp.explainRule", "arguments": [3]}),
        ("workspace/executeCommand", {"command": "flask-lsp.explainRule", "arguments": ["FL000"]}),
    ]
    wire.open(URI, "x\n")
    for method, params in bad:
        with pytest.raises(Refused) as refused:
            await wire.request(method, params)
        assert refused.value.code == INVALID_PARAMS, (method, params)


async def test_bad_notifications_cost_a_log_line_each(wire: Wire) -> None:
    wire.notify("textDocument/didChange", {"textDocument": {"uri": URI, "version": 2}, "contentChanges": []})
    assert URI in await wire.log_line("not open")
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    await wire.log_line("is closed but is not open")
    wire.notify("textDocument/didOpen", {"textDocument": {}})
    await wire.log_line("Invalid Params: textDocument/didOpen")
    wire.notify("no/such", {})
    await wire.log_line("no/such")
    wire.notify("textDocument/didChange")
    await wire.log_line("cannot be read")
    wire.open(URI, "fake_safe\n")
    await wire.diagnostics(URI, 1)
    bad: list[Any] = [
        [{"text": 3}],
        [{}],
        [None],
        7,
        [{"text": "x", "range": 3}],
        [{"text": "x", "range": {"start": {}, "end": {}}}],
        [{"text": "x", "range": {"start": {"line": "0", "character": 0}, "end": {"line": 0, "character": 0}}}],
        [{"text": "x", "range": {"start": {"line": 0.5, "character": 0}, "end": {"line": 0, "character": 0}}}],
    ]
    for changes in bad:
        params = {"textDocument": {"uri": URI, "version": 2}, "contentChanges": changes}
        wire.notify("textDocument/didChange", params)
        await wire.log_line("a change that cannot be read")
    await lives(wire)


async def test_a_change_that_is_partly_bad_changes_nothing(wire: Wire) -> None:
    wire.open(URI, "fake_safe\n")
    await wire.diagnostics(URI, 1)
    good = {"text": "gone", "range": range_of((0, 0), (0, 9))}
    params = {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [good, {"text": None}]}
    wire.notify("textDocument/didChange", params)
    await wire.log_line("cannot be read")
    wire.change(URI, 3, ((1, 0), (1, 0), "x"))
    assert len(await wire.diagnostics(URI, 3)) == 1


async def test_ranges_outside_the_text_are_clamped(wire: Wire) -> None:
    wire.open(URI, "fake_safe\nx\n")
    await wire.diagnostics(URI, 1)
    far = 2**31 - 1
    wire.change(URI, 2, ((far, far), (far, far), "fake_safe"))
    found = await wire.diagnostics(URI, 2)
    assert [each["range"] for each in found] == [range_of((0, 0), (0, 9)), range_of((2, 0), (2, 9))]
    wire.change(URI, 3, ((-5, -5), (0, far), "y"))
    assert [each["range"] for each in await wire.diagnostics(URI, 3)] == [range_of((2, 0), (2, 9))]
    wire.change(URI, 4, ((2, 4), (1, 0), "-"))  # the wrong way round
    await wire.diagnostics(URI, 4)
    position = {"line": far, "character": far}
    assert await wire.request("textDocument/hover", {"textDocument": {"uri": URI}, "position": position}) is None
    params = {
        "textDocument": {"uri": URI},
        "range": {"start": position, "end": position},
        "context": {"diagnostics": []},
    }
    assert await wire.request("textDocument/codeAction", params) == []
    await lives(wire)


async def test_documents_that_are_not_open_have_nothing(wire: Wire) -> None:
    place = {"textDocument": {"uri": "file:///nowhere.py"}, "position": {"line": 0, "character": 0}}
    assert await wire.request("textDocument/hover", place) is None
    params = {**place, "range": range_of((0, 0), (0, 0)), "context": {"diagnostics": []}}
    assert await wire.request("textDocument/codeAction", params) == []
    assert await wire.request("textDocument/diagnostic", place) == {"kind": "full", "items": []}


async def test_odd_text_costs_nothing_but_itself(wire: Wire) -> None:
    texts = [
        "x = '\ud800'\nfake_safe\n",  # arrives as a JSON escape
        "x = '\x00'\nfake_safe\n",
        "\ufefffake_safe\n",
        "x = " + "(" * 5000 + ")" * 5000 + "\nfake_safe\n",
        "x = " + "+".join("1" * 20000) + "\nfake_safe\n",
        "y" * 100_000 + "\nfake_safe\n",
        "\x0cfake_safe\u2028\x85\x1c\n",
        "",
        "fake_safe\n" * 250_000,
    ]
    for version, text in enumerate(texts, start=1):
        uri = f"untitled:{version}"
        wire.open(uri, text, version)
        await wire.diagnostics(uri, version)
        at = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 3}}
        await wire.request("textDocument/hover", at)
    await wire.log_line("not checked")
    await lives(wire)


async def test_other_languages_are_left_alone(wire: Wire) -> None:
    item = {"uri": URI, "languageId": "jinja-html", "version": 1, "text": "fake_safe\n"}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    wire.change(URI, 2, "fake_safe")
    at = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 3}}
    assert await wire.request("textDocument/hover", at) is None
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    await lives(wire)
    assert [each for each in wire.received if each["method"] == "window/logMessage"] == []


async def test_a_lone_surrogate_in_what_we_send_does_not_end_the_writer(wire: Wire) -> None:
    uri = "untitled:\udc80"
    wire.open(uri, "x = '\ud800'\nfake_safe\n")
    found = await wire.diagnostics(uri, 1)
    assert [each["code"] for each in found] == ["FL990"]
    with pytest.raises(Refused) as refused:
        await wire.request("no/\ud800")
    assert refused.value.code == METHOD_NOT_FOUND
    await lives(wire)


async def test_a_bug_in_a_rule_costs_a_log_line(wire: Wire) -> None:
    wire.open(URI, "fake_broken\nfake_safe\n")
    assert [each["code"] for each in await wire.diagnostics(URI, 1)] == ["FL990"]
    await wire.log_line("FL992")


async def test_a_request_that_is_cancelled_is_answered_all_the_same(wire: Wire) -> None:
    wire.open(URI, "fake_safe + 1\n" * 3000)
    at = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 3}}
    ids = [wire.begin("textDocument/hover", at) for _ in range(5)]
    for id_, _ in ids:
        wire.notify("$/cancelRequest", {"id": id_})
    for _, future in ids:
        answer = await future
        assert "result" in answer or answer["error"]["code"] == CANCELLED
    wire.notify("$/cancelRequest", {"id": ids[0][0]})  # late
    wire.notify("$/cancelRequest", {"id": "never"})
    wire.notify("$/cancelRequest", {"id": []})
    wire.notify("$/cancelRequest")
    await lives(wire)


async def test_answers_to_nothing_are_logged(wire: Wire) -> None:
    wire.send({"jsonrpc": "2.0", "id": "never", "result": 1})
    await wire.log_line("an answer to nothing")
    wire.send({"jsonrpc": "2.0", "id": [], "error": 3})
    await wire.log_line("an answer to nothing")
    await lives(wire)


async def test_a_header_without_a_length_is_skipped(start: Start) -> None:
    wire = await start()
    wire.send_raw(b"Content-Type: x\r\n\r\n")
    await wire.initialize()
    await lives(wire)


async def test_odd_capabilities_count_as_missing(start: Start) -> None:
    wire = await start()
    odd: Any = {
        "general": {"positionEncodings": ["utf-64", 3]},
        "textDocument": [],
        "workspace": {"workspaceEdit": 3, "configuration": "yes", "didChangeWatchedFiles": [True]},
        "window": None,
    }
    result = await wire.initialize(odd, workspaceFolders=[3, {"uri": 4}], initializationOptions=[1], processId="x")
    assert result["capabilities"]["positionEncoding"] == "utf-16"
    await lives(wire)
