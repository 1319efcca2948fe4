"""Debug mode is switched on where the application is deployed.

With `FLASK_DEBUG=1` or `flask run --debug` each error shows Werkzeug's debugger, whose console runs what is typed into
it, as the user of the server. A variable in a Dockerfile, in a compose file or in a unit holds for everybody who
reaches the server. Files for development, such as `compose.override.yml` and `.flaskenv`, are the place for it.
`FLASK_ENV=development` did the same before Flask 2.3, and does nothing since.

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    raise ValueError("shown to everybody")
```

```yaml compose.yml
services:
  web:
    build: .
    command: gunicorn -b 0.0.0.0:8000 example:app
    environment:
      FLASK_DEBUG: "1"
```

Better:

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    raise ValueError("shown to everybody")
```

```yaml compose.yml
services:
  web:
    build: .
    command: gunicorn -b 0.0.0.0:8000 example:app
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.deployment import DeploymentFacts, Variable
from flask_lsp.facts.launching import Started
from flask_lsp.project import config
from flask_lsp.project.deployment import is_argument_given
from flask_lsp.rules._deployment import Role, placed, programs, remove_variable, remove_word, role, variables_of
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.debug._deployed import is_debug, is_development_mode
from flask_lsp.rules.editing import Editing

rule = Rule("FL503", "debug-in-deployment", Level.ERROR, words=("raw_env",))

_WHY = "lets anyone who reaches the server run code on it"


def check(facts: DeploymentFacts, ctx: Context) -> Iterator[Finding]:
    for variable, of in variables_of(facts, ctx, {"FLASK_DEBUG": is_debug, "FLASK_ENV": is_development_mode}):
        yield from _variable(variable, of, ctx)
    for each in programs(facts, ctx, lambda each: each.debug is not None and each.runs_flask):
        yield from _option(each, role(each.command, facts, ctx), ctx)


def _variable(variable: Variable, of: Role, ctx: Context) -> Iterator[Finding]:
    argument = variable.argument
    if of is Role.DEVELOPMENT or (argument and ctx.ask(is_argument_given, argument)):
        return
    said, drop = f"`{variable.name}={variable.value}`", "remove this"
    level = Level.INFORMATION if argument else _level(of)
    value = "0" if variable.name == "FLASK_DEBUG" else "production"
    if variable.value is None:
        said, drop = f"`{variable.fallback}`, the default of `{variable.name}`,", f"make it `{value}`"
    if variable.name == "FLASK_DEBUG":
        off = "debug mode is off where nothing sets it, " if variable.value is not None else ""
        message = f"{said} {_WHY}: {off}{drop}."
    else:
        old = ctx.versions.below("flask", (2, 3))
        read = ctx.ask(config.reads, "FLASK_ENV")
        level = level if old or level is Level.INFORMATION else Level.WARNING
        if old:
            message = f"{said} switches debug mode on, which {_WHY}: production is the default, {drop}."
        elif read:
            message = f"{said} makes this project choose what it has for development: production needs another value."
        else:
            message = f"{said} asks production for development mode; Flask ignores it since 2.3: {drop}."
    if argument:
        message = f"Unless whoever builds gives another `{argument}`: {message}"
    elif of is Role.DOUBTFUL:
        message = f"If this is more than a file for development: {message}"

    def set_value(editing: Editing) -> None:
        editing.replace(variable.span, value)

    fixes = remove_variable(variable, ctx) if variable.value is not None else []
    if (
        variable.value is None
        or variable.name == "FLASK_DEBUG"
        or ctx.versions.below("flask", (2, 3))
        or ctx.ask(config.reads, "FLASK_ENV")
    ):
        fixes.insert(0, Fix(f"Set `{variable.name}` to `{value}`", False, set_value))
    yield ctx.finding(placed(variable), message, level=level, fixes=fixes)


def _option(each: Started, of: Role, ctx: Context) -> Iterator[Finding]:
    word = each.debug
    if word is None or of is Role.DEVELOPMENT:
        return
    message = f"`--debug` {_WHY}: leave it to the command with which you develop."
    if of is Role.DOUBTFUL:
        message = f"If this is more than a file for development: {message}"

    def remove(editing: Editing) -> None:
        remove_word(word, each.command, editing)

    yield ctx.finding(word.span, message, level=_level(of), fixes=[Fix("Remove `--debug`", False, remove)])


def _level(of: Role) -> Level:
    return Level.ERROR if of is Role.PRODUCTION else Level.INFORMATION
