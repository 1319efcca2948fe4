"""What the configuration of an application lacks: questions for ``Context.ask``.

Nothing is missing where a source cannot be read, or where nobody needs it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.configuring import INTERFACE
from flask_lsp.facts.model import Either, Literal, Value
from flask_lsp.project import config, kinds, names
from flask_lsp.project.config_model import Filled, all_scopes
from flask_lsp.project.config_objects import Target
from flask_lsp.project.deployment import served
from flask_lsp.project.importers import importers_of, imports_by_name, reach
from flask_lsp.project.known_keys import meant_by

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_SERVERS = re.compile(r"^(?:gunicorn|uwsgi|waitress|hypercorn|uvicorn|mod_wsgi|gevent)")
_OWN = re.compile(r"^flask_(?:session|kvsession|sessionstore)")
"""Packages that keep sessions on the server, and sign nothing unless they are told to."""
_BROUGHT = re.compile(r"^(?:flask-kvsession|invenio-(?:accounts|app)$)")
"""Packages of which a framework makes use without a word of the project."""

_NEEDS = {
    "flask.session": "the session",
    "flask.flash": "`flash`",
    "flask_wtf.FlaskForm": "`FlaskForm`",
    "flask_wtf.form.FlaskForm": "`FlaskForm`",
    "flask_wtf.CSRFProtect": "`CSRFProtect`",
    "flask_wtf.csrf.CSRFProtect": "`CSRFProtect`",
    "flask_login.login_user": "`login_user`",
    "flask_login.utils.login_user": "`login_user`",
    "flask_login.LoginManager": "Flask-Login",
    **dict.fromkeys(
        (f"flask_admin.contrib.{each}.ModelView" for each in ("sqla", "sqla.view", "mongoengine", "peewee", "pymongo")),
        "Flask-Admin's `ModelView`",
    ),
}
_OAUTH = re.compile(r"^authlib\.integrations\.flask_client\.(?:\w+\.)?OAuth\(\)\..+\.authorize_redirect$")


_TOKENS = frozenset({"`FlaskForm`", "`CSRFProtect`"})
"""What needs the key for the tokens of forms only."""


class Need(NamedTuple):
    """Something that needs the secret key."""

    what: str
    document: str
    name: str
    """The function or class in which it stands, or the name that is used."""


def needs_key(project: Project, app: tuple[str, str]) -> Need | None:
    """What in the files of an application first needs the secret key; ``None`` where sessions are kept elsewhere."""
    near = _near(project, app)
    if sessions_elsewhere(project, ""):
        return None
    for document, scopes in all_scopes(project).items():
        if kinds.is_test(project, document) or (near is not None and document not in near):
            continue
        if not _has_a_part(project, document, app):
            continue
        for scope in scopes:
            for step in scope.steps:
                what = _needed(project, document, step.owner) if step.how == "uses" else None
                if what is not None and not (what in _TOKENS and _has_no_tokens(project, near)):
                    return Need(what, document, scope.name.partition(".")[0])
    return None


def sessions_elsewhere(project: Project, _document: str) -> bool:
    """Sessions are kept on the server, or in a way of the project's own, or may be."""
    if not project.complete or any(_keeps_sessions(project, document) for document in project.files):
        return True
    if any(_BROUGHT.search(name) for name in project.versions.packages):
        return True
    for scopes in all_scopes(project).values():
        for scope in scopes:
            if any(step.how == "set" and step.key == INTERFACE for step in scope.steps):
                return True
    return False


def _has_a_part(project: Project, document: str, app: tuple[str, str]) -> bool:
    """The file may run where the application does: it imports the application's, or something imports it."""
    if document == app[0] or importers_of(project, document) or imports_by_name(project):
        return True
    return app[0] in reach(project, document)


def _has_no_tokens(project: Project, near: frozenset[str] | None) -> bool:
    """Forms carry no tokens, or may not: ``WTF_CSRF_ENABLED`` is set to something else than true."""
    values = config.values_of(project, "WTF_CSRF_ENABLED", near)
    return values is None or any(not (isinstance(each, Literal) and each.value) for each in values)


def _needed(project: Project, document: str, path: str) -> str | None:
    name = names.canonical(project, document, path)
    if name is not None and _OAUTH.search(name):
        return "Authlib's `authorize_redirect`"
    return None if name is None else _NEEDS.get(name)


def _keeps_sessions(project: Project, document: str) -> bool:
    """The file imports a package that keeps sessions on the server."""
    return any(_OWN.search(each.module) for each in project.files[document].facts.imports)


def without_key(project: Project, document: str, name: str) -> Need | None:
    """What needs the secret key of the application of that qualified name, which surely has none."""
    known = _known(project, (document, name))
    if known is None or kinds.is_test(project, document):
        return None
    if any(each.key == "SECRET_KEY" and not _is_empty(each.value) for each in known.given):
        return None
    if any(each.key and meant_by(each.key) == "SECRET_KEY" for each in known.given):
        return None  # it is there and misspelt, see FL411
    if _set_somewhere(project, "SECRET_KEY", (document, name)):
        return None
    return needs_key(project, (document, name))


def _known(project: Project, app: tuple[str, str]) -> Filled | None:
    """The configuration of an application of which all sources are read."""
    known = next((each for each in config.configured(project, "") if each.app == app), None)
    return None if known is None or known.open else known


def _is_empty(value: Value) -> bool:
    match value:
        case Literal(value=found):
            return not found
        case Either(values=values):
            return all(map(_is_empty, values))
        case _:
            return False


def _set_somewhere(project: Project, key: str, app: tuple[str, str]) -> bool:
    """Some code that has to do with the application, a test too, gives the key a value, to whatever application."""
    near = _near(project, app)
    for document, scopes in all_scopes(project).items():
        for scope in scopes if near is None or document in near else ():
            if any(step.how == "set" and step.key == key and not _is_empty(step.value) for step in scope.steps):
                return True
    values = config.values_of(project, key, near)
    return values is None or not all(map(_is_empty, values))


def _near(project: Project, app: tuple[str, str]) -> frozenset[str] | None:
    """The files that an application's file imports, directly or not, and those that import it; ``None``: all files, for
    there is no other application."""
    if all(each.app[0] == app[0] for each in config.configured(project, "")):
        return None
    below = reach(project, app[0])
    return below | {each for each in project.files if each not in below and app[0] in reach(project, each)}


def empty_at(project: Project, document: str, name: str) -> tuple[tuple[str, str], ...]:
    """Where the key of an application is set to nothing: the files, and what is bound there."""
    known = _known(project, (document, name))
    given = known.given if known is not None else ()
    return tuple((each.document, each.scope.partition(".")[0]) for each in given if each.key == "SECRET_KEY")


def lacks_secure(project: Project, document: str, name: str) -> bool:
    """An application uses the class of that name in production, keeps sessions in a cookie, and nothing anywhere says
    that it is for HTTPS only."""
    target = Target(document, name)
    for known in config.configured(project, ""):
        if target in known.objects and not known.open and not config.may_set(project, document, _SECURE):
            return needs_key(project, known.app) is not None
    return False


_SECURE = "SESSION_COOKIE_SECURE"


def deployed_without(project: Project, document: str, name: str, key: str) -> bool:
    """A server starts the application, whose sources are all read, and nothing sets the key."""
    if not _is_served(project, document):
        return False
    known = _known(project, (document, name))
    if known is None or any(config.stage_of(target.name) == "production" for target in known.objects):
        return False
    if config.may_set(project, document, key):
        return False
    return needs_key(project, (document, name)) is not None


def _is_served(project: Project, document: str) -> bool:
    """A deployment file, or a command that the project installs, has a server import the file, directly or not."""
    if any(_SERVERS.search(each.how) for each in project.deployment.launches):
        return True
    return any(document == each or document in reach(project, each) for each in served(project))


def lacks(project: Project, document: str, value: Value, scope: str, owner: str, key: str, other: str) -> bool:
    """An application that uses the value which ``key`` is given at a place of the file surely has nothing true for
    ``other``."""
    target = Target(document, owner)
    for known in config.configured(project, ""):
        here = [each for each in known.given if (each.key, each.value, each.document) == (key, value, document)]
        of_object = scope == config.CLASS_OR_MODULE
        if not any(each.object == target if of_object else each.scope.rpartition(".")[2] == scope for each in here):
            continue
        if not known.open and all(_is_empty(each.value) for each in known.given if each.key == other):
            return True
    return False
