"""What needs which context, and how it is pushed: a table of canonical names."""

from __future__ import annotations

import re
from enum import IntEnum

from flask_lsp.facts.model import OTHER, Literal, Path
from flask_lsp.project.needs_table import ROWS


class Level(IntEnum):
    """The contexts, each holding the one before."""

    NONE = 0
    APP = 1
    REQUEST = 2


_ALSO = {"flask_login": "flask_login.utils", "flask_wtf.CSRFProtect()": "flask_wtf.csrf.CSRFProtect()"}
"""Where the names of some modules and classes are found too."""


def _rows(how: str) -> dict[str, Level]:
    found = {name: Level(level) for name, kind, level, _, _ in ROWS if kind == how and level}
    for name, level in tuple(found.items()):
        owner, _, last = name.rpartition(".")
        if owner in _ALSO:
            found[f"{_ALSO[owner]}.{last}"] = level
    return found


PROXIES = _rows("proxy")
"""Anything that is read from them; they can be passed on, named anew and tested for truth without a context."""

FORMS = frozenset({"flask_wtf.FlaskForm", "flask_wtf.form.FlaskForm"})
MESSAGE = "flask_mail.Message"
_DEPENDING = frozenset({*FORMS, MESSAGE, "flask.stream_with_context"})

DEPENDING = {name: Level.REQUEST if name.endswith("_context") else Level.APP for name in _DEPENDING}
"""What needs its context only in some calls: a form whose class says nothing of tokens, a message without a sender, a
generator that is wrapped. Around a function ``stream_with_context`` waits for that one's call."""

CALLS = {name: level for name, level in _rows("called").items() if name not in DEPENDING}
"""What is called."""

ATTRIBUTES = _rows("read")
"""What is read."""

BY_DEFAULT = {name: Level(default) for name, _, level, default, _ in ROWS if default > level}
"""What needs more where the application has no ``SERVER_NAME``, or puts tokens in its forms, as it does by default."""

_SQLALCHEMY = "flask_sqlalchemy.SQLAlchemy()"
SESSION = f"{_SQLALCHEMY}.session."
"""A method of it looks the session of the context up when it is called; the name itself does not."""

TABLES = frozenset(f"{_SQLALCHEMY}.{method}" for method in ("create_all", "drop_all", "reflect"))

PUSHES = {"app_context()": Level.APP, "test_request_context()": Level.REQUEST, "request_context()": Level.REQUEST}
"""Methods of an application that make a context, by the end of their path."""

CURRENT_USER = frozenset(name for name in PROXIES if name.endswith(".current_user"))
"""Without a request it stands for ``None``, and is false."""

GUARDS = frozenset({"flask.has_app_context()", "flask.has_request_context()", *PROXIES})
"""What a test asks to find out whether there is a context."""


_LAST = {name.rpartition(".")[2] for name in (*PROXIES, *CALLS, *ATTRIBUTES) if not name.startswith(SESSION)}
WORDS = ("flask", "Form(", "session", *sorted(_LAST - {"g"}))
"""A file that holds none of these uses nothing that needs a context."""


def is_told_app(name: str, call: Path) -> bool:
    """The call says itself which application it means, as it could before Flask-SQLAlchemy 3."""
    return name in TABLES and call.keyword("app") is not None


def template_of(name: str, call: Path) -> str:
    """The template that a call shows, where it is told by a literal."""
    match call.args:
        case (Literal(value=str(template)), *_) if name in _SHOWING:
            return template
        case _:
            return ""


_SHOWING = frozenset({"flask.render_template", "flask.stream_template"})


def asks_for_sender(call: Path) -> bool:
    """The call makes a message of Flask-Mail that surely asks the application who sends it."""
    keywords = [keyword for keyword, _ in call.keywords]
    has_sender = "sender" in keywords and call.keyword("sender") != Literal(None)
    return not (has_sender or "**" in keywords or OTHER in call.args or len(call.args) > _BEFORE_SENDER)


_BEFORE_SENDER = 4
"""Arguments that stand before it: five since Flask-Mail 0.10."""


_ROOTS = tuple({name.partition(".")[0] for name in (*PROXIES, *CALLS, *ATTRIBUTES)})
"""How all names begin that need something."""


def need_of(name: str, written: str, *, called: bool) -> tuple[str, Level] | None:
    """The part of a canonical name that needs a context and which, ``None`` if it needs none.

    ``written`` is the path as it stands there: what was read before, as in ``users = User.query.all()``, needs nothing
    when it is used. ``called``: the name is being called, not only read.
    """
    if not name.startswith(_ROOTS):
        return None
    for proxy, level in PROXIES.items():
        rest = name[len(proxy) :] if name.startswith(proxy) else ""
        if rest[:1] in (".", "[", "(") and not rest.startswith((".__", "()")):
            if proxy.startswith("flask_login.") and rest.startswith("._get_current_object"):
                return None  # it is of nobody then, which is no error
            return (proxy, level) if written.endswith(rest) else None
    if name.startswith(_SQLALCHEMY):
        for attribute, level in ATTRIBUTES.items():
            if name.startswith(attribute) and name[len(attribute) : len(attribute) + 1] in ("", ".", "["):
                is_read = attribute.rpartition(".")[2] in re.split(r"\W+", written)
                return (attribute, level) if is_read else None
    if called and name in CALLS:
        return name, CALLS[name]
    return None
