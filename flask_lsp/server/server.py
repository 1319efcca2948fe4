"""The language server: one client, its open documents, and the working thread that answers for them.

This module runs on the event loop and computes nothing. ``initialize`` is answered before anything of the core is
imported.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from flask_lsp import __version__
from flask_lsp.server import configuration
from flask_lsp.server.client import Client, Start, server_capabilities, start_of
from flask_lsp.server.connection import Connection
from flask_lsp.server.documents import Documents, Open
from flask_lsp.server.packages import Lookup
from flask_lsp.server.progress import Progress
from flask_lsp.server.protocol import ROUTES_CHANGED
from flask_lsp.server.schedule import Schedule, Token, Urgency
from flask_lsp.server.tidy import settle
from flask_lsp.server.uris import folder_of, is_below
from flask_lsp.server.watch import PAUSE, Watch

if TYPE_CHECKING:
    from flask_lsp.server.session import Session

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Server(LanguageServer):
    """What the event loop knows of the client, and the orders it gives to the working thread."""

    protocol: Connection  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self) -> None:
        super().__init__("flask-lsp", __version__, protocol_cls=Connection)  # pyright: ignore[reportUnknownMemberType]
        self.documents = Documents()
        self.parent: int | None = None
        self.folders: dict[str, str] = {}
        """The workspace folders and their URIs as the client spells them."""
        self._start = Start(Client(), (), {}, None)
        self._schedule = Schedule()
        self._lookup = Lookup(self._schedule, self._learn)
        self._loop: asyncio.AbstractEventLoop
        self._session: Session | None = None
        """Made and used by the working thread only."""
        self._layers: configuration.Layers = {}
        self._ready = False
        """The settings are known; nothing is published before."""
        self._progress: Progress | None = None
        self._indexed: set[str] = set()
        """The folders that were read to the end."""
        self._stale: dict[str, None] = {}
        """Files that have changed on disk and are not read again yet; the event loop adds, the working thread takes."""
        self._looked = time.time()
        """When the disk was looked at last, for a client that does not watch it."""
        self.watch = Watch(self._compare_routes)
        self._pause: asyncio.TimerHandle | None = None
        self._typed_in = ""
        """The document that was edited last, until nothing has been typed for a while."""
        self._refresh: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def client(self) -> Client:
        return self._start.client

    # -- the session -------------------------------------------------------------------------------------------------

    def initialize(self, params: object) -> dict[str, Any]:
        """Notes what the client says of itself; the result of ``initialize``."""
        self._loop = asyncio.get_running_loop()
        self._start = start_of(params)
        self.parent = self._start.process
        self.documents.unit = self.client.unit
        self.folders = {folder_of(uri): uri for uri in self._start.folders}
        self._layers = configuration.layers_of(self.folders, self._start.options)
        return {
            "capabilities": server_capabilities(self.client),
            "serverInfo": {"name": self.name, "version": self.version},
        }

    def start(self) -> None:
        """The client is ready: asks for its settings, then checks what is open, then reads the workspace."""
        self._spawn(self._begin())

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Logs; pygls would open a pop-up."""
        log.error("%s: %s", getattr(source, "__name__", source), error)

    async def compute(self, work: Callable[[Session], Result], urgency: Urgency = Urgency.TYPING) -> Result:
        """The result of ``work``, computed in the working thread."""
        return await self._schedule.request(lambda: work(self._core()), urgency)

    async def _begin(self) -> None:
        self._schedule.latest("start", Urgency.TYPING, lambda _: self._core() and None)
        self._spawn(configuration.register(self))
        await self._fetch_settings()
        self._ready = True
        for state in self.documents:
            self._check(state)
        self._index()

    def _core(self) -> Session:
        """The session, in the working thread; the first call imports the core."""
        if self._session is None:
            from flask_lsp.server.projects import Projects
            from flask_lsp.server.session import Session

            self._session = Session(self.client, self.documents, Projects(self.documents, self._lookup))
            self._set_up(self._session)
        return self._session

    def _set_up(self, session: Session) -> None:
        session.folder_uris = dict(self.folders)
        session.projects.set_up(self.folders, self._layers)

    # -- documents ---------------------------------------------------------------------------------------------------

    def opened(self, state: Open) -> None:
        self._check(state)
        self.watch.disturb()
        document = state.document
        if not any(is_below(document, folder) for folder in self.folders):
            self._schedule.latest(f"lone {document}", Urgency.OPEN, lambda _: self._index_around(document))

    def _index_around(self, document: str) -> None:
        """A file outside of all workspace folders: what stands around it is read too."""
        if self._core().projects.is_lone(document):
            self._loop.call_soon_threadsafe(self._index)

    def edited(self, state: Open) -> None:
        self._lookup.disturb()
        self._schedule.cancel(f"renew {state.document}")
        if self._pause is not None:
            self._pause.cancel()
        self._pause, self._typed_in = self._loop.call_later(PAUSE, self._look_around), state.document
        self._check(state)
        self.watch.disturb()

    def is_typed_in(self, document: str) -> bool:
        """The document was edited a moment ago, and who waits for a pause is not asked yet."""
        return document == self._typed_in

    def _look_around(self) -> None:
        """When nothing has been typed for a while: what can wait is asked, in all open files, for what a body does,
        such as to start a thread, may change what is said of others, and no snapshot tells."""
        typed_in, self._typed_in = self._typed_in, ""
        for each in sorted(self.documents, key=lambda each: each.document != typed_in):
            self._renew(each.document)

    def closed(self, state: Open) -> None:
        """The text on disk counts again, and other open files may see it."""
        document = state.document

        def close(_: Token) -> None:
            self._core().forget(document)
            self._renew_neighbours(document)

        self._schedule.cancel(f"renew {document}")
        self._schedule.latest(f"check {document}", Urgency.TYPING, close)
        self.watch.disturb()
        if not self.client.pull:
            params: dict[str, Any] = {"uri": state.uri, "diagnostics": []}
            self.protocol.notify_json("textDocument/publishDiagnostics", params)

    def _check(self, state: Open) -> None:
        """Checks the newest text of a document as soon as the working thread is free; older work is dropped."""
        if not self._ready:
            return
        # Who pulls asks for the findings of this document itself; what remains are its neighbours.
        urgency = Urgency.OPEN if self.client.pull else Urgency.TYPING
        document = state.document
        self._schedule.latest(f"check {document}", urgency, lambda token: self._run_check(document, token))

    def _run_check(self, document: str, token: Token) -> None:
        state = self.documents.get(document)
        if state is None:
            return
        session = self._core()
        if self.client.pull:
            session.projects.synced(state)
        else:
            items = session.diagnostics(state, token, is_hurried=self.is_typed_in(document))
            if not token.cancelled:
                self._publish(session, state, items)
        self._renew_neighbours(document)

    def _renew_neighbours(self, document: str) -> None:
        for other in self._core().projects.disturbed(document):
            self._renew(other.document)

    def _renew(self, document: str) -> None:
        """Checks an open document again because something around it changed; says only what is new."""

        def run(token: Token) -> None:
            session, state = self._core(), self.documents.get(document)
            items = session.renewed(state, token) if state is not None else None
            if state is None or items is None or token.cancelled:
                return
            if self.client.pull:
                self._loop.call_soon_threadsafe(self._ask_for_refresh)
            else:
                self._publish(session, state, items)

        self._schedule.latest(f"renew {document}", Urgency.OPEN, run)

    def _learn(self, root: str, known: Mapping[str, str]) -> None:
        """Names of installed packages have become known, in the working thread."""
        projects = self._core().projects
        for state in projects.learn(root, known):
            self._renew(state.document)
        self._loop.call_soon_threadsafe(self.watch.disturb)

    def _renew_all(self) -> None:
        for state in self.documents:
            self._renew(state.document)
        self.watch.disturb()

    def _compare_routes(self) -> None:
        """Lets a client that shows the routes know if they are others than those it has."""

        def compare(_: Token) -> None:
            if self.watch.is_news(self._core().routes):
                self._loop.call_soon_threadsafe(self._tell_of_routes)

        self._schedule.latest("routes", Urgency.BACKGROUND, compare)

    def _tell_of_routes(self) -> None:
        self.protocol.notify_json(ROUTES_CHANGED, None)

    def _publish(self, session: Session, state: Open, items: list[dict[str, Any]]) -> None:
        """Hands the diagnostics over, in the working thread; the loop sends them if the text is still current."""
        session.note(state, items)
        params = {"uri": state.uri, "version": state.version, "diagnostics": items}
        message = {"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params}
        body = json.dumps(message, separators=(",", ":")).encode()

        def send() -> None:
            if self.documents.get(state.document) is state:
                self.protocol.send_body(body)

        self._loop.call_soon_threadsafe(send)

    def _ask_for_refresh(self) -> None:
        """Lets the client pull again. One request at a time is enough: it comes after what it is about."""
        if self._refresh is None or self._refresh.done():
            self._refresh = asyncio.create_task(self._send_refresh())

    async def _send_refresh(self) -> None:
        try:
            await self.protocol.ask("workspace/diagnostic/refresh", None)
        except JsonRpcException as error:
            log.warning("the client does not refresh: %s", error.message)

    # -- the workspace -----------------------------------------------------------------------------------------------

    def configure(self, section: Mapping[str, object]) -> None:
        """The editor's settings have changed; clients that can be asked are asked for them."""
        if not self.client.configuration:
            options = {**self._start.options, **section}
            self._layers = configuration.layers_of(self.folders, options)
        self._spawn(self._reconfigure())

    def files_changed(self, changed: Iterable[str], came_or_gone: bool) -> None:
        """Files on disk have changed, or came or went, and folders with them.

        Whatever a client says of a file, its text may be another: who replaces a file makes a new one of its name.
        """
        changed = tuple(changed)
        self._stale.update(dict.fromkeys(changed))

        def read(_: Token) -> Iterator[None]:
            while self._stale:
                self._core().projects.read_again([self._stale.popitem()[0]])
                yield
            self._loop.call_soon_threadsafe(self._renew_all)

        self._schedule.slices("read", read)
        if any(configuration.is_about_settings(document) for document in changed):
            self._spawn(self._reconfigure())
        elif came_or_gone:
            self._index()

    def saved(self) -> None:
        """A file was saved. Where the client does not watch the disk, this is the time to look what else is new."""
        if self.client.watch_files:
            return

        def look(_: Token) -> Iterator[None]:
            begin, changed = time.time(), list[str]()
            for document in self._core().projects.changed_since(self._looked):
                if document:
                    changed.append(document)
                yield
            self._looked = begin
            self._loop.call_soon_threadsafe(self.files_changed, changed, True)

        self._schedule.slices("look", look)

    def folders_changed(self, added: Iterable[str], removed: Iterable[str]) -> None:
        """Workspace folders have come or gone."""
        gone = {folder_of(uri) for uri in removed}
        kept = {folder: uri for folder, uri in self.folders.items() if folder not in gone}
        self.folders = kept | {folder_of(uri): uri for uri in added}
        options = self._start.options
        self._layers = {folder: self._layers.get(folder, options) for folder in ("", *self.folders)}
        self._spawn(self._reconfigure())

    def stop_index(self, token: object) -> None:
        """The user wants no more of the progress that goes by ``token``."""
        if self._progress is not None and self._progress.token == token:
            self._schedule.cancel("index")
            self._progress.end()

    async def _reconfigure(self) -> None:
        await self._fetch_settings()
        self._schedule.latest("set up", Urgency.TYPING, lambda _: self._set_up(self._core()))
        self._renew_all()
        self._index()

    async def _fetch_settings(self) -> None:
        if self.client.configuration:
            self._layers = await configuration.fetch(self, self._start.options)

    def _index(self) -> None:
        """Brings the projects in line with the disk, in the background."""
        if self._progress is not None:
            self._progress.end()
        self._progress = progress = Progress(self.protocol, "Flask: reading the workspace")
        folders = set(self.folders)
        if self.client.progress and folders and not folders <= self._indexed:  # later there is little to read
            self._spawn(progress.begin())

        read = 0

        def report(count: int) -> None:
            nonlocal read
            if count > read and count % 50 == 0:
                self._loop.call_soon_threadsafe(progress.report, f"{count} files")
            read = count

        def finish() -> None:
            self._indexed = folders
            progress.end()
            self._renew_all()

        def done() -> None:
            self._loop.call_soon_threadsafe(finish)

        def work(token: Token) -> Iterator[None]:
            try:
                yield from self._core().projects.index(report, done, token)
            except Exception:
                self._loop.call_soon_threadsafe(progress.end)
                raise
            if read:
                settle()

        self._schedule.slices("index", work)

    def _spawn(self, work: Any) -> None:
        """Runs a coroutine; the loop alone would forget it."""
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed", exc_info=error)
