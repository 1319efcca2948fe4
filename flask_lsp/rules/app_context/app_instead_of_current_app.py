"""The application is imported only to be used inside functions.

While a request is handled, `current_app` is the application that handles it. A module that imports the object instead
is tied to that one: tests cannot give it another, and it imports the module that imports it, so a circular import
waits to happen. Entry points such as `wsgi.py` are there to have the application.

```python
from flask import Flask


def create_app(per_page=20):
    app = Flask(__name__)
    app.config["PER_PAGE"] = per_page

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
    from example import app

    return {"per_page": app.config["PER_PAGE"]}
```

Better:

```python
from flask import Flask


def create_app(per_page=20):
    app = Flask(__name__)
    app.config["PER_PAGE"] = per_page

    from pages import bp

    app.register_blueprint(bp)
    return app


app = create_app()
```

```python pages.py
from flask import Blueprint, current_app

bp = Blueprint("pages", __name__)


@bp.get("/")
def index():
    return {"per_page": current_app.config["PER_PAGE"]}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project import own_app
from flask_lsp.project.import_graph import place_of
from flask_lsp.project.imports import broken_in
from flask_lsp.project.own_app import Setting
from flask_lsp.rules.app_context._app_uses import Imported, has_other_reasons, imports, uses
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

rule = Rule("FL107", "app-instead-of-current-app", Level.WARNING, words=("import",))


def check(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
    if ctx.is_test or ctx.is_migration or own_app.is_entry_point(ctx.document):
        return
    if not ctx.ask(own_app.imports_app):
        return
    for imported in imports(ctx):
        found = ctx.ask(own_app.imported_app, imported.module, imported.attribute, imported.level)
        if found is None or found.setting is Setting.ALONE or has_other_reasons(ctx, imported):
            continue
        if any(place is not None and place.contains(imported.span) for place in _failing(facts, ctx)):
            continue  # FL301 tells of the same import that it raises, and offers the same way out
        name = f"`{imported.name}`"
        message = (
            f"{name} is used only inside functions, where `current_app` is the running application: use that, and "
            f"this module need not import {name}."
        )
        level = Level.WARNING if found.setting is Setting.FACTORY else Level.INFORMATION
        related = [Related("The application is made here", document=found.document, name=found.name)]
        yield ctx.finding(imported.span, message, level=level, fixes=[use_current_app(imported)], related=related)


def _failing(facts: FileFacts, ctx: Context) -> list[Span | None]:
    """The imports of the file that end in an exception."""
    sites = (broken.failure.site for broken in ctx.ask(broken_in))
    return [place_of(facts, site) for site in sites if site is not None]


def use_current_app(imported: Imported) -> Fix:
    """Puts `current_app` in the place of the imported application."""

    def change(editing: Editing) -> None:
        found = list(uses(editing.file, imported))
        if imported.function is not None:
            _drop(editing, imported)
        for start, block, node in found:
            editing.at(start)
            name = editing.imported("flask", "current_app")
            editing.replace(Span(block.span(node).start, block.span(node).end), name)
        if imported.function is None:
            editing.orphan(imported.name)

    return Fix("Use `current_app`", False, change)


def _drop(editing: Editing, imported: Imported) -> None:
    """Takes an import out of the function it stands in."""
    block = editing.at(imported.start)
    for node in block.nodes.order:
        if not isinstance(node, ast.ImportFrom) or not block.span(node).shift(imported.start).contains(imported.span):
            continue
        names = [(alias, block.span(alias).shift(imported.start)) for alias in node.names]
        if len(names) == 1:
            editing.delete_statement(node)
            _close_gap(editing, block, node)
            return
        at = next(index for index, (_, span) in enumerate(names) if span == imported.span)
        first, last = (at, at + 1) if at + 1 < len(names) else (at - 1, at)
        begin, end = block.span(names[first][0]), block.span(names[last][0])
        editing.delete(Span(begin.start, end.start) if first == at else Span(begin.end, end.end))


def _close_gap(editing: Editing, block: Block, node: ast.ImportFrom) -> None:
    """The blank line after an import goes with it where it would open the body, or stand beside another one."""
    source, line = block.source, (node.end_lineno or node.lineno) - 1
    above = source.line_text(node.lineno - 2).rstrip()
    if line + 2 < source.line_count and not source.line_text(line + 1).strip() and (not above or above.endswith(":")):
        editing.delete(Span(source.line_starts[line + 1], source.line_starts[line + 2]))
