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
from collections.abc import Callable, Iterator

from flask_lsp.project import functions, places
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context, FunctionNode
from flask_lsp.rules.editing import Editing

rule = Rule("FL902", "json-dumps-response", Level.WARNING, words=("dumps",))

_PLAIN = frozenset({"json.dumps", "flask.json.dumps"})
_DUMPS = _PLAIN | {"simplejson.dumps", "ujson.dumps", "orjson.dumps", "bson.json_util.dumps"}
_RESPONSES = frozenset({"flask.Response", "werkzeug.wrappers.Response", "werkzeug.Response"})
_SETS_TYPE = re.compile(r"json|content|mime|produce|respon|render|marshal|format|api", re.IGNORECASE)
"""Decorators with such a name may well set the content type."""


def check(node: ast.Return, ctx: Context) -> Iterator[Finding]:
    function = ctx.function(node)
    answer = node.value.elts[0] if isinstance(node.value, ast.Tuple) and node.value.elts else node.value
    if answer is None or function is None or not ctx.is_view(function) or ctx.is_test:
        return
    shown = ctx.reaching(answer) if isinstance(answer, ast.Name) else answer
    if not isinstance(shown, ast.Call) or (isinstance(answer, ast.Name) and _may_be_typed(answer, function, ctx)):
        return
    if any(_SETS_TYPE.search(ctx.text(decorator)) for decorator in ctx.other_decorators(function)):
        return
    name, dumps = ctx.name(shown.func), _dumps_in(shown, ctx)
    by_hand = isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1 and _sets_type(node.value.elts[-1])
    if name in _DUMPS:
        yield from _text(shown, answer, function, by_hand, ctx)
    elif name == "flask.make_response" and dumps is not None:
        by_hand = by_hand or (len(shown.args) > 1 and _sets_type(shown.args[-1])) or bool(shown.keywords)
        yield from _text(dumps, dumps, function, by_hand, ctx)
    elif name in _RESPONSES and dumps is not None and not by_hand and not _is_own_class(shown.func, ctx):
        yield from _response(shown, dumps, node, ctx)


def _is_own_class(func: ast.expr, ctx: Context) -> bool:
    """A class of the project: it may say its type."""
    return ctx.ask(places.is_own_class, ctx.text(func))


def _dumps_in(call: ast.Call, ctx: Context) -> ast.Call | None:
    """``json.dumps(x)`` in ``make_response(json.dumps(x))``."""
    first = call.args[0] if call.args else None
    return first if isinstance(first, ast.Call) and ctx.name(first.func) in _DUMPS else None


def _may_be_typed(name: ast.Name, function: FunctionNode, ctx: Context) -> bool:
    """Between its assignment and the return, a response gets a content type, or is given to something that may set
    it."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == name.id and isinstance(node.ctx, ast.Load):
            parent = ctx.parent(node)
            if isinstance(parent, ast.Attribute) and parent.attr in ("headers", "mimetype", "content_type"):
                return True
            if isinstance(parent, ast.Call) and node in parent.args:
                return True
    return False


# -- a string ----------------------------------------------------------------------------------------------------------


def _text(dumps: ast.Call, answer: ast.expr, function: FunctionNode, by_hand: bool, ctx: Context) -> Iterator[Finding]:
    """``json.dumps(x)`` is sent, ``answer`` being what is returned of it."""
    if not by_hand and ctx.ask(functions.content_type_set_later):
        return
    name = ctx.text(dumps.func)
    typed = Fix("Send it as `application/json`", False, _typed(answer))
    if dumps.keywords or len(dumps.args) != 1 or ctx.name(dumps.func) == "bson.json_util.dumps":
        if not by_hand:
            message = (
                "A string is sent as `text/html`: answer with `jsonify`, and move the options to the application's "
                "`app.json` provider."
            )
            yield ctx.finding(dumps, message, level=Level.HINT, fixes=[typed])
        return
    if by_hand:
        fix = Fix("Return `jsonify(...)`", False, _jsonified(dumps, ctx))
        yield ctx.finding(dumps, "`jsonify(...)` sets the JSON content type by itself.", level=Level.HINT, fixes=[fix])
        return
    used_too = sum(_loads(node, answer) for node in ast.walk(function)) > 1
    plain = ctx.name(dumps.func) in _PLAIN
    fixes = [] if used_too else [Fix("Return `jsonify(...)`", plain, _jsonified(dumps, ctx))]
    if used_too or not plain:
        fixes.append(typed)
    message = f"`{name}` gives a string, which Flask sends as `text/html`: return `jsonify(...)` instead."
    yield ctx.finding(dumps, message, fixes=fixes)


def _loads(node: ast.AST, answer: ast.expr) -> bool:
    """The node uses the variable that is returned."""
    return (
        isinstance(answer, ast.Name)
        and isinstance(node, ast.Name)
        and node.id == answer.id
        and isinstance(node.ctx, ast.Load)
    )


def _jsonified(dumps: ast.Call, ctx: Context) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        editing.replace(dumps.func, editing.imported("flask", "jsonify"))
        editing.orphan(ctx.text(dumps.func))

    return change


def _typed(answer: ast.expr) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        response, kind = editing.imported("flask", "Response"), editing.string("application/json")
        editing.replace(answer, f"{response}({editing.text(answer)}, mimetype={kind})")

    return change


# -- a response --------------------------------------------------------------------------------------------------------


def _response(call: ast.Call, dumps: ast.Call, node: ast.Return, ctx: Context) -> Iterator[Finding]:
    """``Response(json.dumps(x))``, with a type or without."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    kinds = [given.pop(name) for name in ("mimetype", "content_type") if name in given]
    placed = dict(zip(("status", "headers"), call.args[1:], strict=False))
    rest = [{**given, **placed}.get(name) for name in ("status", "headers")]
    alone = given.keys() <= {"status", "headers"} and len(call.args) <= 3 and node.value is call
    simple = alone and not dumps.keywords and len(dumps.args) == 1 and not _may_be_one(rest[1])

    def jsonified(editing: Editing) -> None:
        parts = [f"{editing.imported('flask', 'jsonify')}({editing.text(dumps.args[0])})"]
        editing.replace(call, ", ".join([*parts, *(editing.text(each) for each in rest if each is not None)]))
        editing.orphan(ctx.text(call.func))
        editing.orphan(ctx.text(dumps.func))

    def typed(editing: Editing) -> None:
        editing.add_argument(call, f"mimetype={editing.string('application/json')}")

    plain = simple and ctx.name(dumps.func) in _PLAIN
    fix = Fix("Return `jsonify(...)`", True, jsonified) if plain else Fix("Set the `mimetype`", True, typed)
    if not kinds:
        unknown = None in given or len(call.args) > 3 or (rest[1] is not None and _sets_type(rest[1]))
        if not unknown and not ctx.ask(functions.content_type_set_later):
            message = (
                "A `Response` without a type is sent as `text/html`: return `jsonify(...)`, or set its `mimetype`."
            )
            yield ctx.finding(dumps, message, fixes=[fix])
    elif plain and len(kinds) == 1 and (ctx.string(kinds[0]) or "").startswith("application/json"):
        yield ctx.finding(call, "`jsonify(...)` sets the JSON content type by itself.", level=Level.HINT, fixes=[fix])


def _may_be_one(headers: ast.expr | None) -> bool:
    """The second of two may be taken for a status: nothing but a dict or a list of headers is safe there."""
    return headers is not None and not isinstance(headers, ast.Dict | ast.List)


def _sets_type(node: ast.expr) -> bool:
    """The headers of a response tuple name a content type, or may."""
    match node:
        case ast.Dict(keys=keys) if None not in keys:
            return any(isinstance(key, ast.Constant) and str(key.value).lower() == "content-type" for key in keys)
        case ast.Constant():
            return False
        case _:
            return True
