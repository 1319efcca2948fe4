"""An import comes back to a module that is still running and has not bound the name yet.

Python runs a module from top to bottom when it is imported first. When `models` is imported half-way through `app` and
imports something from `app` that is bound further down, the name is not there yet, and the program ends with "cannot
import name ... from partially initialized module". Where the name is needed only inside functions, they can import it
when they run, or use `current_app`; an extension such as `db` belongs in a module of its own, `extensions.py`, that
imports nothing of the project.

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from models import User

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


@app.get("/")
def index():
    return str(User.query.count())
```

```python models.py
from example import db


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
```

```python wsgi.py
from example import app
```

Better:

```python
from flask import Flask

from extensions import db
from models import User

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db.init_app(app)


@app.get("/")
def index():
    return str(User.query.count())
```

```python models.py
from extensions import db


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
```

```python wsgi.py
from example import app
```

```python extensions.py
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.import_graph import place_of
from flask_lsp.project.imports import broken_in
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.circular_imports._circles import chain, module_name, related
from flask_lsp.rules.circular_imports._ways_out import ways_out
from flask_lsp.rules.context import Context

rule = Rule("FL301", "circular-import", Level.ERROR, words=("import",))


def check(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
    for broken in ctx.ask(broken_in):
        failure = broken.failure
        span = place_of(facts, failure.site) if failure.site is not None else None
        if span is None or failure.site is None:
            continue
        circle = chain(ctx.project, failure.trail, failure.module)
        module = module_name(ctx.project, failure.module)
        message = (
            f"Circular import {circle}: `{module}` has not bound `{failure.name}` yet when this runs, so "
            f"`{broken.how}` ends with {_article(failure.kind)}."
        )
        yield ctx.finding(
            span,
            message,
            fixes=list(ways_out(ctx, span, failure.module)),
            related=list(related(ctx.project, failure.trail, failure.module, failure.site)),
        )


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind}"
