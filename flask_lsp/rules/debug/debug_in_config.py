"""Debug mode is on in the configuration that production uses.

`DEBUG = True` holds wherever the configuration is used. `app.run()` then starts the debugger of Werkzeug, with its
console for whoever reaches the server, and under any other server errors are handled as in development. `flask run`
ignores the key, and goes by `FLASK_DEBUG` alone: set that where you develop.

```python
from flask import Flask

app = Flask(__name__)
app.config["DEBUG"] = True

if __name__ == "__main__":
    app.run()
```

Better, started by `flask run --debug` where you develop:

```python
from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.model import Literal
from flask_lsp.project import config
from flask_lsp.rules._config import FILES, Read, is_under_condition, read_in, sets
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.debug._fixes import by_environment, read_environment, remove_setting
from flask_lsp.rules.editing import Editing

rule = Rule("FL502", "debug-in-config", Level.WARNING, words=("DEBUG", *FILES))

_MESSAGE = (
    "Debug mode is on wherever this configuration is used, in production too, where `app.run()` then starts the "
    "debugger: leave it to `FLASK_DEBUG=1` where you develop."
)
_IN_STAGING = (
    "With debug mode on, staging is no trial of production, and `app.run()` starts the debugger there: leave it to "
    "`FLASK_DEBUG=1` where you develop."
)


def check(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, ast.Assign) and isinstance(at := node.targets[0], ast.Attribute) and not at.attr.isupper():
        return  # ``app.debug = True``, see FL501
    for read in read_in(node, ctx):
        is_on = isinstance(read.said.value, Literal) and bool(read.said.value.value)
        if read.said.key == "DEBUG" and is_on and not ctx.ask(config.is_for_development, read.name(ctx)):
            message = f"{read.name(ctx)} switches it on: {_MESSAGE[:1].lower()}{_MESSAGE[1:]}"
            yield ctx.finding(read.path, message, fixes=[_by_environment(read, ctx)])
    for found in sets(node, ctx):
        if found.key != "DEBUG" or is_under_condition(node, ctx) or not found.counts(ctx):
            continue
        if found.scope == config.CLASS_OR_MODULE and not found.owner and not ctx.ask(config.is_read, ""):
            continue  # a constant that may be for anything
        if ctx.ask(config.is_for_development, found.owner):
            continue  # it is for that, whichever environment is asked about
        constant = ctx.constant(found.value)
        if constant is not None and constant.value:
            fixes = [read_environment(found.value), remove_setting(node, found.value, ctx)]
            staging = config.says_staging(found.owner)
            level = Level.INFORMATION if staging else None
            yield ctx.finding(found.value, _IN_STAGING if staging else _MESSAGE, level=level, fixes=fixes)


def _by_environment(read: Read, ctx: Context) -> Fix:
    def change(editing: Editing) -> None:
        read.set_after(editing, by_environment(editing), ctx)

    return Fix("Read `FLASK_DEBUG` from the environment", False, change)
