"""What needs which context, and how it is pushed: a table of canonical names."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """The contexts, each holding the one before."""

    NONE = 0
    APP = 1
    REQUEST = 2


PROXIES = {
    "flask.current_app": Level.APP,
    "flask.g": Level.APP,
    "flask.request": Level.REQUEST,
    "flask.session": Level.REQUEST,
}
"""Anything that is read from them; they can be passed on, named anew and tested for truth without a context."""

_SQLALCHEMY = "flask_sqlalchemy.SQLAlchemy()"

CALLS = {
    **dict.fromkeys(
        (
            "flask.get_template_attribute",
            "flask.jsonify",
            "flask.json.jsonify",
            "flask.make_response",
            "flask.render_template",
            "flask.render_template_string",
            "flask.stream_template",
            "flask.stream_template_string",
            "flask.url_for",
            f"{_SQLALCHEMY}.create_all",
            f"{_SQLALCHEMY}.drop_all",
            f"{_SQLALCHEMY}.reflect",
            f"{_SQLALCHEMY}.session",
            f"{_SQLALCHEMY}.get_or_404",
            f"{_SQLALCHEMY}.first_or_404",
            f"{_SQLALCHEMY}.one_or_404",
            f"{_SQLALCHEMY}.paginate",
            f"{_SQLALCHEMY}.get_engine",
        ),
        Level.APP,
    ),
    **dict.fromkeys(
        (
            "flask.after_this_request",
            "flask.copy_current_request_context",
            "flask.flash",
            "flask.get_flashed_messages",
            "flask.send_file",
            "flask.send_from_directory",
        ),
        Level.REQUEST,
    ),
}
"""What is called."""

SESSION = f"{_SQLALCHEMY}.session."
"""A method of it looks the session of the context up when it is called; the name itself does not."""

ATTRIBUTES = {
    f"{_SQLALCHEMY}.engine": Level.APP,
    f"{_SQLALCHEMY}.engines": Level.APP,
    f"{_SQLALCHEMY}.Model.query": Level.APP,
}
"""What is read."""

TABLES = frozenset(f"{_SQLALCHEMY}.{method}" for method in ("create_all", "drop_all", "reflect"))

PUSHES = {"app_context()": Level.APP, "test_request_context()": Level.REQUEST, "request_context()": Level.REQUEST}
"""Methods of an application that make a context, by the end of their path."""

GUARDS = frozenset({"flask.has_app_context()", "flask.has_request_context()", *PROXIES})
"""What a test asks to find out whether there is a context."""


WORDS = ("flask", *(name.rpartition(".")[2] for name in (*PROXIES, *CALLS, *ATTRIBUTES) if not name.endswith(".g")))
"""A file that holds none of these uses nothing that needs a context."""


def need_of(name: str, *, called: bool) -> tuple[str, Level] | None:
    """The part of a canonical name that needs a context and which, ``None`` if it needs none.

    ``called``: the name is being called, not only read.
    """
    for proxy, level in PROXIES.items():
        rest = name[len(proxy) :] if name.startswith(proxy) else ""
        if rest[:1] in (".", "[", "(") and not rest.startswith((".__", "()")):
            return proxy, level
    for attribute, level in ATTRIBUTES.items():
        if name.startswith(attribute) and name[len(attribute) : len(attribute) + 1] in ("", ".", "["):
            return attribute, level
    if called and name.startswith(SESSION) and "(" not in name[len(SESSION) :]:
        return name, Level.APP
    if called and name in CALLS:
        return name, CALLS[name]
    return None
