"""Calls that start a development server."""

from __future__ import annotations

import ast

APP_RUN = "flask.Flask().run"
SOCKETIO_RUN = "flask_socketio.SocketIO().run"
RUN_SIMPLE = frozenset({"werkzeug.serving.run_simple", "werkzeug.run_simple"})


def argument(call: ast.Call, keyword: str, position: int | None) -> ast.expr | ast.keyword | None:
    """The argument of a call, by keyword or by position; of a starred call only by keyword."""
    for one in call.keywords:
        if one.arg == keyword:
            return one
    if position is None or len(call.args) <= position or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    return call.args[position]
