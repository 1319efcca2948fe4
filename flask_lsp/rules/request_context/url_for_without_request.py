"""A URL is built where there is no request, and nothing says for which server.

In a command, a task or a thread an application context is enough for `url_for` only if `SERVER_NAME` is configured:
else Flask knows no host to build the URL for, and raises `RuntimeError`; `_external=True` does not help. Configure
`SERVER_NAME`, or build the URL in `with app.test_request_context():`. So it is with the templates of mail that such
code renders, if `url_for` stands in them.

```python
from flask import Flask, url_for

app = Flask(__name__)


@app.get("/items")
def items():
    return "items"


@app.cli.command("remind")
def remind():
    print(url_for("items", _external=True))
```

Better:

```python
from flask import Flask, url_for

app = Flask(__name__)
app.config["SERVER_NAME"] = "shop.example.com"


@app.get("/items")
def items():
    return "items"


@app.cli.command("remind")
def remind():
    print(url_for("items", _external=True))
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.rules import background
from flask_lsp.rules.background_fixes import request_for_urls
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.context import Context

rule = Rule("FL203", "url-for-without-request", Level.ERROR, words=("url_for", "_template", *background.WORDS))


def in_pause(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in background.found_in(ctx, "FL203"):
        advice = "configure `SERVER_NAME`, or push `app.test_request_context()`"
        message = background.message(found, "a request and without `SERVER_NAME`", advice)
        yield ctx.finding(found.span, message, fixes=request_for_urls(found, ctx), related=background.trail(ctx, found))
