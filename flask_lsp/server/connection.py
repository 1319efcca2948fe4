"""JSON-RPC as the protocol asks for it, on pygls: every request gets its answer, nothing that a client sends ends the
server, and no error becomes a pop-up.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol

from flask_lsp.server.protocol import ROUTES, RULES

if TYPE_CHECKING:
    from cattrs import Converter

    from flask_lsp.server.server import Server

log = logging.getLogger(__name__)

RAW = frozenset(
    {
        types.INITIALIZE,
        types.TEXT_DOCUMENT_DID_CHANGE,
        types.WORKSPACE_DID_CHANGE_CONFIGURATION,
        types.CODE_ACTION_RESOLVE,
        ROUTES,
        RULES,
    }
)
"""Methods whose handlers take decoded JSON: what clients send in ``initialize`` and as settings goes beyond the
protocol's types, as our own methods do, an action goes back as it came, and a keystroke does not pay for building
objects."""

_NO_PARAMS = frozenset({types.SHUTDOWN, types.EXIT})


class Connection(LanguageServerProtocol):
    """The protocol of pygls with its reading side replaced: parsing, lifecycle, validation and error answers."""

    def __init__(self, server: Server, converter: Converter) -> None:
        super().__init__(server, converter)
        self._initialize = server.initialize
        self.initialized = False
        self.exit_code: int | None = None
        """Set when the client said ``exit``."""

    @property
    def was_shut_down(self) -> bool:
        return self._shutdown

    def _register_builtin_features(self) -> None:
        """Leaves out all of pygls's own features, its text store first of all, except those below."""
        self._handlers[types.INITIALIZE] = self.initialize
        self._handlers[types.SHUTDOWN] = self.shut_down

    @property
    def _handlers(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.fm.builtin_features)  # pyright: ignore[reportUnknownMemberType]

    def register(self, method: str, handler: Callable[..., Any]) -> None:
        """Makes a handler known; it takes the parameters of the method."""
        self._handlers[method] = handler

    def receive(self, body: bytes) -> None:
        """Handles one message. Never raises."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            log.warning("a message that is not JSON: %s", error)
            self._refuse(None, JsonRpcParseError(f"Parse Error: {error}"))
            return
        try:
            if isinstance(message, dict):
                self._dispatch(cast("dict[str, Any]", message))
            else:
                self._refuse(None, JsonRpcInvalidRequest("Invalid Request: not an object"))
        except Exception:  # whatever it is, the next message is handled
            log.exception("a message could not be handled")

    def send_body(self, body: bytes) -> None:
        """Sends a message that is encoded already."""
        if self.writer is not None:
            self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def notify_json(self, method: str, params: Any) -> None:
        """Sends a notification whose parameters are JSON already."""
        self._send_data({"jsonrpc": self.VERSION, "method": method, "params": params})

    async def ask(self, method: str, params: Any) -> Any:
        """The client's result as decoded from JSON; raises ``JsonRpcException`` where it answers with an error."""
        id_ = str(uuid4())
        future: Future[Any] = Future()
        self._request_futures[id_] = future
        self._send_data({"jsonrpc": self.VERSION, "id": id_, "method": method, "params": params})
        return await asyncio.wrap_future(future)

    async def initialize(self, params: Any) -> Any:
        """Answers once; the session begins with the answer."""
        if self.initialized:
            raise JsonRpcInvalidRequest("Invalid Request: initialized already")
        result = self._initialize(params)
        self.initialized = True
        return result

    def _dispatch(self, message: dict[str, Any]) -> None:
        method, id_ = message.get("method"), message.get("id")
        if method is None and ("result" in message or "error" in message):
            self._take_answer(id_, message)
        elif not isinstance(method, str) or message.get("jsonrpc") != self.VERSION:
            self._refuse(_id(id_), JsonRpcInvalidRequest("Invalid Request: no JSON-RPC 2.0 message"))
        elif "id" not in message:
            self._take_notification(method, message)
        elif _id(id_) is None:
            self._refuse(None, JsonRpcInvalidRequest("Invalid Request: the id is no string or number"))
        else:
            self._take_request(cast("str | int", id_), method, message)

    def _take_request(self, id_: str | int, method: str, message: dict[str, Any]) -> None:
        if self._shutdown:
            self._refuse(id_, JsonRpcInvalidRequest("Invalid Request: the server was shut down"))
        elif not self.initialized and method != types.INITIALIZE:
            self._refuse(id_, JsonRpcServerNotInitialized("Server Not Initialized"))
        elif method not in self._handlers:
            self._refuse(id_, JsonRpcMethodNotFound.of(method))
        else:
            try:
                params = self._params(method, message)
            except JsonRpcInvalidParams as error:
                log.warning("%s", error.message)
                self._refuse(id_, error)
            else:
                self._handle_request(id_, method, params)

    def _take_notification(self, method: str, message: dict[str, Any]) -> None:
        if method == types.EXIT:
            self.exit_code = 0 if self._shutdown else 1
        elif method == types.CANCEL_REQUEST:
            self._cancel(message)
        elif self._shutdown or not self.initialized:
            log.warning("%s outside of a session: ignored", method)
        elif method in self._handlers:
            try:
                params = self._params(method, message)
            except JsonRpcInvalidParams as error:
                log.warning("%s", error.message)
            else:
                self._handle_notification(method, params)
        elif not method.startswith("$/"):  # the protocol lets a server ignore these
            log.warning("unknown notification %s: ignored", method)

    def _take_answer(self, id_: Any, message: dict[str, Any]) -> None:
        future = self._request_futures.pop(id_, None) if _id(id_) is not None else None
        if future is None or future.done():
            log.warning("an answer to nothing we asked: %r", id_)
            return
        error = message.get("error")
        if error is None:
            future.set_result(message.get("result"))
            return
        error = cast("dict[str, Any]", error) if isinstance(error, dict) else {}
        code, text = error.get("code"), error.get("message")
        future.set_exception(
            JsonRpcException(str(text), code if isinstance(code, int) else JsonRpcInternalError.CODE, error.get("data"))
        )

    def _cancel(self, message: dict[str, Any]) -> None:
        """Cancels a request that runs; of one that is answered already nothing is said."""
        params = message.get("params")
        id_ = _id(cast("dict[str, Any]", params).get("id") if isinstance(params, dict) else None)
        future: object = None if id_ is None else self._request_futures.get(id_)
        # asyncio's futures are what clients asked of us, the others are what we asked of them.
        if isinstance(future, asyncio.Future):
            future.cancel()

    def _params(self, method: str, message: dict[str, Any]) -> Any:
        """The typed parameters, or the raw ones for ``RAW``. Raises ``JsonRpcInvalidParams``."""
        if method in RAW:
            return message.get("params")
        if method in _NO_PARAMS:
            return None
        if method == types.TEXT_DOCUMENT_CODE_ACTION:
            _drop_foreign_diagnostics(message)
        try:
            message_type = self.get_message_type(method)
            return None if message_type is None else self._converter.structure(message, message_type).params
        except Exception as error:  # cattrs raises groups, TypeError, ValueError and more
            raise JsonRpcInvalidParams(f"Invalid Params: {method}: {_reason(error)}") from error

    def _send_handler_result(self, future: Future[Any], *, msg_id: str | int) -> None:
        self._request_futures.pop(msg_id, None)
        if future.cancelled():
            self._refuse(msg_id, JsonRpcRequestCancelled("Request Cancelled"))
            return
        error = future.exception()
        if error is None:
            self._send_response(msg_id, result=future.result())
        elif isinstance(error, JsonRpcException):
            self._refuse(msg_id, error)
        else:
            log.error("a request failed", exc_info=error)
            self._refuse(msg_id, JsonRpcInternalError(f"Internal Error: {type(error).__name__}: {error}"))

    def _check_handler_result(self, future: Future[Any]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("a notification failed", exc_info=error)

    def _refuse(self, id_: str | int | None, error: JsonRpcException) -> None:
        # Not through the typed classes: "id" must be there when it is null.
        answer = {"code": error.code, "message": error.message}
        self._send_data({"jsonrpc": self.VERSION, "id": id_, "error": answer})

    def shut_down(self, _: Any) -> None:
        """Ends the session: nothing but ``exit`` is taken any more."""
        self._shutdown = True
        for future in tuple(self._request_futures.values()):
            future.cancel()


def _id(value: object) -> str | int | None:
    return value if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _drop_foreign_diagnostics(message: dict[str, Any]) -> None:
    """We look for our findings ourselves, and what other servers put there may be more than the types allow."""
    params = message.get("params")
    context = cast("dict[str, Any]", params).get("context") if isinstance(params, dict) else None
    if isinstance(context, dict) and isinstance(cast("dict[str, Any]", context).get("diagnostics"), list):
        context["diagnostics"] = []


def _reason(error: BaseException) -> str:
    """The innermost of nested errors, in one line."""
    while inner := getattr(error, "exceptions", None):
        error = inner[0]
    return f"{type(error).__name__}: {error}".partition("\n")[0]
