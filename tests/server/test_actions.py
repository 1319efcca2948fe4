"""Repairing, silencing and explaining, as the client asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flask_lsp.server.uris import uri_of
from tests.server.conftest import Start
from tests.server.wire import Refused, Wire, range_of

CONTENT_MODIFIED = -32801
URI = "untitled:x"
FIX_ALL = "source.fixAll.flask-lsp"
LITERALS = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
LAZY = {**LITERALS, "isPreferredSupport": True, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
CHANGES = {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]}


def client(action: Any, edit: Any = None) -> dict[str, Any]:
    return {"textDocument": {"codeAction": action}, "workspace": {"workspaceEdit": edit or {}}}


async def actions(wire: Wire, line: int = 0, only: list[str] | None = None, uri: str = URI) -> list[dict[str, Any]]:
    context: dict[str, Any] = {"diagnostics": [{"any": "thing"}], "triggerKind": 1}
    if only is not None:
        context["only"] = only
    params = {"textDocument": {"uri": uri}, "range": range_of((line, 2), (line, 2)), "context": context}
    return await wire.request("textDocument/codeAction", params)


def named(items: list[dict[str, Any]], title: str) -> dict[str, Any]:
    return next(item for item in items if item["title"] == title)


async def edit_of(wire: Wire, item: dict[str, Any]) -> Any:
    return (await wire.request("codeAction/resolve", item))["edit"]


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """The text after edits in one line each, as an editor would apply them: from the last to the first."""
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: (-edit["range"]["start"]["line"], -edit["range"]["start"]["character"])):
        start, end = edit["range"]["start"], edit["range"]["end"]
        before = "\n".join([*lines[: start["line"]], lines[start["line"]][: start["character"]]])
        after = "\n".join([lines[end["line"]][end["character"] :], *lines[end["line"] + 1 :]])
        lines = (before + edit["newText"] + after).split("\n")
    return "\n".join(lines)


async def test_what_is_offered_for_a_finding(start: Start) -> None:
    wire = await start()
    capabilities = (await wire.initialize(client(LAZY, CHANGES)))["capabilities"]
    assert capabilities["codeActionProvider"] == {"codeActionKinds": ["quickfix", FIX_ALL], "resolveProvider": True}
    wire.open(URI, "fake_safe\nx\n", 5)
    [diagnostic] = await wire.diagnostics(URI)
    items = await actions(wire)
    assert [(item["title"], item["kind"], item.get("isPreferred", False)) for item in items] == [
        ("Say real_one", "quickfix", True),
        ("Say other_one", "quickfix", False),
        ("Disable FL990 for this line", "quickfix", False),
        ("Disable FL990 for this file", "quickfix", False),
        ("Fix all Flask problems that can be fixed safely", FIX_ALL, False),
    ]
    assert all("edit" not in item for item in items)
    assert [item.get("diagnostics") for item in items] == [[diagnostic]] * 4 + [None]
    document = {"uri": URI, "version": 5}
    expected = {
        "Say real_one": (range_of((0, 0), (0, 9)), "real_one"),
        "Say other_one": (range_of((0, 0), (0, 9)), "other_one"),
        "Disable FL990 for this line": (range_of((0, 9), (0, 9)), "  # noqa: FL990"),
        "Disable FL990 for this file": (range_of((0, 0), (0, 0)), "# flask-lsp: ignore-file[FL990]\n"),
        "Fix all Flask problems that can be fixed safely": (range_of((0, 0), (1, 0)), "real_one\n"),
    }
    for title, (place, text) in expected.items():
        edit = await edit_of(wire, named(items, title))
        assert edit == {"documentChanges": [{"textDocument": document, "edits": [{"range": place, "newText": text}]}]}
    assert [item["kind"] for item in await actions(wire, line=1)] == [FIX_ALL]


async def test_kinds_are_matched_by_prefix(start: Start) -> None:
    wire = await start()
    await wire.initialize(client(LAZY, CHANGES))
    wire.open(URI, "fake_safe\n")
    for only, kinds in (
        (["quickfix"], {"quickfix"}),
        (["source"], {FIX_ALL}),
        (["source.fixAll"], {FIX_ALL}),
        ([FIX_ALL], {FIX_ALL}),
        ([""], {"quickfix", FIX_ALL}),
        (["refactor", "quickfix"], {"quickfix"}),
        ([], set[str]()),
        (["quickfixes"], set[str]()),
        (["quick"], set[str]()),
        (["quickfix.more"], set[str]()),
        (["source.fix"], set[str]()),
        (["source.fixAll.ruff"], set[str]()),
        (["source.organizeImports"], set[str]()),
    ):
        assert {item["kind"] for item in await actions(wire, only=only)} == kinds, only


async def test_a_client_that_cannot_resolve_gets_the_edits_at_once(start: Start) -> None:
    wire = await start()
    capabilities = (await wire.initialize(client(LITERALS)))["capabilities"]
    assert capabilities["codeActionProvider"]["resolveProvider"] is False
    wire.open(URI, "fake_safe\n", 5)
    items = await actions(wire)
    assert len(items) == 5
    edit = {"range": range_of((0, 0), (0, 9)), "newText": "real_one"}
    assert items[0]["edit"] == {"changes": {URI: [edit]}}
    assert all("edit" in item and "data" not in item and "isPreferred" not in item for item in items)


async def test_a_client_that_knows_only_commands_gets_nothing(wire: Wire) -> None:
    wire.open(URI, "fake_safe\n")
    assert await actions(wire) == []


async def test_new_files_only_where_the_client_can_create_them(start: Start, folder: Path) -> None:
    uri = uri_of((folder / "a.py").as_posix())
    able = await start()
    await able.initialize(client(LAZY, CHANGES))
    able.open(uri, "fake_creates\n", 2)
    new = uri_of((folder / "new file.py").as_posix())
    nowhere = range_of((0, 0), (0, 0))
    assert await edit_of(able, named(await actions(able, uri=uri), "Create a file")) == {
        "documentChanges": [
            {"kind": "create", "uri": new, "options": {"ignoreIfExists": True}},
            {
                "textDocument": {"uri": new, "version": None},
                "edits": [{"range": nowhere, "newText": "created = 1\n"}],
            },
            {
                "textDocument": {"uri": uri, "version": 2},
                "edits": [{"range": range_of((0, 0), (0, 12)), "newText": "created"}],
            },
        ]
    }
    unable = await start()
    await unable.initialize(client(LAZY, {"documentChanges": True}))
    unable.open(uri, "fake_creates\n")
    titles = [item["title"] for item in await actions(unable, uri=uri)]
    assert "Create a file" not in titles
    assert "Disable FL991 for this line" in titles


async def test_the_edit_is_for_the_text_as_it_is(start: Start) -> None:
    wire = await start()
    await wire.initialize(client(LAZY, CHANGES))
    wire.open(URI, "fake_safe\n", 1)
    fix = named(await actions(wire), "Say real_one")
    wire.change(URI, 2, ((0, 0), (0, 0), "import os\n\n"))
    [change] = (await edit_of(wire, fix))["documentChanges"]
    assert change["textDocument"]["version"] == 2
    assert change["edits"] == [{"range": range_of((2, 0), (2, 9)), "newText": "real_one"}]


async def test_what_is_gone_is_refused(start: Start) -> None:
    wire = await start()
    await wire.initialize(client(LAZY, CHANGES))
    wire.open(URI, "fake_safe\n", 1)
    items = await actions(wire)

    async def is_gone(item: dict[str, Any]) -> None:
        with pytest.raises(Refused) as refused:
            await wire.request("codeAction/resolve", item)
        assert refused.value.code == CONTENT_MODIFIED

    wire.change(URI, 2, "fine\n")
    await is_gone(items[0])
    await is_gone(items[2])
    wire.change(URI, 3, "x\nfake_safe; fake_safe\n")  # two like it, none in its place
    await is_gone(items[0])
    wire.change(URI, 4, "fake_safe\n")
    await is_gone({**items[0], "data": {**items[0]["data"], "title": "Another fix"}})
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    await is_gone(items[0])


async def test_all_safe_fixes_at_once(start: Start) -> None:
    wire = await start()
    await wire.initialize(client(LAZY, CHANGES))
    text = "é = '\U0001f600', fake_safe\nkeep = 1\nfake_safe; fake_safe\n\nkeep = 2\nfake_safe"
    wire.open(URI, text)
    [item] = await actions(wire, only=["source.fixAll"])
    [change] = (await edit_of(wire, item))["documentChanges"]
    assert applied(text, change["edits"]) == text.replace("fake_safe", "real_one")
    assert len(change["edits"]) == 3  # lines that stay are not touched
    wire.change(URI, 2, "fine\n")
    assert await actions(wire, only=["source.fixAll"]) == []


async def test_hover_says_why(start: Start) -> None:
    wire = await start()
    await wire.initialize({"textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}}})
    wire.open(URI, "x = fake_safe  # \U0001f600\ny = 1  # noqa: E1, FL990\nz = '# noqa: FL990'\n# noqa: FL000\n")

    async def hover(line: int, column: int) -> Any:
        place = {"textDocument": {"uri": URI}, "position": {"line": line, "character": column}}
        return await wire.request("textDocument/hover", place)

    found = await hover(0, 6)
    assert found["range"] == range_of((0, 4), (0, 13))
    assert found["contents"]["kind"] == "markdown"
    text = found["contents"]["value"]
    for part in ("FL990", "A name called `fake`", "fake_mistake = 1", "Better:", "```python"):
        assert part in text
    silenced = await hover(1, 22)
    assert (silenced["range"], silenced["contents"]["value"]) == (range_of((1, 19), (1, 24)), text)
    for line, column in ((0, 1), (1, 1), (1, 16), (2, 14), (3, 10), (9, 0)):
        assert await hover(line, column) is None, (line, column)


async def test_hover_without_markdown(wire: Wire) -> None:
    wire.open(URI, "# flask-lsp: ignore-file[FL990]\n")
    place = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 26}}
    contents = (await wire.request("textDocument/hover", place))["contents"]
    assert contents["kind"] == "plaintext"
    assert "A name called fake" in contents["value"]
    assert "    fake_mistake = 1" in contents["value"]
    assert not {"`", "*"} & set(contents["value"])


async def test_a_command_explains_a_rule(wire: Wire) -> None:
    params = {"command": "flask-lsp.explainRule", "arguments": ["fl990"]}
    text = await wire.request("workspace/executeCommand", params)
    assert text.startswith("**FL990 fake-safe**")
