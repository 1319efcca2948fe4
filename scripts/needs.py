"""Finds out by running Flask what needs which context: ``python scripts/needs.py`` prints it as JSON, for what is
installed beside this Python; ``python scripts/needs.py PYTHON ...`` writes ``flask_lsp/project/needs_table.py`` from
what these say. Tests compare the two, for all supported versions in ``tests/long/test_needs.py``.

Every public name of ``MODULES`` is called, and every attribute of the objects in ``OBJECTS`` is read and called, with
no context, in that of an application, and in a request: for an application as it comes, and for one that is configured
to need no request (``SERVER_NAME``, no tokens in forms). This file knows nothing of flask_lsp, so that it runs wherever
Flask does.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import subprocess
import sys
import tempfile
import textwrap
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().parent.parent / "flask_lsp" / "project" / "needs_table.py"
MODULES = (
    "flask",
    "flask.json",
    "flask_sqlalchemy",
    "flask_login",
    "flask_mail",
    "flask_wtf",
    "flask_wtf.csrf",
    "flask_wtf.file",
    "flask_wtf.recaptcha",
)
OBJECTS: dict[str, Callable[[Any], Any]] = {
    "flask.Flask()": lambda made: made.app,
    "flask_sqlalchemy.SQLAlchemy()": lambda made: made.db,
    "flask_sqlalchemy.SQLAlchemy().session": lambda made: made.db.session,
    "flask_sqlalchemy.SQLAlchemy().Model": lambda made: made.model,
    "flask_login.LoginManager()": lambda made: made.login,
    "flask_mail.Mail()": lambda made: made.mail,
    "flask_wtf.CSRFProtect()": lambda made: made.csrf,
}
CONTEXTS: dict[str, Callable[[Any], AbstractContextManager[Any]]] = {
    "none": lambda _: nullcontext(),
    "app": lambda app: app.app_context(),
    "request": lambda app: app.test_request_context("/", base_url="http://localhost"),
}

NOT_CALLED = {
    "flask.Flask().async_to_sync": "asks for a package that is not installed",
    "flask.Flask().cli": "a command line",
    "flask.Flask().config_class": "made by the application",
    "flask.Flask().run": "starts a server",
    "flask.Flask().url_rule_class": "made by the application",
    "flask.Flask().wsgi_app": "pushes a context of its own",
    "flask.Config": "made by the application",
    "flask.Request": "made of a WSGI environment, by Flask",
    "flask_login.LoginManager().user_callback": "the name that user_loader had before",
    "flask_login.FlaskLoginClient": "made by the application",
    "flask_mail.Connection": "made by the extension",
    "flask_mail.Mail().app": "the application",
    "flask_mail.Mail().init_mail": "made by the extension",
    "flask_mail.sanitize_address": "plain text",
    "flask_mail.sanitize_addresses": "plain text",
    "flask_mail.sanitize_subject": "plain text",
    "flask_login.LoginManager().setup_app": "goes away in Flask-Login 0.7",
    "flask_sqlalchemy.SQLAlchemy().Query": "made by the session",
    "flask_sqlalchemy.SQLAlchemy().Model.query_class": "made by the query",
    "flask_sqlalchemy.SQLAlchemy().init_app": "was called before",
    "flask_sqlalchemy.SQLAlchemy().session.close_all": "closes what other looks have",
}
NO_ARGUMENTS = "no arguments"
GIVEN: dict[str, Any] = {
    "allowed": ["a"],
    "code": 404,
    "cookie": "a|b",
    "current_url": "/",
    "data": "a",
    "attribute": "hello",
    "callback": lambda *_: None,
    "code_or_exception": 404,
    "context": {},
    "directory": ".",
    "e": ValueError("a"),
    "endpoint": "index",
    "environ": {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"},
    "error": ValueError("a"),
    "exc_info": (None, None, None),
    "f": lambda *_, **__: None,
    "filename": "a.txt",
    "fp": None,
    "func": lambda: "a",
    "generator_or_function": [],
    "ident": 1,
    "import_name": "a",
    "instances": [],
    "iterator": iter("a"),
    "json_data": "a",
    "location": "/",
    "login_url": "/",
    "login_view": "index",
    "mappings": [],
    "max_size": 1,
    "method": "GET",
    "name": "a",
    "obj": {"a": 1},
    "objects": [],
    "params": {},
    "path": "a.txt",
    "rule": "/a",
    "template_name": "a.html",
    "path_or_file": "a.txt",
    "payload": "a",
    "resource": "a.txt",
    "s": "{}",
    "source": "{{ 1 }}",
    "template_name_or_list": "a.html",
    "upload_set": ["a"],
    "user_id": "1",
    "value": "a",
    "values": {},
    "view": lambda: "a",
}
"""Arguments by the names of parameters."""


class Made:
    """An application with all its extensions, made anew for every look."""

    def __init__(self, folder: str, *, configured: bool = False) -> None:
        flask, sqlalchemy = importlib.import_module("flask"), importlib.import_module("flask_sqlalchemy")
        self.flask = flask
        self.app = flask.Flask("needs", root_path=folder)
        self.app.config.update(SECRET_KEY="a", SQLALCHEMY_DATABASE_URI="sqlite://")
        self.app.config.update(MAIL_SUPPRESS_SEND=True, MAIL_DEFAULT_SENDER="a@example.org")
        if configured:
            self.app.config.update(SERVER_NAME="example.org", WTF_CSRF_ENABLED=False)
        self.app.add_url_rule("/", "index", lambda: "a")
        self.db = sqlalchemy.SQLAlchemy(self.app)
        db = self.db

        class Thing(db.Model):  # type: ignore[misc,name-defined]
            id = db.Column(db.Integer, primary_key=True)

        self.model = Thing
        login, csrf = importlib.import_module("flask_login"), importlib.import_module("flask_wtf")
        self.login = login.LoginManager(self.app)
        self.user = type("User", (login.UserMixin,), {"id": 1})()
        self.login.user_loader(lambda _: self.user)
        self.csrf = csrf.CSRFProtect(self.app)
        self.flask_mail = importlib.import_module("flask_mail")
        self.mail = self.flask_mail.Mail(self.app)
        with self.app.app_context():
            db.create_all()
            db.session.add(Thing(id=1))
            db.session.commit()

    def given(self, name: str) -> Any:
        """A fitting argument for a parameter."""
        own: dict[str, Any] = {
            "app": self.app,
            "argument": self.model,
            "blueprint": self.flask.Blueprint("a", "a"),
            "entity": self.model,
            "instance": self.model(),
            "mapper": self.model,
            "message": self.flask_mail.Message("a", ["a@example.org"], body="a", sender="a@example.org"),
            "request": self.flask.Request({"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}),
            "response": self.flask.Response("a"),
            "rv": "a",
            "select": self.db.select(self.model),
            "statement": self.db.select(self.model),
            "user": self.user,
        }
        return own[name] if name in own else GIVEN[name]


def arguments(function: Callable[..., Any], made: Made) -> list[Any] | None:
    """Arguments for all parameters that need one, ``None`` where we have none that fits."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    needed = [each.name for each in parameters if each.default is each.empty and each.kind in (0, 1)]
    try:
        return [made.given(name) for name in needed]
    except KeyError:
        return None


def names(made: Made) -> Iterator[str]:
    """All that is looked at."""
    for module in MODULES:
        found = importlib.import_module(module)
        for name in sorted(getattr(found, "__all__", None) or dir(found)):
            value = getattr(found, name, None)
            if not name.startswith("_") and not isinstance(value, types.ModuleType) and not is_foreign(value, module):
                yield f"{module}.{name}"
    for path, of in OBJECTS.items():
        yield from (f"{path}.{name}" for name in sorted(dir(of(made))) if not name.startswith("_"))


def is_foreign(value: Any, module: str) -> bool:
    """A function or class of another package."""
    return (
        isinstance(value, type | types.FunctionType) and value.__module__.partition(".")[0] != module.partition(".")[0]
    )


def thing(name: str, made: Made) -> Any:
    """What a name means, read now."""
    owner, _, last = name.rpartition(".")
    return getattr(OBJECTS[owner](made) if owner in OBJECTS else importlib.import_module(owner), last)


def outcome(name: str, context: str, folder: str, *, configured: bool) -> tuple[str, str]:
    """How reading and calling a name go in a context: empty where that works, else the exception. A proxy can always be
    read: what it stands for is."""
    made = Made(folder, configured=configured)
    with CONTEXTS[context](made.app):
        try:
            value = thing(name, made)
            if is_proxy(value) and value._get_current_object() is None:
                raise AttributeError("'NoneType' object has no attribute")
        except Exception as error:
            return told(error), ""
        if is_proxy(value) or not callable(value) or name in NOT_CALLED:
            return "", ""
        given = arguments(value, made)
        if given is None:
            return "", NO_ARGUMENTS
        try:
            made_of_it = value(*given)
            if inspect.isgenerator(made_of_it):
                list(made_of_it)
        except Exception as error:
            return "", told(error)
        return "", ""


def is_proxy(value: Any) -> bool:
    return type(value).__name__ == "LocalProxy"


def told(error: Exception) -> str:
    """The exception and the beginning of what it says, without addresses and paths."""
    said = re.sub(r"0x[0-9a-f]+|'/.*'", "...", [*str(error).strip().splitlines(), ""][0])
    return f"{type(error).__name__}: {textwrap.shorten(said, 60, placeholder=' ...')}"


def row(name: str, folder: str) -> dict[str, Any]:
    """What a name needs: ``at_least`` however the application is configured, ``by_default`` as it comes. A context is
    enough where all goes as in a request, be it well or not."""
    levels: list[int] = []
    plain: list[tuple[str, str]] = []
    for configured in (True, False):
        seen = [outcome(name, context, folder, configured=configured) for context in CONTEXTS]
        levels.append(seen.index(seen[-1]))
        plain = seen
    is_read = plain[0][0] != plain[-1][0]
    how = "called" if not is_read else "read" if "(" in name else "proxy"
    fails = [outcome[0] or outcome[1] for outcome in plain[: levels[1]]]
    missing = plain[0][1] == NO_ARGUMENTS
    return {"how": how, "at_least": levels[0], "by_default": levels[1], "fails": fails, "not_called": missing}


def observed() -> dict[str, dict[str, Any]]:
    """A row for every name."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "templates").mkdir()
        (Path(folder) / "templates" / "a.html").write_text("{% macro hello() %}{% endmacro %}")
        for path in ("a.txt", "static/a.txt"):
            (Path(folder) / path).parent.mkdir(exist_ok=True)
            (Path(folder) / path).write_text("{}")
        return {name: row(name, folder) for name in list(names(Made(folder)))}


def told_by(python: str) -> dict[str, dict[str, Any]]:
    """What the packages beside another Python do."""
    done = subprocess.run([python, __file__], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def table(pythons: list[str]) -> str:
    """The module that holds what all of them agree on; an error where they do not."""
    every: dict[str, dict[str, Any]] = {}
    for python in pythons:
        for name, said in told_by(python).items():
            if every.setdefault(name, said) != said:
                sys.exit(f"{name}: {every[name]} and, with {python}, {said}")
    lines = [HEAD]
    for name, said in sorted(every.items()):
        if said["by_default"]:
            fails = ", ".join(SHORT.get(each) or json.dumps(each) for each in said["fails"])
            fails += "," * (len(said["fails"]) == 1)
            lines.append(f'    ("{name}", "{said["how"]}", {said["at_least"]}, {said["by_default"]}, ({fails})),')
    return "\n".join([*lines, ")", ""])


SHORT = {
    "RuntimeError: Working outside of application context.": "APP",
    "RuntimeError: Working outside of request context.": "REQUEST",
}
HEAD = """\
\"\"\"What needs which context, as running Flask 2.2 to 3.1 says: made by ``scripts/needs.py``, read by ``needs``.

A name; whether it is called, read, or a proxy from which something is read; the context that it needs however the
application is configured, and where that has no ``SERVER_NAME`` and tokens in its forms (0 none, 1 of an application,
2 a request); how it fails with none and in that of an application.
\"\"\"

from __future__ import annotations

APP = "RuntimeError: Working outside of application context."
REQUEST = "RuntimeError: Working outside of request context."

ROWS: tuple[tuple[str, str, int, int, tuple[str, ...]], ...] = (\
"""


def main() -> None:
    if sys.argv[1:]:
        TABLE.write_text(table(sys.argv[1:]), encoding="utf-8", newline="\n")
        subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(TABLE)], check=True)
    else:
        json.dump(observed(), sys.stdout)


if __name__ == "__main__":
    main()
