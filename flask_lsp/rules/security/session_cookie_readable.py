"""The session cookie is open to JavaScript: one injected script takes over every account.

By default the browser shows the session cookie to no script. With `SESSION_COOKIE_HTTPONLY = False` any script on a
page reads it, one that somebody smuggled in too, and whoever has the cookie is logged in as its owner. The same holds
for the "remember me" cookie of Flask-Login, which is good for a year.

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.config["SESSION_COOKIE_HTTPONLY"] = False


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
app.secret_key = os.environ["SECRET_KEY"]


@app.route("/")
def index():
    session["user"] = 1
    return "hello"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.rules._config import FILES
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.security._switches import drop, off_in_file, set_true, switched_off, true_after

rule = Rule("FL405", "session-cookie-readable", Level.WARNING, words=("COOKIE_HTTPONLY", *FILES))

COOKIES = {
    "SESSION_COOKIE_HTTPONLY": "session cookie",
    "REMEMBER_COOKIE_HTTPONLY": '"remember me" cookie',
}


def check(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    for found in switched_off(node, COOKIES, ctx):
        if ctx.is_test or found.is_superseded(ctx):
            continue
        level = Level.INFORMATION if found.is_for_development(ctx) else Level.WARNING
        fixes = [drop(node, found, ctx), set_true(found)]
        yield ctx.finding(found.value, _message(found.key), level=level, fixes=fixes)
    for read in off_in_file(node, COOKIES, ctx):
        yield ctx.finding(read.path, _message(read.said.key), fixes=[true_after(read, ctx)])


def _message(key: str) -> str:
    harm = f"Any script on a page can read the {COOKIES[key]} and hand it to a stranger"
    return f"{harm}: leave `{key}` on, as it is by default."
