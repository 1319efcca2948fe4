"""The debugger can be reached from outside: whoever does runs code on the machine.

With `host="0.0.0.0"` the development server answers the whole network, and with debug mode on each error shows a
console that runs what is typed into it. Its PIN is the only thing in the way; it stands in the log, and
`WERKZEUG_DEBUG_PIN=off` takes it away. Debug mode is for `127.0.0.1`, which is the default.

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    app.run(host="0.0.0.0", debug=True)
```

Better:

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    app.run(host="0.0.0.0")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.deployment import DeploymentFacts
from flask_lsp.project import config
from flask_lsp.rules._config import is_under_condition
from flask_lsp.rules._deployment import Role, placed, remove_variable, variables_of
from flask_lsp.rules._servers import APP_RUN, RUN_SIMPLE, SOCKETIO_RUN, argument, is_debug_before, started_by
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.debug._fixes import remove_argument

rule = Rule("FL505", "debugger-exposed", Level.ERROR, words=("0.0.0.0", "::", "WERKZEUG_DEBUG_PIN", "pin_security"))

_PUBLIC = frozenset({"0.0.0.0", "::", "", "0"})
_HOSTS = {
    APP_RUN: (("host", 0), ("debug", 2)),
    SOCKETIO_RUN: (("host", 1), ("debug", None)),
    **dict.fromkeys(RUN_SIMPLE, (("hostname", 0), ("use_debugger", 4))),
    **dict.fromkeys(("connexion.App().run", "connexion.FlaskApp().run"), (("host", None), ("debug", 2))),
}
"""The arguments that name the host and switch the debugger on."""
_CALLED = frozenset(name.rpartition(".")[2] for name in _HOSTS)
_PIN = "WERKZEUG_DEBUG_PIN"
_EXPOSED = "The whole network reaches the debugger, which runs any code: drop the host, or debug mode."
_NO_PIN = "Without its PIN the debugger runs the code of whoever reaches it: leave the PIN on."


def check(node: ast.Call | ast.Assign | DeploymentFacts, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, DeploymentFacts):
        yield from _deployed(node, ctx)
        return
    if ctx.is_test or ctx.ask(config.is_for_development, ""):
        return
    if isinstance(node, ast.Assign):
        yield from _variable(node, ctx)
        return
    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if called in _CALLED:
        yield from _run(node, ctx)
    elif called in ("setdefault", "putenv", "DebuggedApplication", "update"):
        yield from _pin(node, ctx)


def _run(call: ast.Call, ctx: Context) -> Iterator[Finding]:
    name = started_by(call, ctx)
    if name not in _HOSTS or is_under_condition(call, ctx):
        return
    function = ctx.function(call)
    if function is not None and config.says_development(getattr(function, "name", "")):
        return
    host_at, debug_at = _HOSTS[name]
    host = argument(call, *host_at)
    value = host.value if isinstance(host, ast.keyword) else host
    constant = ctx.constant(value)
    if host is None or value is None or constant is None or constant.value not in _PUBLIC:
        return
    debug = argument(call, *debug_at)
    given = debug.value if isinstance(debug, ast.keyword) else debug
    related: list[Related] = []
    if given is not None:
        switch = ctx.constant(given)
        if switch is None or not switch.value:
            return
        related.append(Related("Debug mode is on here.", ctx.span(given)))
    elif name != APP_RUN or any(each.arg is None for each in call.keywords) or not is_debug_before(call, ctx):
        return
    fixes = [remove_argument(call, host, ctx)] if isinstance(host, ast.keyword) else []
    if isinstance(debug, ast.keyword):
        fixes.append(remove_argument(call, debug, ctx))
    yield ctx.finding(host, _EXPOSED, fixes=fixes, related=related)


# -- the PIN -----------------------------------------------------------------------------------------------------------


def _variable(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
    """``os.environ["WERKZEUG_DEBUG_PIN"] = "off"``."""
    match node.targets[0]:
        case ast.Subscript(value=mapping, slice=ast.Constant(value=key)) if key == _PIN:
            if ctx.name(mapping) == "os.environ" and ctx.string(node.value) == "off":
                yield ctx.finding(ctx.span(node), _NO_PIN, fixes=[_remove(node, ctx)])
        case _:
            pass


def _pin(call: ast.Call, ctx: Context) -> Iterator[Finding]:
    name = ctx.name(call.func)
    if name == "werkzeug.debug.DebuggedApplication":
        for each in call.keywords:
            constant = ctx.constant(each.value) if each.arg == "pin_security" else None
            if constant is not None and not constant.value:
                yield ctx.finding(each, _NO_PIN, fixes=[remove_argument(call, each, ctx)])
    elif name in ("os.environ.setdefault", "os.putenv") and list(map(ctx.string, call.args)) == [_PIN, "off"]:
        yield ctx.finding(call, _NO_PIN, fixes=[_remove(ctx.statement(call), ctx)])


def _remove(statement: ast.stmt, ctx: Context) -> Fix:
    return Fix(f"Remove `{ctx.text(statement)}`", False, lambda editing: editing.delete_statement(statement))


def _deployed(facts: DeploymentFacts, ctx: Context) -> Iterator[Finding]:
    """``WERKZEUG_DEBUG_PIN=off`` where the application is deployed."""
    for variable, of in variables_of(facts, ctx, {_PIN: lambda variable: variable.value == "off"}):
        if of is Role.DEVELOPMENT:
            continue
        doubtful = of is Role.DOUBTFUL
        message = f"If this is more than a file for development: {_NO_PIN}" if doubtful else _NO_PIN
        level = Level.INFORMATION if doubtful else None
        yield ctx.finding(placed(variable), message, level=level, fixes=remove_variable(variable, ctx))
