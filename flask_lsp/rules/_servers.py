"""Calls that start a development server."""

from __future__ import annotations

import ast
import re

from flask_lsp.facts.model import Literal
from flask_lsp.facts.values import path_of
from flask_lsp.project import config, places, routes
from flask_lsp.project.project import Project
from flask_lsp.rules._config import is_app, sets
from flask_lsp.rules.context import Context

APP_RUN = "flask.Flask().run"
SOCKETIO_RUN = "flask_socketio.SocketIO().run"
RUN_SIMPLE = frozenset({"werkzeug.serving.run_simple", "werkzeug.run_simple"})


_SOCKETIO = re.compile(r"(?:^|[._])socketio$", re.IGNORECASE)


def started_by(call: ast.Call, ctx: Context) -> str | None:
    """What a call starts, by its canonical name; also by the look of it where nobody can tell what it is called of, in
    a project with applications of Flask."""
    name = ctx.name(call.func)
    if name is not None or not isinstance(call.func, ast.Attribute) or call.func.attr != "run":
        return name
    of = path_of(call.func.value)
    is_socketio = of is not None and bool(call.args) and bool(_SOCKETIO.search(of))
    if not is_socketio and not (isinstance(call.func.value, ast.Name) and is_app(call.func.value, ctx)):
        return None
    if isinstance(ctx.parent(call), ast.Await):
        return None  # nothing of Flask's
    return (SOCKETIO_RUN if is_socketio else APP_RUN) if ctx.ask(_has_apps) else None


def _has_apps(project: Project, document: str) -> bool:
    return bool(routes.apps(project, document))


def argument(call: ast.Call, keyword: str, position: int | None) -> ast.expr | ast.keyword | None:
    """The argument of a call, by keyword or by position; of a starred call only by keyword."""
    for one in call.keywords:
        if one.arg == keyword:
            return one
    if position is None or len(call.args) <= position or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    return call.args[position]


def is_debug_before(call: ast.Call, ctx: Context) -> bool:
    """The code has switched debug mode on for the application that a call runs."""
    path = path_of(call.func.value) if isinstance(call.func, ast.Attribute) else None
    if path is not None and (beside := _said_before(call, path, ctx)) is not None:
        return beside
    if path is None or any(path in scope.bindings for scope in ctx.scopes(call)):
        return False
    return ctx.ask(_has_debug, path)


def _said_before(call: ast.Call, app: str, ctx: Context) -> bool | None:
    """What the statements above the call switch debug mode to: ``app.debug = True``; ``None`` where none does."""
    statement = ctx.statement(call)
    body: list[ast.stmt] = getattr(ctx.parent(statement), "body", [])
    before = body[: body.index(statement)] if statement in body else []
    for each in reversed(before):
        if not isinstance(each, ast.Assign):
            continue
        target = path_of(each.targets[0])
        for found in sets(each, ctx):
            if found.key == "DEBUG" and target is not None and target.startswith(f"{app}."):
                constant = ctx.constant(found.value)
                return None if constant is None else bool(constant.value)
    return None


def _has_debug(project: Project, document: str, path: str) -> bool:
    at = places.place(project, document, path)
    given = None if at is None else config.wins(project, document, at.key, "DEBUG")
    return given is not None and isinstance(given.value, Literal) and bool(given.value.value)
