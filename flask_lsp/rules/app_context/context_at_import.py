"""Code that runs on import uses something that needs an application context.

`current_app`, `g`, `url_for`, `jsonify`, `render_template` and the session of Flask-SQLAlchemy look for the
application in the context that is active. While a module is imported there is none, so the line raises
`RuntimeError: Working outside of application context`. Push one around the line, or move the line into a function
that runs later.

```python
from flask import Flask, current_app

app = Flask(__name__)
app.config["TITLE"] = "Blog"

TITLE = current_app.config["TITLE"]
```

Better:

```python
from flask import Flask, current_app

app = Flask(__name__)
app.config["TITLE"] = "Blog"

with app.app_context():
    TITLE = current_app.config["TITLE"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.needs import TABLES, WORDS, Level
from flask_lsp.rules import background, import_time
from flask_lsp.rules.background_fixes import fixes
from flask_lsp.rules.base import Finding, Rule
from flask_lsp.rules.base import Level as Severity
from flask_lsp.rules.context import Context

rule = Rule("FL101", "context-at-import", Severity.ERROR, words=WORDS)


def check(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in import_time.missing(ctx):
        if found.need is Level.APP and found.name not in TABLES:
            message = (
                f"`{import_time.what(found)}` needs an application context, and {import_time.when(found)}, where there "
                "is none: push one, or move this into a function."
            )
            yield ctx.finding(
                found.span, message, fixes=import_time.fixes(found, ctx), related=import_time.related(found)
            )


def in_pause(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in background.found_in(ctx, "FL101"):  # functions of other files are called
        message = background.message(found, "an application context", "push one, or move the call into a function")
        yield ctx.finding(found.span, message, fixes=fixes(found, ctx), related=background.trail(ctx, found))
