"""Code that runs in the background uses the database without an application context.

Flask-SQLAlchemy finds its session and its engine by the context that is active. A thread, an executor, a task of a
worker or a job starts without one, so `db.session` and `Model.query` raise `RuntimeError: Working outside of
application context`. Push the context of the real application in the function that runs there: it then has a session
of its own.

```python
from threading import Thread

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


def count():
    print(db.session.execute(db.text("select 42")).scalar())


@app.get("/")
def index():
    Thread(target=count).start()
    return "counting"
```

Better:

```python
from threading import Thread

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


def count():
    with app.app_context():
        print(db.session.execute(db.text("select 42")).scalar())


@app.get("/")
def index():
    Thread(target=count).start()
    return "counting"
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

rule = Rule("FL702", "session-in-background", Level.ERROR, words=(*WORDS, *background.WORDS))


def in_pause(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in background.found_in(ctx, "FL702"):
        message = background.message(found, "an application context", "push one there with `app.app_context()`")
        yield ctx.finding(found.span, message, fixes=fixes(found, ctx), related=background.trail(ctx, found))
