"""How functions are entered from outside of a project: by the decorators on them and the calls that they are handed to.

``None`` as a level is unknown: what is called there may run in any context.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flask_lsp.facts.model import Literal, Path, Value
from flask_lsp.project.needs import Level

_REQUEST, _APP, _NONE = Level.REQUEST, Level.APP, Level.NONE

_METHODS: dict[str, tuple[str, Level | None]] = {
    **dict.fromkeys(("get", "post", "put", "patch", "delete", "route"), ("view", _REQUEST)),
    **dict.fromkeys(
        (
            *("before_request", "after_request", "before_first_request", "teardown_request", "url_value_preprocessor"),
            *("before_app_request", "after_app_request", "before_app_first_request", "teardown_app_request"),
            *("app_url_value_preprocessor",),
        ),
        ("hook", _REQUEST),
    ),
    **dict.fromkeys(("errorhandler", "app_errorhandler"), ("error handler", _REQUEST)),
    **dict.fromkeys(
        (
            *("context_processor", "app_context_processor", "template_filter", "template_global", "template_test"),
            *("app_template_filter", "app_template_global", "app_template_test", "url_defaults", "app_url_defaults"),
        ),
        ("template", None),
    ),
    "teardown_appcontext": ("teardown", _APP),
    "shell_context_processor": ("shell", _APP),
    "cli.command": ("command", _APP),
    **dict.fromkeys(
        (
            *("user_loader", "request_loader", "header_loader", "unauthorized_handler", "needs_refresh_handler"),
            *("verify_password", "verify_token", "get_password", "get_user_roles", "hash_password"),
            *("user_lookup_loader", "user_identity_loader", "token_in_blocklist_loader", "additional_claims_loader"),
        ),
        ("callback", _REQUEST),
    ),
}
"""By the end of a path, for decorators and, without those of ``view``, for calls."""
_ONE_WORD = frozenset({"get", "post", "put", "patch", "delete"})
"""These are everybody's method names: only of an application or a blueprint do they make a view."""

_OWNERS = ("flask.Flask()", "flask.Blueprint()")

_SIGNALS: dict[str, Level | None] = {
    **dict.fromkeys(
        ("request_started", "request_finished", "request_tearing_down", "got_request_exception", "message_flashed"),
        _REQUEST,
    ),
    **dict.fromkeys(("appcontext_pushed", "appcontext_tearing_down"), _APP),
}


TRANSPARENT = frozenset(
    {
        *("builtins.staticmethod", "builtins.classmethod", "builtins.property", "functools.lru_cache"),
        *("functools.cache", "functools.wraps", "functools.cached_property", "functools.singledispatch"),
        *("typing.overload", "typing.no_type_check", "typing.override", "abc.abstractmethod", "pytest.fixture"),
        *("contextlib.contextmanager", "contextlib.asynccontextmanager", "werkzeug.utils.cached_property"),
        *("flask.stream_with_context", "flask.after_this_request", "click.command", "click.group"),
    }
)
"""Decorators after which a call is a call of the function, in the same context."""
PUSHING = {
    "flask.cli.with_appcontext": _APP,
    "flask.copy_current_request_context": _REQUEST,
}
"""Decorators that call the function in a context."""
COPYING = {
    "flask_executor.Executor().submit": 0,
    "flask_executor.Executor().submit_stored": 1,
    "flask_executor.Executor().map": 0,
}
"""Calls that run a function in a copy of the context that is there, with the position of that argument."""


class Handing(NamedTuple):
    """A call takes a function, to call it later."""

    position: int
    """Of the argument that is the function."""
    keyword: str
    kind: str
    level: Level | None


_BY_NAME: dict[str, Handing] = {
    "threading.Thread": Handing(1, "target", "thread", _NONE),
    "threading.Timer": Handing(1, "function", "timer", _NONE),
    "_thread.start_new_thread": Handing(0, "function", "thread", _NONE),
    "multiprocessing.Process": Handing(1, "target", "process", _NONE),
    "multiprocessing.context.Process": Handing(1, "target", "process", _NONE),
    "atexit.register": Handing(0, "func", "atexit", _NONE),
    "signal.signal": Handing(1, "handler", "signal handler", _NONE),
    "weakref.finalize": Handing(1, "func", "callback", None),
}
for _class in ("ThreadPoolExecutor", "ProcessPoolExecutor", "thread.ThreadPoolExecutor", "process.ProcessPoolExecutor"):
    for _method in ("submit", "map"):
        _BY_NAME[f"concurrent.futures.{_class}().{_method}"] = Handing(0, "fn", "executor", _NONE)
for _module in ("multiprocessing", "multiprocessing.pool", "multiprocessing.dummy"):
    for _class in ("Pool", "ThreadPool"):
        for _method in ("map", "apply", "apply_async", "map_async", "starmap", "starmap_async", "imap"):
            _BY_NAME[f"{_module}.{_class}().{_method}"] = Handing(0, "func", "executor", _NONE)
for _method in ("spawn", "spawn_raw", "Greenlet", "Greenlet.spawn"):
    _BY_NAME[f"gevent.{_method}"] = Handing(0, "run", "spawned", _NONE)
for _path in ("gevent.spawn_later", "gevent.Greenlet.spawn_later", "eventlet.spawn_after"):
    _BY_NAME[_path] = Handing(1, "run" if _path.startswith("gevent") else "func", "spawned", _NONE)
for _path in ("spawn", "spawn_n", "GreenPool().spawn", "GreenPool().spawn_n", "greenpool.GreenPool().spawn"):
    _BY_NAME[f"eventlet.{_path}"] = Handing(0, "func", "spawned", _NONE)
for _pool in ("pool.Pool", "pool.Group", "threadpool.ThreadPool"):
    for _method in ("spawn", "apply_async", "map", "imap", "imap_unordered", "map_async"):
        _BY_NAME[f"gevent.{_pool}().{_method}"] = Handing(0, "func", "spawned", _NONE)
_BY_NAME["flask_socketio.SocketIO().start_background_task"] = Handing(0, "target", "spawned", _NONE)
for _loop in ("get_event_loop", "get_running_loop", "new_event_loop"):
    _BY_NAME[f"asyncio.{_loop}().run_in_executor"] = Handing(1, "func", "executor", _NONE)

_SCHEDULERS = re.compile(
    r"(?:^|\.)(?:APScheduler|(?:Background|Blocking|Gevent|AsyncIO|Tornado|Twisted|Qt)Scheduler)\(\)\."
)
_LOOPS = re.compile(r"(?:AsyncIO|Tornado|Twisted)Scheduler")
_QUEUES = re.compile(r"(?:^|\.)rq\.(?:queue\.)?Queue\(\)\.")


STARTERS = tuple(sorted({*(name.rpartition(".")[2] for name in _BY_NAME), "add_job", "enqueue"}))
"""The last names of calls that start what they are given."""


def _job_of(name: str) -> str:
    """The kind of a scheduler's jobs: those of an event loop may go on with the context of who started it, the threads
    of the others never do."""
    return "job" if _LOOPS.search(name) else "scheduled"


def handing(name: str | None, path: str) -> Handing | None:
    """What a call does with a function that it is given; ``name`` is canonical, ``path`` as it is written."""
    if name is not None:
        if (known := _BY_NAME.get(name)) is not None:
            return known
        if name.endswith(".add_job") and _SCHEDULERS.search(name):
            return Handing(0 if name.startswith("apscheduler") else 1, "func", _job_of(name), _NONE)
        if _QUEUES.search(name) and name.endswith((".enqueue", ".enqueue_call")):
            return Handing(0, "func", "job", _NONE)
        if name.endswith((".enqueue_in", ".enqueue_at")) and _QUEUES.search(name):
            return Handing(1, "func", "job", _NONE)
    last = path.rpartition(".")[2]
    if last == "add_url_rule":
        return Handing(2, "view_func", "view", _REQUEST)
    if last == "register_error_handler":
        return Handing(1, "f", "error handler", _REQUEST)
    if last in ("add_template_filter", "add_template_global", "add_template_test"):
        return Handing(0, "f", "template", None)
    found = _METHODS.get(last)
    if found is not None and found[0] != "view" and last != "errorhandler":
        return Handing(0, "f", *found)
    if last == "connect" and (signal := path.rpartition(".")[0].rpartition(".")[2]) in _SIGNALS:
        return Handing(0, "receiver", "signal", _SIGNALS[signal])
    return None


def decorated(name: str | None, decorator: Path) -> tuple[str, Level | None] | None:
    """How a decorator makes a function entered: the kind and the context. ``name`` is the canonical name of its path
    without the call; ``None`` is returned where it makes nothing of the sort that we know."""
    path = decorator.text.removesuffix("()")
    last = path.rpartition(".")[2]
    if last == "command" and (path.endswith("cli.command") or name == "flask.cli.AppGroup().command"):
        return ("command", _APP) if decorator.text.endswith("()") else None  # without a call it registers nothing
    if last in ("task", "shared_task", "periodic_task", "db_task", "actor", "job", "scheduled_job"):
        return _task(name, path, last)
    if name == "atexit.register":
        return "atexit", _NONE
    if path.endswith("fixture") and (name or path).startswith(("pytest", "fixture")):
        return "fixture", None
    if last in ("connect", "connect_via") and (signal := path.split(".")[-2:-1]):
        return "signal", _SIGNALS.get(signal[0])
    if last in ("on", "event") and name is not None and name.startswith("flask_socketio."):
        return "view", _REQUEST
    if last == "expose":
        return "view", _REQUEST
    found = _METHODS.get(last)
    if found is None or "." not in path:
        return None
    if last in _ONE_WORD and (name is None or not name.startswith(_OWNERS)):
        return None
    if last == "route" and (name is None or not name.startswith(_OWNERS)) and not _is_rule(decorator):
        return None
    return found


def _is_rule(decorator: Path) -> bool:
    rule: Value | None = decorator.args[0] if decorator.args else decorator.keyword("rule")
    return isinstance(rule, Literal) and str(rule.value).startswith("/")


def _task(name: str | None, path: str, last: str) -> tuple[str, Level | None] | None:
    """Jobs that some worker runs. What a Celery application makes of its tasks is looked at by who asks
    (``call_graph``): unknown here."""
    if name is None:
        return ("task", None) if "." in path or last == "shared_task" else None
    if name.startswith("celery.") or last == "shared_task":
        return "task", None
    if name.startswith(("huey.", "dramatiq.")):
        return "task", _NONE
    if _SCHEDULERS.search(name):
        return _job_of(name), _NONE
    if name in ("rq.decorators.job", "rq.job"):
        return "job", _NONE
    return "job", None
