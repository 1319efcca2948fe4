"""What the client can do, read once from its capabilities, and what we offer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from flask_lsp.features.kinds import FIX_ALL, QUICK_FIX
from flask_lsp.frozen import frozen
from flask_lsp.server.documents import chosen_unit
from flask_lsp.server.protocol import EXPLAIN_RULE
from flask_lsp.text import Unit

_PULLS_WHAT_IS_SEEN = ("Neovim",)
"""Asks for the diagnostics of a buffer only while it stands in a window, and not when it comes into one (0.12). What is
pushed is there for every buffer."""


@frozen()
class Client:
    """The abilities of the client that make a difference to us."""

    unit: Unit = "utf-16"
    pull: bool = False
    """It asks for diagnostics itself, and lets us say that it should ask again."""
    related: bool = False
    tags: frozenset[int] = frozenset()
    code_description: bool = False
    data: bool = False
    """It sends the ``data`` of a diagnostic back."""
    actions: bool = False
    """It takes code actions, not only commands."""
    preferred: bool = False
    resolve_edit: bool = False
    document_changes: bool = False
    create: bool = False
    markdown: bool = False
    configuration: bool = False
    register_configuration: bool = False
    watch_files: bool = False
    progress: bool = False


def client_of(capabilities: object) -> Client:
    """Reads the capabilities as decoded from JSON. What is missing or has an odd type counts as not supported, for
    clients send much that the protocol does not know.
    """

    def has(path: str) -> bool:
        return _at(capabilities, path) is True

    def items(path: str) -> Sequence[object]:
        return _list(_at(capabilities, path))

    document, workspace = "textDocument.", "workspace."
    action, published = document + "codeAction.", document + "publishDiagnostics."
    return Client(
        unit=chosen_unit(items("general.positionEncodings")),
        pull=isinstance(_at(capabilities, document + "diagnostic"), Mapping)
        and (has(workspace + "diagnostics.refreshSupport") or has(workspace + "diagnostic.refreshSupport")),
        related=has(published + "relatedInformation") or has(document + "diagnostic.relatedInformation"),
        tags=frozenset(
            tag
            for tag in (*items(published + "tagSupport.valueSet"), *items(document + "diagnostic.tagSupport.valueSet"))
            if isinstance(tag, int)
        ),
        code_description=has(published + "codeDescriptionSupport")
        or has(document + "diagnostic.codeDescriptionSupport"),
        data=has(published + "dataSupport") or has(document + "diagnostic.dataSupport"),
        actions=isinstance(_at(capabilities, action + "codeActionLiteralSupport"), Mapping),
        preferred=has(action + "isPreferredSupport"),
        resolve_edit=has(action + "dataSupport") and "edit" in items(action + "resolveSupport.properties"),
        document_changes=has(workspace + "workspaceEdit.documentChanges"),
        create="create" in items(workspace + "workspaceEdit.resourceOperations"),
        markdown="markdown" in items(document + "hover.contentFormat"),
        configuration=has(workspace + "configuration"),
        register_configuration=has(workspace + "didChangeConfiguration.dynamicRegistration"),
        watch_files=has(workspace + "didChangeWatchedFiles.dynamicRegistration"),
        progress=has("window.workDoneProgress"),
    )


def server_capabilities(client: Client) -> dict[str, Any]:
    """What we offer this client, as JSON: sent before the typed classes of the protocol are warm."""
    python = {"filters": [{"pattern": {"glob": "**/*.py"}}, {"pattern": {"glob": "**/*", "matches": "folder"}}]}
    capabilities: dict[str, Any] = {
        "positionEncoding": client.unit,
        "textDocumentSync": {"openClose": True, "change": 2, "save": not client.watch_files},
        "hoverProvider": True,
        "completionProvider": {"triggerCharacters": [":"]},
        "definitionProvider": True,
        "executeCommandProvider": {"commands": [EXPLAIN_RULE]},
        "workspace": {
            "workspaceFolders": {"supported": True, "changeNotifications": True},
            "fileOperations": {"didRename": python, "didDelete": python},
        },
    }
    if client.actions:
        capabilities["codeActionProvider"] = {
            "codeActionKinds": [QUICK_FIX, FIX_ALL],
            "resolveProvider": client.resolve_edit,
        }
    if client.pull:
        capabilities["diagnosticProvider"] = {
            "identifier": "flask-lsp",
            "interFileDependencies": True,
            "workspaceDiagnostics": False,
        }
    return capabilities


@frozen()
class Start:
    """What the client says of itself in ``initialize``."""

    client: Client
    folders: tuple[str, ...]
    """The URIs of the workspace folders."""
    options: Mapping[str, object]
    process: int | None


def start_of(params: object) -> Start:
    """Reads the parameters of ``initialize``; what is odd counts as missing."""
    folders = [
        uri for each in _list(_at(params, "workspaceFolders")) if isinstance(uri := _at(each, "uri"), str) and uri
    ]
    if not folders and isinstance(root := _at(params, "rootUri"), str) and root:
        folders = [root]
    if not folders and isinstance(path := _at(params, "rootPath"), str) and path:
        from flask_lsp.server.uris import uri_of

        folders = [uri_of(path.replace("\\", "/"))]
    process = _at(params, "processId")
    client = client_of(_at(params, "capabilities"))
    if _at(params, "clientInfo.name") in _PULLS_WHAT_IS_SEEN:
        client = replace(client, pull=False)
    return Start(
        client=client,
        folders=tuple(folders),
        options=section_of(_at(params, "initializationOptions")),
        process=process if isinstance(process, int) and not isinstance(process, bool) else None,
    )


def section_of(settings: object) -> Mapping[str, object]:
    """Our settings in what a client sends: some send the section itself, some what lies around it."""
    if not isinstance(settings, Mapping):
        return {}
    for name in ("flask-lsp", "settings"):
        inner = cast("Mapping[str, object]", settings).get(name)
        if isinstance(inner, Mapping):
            return section_of(cast("Mapping[str, object]", inner))
    return cast("Mapping[str, object]", settings)


def _at(value: object, path: str) -> object:
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, object]", value).get(name)
    return value


def _list(value: object) -> Sequence[object]:
    return cast("list[object]", value) if isinstance(value, list) else ()
