"""Deployment files in editors: findings while one types, hovers, actions, completion and definition."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from flask_lsp.deployment_files import PATTERNS, kind_of
from flask_lsp.server.uris import uri_of
from tests.server.published import published

SHOP = """\
from flask import Flask


def create_app():
    return Flask(__name__)


app = create_app()
"""
COMPOSE = """\
services:
  web:
    build: .
    command: gunicorn shop:ap
    environment:
      FLASK_DEBUG: "1"
      SECRET_KEY: never-shown
"""


@pytest_lsp.fixture(
    params=("visual_studio_code", "neovim@v0.11.0", "emacs"),
    config=ClientServerConfig(server_command=[sys.executable, "-m", "flask_lsp", "server"]),
)
async def client(lsp: LanguageClient, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[None]:
    (folder / "shop.py").write_text(SHOP)

    @lsp.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(_: types.RegistrationParams) -> None: ...

    workspace = types.WorkspaceFolder(uri_of(folder.as_posix()), "folder")
    params = types.InitializeParams(client_capabilities(request.param), workspace_folders=[workspace])
    result = await lsp.initialize_session(params)
    assert result.capabilities.completion_provider
    assert result.capabilities.definition_provider
    yield
    await lsp.shutdown_session()


def opened(client: LanguageClient, path: Path, language: str, text: str) -> str:
    uri = uri_of(path.as_posix())
    item = types.TextDocumentItem(uri, language, 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return uri


async def codes(client: LanguageClient, uri: str, wanted: set[str], version: int | None = None) -> list[Any]:
    """The diagnostics of a document once they are the wanted ones: those that need the whole project come later."""
    async for params in published(client):
        right_version = version is None or params.version == version
        if params.uri == uri and right_version and {each.code for each in params.diagnostics} == wanted:
            return list(params.diagnostics)
    raise AssertionError("there is always more to come")


def at(text: str, part: str, more: int = 0) -> types.Position:
    before = text[: text.index(part) + more]
    return types.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)


async def test_from_keystroke_to_quick_fix(client: LanguageClient, folder: Path) -> None:
    uri = opened(client, folder / "compose.yml", "dockercompose", COMPOSE)
    found = await codes(client, uri, {"FL503", "FL807"})
    debug = next(each for each in found if each.code == "FL503")
    assert debug.range.start == at(COMPOSE, "FLASK_DEBUG")
    document = types.TextDocumentIdentifier(uri)

    hover = await client.text_document_hover_async(types.HoverParams(document, at(COMPOSE, "FLASK_DEBUG", 2)))
    assert hover
    assert isinstance(hover.contents, types.MarkupContent)
    assert "FL503" in hover.contents.value
    assert "switches debug mode on" in hover.contents.value
    hover = await client.text_document_hover_async(types.HoverParams(document, at(COMPOSE, "never-shown", 2)))
    assert hover is None

    params = types.CodeActionParams(document, debug.range, types.CodeActionContext([debug]))
    actions = [each for each in await client.text_document_code_action_async(params) or () if each.title]
    titles = [each.title for each in actions]
    assert titles[:2] == ["Set `FLASK_DEBUG` to `0`", "Remove `FLASK_DEBUG`"]
    chosen = next(each for each in actions if "line" in each.title)
    assert isinstance(chosen, types.CodeAction)
    if chosen.edit is None:
        chosen = await client.code_action_resolve_async(chosen)
    assert "# noqa: FL503" in str(chosen.edit)

    target = at(COMPOSE, "shop:ap", len("shop:ap"))
    change = types.TextDocumentContentChangePartial(types.Range(target, target), "p")
    version = types.VersionedTextDocumentIdentifier(2, uri)
    client.text_document_did_change(types.DidChangeTextDocumentParams(version, [change]))
    await codes(client, uri, {"FL503"}, 2)
    assert "never-shown" not in str(client.log_messages)


async def test_targets_are_completed_and_followed(client: LanguageClient, folder: Path) -> None:
    text = 'FROM python\nCOPY . .\nCMD ["gunicorn", "shop:app"]\n'
    uri = opened(client, folder / "Dockerfile", "dockerfile", text)
    await codes(client, uri, set())
    document = types.TextDocumentIdentifier(uri)
    place = at(text, "shop:app", 6)

    listed: Any = None
    while not listed or not listed.items:  # once the project is read
        listed = await client.text_document_completion_async(types.CompletionParams(document, place))
    assert [each.label for each in listed.items] == ["shop:app", "shop:create_app()"]
    assert listed.items[1].text_edit.new_text == "shop:create_app()"
    assert listed.items[1].text_edit.range == types.Range(at(text, "shop:app"), at(text, "shop:app", 8))
    found: Any = await client.text_document_definition_async(types.DefinitionParams(document, place))
    assert found.uri == uri_of((folder / "shop.py").as_posix())
    assert found.range.start == types.Position(7, 0)

    for other in (at(text, "FROM", 1), at(text, "gunicorn", 1)):
        assert await client.text_document_completion_async(types.CompletionParams(document, other)) is None
        assert await client.text_document_definition_async(types.DefinitionParams(document, other)) is None
    python = types.TextDocumentIdentifier(opened(client, folder / "shop.py", "python", SHOP))
    assert await client.text_document_completion_async(types.CompletionParams(python, place)) is None
    assert await client.text_document_definition_async(types.DefinitionParams(python, types.Position(7, 0))) is None


async def test_a_language_tells_what_a_name_does_not(client: LanguageClient, folder: Path) -> None:
    uri = opened(client, folder / "image", "dockerfile", "FROM python\nENV FLASK_DEBUG=1\n")
    await codes(client, uri, {"FL503"})
    opened(client, folder / "notes.yml", "yaml", "FLASK_DEBUG: 1\n")
    uri = opened(client, folder / "prod.env", "properties", "FLASK_DEBUG=1\n")
    await codes(client, uri, {"FL503"})
    assert client.messages == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/p/Dockerfile", "dockerfile"),
        ("/p/docker/web.Dockerfile", "dockerfile"),
        ("/p/Dockerfile.prod", "dockerfile"),
        ("/p/docker-compose.prod.yml", "compose"),
        ("/p/compose.yaml", "compose"),
        ("/p/Procfile", "procfile"),
        ("/p/Procfile.dev", "procfile"),
        ("/p/deploy/shop.service", "unit"),
        ("/p/k8s/web.yaml", "yaml"),
        ("/p/chart/values-prod.yaml", "yaml"),
        ("/p/web-deployment.yml", "yaml"),
        ("/p/app.yaml", "yaml"),
        ("/p/.github/workflows/deploy.yml", "workflow"),
        ("/p/.env", "env"),
        ("/p/.env.production", "env"),
        ("/p/prod.env", "env"),
        ("/p/.flaskenv", "env"),
        ("/p/uwsgi.ini", "ini"),
        ("/p/supervisord.conf", "ini"),
        ("/p/bin/start.sh", "shell"),
        ("/p/gunicorn.conf.py", "python"),
        ("/p/notes.yml", None),
        ("/p/Dockerfile.md", None),
        ("/p/.dockerignore", None),
        ("/p/Makefile", None),
        ("/p/.envrc", None),
        ("/p/.envrc.example", None),
        ("/p/.environment.yml", None),
        ("/p/.envoy.yaml", None),
        ("/p/.envprod", "env"),
        ("/p/setup.ini", None),
    ],
)
def test_what_is_a_deployment_file(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind
    if kind not in (None, "python"):
        assert any(matches(pattern, path) for pattern in PATTERNS)


def matches(pattern: str, path: str) -> bool:
    """A glob with braces, as clients read it."""
    import re

    text = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    text = re.sub(r"\\\{(.*?)\\\}", lambda found: "(?:" + found[1].replace(",", "|") + ")", text)
    return bool(re.fullmatch(text, path))
