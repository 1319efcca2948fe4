"""Debug mode is switched on in the code: whoever reaches the server can run code on it.

The debugger of Werkzeug shows each error with a console that runs what is typed into it, as the user of the server. Its
PIN stands in the log, and is no more than an extra layer. What is written in the code is also on where the code is
deployed; the environment variable `FLASK_DEBUG` is set only where somebody develops.

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    app.run(debug=True)
```

Better, started by `flask run --debug`:

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    app.run()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.model import Assigned
from flask_lsp.project import config, places
from flask_lsp.rules._config import is_app, is_under_condition, sets
from flask_lsp.rules._servers import APP_RUN, RUN_SIMPLE, SOCKETIO_RUN, argument, started_by
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.debug import _options
from flask_lsp.rules.debug._fixes import read_environment, remove_argument, remove_statement

rule = Rule("FL501", "debug-hardcoded", Level.ERROR, words=("debug", ".run", "run_simple", "DebuggedApplication"))

_DEBUG = {
    APP_RUN: ("debug", 2),
    SOCKETIO_RUN: ("debug", None),
    **dict.fromkeys(("connexion.App().run", "connexion.FlaskApp().run"), ("debug", 2)),
    **dict.fromkeys(RUN_SIMPLE, ("use_debugger", 4)),
    "werkzeug.debug.DebuggedApplication": ("evalex", 1),
}
"""The argument that switches the debugger on: its keyword and its position."""
_KEYWORDS = frozenset(keyword for keyword, _ in _DEBUG.values())
_CALLED = frozenset(name.rpartition(".")[2] for name in _DEBUG)
_CONSOLE = "This console lets anyone who reaches it run code on the server: switch it on by `FLASK_DEBUG` only."
_RUN = "The debugger lets anyone who reaches the server run code on it: leave it to `FLASK_DEBUG=1` where you develop."
_APP = "Debug mode in the code is on in production too, with its errors and debugger: leave it to `FLASK_DEBUG=1`."


def check(node: ast.Call | ast.Assign, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, ast.Assign):
        yield from _attribute(node, ctx)
    elif _may_concern(node) and (name := started_by(node, ctx)) in _DEBUG:
        keyword, position = _DEBUG[name]
        message = _CONSOLE if keyword == "evalex" else _RUN
        given = argument(node, keyword, position)
        if given is not None:
            yield from _argument(node, given, message, ctx)
            return
        for one in node.keywords:
            if one.arg is None and not _is_for_development(node, ctx):
                yield from _options.check(one, keyword, message, ctx)


def _may_concern(call: ast.Call) -> bool:
    """A cheap look before names are resolved."""
    called = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return called in _CALLED or any(one.arg in _KEYWORDS for one in call.keywords)


def _attribute(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
    """``app.debug = True``."""
    match node.targets[0]:
        case ast.Attribute(value=app, attr="debug") if _is_on(node.value, ctx) and is_app(app, ctx):
            later = any(found.is_superseded(ctx) for found in sets(node, ctx))
            if not later and not _is_for_development(node, ctx):
                fixes = [remove_statement(node, ctx), read_environment(node.value)]
                related = _binding(node.value, ctx)
                message = _RUN if _is_script(node, ctx) else _APP
                yield ctx.finding(ctx.span(node), message, fixes=fixes, related=related)
        case _:
            pass


def _is_script(node: ast.AST, ctx: Context) -> bool:
    """It runs where the file is started, and no server that imports it gets there."""
    return any(isinstance(each, ast.If) and "__main__" in ctx.text(each.test) for each in ctx.ancestors(node))


def _argument(call: ast.Call, given: ast.expr | ast.keyword, message: str, ctx: Context) -> Iterator[Finding]:
    value = given.value if isinstance(given, ast.keyword) else given
    if not _is_on(value, ctx) or _is_for_development(call, ctx):
        return
    fixes: list[Fix] = [read_environment(value)]
    if isinstance(given, ast.keyword) or given is call.args[-1]:
        fixes.insert(0, remove_argument(call, given, ctx))
    yield ctx.finding(given, message, fixes=fixes, related=_binding(value, ctx))


def _is_on(value: ast.expr, ctx: Context) -> bool:
    constant = ctx.constant(value)
    return constant is not None and bool(constant.value)


def _binding(value: ast.expr, ctx: Context) -> list[Related]:
    """Where the constant is bound that a name stands for."""
    if not isinstance(value, ast.Name | ast.Attribute):
        return []
    for scope in ctx.scopes(value):
        for bound in scope.bindings.get(ctx.text(value), ()):
            return [Related("The value is written here.", bound.span)] if isinstance(bound, Assigned) else []
    home = ctx.ask(places.constant_at, ctx.text(value))
    return [] if home is None else [Related("The value is written here.", document=home[0], name=home[1])]


def _is_for_development(node: ast.AST, ctx: Context) -> bool:
    """A test, or code that runs only where somebody develops: by the name of its file or function, or because a
    condition decides. Code that is by its name for another environment than the one that is asked about is left out
    too."""
    if ctx.is_test:
        return True
    function = getattr(ctx.function(node), "name", "")
    elsewhere = ctx.ask(config.is_for_development, function) or ctx.ask(config.is_elsewhere, function)
    return elsewhere or is_under_condition(node, ctx)
