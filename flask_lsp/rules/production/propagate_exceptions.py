"""Exceptions never reach the service that shall hear of them.

Flask answers an unhandled exception with its own page for 500, so that WSGI middleware around the application sees a
response like any other. `PROPAGATE_EXCEPTIONS = True` lets unhandled exceptions through. A handler of all exceptions
still comes first: whatever it takes is handled, for Flask and for the signals that services listen to. There, only a
call such as `sentry_sdk.capture_exception(error)` helps. Sentry's own integration needs neither where there is none.

```python
from bugsnag.wsgi.middleware import BugsnagMiddleware
from flask import Flask

app = Flask(__name__)
app.wsgi_app = BugsnagMiddleware(app.wsgi_app)


@app.route("/")
def index():
    return str(1 / 0)
```

Better:

```python
from bugsnag.wsgi.middleware import BugsnagMiddleware
from flask import Flask

app = Flask(__name__)
app.wsgi_app = BugsnagMiddleware(app.wsgi_app)
app.config["PROPAGATE_EXCEPTIONS"] = True


@app.route("/")
def index():
    return str(1 / 0)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project import config
from flask_lsp.project.error_handlers import Handling, hears_of_the_log, reporter
from flask_lsp.rules._config import is_app
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.production._catch_all import WORDS, CatchAll, catch_all, insert_first, parameter

rule = Rule("FL806", "propagate-exceptions", Level.INFORMATION, words=(".wsgi_app", *WORDS))

_MIDDLEWARE = {
    "bugsnag.wsgi.middleware.BugsnagMiddleware": "Bugsnag",
    "bugsnag.wsgi.BugsnagMiddleware": "Bugsnag",
    "raven.middleware.Sentry": "Sentry",
    "elasticapm.middleware.ElasticAPM": "Elastic",
    "airbrake.wsgi.AirbrakeMiddleware": "Airbrake",
}
"""Middleware that reports what is raised through it. ``SentryWsgiMiddleware`` is none: the integration beside it hears
of exceptions by a signal."""
_CAPTURE = {
    "sentry_sdk": ("Sentry", "sentry_sdk", "capture_exception", "{}"),
    "rollbar": ("Rollbar", "rollbar", "report_exc_info", ""),
    "bugsnag": ("Bugsnag", "bugsnag", "notify", "{}"),
}
"""By the package that a project imports: the service, and the function that reports an exception."""


def check(node: ast.Assign | ast.Call, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, ast.Assign):
        yield from _middleware(node, ctx)
    elif (found := catch_all(node, ctx)) is not None and _is_unheard(found, ctx):
        yield from _handler(found, ctx)


def _is_unheard(found: CatchAll, ctx: Context) -> bool:
    """Nothing brings the exception to the service."""
    if found.handling is Handling.IN_LOG:
        return not ctx.ask(hears_of_the_log)
    return found.handling in (Handling.UNREPORTED, Handling.LOGGED)


def _middleware(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
    match node:
        case ast.Assign(targets=[ast.Attribute(value=app, attr="wsgi_app")], value=ast.Call(func=func) as call):
            service = _MIDDLEWARE.get(ctx.name(func) or "")
        case _:
            return
    if service is None or ctx.is_test or not is_app(app, ctx) or ctx.ask(config.may_set, "PROPAGATE_EXCEPTIONS"):
        return

    def change(editing: Editing) -> None:
        key = editing.string("PROPAGATE_EXCEPTIONS")
        editing.insert_after(node, f"{editing.text(app)}.config[{key}] = True")

    message = (
        f"Flask answers exceptions itself before {service} sees them here: let them through, by `PROPAGATE_EXCEPTIONS`."
    )
    yield ctx.finding(call.func, message, fixes=[Fix("Set `PROPAGATE_EXCEPTIONS`", False, change)])


def _handler(found: CatchAll, ctx: Context) -> Iterator[Finding]:
    service = _CAPTURE.get(ctx.ask(reporter))
    if service is None:
        return
    called, module, function_name, argument = service
    function = found.function
    name = parameter(function) if function is not None else ""

    def change(editing: Editing) -> None:
        assert function is not None
        call = f"{editing.imported(module)}.{function_name}({argument.format(name)})"
        insert_first(function, [call], editing, behind_guard=True)

    fixes = [Fix(f"Report it: `{module}.{function_name}`", False, change)] if function is not None and name else []
    by_log = found.handling is Handling.LOGGED and ctx.ask(hears_of_the_log)
    hears = "hears of a line in the log at most" if by_log else "never hears of it"
    message = (
        f"What this handler takes counts as handled, so that {called} {hears}: call `{module}.{function_name}` here."
    )
    yield ctx.finding(found.error, message, fixes=fixes)
