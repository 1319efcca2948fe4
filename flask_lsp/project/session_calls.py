"""What one call or context manager does to the session of Flask-SQLAlchemy, by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_lsp.facts.transactions import Act, Told, Under, every_step
from flask_lsp.project.databases import DATABASE
from flask_lsp.project.links import split
from flask_lsp.project.names import is_standard

SESSION = f"{DATABASE}.session"

_CHANGES = frozenset(
    {
        *("add", "add_all", "delete", "merge"),
        *("bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"),
    }
)
_DROPS = frozenset({"rollback", "remove", "close", "close_all", "expunge", "expunge_all", "reset", "invalidate"})
_BUILDS = (
    r"(?:\.(?:filter|filter_by|where|join|outerjoin|options|order_by|group_by|limit|offset|distinct|with_for_update"
    r"|execution_options|params)\(\))*"
)
_QUERIES = re.compile(
    re.escape(DATABASE) + r"\.(?:Model\.query|session(?:\(\))?\.query\(\))" + _BUILDS + r"\.(?:delete|update)"
)
_WRITES = re.compile(r"(?:^|\.)(?:insert|update|delete)\(\)|'(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|UPSERT)$")
_HARMLESS = frozenset(
    {
        *("flask", "flask_babel", "flask_bcrypt", "flask_caching", "flask_httpauth", "flask_jwt_extended"),
        *("flask_limiter", "flask_login", "flask_mail", "flask_moment", "flask_restful", "flask_restx"),
        *("flask_smorest", "flask_socketio", "flask_wtf", "wtforms", "werkzeug", "jinja2", "markupsafe", "click"),
        *("itsdangerous", "sqlalchemy", "requests", "httpx", "PIL", "jwt", "passlib", "bcrypt", "bleach", "markdown"),
        *("marshmallow", "redis", "boto3", "stripe", "pydantic", "email_validator", "dateutil", "pytz", "numpy"),
        *("pandas", "yaml", "slugify", "faker", "celery", "rq", "apscheduler"),
    }
)
"""Packages that never commit somebody else's session."""
_SAVES_BY_NAME = re.compile(
    r"commit|save|persist|store|sync|flush|transact|atomic|unit_?of_?work|uow|begin|session|scope", re.IGNORECASE
)
_LEAVES = frozenset(
    {"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit", "pytest.fail", "pytest.skip"}
)
_CONTEXTS = ("app_context", "test_request_context", "request_context")
_PLAIN_MANAGERS = re.compile(
    r"(?:lock|mutex|semaphore|open|suppress|timer|span|patch|no_autoflush|client)s?$", re.IGNORECASE
)


def session_method(name: str | None) -> str | None:
    """The method of the session that a canonical name is: ``add``; of another one nothing."""
    if name is None or not name.startswith(SESSION):
        return None
    rest = name[len(SESSION) :].removeprefix("()")
    return rest[1:] if rest.startswith(".") and "(" not in rest and "." not in rest[1:] else None


def effect(name: str | None, says: str) -> str:
    """``change``, ``commit``, ``drop`` or nothing, for a call of the session or of a query; ``says`` is what is
    executed."""
    method = session_method(name)
    if method == "commit":
        return "commit"
    if method in _CHANGES or (name is not None and _QUERIES.fullmatch(name)):
        return "change"
    if method in _DROPS:
        return "drop"
    if method == "execute" and _WRITES.search(says):
        return "change"
    return ""


_SAVES = frozenset({"commit", "flush"})
_GIVES_UP = frozenset({"remove", "close", "close_all", "reset", "invalidate"})
_WORKS = re.compile(
    re.escape(DATABASE) + r"\.(?:session\b(?!\.(?:is_active|registry|expunge|info|no_autoflush)\b)|Model\.query\b"
    r"|(?:get|first|one)_or_404$|one_or_404$|paginate$)"
)
_SAYS_ONLY = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print", "echo"})


def saves(name: str | None) -> bool:
    """The call writes to the database; where that fails, the session raises until it is rolled back."""
    return session_method(name) in _SAVES


def works(name: str | None) -> bool:
    """The call needs a session that works."""
    return name is not None and bool(_WORKS.match(name))


def gives_up(path: str) -> bool:
    """By its last name the call rolls back, of whatever session."""
    last = path.rpartition(".")[2].lower()
    return "rollback" in last or "roll_back" in last


def ends_session(name: str | None, path: str) -> bool:
    """Behind the call the session works again."""
    if gives_up(path) or session_method(name) in _GIVES_UP:
        return True
    owner, _, last = path.lower().rpartition(".")
    return last in ("remove", "close") and "session" in owner


def only_says(path: str) -> bool:
    """A call that logs or prints."""
    return path.rpartition(".")[2] in _SAYS_ONLY


def manages_itself(name: str | None) -> bool:
    """The context manager of the session rolls back what fails in it."""
    return name is not None and name.startswith((f"{SESSION}.begin_nested", f"{SESSION}.begin"))


def is_harmless(path: str) -> bool:
    """A package that has nothing to do with somebody else's session."""
    return split(path)[0] in _HARMLESS or is_standard(path)


_ALL_ERRORS = frozenset({"builtins.Exception", "builtins.BaseException"})
_ERRORS = frozenset(
    {"SQLAlchemyError", "StatementError", "DBAPIError", "DatabaseError", "IntegrityError", "OperationalError"}
    | {"DataError", "ProgrammingError", "InternalError", "InterfaceError", "NotSupportedError"}
    | {"FlushError", "StaleDataError"}
)


def is_error_of_database(name: str) -> bool:
    """A failed flush may raise it. The driver's own exceptions do not count: SQLAlchemy wraps them."""
    return name in _ALL_ERRORS or (name.startswith("sqlalchemy.") and name.rpartition(".")[2] in _ERRORS)


def is_every_error(name: str) -> bool:
    """All that a failed flush may raise are of it."""
    return name in _ALL_ERRORS or (name.startswith("sqlalchemy.") and name.endswith(".SQLAlchemyError"))


def leaves(name: str | None, path: str) -> bool:
    """``abort(404)`` and what ends the process."""
    return (name or path).rpartition(".")[2] == "abort" or name in _LEAVES


def pushes_context(path: str) -> bool:
    """The manager gives what is in it an application context, and with it a session, of its own."""
    return path.removesuffix("()").rpartition(".")[2] in _CONTEXTS and path.endswith("()")


def may_push(told: Told) -> bool:
    """The function has an application context pushed at some place, or may."""
    return "push" in told.calls or any(
        not manager or pushes_context(manager) or unknown_manager(manager)
        for step in every_step(told.script)
        if isinstance(step, Under)
        for manager in step.managers
    )


def of_database(name: str, *, manager: bool) -> bool:
    """A call, or a context manager, of the ``SQLAlchemy()`` object or its session may commit."""
    if manager:
        return not name.startswith((f"{DATABASE}.engine", f"{SESSION}.no_autoflush", f"{SESSION}.begin_nested"))
    return bool(_SAVES_BY_NAME.search(name[len(DATABASE) :].replace(".session", "").replace(".flush", "")))


def outside(path: str, *, manager: bool = False) -> bool:
    """Something of a package may commit the session."""
    if is_harmless(path):
        return False
    last = path.removesuffix("()").rpartition(".")[2]
    return bool(_SAVES_BY_NAME.search(path if manager else last))


def unknown_manager(path: str) -> bool:
    """A context manager that nobody knows may commit: all but those that tell by their names."""
    return not _PLAIN_MANAGERS.search(path.removesuffix("()"))


def unknown_decorator(path: str) -> bool:
    last = path.removesuffix("()").rpartition(".")[2]
    return bool(re.search(r"commit|transact|atomic|unit_?of_?work|uow|session", last, re.IGNORECASE))


_AFTER = frozenset(
    {
        *("after_request", "after_app_request", "teardown_request", "teardown_app_request", "teardown_appcontext"),
        *("after_this_request", "result_handler", "resultcallback", "result_callback"),
    }
)
_METHODS_AT_END = frozenset(
    {
        *("process_response", "finalize_request", "full_dispatch_request", "do_teardown_request", "wsgi_app"),
        *("do_teardown_appcontext", "dispatch_request", "save_session"),
    }
)
_SIGNALS = frozenset({"request_finished", "request_tearing_down", "appcontext_tearing_down", "appcontext_popped"})


def ends_request(name: str, told: Told, file: Mapping[str, Told]) -> bool:
    """The function runs at the end of requests, by its decorators, its name, or what it is handed to in its file."""
    last = name.rpartition(".")[2]
    if told.of_class:
        return last in _METHODS_AT_END and (last != "dispatch_request" or last in told.calls)
    for decorator in told.decorators:
        parts = decorator.removesuffix("()").split(".")
        if parts[-1] in _AFTER or (len(parts) > 1 and parts[-2] in _SIGNALS):
            return True
    return any(last in hands_to_end(each) for each in file.values())


def hands_to_end(told: Told) -> frozenset[str]:
    """The names of what a function makes run at the end of requests: ``app.teardown_request(close)``."""
    if told.calls.isdisjoint(_AFTER | {"connect"}):
        return frozenset()
    found: set[str] = set()
    for step in every_step(told.script):
        if isinstance(step, Act):
            parts = step.path.split(".")
            if parts[-1] in _AFTER or (parts[-1] == "connect" and parts[-2:-1] and parts[-2] in _SIGNALS):
                found.update(each.rpartition(".")[2] for each in step.given)
    return frozenset(found)
