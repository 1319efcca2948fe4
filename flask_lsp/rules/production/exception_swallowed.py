"""A handler of all exceptions hides them: nothing is logged, and HTTP errors are taken for crashes.

`@app.errorhandler(Exception)` also gets what `abort(404)` and unknown URLs raise, so that pages which are not there are
answered like crashes. Flask logs an exception only when no handler takes it: what a bug raises here leaves no trace. A
handler for `500` is another thing: Flask calls it after it has logged the exception.

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return str(1 / 0)


@app.errorhandler(Exception)
def failed(error):
    return {"error": "something went wrong"}, 500
```

Better:

```python
from flask import Flask
from werkzeug.exceptions import HTTPException

app = Flask(__name__)


@app.route("/")
def index():
    return str(1 / 0)


@app.errorhandler(Exception)
def failed(error):
    if isinstance(error, HTTPException):
        return error
    app.logger.exception(error)
    return {"error": "something went wrong"}, 500
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project.error_handlers import Handling, handles_http_exceptions
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.production._catch_all import WORDS, catch_all, insert_first, parameter

rule = Rule("FL805", "exception-swallowed", Level.WARNING, words=WORDS)

_MESSAGE = (
    "This handler gets 404 and every other HTTP error too, and nobody hears of what it gets: "
    "pass HTTPException on and log the rest."
)


def check(call: ast.Call, ctx: Context) -> Iterator[Finding]:
    found = catch_all(call, ctx)
    if found is None or found.handling is not Handling.SWALLOWED or ctx.ask(handles_http_exceptions):
        return
    function = found.function
    name = parameter(function) if function is not None else ""
    fixes = [_pass_on(function, name), _log(function, name)] if function is not None and name else []
    yield ctx.finding(found.error, _MESSAGE, fixes=fixes)


def _pass_on(function: ast.FunctionDef, name: str) -> Fix:
    def change(editing: Editing) -> None:
        kind = editing.imported("werkzeug.exceptions", "HTTPException")
        insert_first(function, [f"if isinstance({name}, {kind}):", f"{editing.indent}return {name}"], editing)

    return Fix("Pass HTTPException on", False, change)


def _log(function: ast.FunctionDef, name: str) -> Fix:
    def change(editing: Editing) -> None:
        insert_first(function, [f"{editing.imported('flask', 'current_app')}.logger.exception({name})"], editing)

    return Fix("Log the exception", False, change)
