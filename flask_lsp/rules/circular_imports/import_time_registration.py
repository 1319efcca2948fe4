"""Something is added to a global application on import, in a project with a factory.

A factory is there to make applications: one for production, one for each test. What a module adds to the global `app`
when it is imported, the others never get, and the module has to import the application, which leads to circular
imports. Make blueprints, and register them in the factory.

```python
from flask import Flask


def create_app():
    app = Flask(__name__)
    return app


app = create_app()
```

```python pages.py
from flask import Blueprint

from example import app

bp = Blueprint("pages", __name__)


@bp.get("/")
def index():
    return "hello"


app.register_blueprint(bp)
```

```python wsgi.py
import pages
from example import app
```

Better:

```python
from flask import Flask


def create_app():
    app = Flask(__name__)

    from pages import bp

    app.register_blueprint(bp)
    return app


app = create_app()
```

```python pages.py
from flask import Blueprint

bp = Blueprint("pages", __name__)


@bp.get("/")
def index():
    return "hello"
```

```python wsgi.py
from example import app
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project import own_app
from flask_lsp.project.import_graph import place_of
from flask_lsp.project.import_time import Added, added_at_import
from flask_lsp.project.places import place
from flask_lsp.project.route_model import Key
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.circular_imports._to_blueprint import to_blueprint
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.set_up import add_line, can_add, initialises, registers
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

rule = Rule("FL303", "import-time-registration", Level.WARNING, words=("import",))


def check(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
    if own_app.is_entry_point(ctx.document) or not ctx.ask(own_app.imports_app):
        return
    others = 0
    for added in ctx.ask(added_at_import):
        span = place_of(facts, added.site)
        if not added.blueprint:
            others += 1
            if others > 1:
                continue  # one cause: the module has no blueprint
        if span is not None:
            yield _finding(added, span, ctx)


def _finding(added: Added, span: Span, ctx: Context) -> Finding:
    factory = added.factory.key[1].rpartition(".")[2]
    what = "register the blueprint in the factory" if added.blueprint else "make a blueprint, and register it there"
    message = (
        f"This is added to the global `{added.name}` when the module is imported; other applications that "
        f"`{factory}()` makes go without: {what}."
    )
    related = [
        Related("The application is made here", document=added.app.document, name=added.app.name),
        Related("The factory", document=added.factory.key[0], name=added.factory.key[1].partition(".")[0]),
    ]
    return ctx.finding(span, message, fixes=list(_fixes(added, span, ctx)), related=related)


def _fixes(added: Added, span: Span, ctx: Context) -> Iterator[Fix]:
    """The registration moves into the factory, or the module becomes a blueprint that is registered there."""
    if not added.blueprint:
        yield from to_blueprint(added, ctx)
        return
    found = place(ctx.project, ctx.document, added.blueprint) if added.blueprint else None
    statement = _statement(ctx, span)
    app = added.factory.app
    if found is None or statement is None or not can_add(ctx.project, found.document, app, found.name):
        return
    start, block, call = statement
    rest = [*call.args[1:], *call.keywords]
    if "." in found.name or any(isinstance(node, ast.Name) for each in rest for node in ast.walk(each)):
        return  # what it is given would have to be imported too
    yield _move(start, block, call, found.key, app, added.name)


def _statement(ctx: Context, span: Span) -> tuple[int, Block, ast.Call] | None:
    """The call that a span of the file, its callee, begins, if it is a statement of the module."""
    start, block = ctx.file.tree.at(span.start)
    for node in block.tree.body:
        match node:
            case ast.Expr(value=ast.Call(args=[_, *_]) as call) if block.span(call.func).shift(start) == span:
                return start, block, call
            case _:
                pass
    return None


def _move(start: int, block: Block, call: ast.Call, blueprint: Key, app: Key, name: str) -> Fix:
    def change(editing: Editing) -> None:
        editing.at(start)
        rest = "".join(f", {editing.text(each)}" for each in (*call.args[1:], *call.keywords))
        editing.delete_statement(block.parents[call])  # type: ignore[arg-type]
        editing.orphan(name)
        add_line(
            editing,
            app,
            (registers, initialises),
            blueprint,
            lambda thing, owner: f"{owner}.register_blueprint({thing}{rest})",
        )

    return Fix("Register it in the factory", False, change)
