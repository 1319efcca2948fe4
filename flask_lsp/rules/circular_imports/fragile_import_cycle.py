"""Modules import each other in a circle that works only because of the order of statements.

`app` binds `app` or `db` and then imports `routes`, which imports them back from the half-run `app`. It works as long
as nobody sorts the imports to the top, moves a line, or imports `routes` first. The known pattern with the import at
the bottom of `app/__init__.py` is one of these. A factory that imports blueprints in its body, and an `extensions.py`
that imports nothing of the project, leave no circle.

```python
from flask import Flask

app = Flask(__name__)

import routes
```

```python routes.py
from example import app


@app.get("/")
def index():
    return "hello"
```

```python wsgi.py
from example import app
```

Better:

```python
from flask import Flask


def create_app():
    app = Flask(__name__)

    from routes import bp

    app.register_blueprint(bp)
    return app
```

```python routes.py
from flask import Blueprint

bp = Blueprint("pages", __name__)


@bp.get("/")
def index():
    return "hello"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.import_graph import place_of
from flask_lsp.project.imports import fragile_in
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.circular_imports._circles import chain, module_name, related
from flask_lsp.rules.circular_imports._ways_out import ways_out
from flask_lsp.rules.context import Context

rule = Rule("FL302", "fragile-import-cycle", Level.INFORMATION, words=("import",))


def check(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
    for fragile in ctx.ask(fragile_in):
        early = fragile.early
        span = place_of(facts, early.site)
        if span is None:
            continue
        module = module_name(ctx.project, early.module)
        message = (
            f"The imports {chain(ctx.project, early.trail, early.module)} work only because `{module}` binds "
            f"`{early.name}` above the import that leads here; sorting its lines would break them."
        )
        yield ctx.finding(
            span,
            message,
            fixes=list(ways_out(ctx, span, early.module)),
            related=list(related(ctx.project, early.trail, early.module, early.site)),
        )
