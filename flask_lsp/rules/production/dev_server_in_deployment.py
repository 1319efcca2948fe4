"""What is deployed runs the development server.

`flask run` and `app.run()` start a server that Werkzeug itself calls unfit for production: it was made to be restarted
often by one person, not to be fast, stable or safe. gunicorn, uWSGI or Waitress serve the same application, each given
its name: `shop:app`, or `'shop:create_app()'` for a factory.

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    app.run(port=5001)
```

```dockerfile Dockerfile
FROM python:3.13-slim
COPY . .
RUN pip install flask
CMD ["python", "example.py"]
```

Better:

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    app.run(port=5001)
```

```dockerfile Dockerfile
FROM python:3.13-slim
COPY . .
RUN pip install flask gunicorn
CMD ["gunicorn", "-b", "127.0.0.1:5001", "example:app"]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.deployment import DeploymentFacts
from flask_lsp.facts.launching import Started, option, target_of
from flask_lsp.project import config, targets
from flask_lsp.project.deployment import start_folders, told_beside
from flask_lsp.rules._deployment import Role, in_shell, programs, rewrite, role
from flask_lsp.rules._servers import APP_RUN, argument, is_debug_before
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.text import Span

rule = Rule("FL802", "dev-server-in-deployment", Level.WARNING, words=(".run",))

_PUBLIC = ("0.0.0.0", "::", "[::]")
_INSTEAD = "which is not made for production: start gunicorn or another server."


def check(node: ast.Call | DeploymentFacts, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, ast.Call):
        yield from _in_code(node, ctx)
    elif node.kind not in ("workflow", "env"):
        for each in programs(node, ctx, _may_be):
            of = role(each.command, node, ctx)
            if of is not Role.DEVELOPMENT:
                yield from _started(each, of, node, ctx)


def _in_code(call: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``app.run(host="0.0.0.0")``."""
    if getattr(call.func, "attr", "") != "run" or ctx.is_test:
        return
    host = argument(call, "host", 0)
    if host is None or argument(call, "debug", 2) is not None or ctx.name(call.func) != APP_RUN:
        return
    value = host.value if isinstance(host, ast.keyword) else host
    if ctx.string(value) not in _PUBLIC or ctx.ask(config.is_for_development, ""):
        return
    if is_debug_before(call, ctx):
        return  # see FL505
    message = f"This offers the development server to the whole network, {_INSTEAD}"
    yield ctx.finding(host, message, level=Level.INFORMATION)


def _may_be(each: Started) -> bool:
    """It may start a development server: other servers are none."""
    return each.command.starts and (each.runs_flask or each.tool in ("python", "python -m"))


def _started(each: Started, of: Role, facts: DeploymentFacts, ctx: Context) -> Iterator[Finding]:
    folders = start_folders(each)
    if each.runs_flask:
        said = _flask_app(each, facts) or ctx.ask(told_beside)
        target = ctx.ask(targets.served_by_flask, said, folders)
        host, port, what = _text(option(each, "--host", "-h")), _text(option(each, "--port", "-p")), "`flask run`"
        last = next(word.span for word in each.words if word.text == "run")
    else:
        wanted = target_of(each)
        runs = ctx.ask(targets.runs_server, wanted, folders) if wanted is not None else None
        if runs is None or each.target is None:
            return
        if runs.port == "runserver":
            if not any(word.text == "runserver" for word in each.words):
                return
            last = next(word.span for word in each.words if word.text == "runserver")
            target, host, port, what = runs.target, "", "", "`runserver`"
        else:
            last, what = each.target.span, f"`{each.target.text}`"
            target, host, port = runs.target, runs.host, runs.port
    message = f"{what} starts Flask's development server, {_INSTEAD}"
    if of is Role.DOUBTFUL:
        message = f"If this is more than a file for development: {message}"
    whole = each.command.whole
    first = each.tool_span
    inside = whole.start <= first.start and last.end <= max(whole.end, each.span.end)
    span = Span(first.start, last.end) if inside else last
    level = Level.WARNING if of is Role.PRODUCTION else Level.INFORMATION
    fixes = [_gunicorn(each, target, host, port)] if target else []
    yield ctx.finding(span, message, level=level, fixes=fixes)


def _flask_app(each: Started, facts: DeploymentFacts) -> str:
    """What ``flask run`` is told to run."""
    if each.target is not None:
        return each.target.text
    said = [*facts.variables, *each.sets]
    return next((one.value for one in reversed(said) if one.name == "FLASK_APP" and one.value), "")


def _gunicorn(each: Started, target: str, host: str, port: str) -> Fix:
    bind = f"{_host(host)}:{port or '5000'}"

    def change(editing: Editing) -> None:
        shown = _quoted(target, each, editing.file.source.text)
        rewrite(each.tool_span, each.span, ["gunicorn", "-b", bind, shown], each.command, editing)

    return Fix(f"Start gunicorn: `gunicorn -b {bind} {_shown(target)}`", False, change)


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host or "127.0.0.1"


def _shown(target: str) -> str:
    return f"'{target}'" if "(" in target else target


def _quoted(target: str, each: Started, text: str) -> str:
    if "(" not in target:
        return target
    quote = in_shell(text, each.command, each.tool_span)
    return f"{quote}{target}{quote}"


def _text(part: object) -> str:
    return getattr(part, "text", "")
