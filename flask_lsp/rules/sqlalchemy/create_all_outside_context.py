"""The tables are made outside an application context.

Flask-SQLAlchemy 3 finds the database through the application of the active context. At the top of a module there is
none, so `db.create_all()` raises `RuntimeError: Working outside of application context`. Wrap the call, and what
comes with it, in `with app.app_context():`.

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)

db.create_all()
```

Better:

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)

with app.app_context():
    db.create_all()
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.needs import TABLES
from flask_lsp.rules import background, import_time
from flask_lsp.rules.background_fixes import fixes
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.context import Context

rule = Rule(
    "FL705",
    "create-all-outside-context",
    Level.ERROR,
    words=("create_all", "drop_all", "reflect", *background.WORDS),
)


def check(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in import_time.missing(ctx):
        if found.name in TABLES:
            message = (
                f"`{found.written}()` needs an application context, and {import_time.when(found)}, where there is "
                "none: wrap it in `with app.app_context():`."
            )
            yield ctx.finding(
                found.span, message, fixes=import_time.fixes(found, ctx), related=import_time.related(found)
            )


def in_pause(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in background.found_in(ctx, "FL705"):
        message = background.message(found, "an application context", "wrap it in `with app.app_context():`")
        yield ctx.finding(found.span, message, fixes=fixes(found, ctx), related=background.trail(ctx, found))
