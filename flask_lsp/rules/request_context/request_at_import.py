"""Code that runs on import uses something that exists only while a request is handled.

`request`, `session`, `flash` and their kin belong to the request that is being handled. While a module is imported
there is none, so the line raises `RuntimeError: Working outside of request context`. Read them in the view, or in a
function that the view calls.

```python
from flask import Flask, request

app = Flask(__name__)

LANGUAGE = request.headers.get("Accept-Language", "en")


@app.route("/")
def index():
    return LANGUAGE
```

Better:

```python
from flask import Flask, request

app = Flask(__name__)


@app.route("/")
def index():
    return request.headers.get("Accept-Language", "en")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.needs import WORDS, Level
from flask_lsp.rules import background, import_time
from flask_lsp.rules.background_fixes import fixes
from flask_lsp.rules.base import Finding, Rule
from flask_lsp.rules.base import Level as Severity
from flask_lsp.rules.context import Context

rule = Rule("FL201", "request-at-import", Severity.ERROR, words=WORDS)


def check(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in import_time.missing(ctx):
        if found.need is Level.REQUEST:
            message = (
                f"`{import_time.what(found)}` needs a request, and {import_time.when(found)}, where there "
                "is none: move this into the view."
            )
            yield ctx.finding(
                found.span, message, fixes=import_time.fixes(found, ctx), related=import_time.related(found)
            )


def in_pause(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in background.found_in(ctx, "FL201"):  # functions of other files are called
        message = background.message(found, "a request", "move the call into a function")
        yield ctx.finding(found.span, message, fixes=fixes(found, ctx), related=background.trail(ctx, found))
