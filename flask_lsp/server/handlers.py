"""What the client asks and tells: parameters to plain data, the core's answer back. Nothing is computed here: what
takes time runs in the working thread. Each handler reads the open documents before it first waits, so that it answers
for the text that the client had when it asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcInvalidParams

from flask_lsp.server.client import section_of
from flask_lsp.server.documents import Malformed
from flask_lsp.server.protocol import EXPLAIN_RULE, ROUTES, RULES
from flask_lsp.server.schedule import Urgency
from flask_lsp.server.server import Server
from flask_lsp.server.uris import document_of

log = logging.getLogger(__name__)


def register(server: Server) -> None:
    """Makes every handler of this module known to the server."""
    for method, handler in _HANDLERS.items():
        server.protocol.register(method, partial(handler, server))


# -- documents -------------------------------------------------------------------------------------------------------


def did_open(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    item = params.text_document
    language = str(getattr(item.language_id, "value", item.language_id))
    if state := server.documents.open(item.uri, item.version, item.text, language):
        server.opened(state)


def did_change(server: Server, params: Any) -> None:
    try:
        state = server.documents.change(params)
    except Malformed as error:
        log.warning("%s", error)
    else:
        if state is not None:
            server.edited(state)


def did_close(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    try:
        state = server.documents.close(params.text_document.uri)
    except Malformed as error:
        log.warning("%s", error)
    else:
        if state is not None:
            server.closed(state)


def did_save(server: Server, _: types.DidSaveTextDocumentParams) -> None:
    server.saved()


# -- requests --------------------------------------------------------------------------------------------------------


async def hover(server: Server, params: types.HoverParams) -> Any:
    state = server.documents.at(params.text_document.uri)
    if state is None:
        return None
    position = params.position
    return await server.compute(lambda core: core.hover(state, position.line, position.character))


async def completion(server: Server, params: types.CompletionParams) -> Any:
    state = server.documents.at(params.text_document.uri)
    if state is None or not state.is_deployment:
        return None
    position = params.position
    return await server.compute(lambda core: core.completion(state, position.line, position.character))


async def definition(server: Server, params: types.DefinitionParams) -> Any:
    state = server.documents.at(params.text_document.uri)
    if state is None or not state.is_deployment:
        return None
    position = params.position
    return await server.compute(lambda core: core.definition(state, position.line, position.character))


async def code_action(server: Server, params: types.CodeActionParams) -> Any:
    state = server.documents.at(params.text_document.uri)
    if state is None or not server.client.actions:
        return []
    start, end = params.range.start, params.range.end
    only = params.context.only
    kinds = None if only is None else [str(getattr(kind, "value", kind)) for kind in only]
    places = ((start.line, start.character), (end.line, end.character))
    return await server.compute(lambda core: core.code_actions(state, places, kinds))


async def resolve(server: Server, action: Any) -> Any:
    data = _member(action, "data")
    uri = _member(data, "uri")
    if not isinstance(uri, str):
        raise JsonRpcInvalidParams("Invalid Params: this action is not ours")
    state = server.documents.at(uri)
    if state is None:
        raise JsonRpcContentModified("the document is closed")
    try:
        edit = await server.compute(lambda core: core.resolve(state, data))
    except (KeyError, TypeError, ValueError) as error:
        raise JsonRpcInvalidParams(f"Invalid Params: the data of this action is not ours ({error})") from error
    if edit is None:
        raise JsonRpcContentModified("the finding is gone")
    return {**action, "edit": edit}


async def diagnostic(server: Server, params: types.DocumentDiagnosticParams) -> Any:
    state = server.documents.at(params.text_document.uri)
    if state is None:
        return {"kind": "full", "items": []}
    is_hurried = server.is_typed_in(state.document)
    return await server.compute(lambda core: core.report(state, params.previous_result_id, is_hurried=is_hurried))


async def execute_command(server: Server, params: types.ExecuteCommandParams) -> Any:
    if params.command != EXPLAIN_RULE:
        raise JsonRpcInvalidParams(f"Invalid Params: no command {params.command}")
    code = params.arguments[0] if params.arguments else None
    if not isinstance(code, str):
        raise JsonRpcInvalidParams(f"Invalid Params: {EXPLAIN_RULE} takes the code of a rule")
    text = await server.compute(lambda core: core.explain(code))
    if text is None:
        raise JsonRpcInvalidParams(f"Invalid Params: no rule {code}")
    return text


async def rules(server: Server, _: Any) -> Any:
    return await server.compute(lambda core: core.rules())


async def routes(server: Server, params: Any) -> Any:
    watch = _member(params, "watch")
    if isinstance(watch, bool):
        server.watch.switch(watch)
    return await server.compute(lambda core: server.watch.shown(core.routes()), Urgency.OPEN)


# -- the workspace ---------------------------------------------------------------------------------------------------


def initialized(server: Server, _: types.InitializedParams) -> None:
    server.start()


def did_change_configuration(server: Server, params: Any) -> None:
    server.configure(section_of(_member(params, "settings")))


def did_change_watched_files(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    came_or_gone = any(each.type != types.FileChangeType.Changed for each in params.changes)
    server.files_changed([document_of(each.uri) for each in params.changes], came_or_gone)


def did_rename_files(server: Server, params: types.RenameFilesParams) -> None:
    renamed = [document_of(uri) for each in params.files for uri in (each.old_uri, each.new_uri)]
    server.files_changed(renamed, True)


def did_delete_files(server: Server, params: types.DeleteFilesParams) -> None:
    server.files_changed([document_of(each.uri) for each in params.files], True)


def did_change_workspace_folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    added = [each.uri for each in params.event.added]
    removed = [each.uri for each in params.event.removed]
    server.folders_changed(added, removed)


def cancel_progress(server: Server, params: types.WorkDoneProgressCancelParams) -> None:
    server.stop_index(params.token)


def ignored(server: Server, _: Any) -> None:
    """What clients send although nobody here needs it."""


def _member(value: Any, name: str) -> Any:
    return cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None


_HANDLERS: dict[str, Callable[..., Any]] = {
    types.INITIALIZED: initialized,
    types.TEXT_DOCUMENT_DID_OPEN: did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: did_change,
    types.TEXT_DOCUMENT_DID_CLOSE: did_close,
    types.TEXT_DOCUMENT_DID_SAVE: did_save,
    types.TEXT_DOCUMENT_HOVER: hover,
    types.TEXT_DOCUMENT_COMPLETION: completion,
    types.TEXT_DOCUMENT_DEFINITION: definition,
    types.TEXT_DOCUMENT_CODE_ACTION: code_action,
    types.CODE_ACTION_RESOLVE: resolve,
    types.TEXT_DOCUMENT_DIAGNOSTIC: diagnostic,
    types.WORKSPACE_EXECUTE_COMMAND: execute_command,
    RULES: rules,
    ROUTES: routes,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: did_change_configuration,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: did_change_watched_files,
    types.WORKSPACE_DID_RENAME_FILES: did_rename_files,
    types.WORKSPACE_DID_DELETE_FILES: did_delete_files,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: did_change_workspace_folders,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: cancel_progress,
    types.SET_TRACE: ignored,
}
