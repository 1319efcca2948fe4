"""A file that fills a configuration, and is no module: read with the project, and again in the pauses of typing."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from flask_lsp.server.uris import uri_of
from tests.server.test_deployment_files import codes, opened

SHOP = """\
import json

from flask import Flask, session

app = Flask(__name__)
app.config.from_file("config.json", load=json.load)


@app.route("/")
def index():
    session["seen"] = True
    return "hello"
"""


@pytest_lsp.fixture(
    params=("visual_studio_code", "neovim@v0.11.0"),
    config=ClientServerConfig(server_command=[sys.executable, "-m", "flask_lsp", "server"]),
)
async def client(lsp: LanguageClient, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[None]:
    (folder / "shop.py").write_text(SHOP)
    (folder / "config.json").write_text("{}")

    @lsp.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(_: types.RegistrationParams) -> None: ...

    workspace = types.WorkspaceFolder(uri_of(folder.as_posix()), "folder")
    await lsp.initialize_session(
        types.InitializeParams(client_capabilities(request.param), workspace_folders=[workspace])
    )
    yield
    await lsp.shutdown_session()


async def test_what_the_file_says_counts(client: LanguageClient, folder: Path) -> None:
    uri = opened(client, folder / "shop.py", "python", SHOP)
    await codes(client, uri, {"FL401"})
    (folder / "config.json").write_text('{"SECRET_KEY": "never-shown"}')
    place = types.Position(SHOP.count("\n"), 0)
    for version, text in ((2, "# typed\n"), (3, "# more\n")):
        change = types.TextDocumentContentChangePartial(types.Range(place, place), text)
        changed = types.VersionedTextDocumentIdentifier(version, uri)
        client.text_document_did_change(types.DidChangeTextDocumentParams(changed, [change]))
    await codes(client, uri, {"FL402"})
    assert "never-shown" not in str(client.log_messages)
