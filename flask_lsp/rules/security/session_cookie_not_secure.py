"""The session cookie also goes over plain HTTP: whoever listens takes over the session.

A browser sends a cookie without `Secure` with every request to the host, encrypted or not. One link to `http://` is
enough, and everybody on the way reads the cookie that logs its owner in. Flask leaves the flag off, for development
has no HTTPS; production sets `SESSION_COOKIE_SECURE = True`. Flask-Login's "remember me" cookie, which logs in by
itself, needs `REMEMBER_COOKIE_SECURE` as well.

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.config.update(SECRET_KEY=os.environ["SECRET_KEY"], SESSION_COOKIE_SECURE=False)


@app.route("/")
def index():
    session["user"] = 1
    return "hello"
```

Better:

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.config.update(SECRET_KEY=os.environ["SECRET_KEY"], SESSION_COOKIE_SECURE=True)


@app.route("/")
def index():
    session["user"] = 1
    return "hello"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project import config, config_needs
from flask_lsp.rules._config import FILES, is_under_condition
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.security._switches import off_in_file, set_true, switched_off, true_after

rule = Rule("FL404", "session-cookie-not-secure", Level.WARNING, words=("COOKIE_SECURE", "class ", "Flask(", *FILES))

_COOKIES = {
    "SESSION_COOKIE_SECURE": "session cookie",
    "REMEMBER_COOKIE_SECURE": '"remember me" cookie',
}
_KEY = "SESSION_COOKIE_SECURE"


def check(node: ast.Assign | ast.AnnAssign | ast.Call | ast.ClassDef, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, ast.ClassDef):
        yield from _class(node, ctx)
        return
    for found in switched_off(node, _COOKIES, ctx):
        if found.counts(ctx) and not is_under_condition(node, ctx):
            yield ctx.finding(found.value, _message(found.key), fixes=[set_true(found)])
    for read in off_in_file(node, _COOKIES, ctx):
        yield ctx.finding(read.path, _message(read.said.key), fixes=[true_after(read, ctx)])
    if isinstance(node, ast.Assign):
        yield from _application(node, ctx)


def _message(key: str) -> str:
    harm = f"The {_COOKIES[key]} also goes over plain HTTP, where anyone on the way can take it"
    return f"{harm}: set `{key}` to `True` in production, behind HTTPS."


_ABSENT = f"Without `{_KEY}` the session cookie also goes over plain HTTP: set it to `True` where production has HTTPS."


def _class(node: ast.ClassDef, ctx: Context) -> Iterator[Finding]:
    """The production class of a project that nowhere sets the key."""
    if config.stage_of(node.name) != "production" or ctx.is_test or not ctx.ask(config_needs.lacks_secure, node.name):
        return
    name = ctx.text(node).index(node.name, ctx.text(node).index("class "))
    start = ctx.span(node).start + name

    def add(editing: Editing) -> None:
        editing.insert_after(node.body[-1], f"{_KEY} = True")

    fixes = [Fix(f"Add `{_KEY} = True`", False, add)]
    span = ctx.span(node)._replace(start=start, end=start + len(node.name))
    yield ctx.finding(span, _ABSENT, level=Level.INFORMATION, fixes=fixes)


def _application(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
    """An application that is deployed, and has no class for production."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func) as call) if (
            ctx.name(func) == "flask.Flask"
        ):
            function = getattr(ctx.function(node), "name", "")
            if ctx.is_test or not ctx.ask(config_needs.deployed_without, f"{function}.{name}".lstrip("."), _KEY):
                return

            def add(editing: Editing) -> None:
                editing.insert_after(node, f"{name}.config[{editing.string(_KEY)}] = True")

            fixes = [Fix(f"Set `{_KEY}`", False, add)]
            yield ctx.finding(call.func, _ABSENT, level=Level.INFORMATION, fixes=fixes)
        case _:
            pass
