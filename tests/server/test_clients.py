"""Whole sessions with a typed client that has the capabilities of real editors and checks every message of ours
against the types of the protocol.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from flask_lsp.server.uris import uri_of
from tests.server.published import published

EDITORS = ("visual_studio_code", "neovim@v0.10.0", "neovim@v0.11.0", "emacs")
PULLING = "visual_studio_code, pulling"
"""The captured capabilities are those of an old version, which did not pull yet."""

TEXT = "x = '\U0001f600', fake_safe\n"


@pytest_lsp.fixture(
    params=(*EDITORS, PULLING), config=ClientServerConfig(server_command=[sys.executable, "-m", "tests.server.fakes"])
)
async def client(lsp: LanguageClient, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[None]:
    capabilities = client_capabilities(request.param.partition(",")[0])
    if request.param == PULLING:
        assert capabilities.text_document
        assert capabilities.workspace
        capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities(related_document_support=True)
        capabilities.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    (folder / "app.py").write_text("app = 1\n")
    workspace = types.WorkspaceFolder(uri_of(folder.as_posix()), "folder")
    lsp.set_configuration({"severity": {"FL990": "error"}}, section="flask-lsp")

    @lsp.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(_: types.RegistrationParams) -> None: ...

    params = types.InitializeParams(capabilities, workspace_folders=[workspace])
    await lsp.initialize_session(params)
    yield
    await lsp.shutdown_session()


async def found(client: LanguageClient, uri: str) -> list[types.Diagnostic]:
    """Opens the text and gets its findings, the way this client gets them."""
    item = types.TextDocumentItem(uri, types.LanguageKind.Python, 1, TEXT)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    assert client.capabilities
    assert client.capabilities.text_document
    if client.capabilities.workspace and client.capabilities.workspace.diagnostics:
        identifier = types.TextDocumentIdentifier(uri)
        report = await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(identifier))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return list(report.items)
    async for params in published(client):
        if params.uri == uri:
            assert params.version == 1
            return list(params.diagnostics)
    raise AssertionError("there is always more to come")


async def test_from_keystroke_to_quick_fix(client: LanguageClient, folder: Path) -> None:
    uri = uri_of((folder / "views.py").as_posix())
    [diagnostic] = await found(client, uri)
    assert client.capabilities
    general = client.capabilities.general
    encoding = (general.position_encodings or ["utf-16"])[0] if general else "utf-16"
    column = {"utf-8": 12, "utf-16": 10, "utf-32": 9}[str(getattr(encoding, "value", encoding))]
    assert diagnostic.range.start == types.Position(0, column)
    assert (diagnostic.code, diagnostic.severity, diagnostic.code_description) == ("FL990", 1, None)

    document = types.TextDocumentIdentifier(uri)
    hover = await client.text_document_hover_async(types.HoverParams(document, diagnostic.range.start))
    assert hover
    assert isinstance(hover.contents, types.MarkupContent)
    assert "fake_mistake = 1" in hover.contents.value

    context = types.CodeActionContext([diagnostic])
    params = types.CodeActionParams(document, diagnostic.range, context)
    actions = await client.text_document_code_action_async(params)
    assert actions
    [preferred] = [each for each in actions if isinstance(each, types.CodeAction) and each.is_preferred]
    assert preferred.title == "Say real_one"
    assert list(preferred.diagnostics or ()) == [diagnostic]
    if preferred.edit is None:
        preferred = await client.code_action_resolve_async(preferred)
    [edit] = edits_of(preferred.edit, uri, 1)
    assert (edit.range, edit.new_text) == (diagnostic.range, "real_one")
    if client.capabilities.workspace and client.capabilities.workspace.diagnostics:
        assert client.diagnostics == {}
    assert client.messages == []


def edits_of(edit: types.WorkspaceEdit | None, uri: str, version: int) -> list[Any]:
    assert edit
    if edit.changes is not None:
        assert edit.document_changes is None
        return list(edit.changes[uri])
    assert edit.document_changes
    [change] = edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (uri, version)
    return list(change.edits)
