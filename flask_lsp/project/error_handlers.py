"""What an error handler does with the exception it is given. Questions for ``Context.ask``."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Call, Defined, Function, Joined, Leave, Literal, Path, Use, Value
from flask_lsp.facts.traverse import every_event
from flask_lsp.project import routes
from flask_lsp.project.places import place

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_REPORTS = frozenset(
    {
        *("capture_exception", "capture_message", "captureException", "report_exc_info", "report_message", "notify"),
        *("record_exception", "notice_error"),
    }
)
"""The last names of calls that hand the exception to a service."""
_SHOWS_ALL = frozenset({"exception", "print_exc", "print_exception", "format_exc", "format_exception", "exc_info"})
"""Those that show the exception that is being handled, with its traceback."""
_LOGS = frozenset({"error", "warning", "warn", "critical", "fatal", "info", "debug", "log", "print", "write"})
"""Those that tell what they are given."""
_AS_TEXT = frozenset({"str()", "repr()", "type()", "format()", "jsonify()", "dict()", "flask.jsonify()"})
"""What is given the exception to make text of it."""
_REPORTERS = ("sentry_sdk", "rollbar", "bugsnag", "raven", "honeybadger")
_LOG_HANDLERS = ("rollbar.logger", "bugsnag.handlers")
_HTTP_EXCEPTION = "werkzeug.exceptions.HTTPException"


class Handling(Enum):
    SWALLOWED = "nobody hears of it, and HTTP exceptions are taken for crashes"
    UNREPORTED = "HTTP exceptions are told apart, but nobody hears of the others"
    LOGGED = "somebody hears that something happened, and not what"
    IN_LOG = "it stands in the log with all that is known of it"
    FINE = "it is reported, raised again, or handed to something that we do not see"


def handling(function: Function) -> Handling:
    """What a handler of all exceptions does with them."""
    name = function.parameters[0].name if function.parameters else ""
    told_apart = logged = in_log = False
    for event in every_event(function.body):
        match event:
            case Leave(how="raise" | "yield"):
                return Handling.FINE
            case Leave(value=value) if name and _holds(value, name):
                told_apart = True
            case Call(value=Path(text=text, args=args, keywords=keywords)):
                called = text.removesuffix("()").rpartition(".")[2]
                if called in _REPORTS or called in ("abort", "reraise"):
                    return Handling.FINE
                if called in _SHOWS_ALL:
                    in_log = True
                elif called in _LOGS:
                    in_log = in_log or any(_may_tell(each, name) for each in (*args, *(value for _, value in keywords)))
                    logged = True
                elif called in ("isinstance", "getattr", "hasattr"):
                    told_apart = told_apart or any(_holds(each, name) for each in args)
                elif any(_holds(each, name) for each in args) and text not in _AS_TEXT:
                    return Handling.FINE
            case Use(path=path) if name and path.startswith(f"{name}.") and not path.startswith(f"{name}.__"):
                told_apart = told_apart or path != f"{name}.args"
            case _:
                pass
    if in_log or logged:
        return Handling.IN_LOG if in_log else Handling.LOGGED
    return Handling.UNREPORTED if told_apart else Handling.SWALLOWED


def handling_of(project: Project, document: str, path: str) -> Handling:
    """What the function that a name stands for does with exceptions."""
    found = place(project, document, path)
    return handling(found.bound.function) if found is not None and isinstance(found.bound, Defined) else Handling.FINE


def handles_http_exceptions(project: Project, document: str) -> bool:
    """Something else is registered for HTTP exceptions, or may be."""
    return not project.complete or any(hook.error == _HTTP_EXCEPTION for hook in routes.hooks(project, document))


def hears_of_the_log(project: Project, _document: str) -> bool:
    """The service gets what is logged: Sentry by itself, others where a handler of theirs is put in."""
    modules = {each.module for file in project.files.values() for each in file.facts.imports}
    return reporter(project, "") not in ("rollbar", "bugsnag") or not modules.isdisjoint(_LOG_HANDLERS)


def reporter(project: Project, _document: str) -> str:
    """The service that the project reports exceptions to; empty without one."""
    if not project.complete:
        return ""
    for file in project.files.values():
        for imported in file.facts.imports:
            root = imported.module.partition(".")[0]
            if root in _REPORTERS:
                return root
    return ""


def _holds(value: Value, name: str) -> bool:
    """The value is the exception itself."""
    return isinstance(value, Path) and value.text == name


def _may_tell(value: Value, name: str) -> bool:
    """The value has something of the exception of that name in it, or may have."""
    match value:
        case Literal(value=constant):
            return constant is True  # ``exc_info``
        case Path(text=text, args=args, keywords=keywords):
            words = (*args, *(each for _, each in keywords))
            shown = bool(name) and (text == name or text.startswith((f"{name}.", f"{name}[")))
            return shown or "exc" in text or any(_may_tell(each, name) for each in words)
        case Joined(parts=parts):
            return any(_may_tell(each, name) for each in parts)
        case _:
            return True
