"""A view answers with `json.dumps(...)`: the browser is told it gets HTML.

Flask sends a string as `text/html; charset=utf-8`. Clients that look at the content type do not parse it, and a
browser renders it, script tags in the data included. `jsonify` writes the same JSON and says `application/json`.

```python
import json
from flask import Flask

app = Flask(__name__)


@app.route("/users")
def users():
    return json.dumps({"names": ["ann", "bob"]})
```

Better:

```python
from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/users")
def users():
    return jsonify({"names": ["ann", "bob"]})
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

rule = Rule("FL902", "json-dumps-response", Level.WARNING)

_DUMPS = frozenset({"json.dumps", "flask.json.dumps"})
_RESPONSES = frozenset({"flask.Response", "werkzeug.wrappers.Response", "werkzeug.Response"})
_SETS_TYPE = re.compile(r"json|content|mime|produce|respon|render|marshal|format|api", re.IGNORECASE)
"""Decorators with such a name may well set the content type."""


def check(node: ast.Return, ctx: Context) -> Iterator[Finding]:
    function = ctx.function(node)
    answer = node.value.elts[0] if isinstance(node.value, ast.Tuple) and node.value.elts else node.value
    if not isinstance(answer, ast.Call) or function is None or not ctx.is_view(function):
        return
    if any(_SETS_TYPE.search(ctx.text(decorator)) for decorator in ctx.other_decorators(function)):
        return
    name = ctx.name(answer.func)
    if name in _DUMPS:
        by_hand = isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1 and _sets_type(node.value.elts[-1])
        yield from _dumps(answer, by_hand, ctx)
    elif name in _RESPONSES and answer.args and ctx.name(answer.args[0]) in {f"{dumps}()" for dumps in _DUMPS}:
        yield from _response(answer, node, ctx)


def _dumps(call: ast.Call, by_hand: bool, ctx: Context) -> Iterator[Finding]:
    if call.keywords or len(call.args) != 1:
        yield ctx.finding(
            call,
            "A string is sent as `text/html`: answer with `jsonify`, and move the options to the application's "
            "`app.json` provider.",
            level=Level.HINT,
        )
        return

    def change(editing: Editing) -> None:
        editing.replace(call.func, editing.imported("flask", "jsonify"))
        editing.orphan(ctx.text(call.func))

    message = "`json.dumps` gives a string, which Flask sends as `text/html`: return `jsonify(...)` instead."
    if by_hand:
        message = "`jsonify(...)` sets the JSON content type by itself."
    fix = Fix("Return `jsonify(...)`", not by_hand, change)
    yield ctx.finding(call, message, level=Level.HINT if by_hand else None, fixes=[fix])


def _response(call: ast.Call, node: ast.Return, ctx: Context) -> Iterator[Finding]:
    """``Response(json.dumps(x), mimetype="application/json")``."""
    dumps = call.args[0]
    types = [keyword for keyword in call.keywords if keyword.arg in ("mimetype", "content_type")]
    if not isinstance(dumps, ast.Call) or dumps.keywords or len(dumps.args) != 1 or len(call.args) != 1 or not types:
        return
    kind = ctx.string(types[0].value)
    if kind is None or not kind.startswith("application/json"):
        return
    status = [keyword for keyword in call.keywords if keyword.arg == "status"]
    fixes: list[Fix] = []
    if len(call.keywords) == len(types) + len(status) == 1 + len(status) and not isinstance(node.value, ast.Tuple):

        def change(editing: Editing) -> None:
            text = f"{editing.imported('flask', 'jsonify')}({editing.text(dumps.args[0])})"
            editing.replace(call, f"{text}, {editing.text(status[0].value)}" if status else text)
            editing.orphan(ctx.text(call.func))
            editing.orphan(ctx.text(dumps.func))

        fixes.append(Fix("Return `jsonify(...)`", True, change))
    yield ctx.finding(call, "`jsonify(...)` sets the JSON content type by itself.", level=Level.HINT, fixes=fixes)


def _sets_type(node: ast.expr) -> bool:
    """The headers of a response tuple name a content type, or may."""
    match node:
        case ast.Dict(keys=keys):
            return any(isinstance(key, ast.Constant) and str(key.value).lower() == "content-type" for key in keys)
        case ast.Constant():
            return False
        case _:
            return True
