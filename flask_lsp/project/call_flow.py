"""Which context is there: what is pushed and popped, and which way through a function asks for it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from flask_lsp.facts.model import (
    OTHER,
    BlockFacts,
    Body,
    Branch,
    Call,
    ClassDefined,
    Compared,
    Either,
    Handler,
    Items,
    Loop,
    Negated,
    Parameter,
    Path,
    Try,
    Value,
    With,
)
from flask_lsp.facts.pushes import ENTERS
from flask_lsp.facts.traverse import breaks, is_main
from flask_lsp.project import links
from flask_lsp.project.call_collected import Collected
from flask_lsp.project.call_model import AS_ENTERED, MODULE, NEVER, SCRIPT, UNKNOWN, Entry, Through
from flask_lsp.project.call_names import Names
from flask_lsp.project.call_states import any_of, asked, joined, mapped, pushed, where
from flask_lsp.project.callables import Callable_
from flask_lsp.project.guards import SUPPRESS, expects_none, never_runs, plain_test
from flask_lsp.project.names import is_standard
from flask_lsp.project.needs import CURRENT_USER, PUSHES, Level

_APP_GUARDS = frozenset({"flask.has_app_context()", "flask.current_app", "flask.g"})
_REQUEST_GUARDS = frozenset({"flask.has_request_context()", "flask.request"})
_TRUE_IN_REQUEST = frozenset({"flask.session", *CURRENT_USER})
"""They may be false in a request too."""
_HARMLESS = ("lock", "mutex", "semaphore", "condition", "subtest", "assertlogs", "assertwarns", "assertnumqueries")
_LETTING_PASS = frozenset({SUPPRESS, "pytest.raises()"})
_ASSERTS = (".assertRaises()", ".assertRaisesRegex()", ".assertRaisesRegexp()")
"""What fails in these is meant to."""
_QUIET = (
    *("flask_login.", "flask_wtf.", "flask_caching.", "flask_limiter.", "flask_mail.", "flask_sqlalchemy.", "click."),
    *("functools.", "typing.", "abc.", "contextlib.", "pytest.mark.", "unittest.", "sqlalchemy.", "dataclasses."),
    *("flask_babel.", "flask_jwt_extended.", "flask_principal.", "flask_restful.", "flask_restx.", "marshmallow."),
    *("flask_smorest.", "flask_httpauth.", "flask_security.", "mock.", "werkzeug.", "warnings.", "enum."),
)
"""Packages whose decorators and context managers push no context of Flask."""
_PLAIN = frozenset(
    {
        *("PIL", "aiofiles", "aiohttp", "alembic", "aws_xray_sdk", "boto3", "botocore", "cv2", "datadog", "ddtrace"),
        *("docker", "elasticapm", "eventlet", "fabric", "fasteners", "filelock", "freezegun", "ftputil", "gevent"),
        *("git", "grpc", "h5py", "httmock", "httpx", "imapclient", "influxdb_client", "jwt", "kombu", "ldap3"),
        *("lockfile", "loguru", "matplotlib", "maxminddb", "mongoengine", "moto", "MySQLdb", "mysql", "neo4j"),
        *("newrelic", "numpy", "openpyxl", "opentelemetry", "pandas", "paramiko", "pdfplumber", "peewee", "pika"),
        *("playwright", "portalocker", "prometheus_client", "psycopg", "psycopg2", "pymongo", "pymssql", "pymysql"),
        *("pyodbc", "pytest", "pyvirtualdisplay", "redis", "redlock", "requests", "requests_mock", "requests_toolbelt"),
        *("responses", "rich", "rq", "scp", "selenium", "sentry_sdk", "serial", "smart_open", "speech_recognition"),
        *("sshtunnel", "statsd", "structlog", "tenacity", "tensorflow", "testcontainers", "time_machine", "tinydb"),
        *("torch", "tqdm", "transformers", "trio", "urllib3", "wand", "websocket", "websockets", "xlsxwriter"),
        *("yaml", "yt_dlp", "youtube_dl", "zmq"),
    }
)
"""Packages that know nothing of Flask, as far as their context managers are concerned. Of others nobody knows."""


class Flow(ABC):
    """A walk through a block, as far as contexts are concerned."""

    def __init__(self, block: BlockFacts, names: Names) -> None:
        self.block = block
        self.names = names
        self.document = names.document
        self.bodies: dict[str, Collected] = {}
        self.lambdas = {start: function for start, function in block.functions.items() if function.name == "<lambda>"}
        self.here: Collected = Collected(MODULE, ())
        self.class_name: str = ""
        """The qualified name of the class whose body is walked."""
        self.class_bound: ClassDefined | None = None
        self.task_classes: set[str] = set()
        self.properties: dict[str, frozenset[str]] = {}
        """Of each class that was begun, by its qualified name."""

    @abstractmethod
    def body(self, body: Body) -> None:
        """Walks over events."""

    def name(self, path: str) -> str | None:
        """The canonical name of a path here."""
        if self.here.hidden and links.split(path)[0] in self.here.hidden:
            return None
        known = self.here.known
        if path not in known:
            known[path] = self.names.canonical(path, self.here.scopes)
        return known[path]

    def thing(self, path: str) -> Callable_:
        """What a path is here, followed into the project."""
        known = self.here.things
        if path not in known:
            known[path] = self.names.trace(path, self.here.scopes)
        return known[path]

    def pushes(self, event: Call, path: str) -> bool:
        """The call pushes or pops a context."""
        here, owner = self.here, path.rpartition(".")[0]
        if path.endswith((".push", ".__enter__")) and (level := self.pushed_by(Path(owner))) not in (None, 0):
            here.pushed.append(here.state)
            here.state = pushed(here.state, level or 0)
        elif event.value.text.endswith(ENTERS) and event.value.args:
            level = self.pushed_by(event.value.args[0])
            here.state = pushed(here.state, UNKNOWN if level is None else level)
        elif path.endswith((".pop", ".__exit__")) and self.pushed_by(Path(owner)) not in (None, 0):
            if here.pushed:
                here.state = here.pushed.pop()
            elif here.name == MODULE:
                here.state, here.pops = AS_ENTERED, here.pops + 1
            else:
                here.state = pushed(here.state, UNKNOWN)
        else:
            return False
        return True

    def pushed_by(self, manager: Value) -> int | None:
        """The context that entering ``manager`` pushes, ``Level.NONE`` for none, ``None`` where that is unknown."""
        if not isinstance(manager, Path):
            return None
        name = self.name(manager.text)
        for end, level in PUSHES.items():
            if (name or self.here.made.get(manager.text, manager.text)).endswith(f".{end}"):
                return level
        if name in _LETTING_PASS or manager.text.endswith(_ASSERTS):
            kinds = manager.args[0].values if manager.args and isinstance(manager.args[0], Items) else manager.args
            return None if expects_none((), [self.type_name(kind) for kind in kinds]) else Level.NONE
        if name is not None and not name.startswith("<"):
            is_plain = is_standard(name) or is_quiet(name) or links.split(name)[0] in _PLAIN
            return Level.NONE if is_plain else None
        if manager.text.rpartition(".")[2].lower().strip("_()").endswith(_HARMLESS):
            return Level.NONE
        found = self.thing(manager.text.removesuffix("()"))
        level = None if found is None else self.names.managed(found)
        return None if level in (None, UNKNOWN) else level

    def with_(self, event: With) -> None:
        here, before, keeping = self.here, self.here.state, self.here.keeping
        for manager in event.managers:
            text = manager.text if isinstance(manager, Path) else ""
            if text.endswith("test_client()") or self.is_client(text):
                here.keeping = True
                here.clients.add(text)
                continue
            level = self.pushed_by(manager)
            here.state = pushed(here.state, UNKNOWN if level is None else level)
        self.body(event.body)
        here.keeping = keeping
        here.state = where(here.state, before)

    def is_client(self, text: str) -> bool:
        """The name of a test client, made here or a fixture."""
        if text in self.here.clients:
            return True
        for scope in self.here.scopes:
            if bounds := scope.function.bindings.get(text):
                first = bounds[0]
                return isinstance(first, Parameter) and text.endswith("client") and self.names.is_test
        return False

    def branch(self, event: Branch) -> None:
        if is_main(event.test) and self.here.name == MODULE:
            self.script(event)
            return
        skipped = never_runs(event.test)
        before, chosen = self.here.state, self.is_chosen(event.test)
        after: list[Through] = []
        self.here.forks += 1
        for index, body in enumerate(event.bodies):
            self.here.state = before if index != skipped else (NEVER, NEVER, NEVER)
            if chosen and body:
                self.here.state = mapped(before, lambda _: UNKNOWN)
            if len(event.bodies) == 2 or isinstance(event.test, Either):
                self.here.state = self.refined(self.here.state, event.test, index == 0)
            self.body(body)
            after.append(where(self.here.state, before) if chosen else self.here.state)
        self.here.forks -= (NEVER, NEVER, NEVER) not in after
        self.here.state = joined(after) if after else before

    def is_chosen(self, test: Value) -> bool:
        """The test asks for a parameter that need not be given: who calls chooses what runs."""
        match test:
            case Path(text=text) | Compared(rights=(Path(text=text),), operators=("In" | "NotIn",)):
                root = text
            case Negated(value=Path(text=text)):
                root = text
            case Compared(left=Path(text=text), operators=("Is" | "IsNot" | "Eq" | "NotEq",)):
                root = text
            case Either(values=values):
                return any(self.is_chosen(value) for value in values)
            case _:
                return False
        function = self.here.function
        return function is not None and any(
            (each.name == root and (each.default is not None or each.stars))
            or (each.stars and root in (f"{each.name}.get()", f"{each.name}.pop()", f"{each.name}[]"))
            for each in function.parameters
        )

    def script(self, event: Branch) -> None:
        """What runs only where the module is started as a program."""
        module = self.here
        script = self.bodies.get(SCRIPT) or Collected(SCRIPT, (), state=module.state)
        self.bodies[SCRIPT] = script
        if not script.entries:
            script.entries.append(Entry("script", Level.NONE, (self.document, SCRIPT), -1))
        self.here = script
        self.body(event.bodies[0])
        self.here = module
        for body in event.bodies[1:]:
            self.body(body)

    def refined(self, state: Through, test: Value, truth: bool) -> Through:
        """The context where a test turned out so."""
        test, asks_truth = plain_test(test)
        truth = truth is asks_truth
        match test:
            case Path(text=text):
                name = self.name(text)
                if name in _APP_GUARDS:
                    return asked(state, Level.APP, truth)
                if name in _REQUEST_GUARDS:
                    return asked(state, Level.REQUEST, truth)
                if name in _TRUE_IN_REQUEST and truth:
                    return asked(state, Level.REQUEST, truth)
                return state
            case Either(values=values, how="and" | "or" as how):
                if truth is (how == "and"):  # all of them turned out so
                    for value in values:
                        state = self.refined(state, value, truth)
                    return state
                return any_of([self.refined(state, value, truth) for value in values])
            case Either(values=values) if any(self.is_guard(value) for value in values):
                return mapped(state, lambda _: UNKNOWN)
            case _:
                return state

    def is_guard(self, test: Value) -> bool:
        match plain_test(test)[0]:
            case Path(text=text):
                return self.name(text) in _APP_GUARDS | _REQUEST_GUARDS | _TRUE_IN_REQUEST
            case Either(values=values):
                return any(self.is_guard(value) for value in values)
            case _:
                return False

    def loop(self, event: Loop) -> None:
        here, before = self.here, self.here.state
        here.forks += 1
        here.state = self.refined(before, event.test, truth=True)
        self.body(event.body)
        here.state = joined([self.refined(state, event.test, truth=False) for state in (before, here.state)])
        self.body(event.orelse)
        if event.test != OTHER and breaks(event.body):
            here.state = joined([before, here.state])
        here.forks -= 1

    def try_(self, event: Try) -> None:
        here, before = self.here, self.here.state
        if any(self.expects(handler) for handler in event.handlers):
            here.state = mapped(before, lambda _: UNKNOWN)
        self.body(event.body)
        self.body(event.orelse)
        ends = [where(here.state, before) if UNKNOWN in here.state else here.state]
        here.forks += 1
        for handler in event.handlers:
            here.state = before
            self.body(handler.body)
            ends.append(here.state)
        here.forks -= 1
        here.state = joined(ends)
        if here.state == (NEVER, NEVER, NEVER) and event.final:
            here.state = before
            self.body(event.final)
            here.state = (NEVER, NEVER, NEVER)
        else:
            self.body(event.final)

    def expects(self, handler: Handler) -> bool:
        return expects_none(handler.body, [self.type_name(kind) for kind in handler.types])

    def type_name(self, kind: Value) -> str | None:
        return self.name(kind.text) if isinstance(kind, Path) else None


def is_quiet(name: str) -> bool:
    return name.startswith(_QUIET)
