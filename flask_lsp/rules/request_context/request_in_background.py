"""Code that runs without a request uses something that needs one.

A thread, a task of a worker, a command or a teardown of the application context has no request: `request`, `session`
and `flash` raise `RuntimeError: Working outside of request context`, also where an application context is pushed. Take
the values out of the request before, and hand them over.

```python
from threading import Thread

from flask import Flask, request

app = Flask(__name__)


def log_visit():
    print(f"visit from {request.remote_addr}")


@app.get("/")
def index():
    Thread(target=log_visit).start()
    return "hello"
```

Better:

```python
from threading import Thread

from flask import Flask, request

app = Flask(__name__)


def log_visit(address):
    print(f"visit from {address}")


@app.get("/")
def index():
    Thread(target=log_visit, args=(request.remote_addr,)).start()
    return "hello"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.needs import WORDS
from flask_lsp.rules import background
from flask_lsp.rules.background_starts import request_fixes
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.context import Context

rule = Rule("FL202", "request-in-background", Level.ERROR, words=(*WORDS, *background.WORDS))


def in_pause(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in background.found_in(ctx, "FL202"):
        message = background.message(found, "a request", "take what it needs out of the request before")
        yield ctx.finding(found.span, message, fixes=request_fixes(found, ctx), related=background.trail(ctx, found))
