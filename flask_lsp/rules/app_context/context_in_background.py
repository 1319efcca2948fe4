"""Code that runs in the background uses something that needs an application context.

A thread, an executor, a task of a worker, a job or a program starts without the context of the request that started it:
`current_app`, `g`, `url_for` and whatever else asks for the application raise `RuntimeError: Working outside of
application context`. Hand the real application over, which is `current_app._get_current_object()`, and push its context
in the function that runs there.

```python
from threading import Thread

from flask import Flask, current_app

app = Flask(__name__)
app.config["SENDER"] = "shop@example.com"


def send_mail(to):
    print(f"from {current_app.config['SENDER']} to {to}")


@app.get("/register")
def register():
    Thread(target=send_mail, args=("somebody",)).start()
    return "welcome"
```

Better:

```python
from threading import Thread

from flask import Flask, current_app

app = Flask(__name__)
app.config["SENDER"] = "shop@example.com"


def send_mail(app, to):
    with app.app_context():
        print(f"from {current_app.config['SENDER']} to {to}")


@app.get("/register")
def register():
    Thread(target=send_mail, args=(current_app._get_current_object(), "somebody")).start()
    return "welcome"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.needs import WORDS
from flask_lsp.rules import background
from flask_lsp.rules.background_fixes import fixes
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.context import Context

rule = Rule("FL102", "context-in-background", Level.ERROR, words=(*WORDS, *background.WORDS))


def in_pause(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in background.found_in(ctx, "FL102"):
        message = background.message(found, "an application context", "push one there with `app.app_context()`")
        yield ctx.finding(found.span, message, fixes=fixes(found, ctx), related=background.trail(ctx, found))
