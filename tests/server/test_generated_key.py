"""The repair that makes a secret key, over the wire: files made in one edit, and a key that nobody else sees."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from flask_lsp.server.uris import uri_of
from tests.server.test_deployment_files import at, codes, opened

SHOP = """\
from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = "woopie"
"""
READ = SHOP.replace('"woopie"', 'os.environ["SECRET_KEY"]').replace("from flask", "import os\n\nfrom flask")
KEY = re.compile(r"[0-9a-f]{64}")


@pytest_lsp.fixture(
    params=("visual_studio_code", "neovim@v0.11.0", "emacs"),
    config=ClientServerConfig(server_command=[sys.executable, "-m", "flask_lsp", "server"]),
)
async def client(lsp: LanguageClient, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[None]:
    @lsp.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(_: types.RegistrationParams) -> None: ...

    workspace = types.WorkspaceFolder(uri_of(folder.as_posix()), "folder")
    await lsp.initialize_session(
        types.InitializeParams(client_capabilities(request.param), workspace_folders=[workspace])
    )
    yield
    await lsp.shutdown_session()


async def generated(client: LanguageClient, uri: str) -> Any:
    """The repair with its edit; None where it is not offered."""
    [found] = await codes(client, uri, {"FL402"})
    document = types.TextDocumentIdentifier(uri)
    params = types.CodeActionParams(document, found.range, types.CodeActionContext([found]))
    actions = await client.text_document_code_action_async(params) or ()
    chosen: Any = next((each for each in actions if "Generate a key" in each.title), None)
    if chosen is not None and chosen.edit is None:
        chosen = await client.code_action_resolve_async(chosen)
    return chosen


async def test_files_come_to_be_in_one_edit(client: LanguageClient, folder: Path) -> None:
    (folder / "shop.py").write_text(SHOP)
    uri = opened(client, folder / "shop.py", "python", SHOP)
    chosen = await generated(client, uri)
    assert client.capabilities.workspace
    edits = client.capabilities.workspace.workspace_edit
    operations = (edits.resource_operations or ()) if edits else ()
    if types.ResourceOperationKind.Create not in operations:
        assert chosen is None or chosen.edit is None
        return
    assert chosen.title.startswith("Generate a key in `.env`, ")  # what is installed decides whether it can be loaded
    changes: list[Any] = list(chosen.edit.document_changes)
    names = {uri_of((folder / name).as_posix()): name for name in (".env", ".gitignore", "shop.py")}
    made = [names[each.uri] for each in changes if isinstance(each, types.CreateFile)]
    assert sorted(made) == [".env", ".gitignore"]
    texts = {names[each.text_document.uri]: each.edits for each in changes if not isinstance(each, types.CreateFile)}
    [line] = texts[".env"]
    assert re.fullmatch(rf"SECRET_KEY={KEY.pattern}\n", line.new_text)
    assert [each.new_text for each in texts[".gitignore"]] == [".env\n"]
    assert "environ" in str(texts["shop.py"])
    assert not KEY.search(str(texts["shop.py"]))
    order = [type(each).__name__ for each in changes if getattr(each, "uri", "") or "env" in each.text_document.uri]
    assert order.index("CreateFile") < order.index("TextDocumentEdit")

    again = await client.code_action_resolve_async(chosen) if chosen.data else chosen
    assert not (folder / ".env").exists()
    key = KEY.search(line.new_text)
    assert key
    assert key[0] not in str(client.log_messages) + str(client.messages) + str(again.title)


async def test_what_stands_in_the_editor_counts(client: LanguageClient, folder: Path) -> None:
    """A key that is typed into ``.env`` and not saved is there; so is the file."""
    (folder / "shop.py").write_text(SHOP)
    (folder / ".gitignore").write_text(".env\n")
    uri = opened(client, folder / "shop.py", "python", SHOP)
    env = opened(client, folder / ".env", "dotenv", "OTHER=1\n")
    chosen = await generated(client, uri)
    assert chosen.edit
    changes: list[Any] = list(chosen.edit.document_changes or ())
    assert not any(isinstance(each, types.CreateFile) for each in changes)
    said: dict[str, Any] = dict(chosen.edit.changes or {each.text_document.uri: each.edits for each in changes})
    [line] = said[env]
    assert line.range.start == types.Position(1, 0)
    assert re.fullmatch(rf"SECRET_KEY={KEY.pattern}\n", line.new_text)


async def test_nobody_is_shown_the_key(client: LanguageClient, folder: Path) -> None:
    key = "0123456789abcdef" * 4
    text = f"SECRET_KEY={key}\nFLASK_DEBUG=1\n"
    (folder / "shop.py").write_text(READ)
    (folder / ".env.production").write_text(text)
    uri = opened(client, folder / ".env.production", "dotenv", text)
    found = await codes(client, uri, {"FL503"})
    document = types.TextDocumentIdentifier(uri)
    for place in (at(text, "SECRET_KEY", 2), at(text, key, 3), at(text, "FLASK_DEBUG", 2)):
        hover = await client.text_document_hover_async(types.HoverParams(document, place))
        assert key not in str(hover)
    code = opened(client, folder / "shop.py", "python", READ)
    await codes(client, code, set())
    here = types.HoverParams(types.TextDocumentIdentifier(code), at(READ, "SECRET_KEY", 2))
    assert key not in str(await client.text_document_hover_async(here))
    assert key not in str(found) + str(client.log_messages) + str(client.messages)
