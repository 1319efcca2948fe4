"""`json.loads(request.data)`: what Flask does better itself.

`json.loads` raises an error of its own for a body that is no JSON, which nobody turns into an answer: the client gets
an error 500 for its own mistake. `request.get_json(force=True)` parses the same body with the application's JSON
provider and answers 400; without `force` it also wants the content type to say JSON, and answers 415 if it does not.

```python
import json
from flask import Flask, request

app = Flask(__name__)


@app.route("/users", methods=["POST"])
def create():
    data = json.loads(request.data)
    return data
```

Better:

```python
from flask import Flask, request

app = Flask(__name__)


@app.route("/users", methods=["POST"])
def create():
    data = request.get_json(force=True)
    return data
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.common._request import LOADS, RAW, VALUE_ERRORS, is_caught, raw_body
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.nodes import FunctionNode

rule = Rule("FL904", "json-parsed-by-hand", Level.WARNING, words=("loads",))

_READS = RAW | {"flask.request.get_data", "flask.request.stream", "flask.request.input_stream"}
_SIGNED = re.compile(
    r"hmac|signature|sign(?:ed|ing)|hashlib|digest|webhook|stripe|svix|verif|X-Hub|sha(?:1|256)", re.IGNORECASE
)
_JSON_ERRORS = VALUE_ERRORS | {"JSONDecodeError"}


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    is_loads = isinstance(node.func, ast.Name) or (isinstance(node.func, ast.Attribute) and node.func.attr == "loads")
    if not is_loads or len(node.args) != 1 or node.keywords or ctx.name(node.func) not in LOADS:
        return
    function = ctx.function(node)
    body = raw_body(node.args[0], ctx)
    if function is None or body is None or ctx.is_test or _SIGNED.search(_all_of(function, ctx)):
        return
    names = (name for name in ast.walk(node.args[0]) if isinstance(name, ast.Name))
    variable = next((name for name in names if ctx.reaching(name) is not None), None)
    if _is_read_again(body, variable, function, ctx):
        return
    request = ctx.text(body.func.value if isinstance(body, ast.Call) else body.value)  # type: ignore[attr-defined]
    caught = is_caught(node, ctx, _JSON_ERRORS)
    message = f"A body that is no JSON raises here and is answered 500: `{request}.get_json(force=True)` answers 400."
    if caught:
        message = f"`{request}.get_json(force=True)` parses the body, and answers 400 for one that is no JSON."
    handler = _handler(node, ctx) if caught else None
    fixes = [
        Fix(f"Use `{call}`", safe and not caught, _replaced(node, variable, f"{request}.{call}", handler, ctx))
        for call, safe in (("get_json(force=True)", True), ("get_json()", False))
        if not caught or handler is not None
    ]
    yield ctx.finding(node, message, level=Level.HINT if caught else None, fixes=fixes)


def _handler(node: ast.Call, ctx: Context) -> ast.expr | None:
    """The type of the one handler around the call, if it is one error: what is to be caught then is BadRequest."""
    for parent in ctx.ancestors(node):
        if isinstance(parent, ast.Try):
            kind = parent.handlers[0].type if len(parent.handlers) == 1 else None
            return None if isinstance(kind, ast.Tuple) else kind
    return None


def _all_of(function: FunctionNode, ctx: Context) -> str:
    decorators = [] if isinstance(function, ast.Lambda) else function.decorator_list
    return ctx.text(function) + "".join(map(ctx.text, decorators))


def _is_read_again(body: ast.expr, variable: ast.Name | None, function: FunctionNode, ctx: Context) -> bool:
    """The raw body is used for something else too: it is logged, compared, tested for being there."""
    mine = set(ast.walk(body))
    for node in ast.walk(function):
        match node:
            case ast.Attribute() if node not in mine and ctx.name(node) in _READS:
                return True
            case ast.Name(id=name, ctx=ast.Load()) if node is not variable and variable and name == variable.id:
                return True
            case _:
                pass
    return False


def _replaced(
    call: ast.Call, variable: ast.Name | None, text: str, handler: ast.expr | None, ctx: Context
) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        assigned = None if variable is None else ctx.reaching(variable)
        if assigned is not None:
            editing.delete_statement(ctx.statement(assigned))
        editing.replace(call, text)
        editing.orphan(ctx.text(call.func))
        if handler is not None and (ctx.name(handler) or "").rpartition(".")[2] in ("ValueError", "JSONDecodeError"):
            editing.replace(handler, editing.imported("werkzeug.exceptions", "BadRequest"))
            editing.orphan(ctx.text(handler))

    return change
