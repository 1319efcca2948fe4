"""A hook of a blueprint sets what views of others read: it does not run for these.

`@bp.before_request` runs before the requests that go to this blueprint, and to those nested in it. A view of another
blueprint, or of the application, that reads what the hook sets fails with AttributeError. `before_app_request` runs
before every request. In the same way `@bp.context_processor` gives its names to the templates that this blueprint's
views show, and others show nothing there; `app_context_processor` gives them to all.

```python
from flask import Blueprint, Flask, g, session

auth = Blueprint("auth", __name__, url_prefix="/auth")
blog = Blueprint("blog", __name__)


@auth.before_request
def load_user():
    g.user = session.get("user", "nobody")


@auth.get("/profile")
def profile():
    return f"You are {g.user}"


@blog.get("/")
def index():
    return f"Hello, {g.user}"


app = Flask(__name__)
app.register_blueprint(auth)
app.register_blueprint(blog)
```

Better:

```python
from flask import Blueprint, Flask, g, session

auth = Blueprint("auth", __name__, url_prefix="/auth")
blog = Blueprint("blog", __name__)


@auth.before_app_request
def load_user():
    g.user = session.get("user", "nobody")


@auth.get("/profile")
def profile():
    return f"You are {g.user}"


@blog.get("/")
def index():
    return f"Hello, {g.user}"


app = Flask(__name__)
app.register_blueprint(auth)
app.register_blueprint(blog)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.rendering import names_given
from flask_lsp.project import requests
from flask_lsp.project.routes import Reference
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.blueprints._text import reference
from flask_lsp.rules.context import Context
from flask_lsp.syntax.nodes import walk
from flask_lsp.text import Span

_EVERYWHERE = {
    "before_request": "before_app_request",
    "url_value_preprocessor": "app_url_value_preprocessor",
    "context_processor": "app_context_processor",
}
"""The hooks that set something, by what they are called for all requests."""

rule = Rule("FL604", "hook-only-for-blueprint", Level.WARNING, words=tuple(f".{name}" for name in _EVERYWHERE))


def check(node: ast.FunctionDef, ctx: Context) -> Iterator[Finding]:
    if ctx.is_test:
        return
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Attribute) or decorator.attr not in _EVERYWHERE:
            continue
        if ctx.name(decorator) == f"flask.Blueprint().{decorator.attr}" and len(node.decorator_list) == 1:
            yield from _hook(node, decorator, ctx)


def _hook(node: ast.FunctionDef, decorator: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    to = reference(decorator, ctx)
    if to is None:
        return
    around = [scope.name for scope in reversed(ctx.scopes(node))]
    better, end = _EVERYWHERE[decorator.attr], ctx.span(decorator).end
    where = Span(end - len(decorator.attr), end)
    fix = Fix(f"Run it for all requests: `{better}`", False, lambda editing: editing.replace(where, better))
    function = ".".join([*around, node.name])
    if decorator.attr == "context_processor":
        yield from _processor(node, (to, function), where, fix, ctx)
        return
    for name in _set_on_g(node, ctx):
        readers = ctx.ask(requests.missing_on_g, to, function, name)
        if len(readers) < 1:
            continue
        how = "reads" if ctx.ask(requests.reads_on_g, readers[0], name) else "shows a template with"
        more = f" and {len(readers) - 1} more" if len(readers) > 1 else ""
        message = (
            f"This runs for the blueprint's own requests only, but `{readers[0][1]}`{more} {how} `g.{name}` too: "
            f"use `{better}`."
        )
        related = [
            Related(f"`g.{name}` is read here", document=document, name=qualified.partition(".")[0])
            for document, qualified in readers[:5]
        ]
        yield ctx.finding(where, message, fixes=[fix], related=related)
        return


def _processor(
    node: ast.FunctionDef, said: tuple[Reference, str], where: Span, fix: Fix, ctx: Context
) -> Iterator[Finding]:
    scope = next((scope for scope in ctx.scopes(node.body[0]) if scope.name == node.name), None)
    names = names_given(scope) if scope is not None else None
    for name in sorted(names or ()):
        readers = ctx.ask(requests.missing_in_templates, *said, name)
        if not readers:
            continue
        view, page = readers[0]
        more = f" and {len(readers) - 1} more" if len(readers) > 1 else ""
        message = (
            f"This runs for the blueprint's own templates only, but `{page.rpartition('/')[2]}`, which "
            f"`{view[1].rpartition('.')[2]}`{more} shows, reads `{name}` too: use `app_context_processor`."
        )
        related = [
            Related(f"This view is not the blueprint's: its template goes without `{name}`", document=other, name=top)
            for (other, qualified), _ in readers[:5]
            if (top := qualified.partition(".")[0])
        ]
        yield ctx.finding(where, message, fixes=[fix], related=related)
        return


def _set_on_g(node: ast.FunctionDef, ctx: Context) -> list[str]:
    """The attributes of ``g`` that the function sets itself."""
    found: dict[str, None] = {}
    for inner in walk(node.body):
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store) and ctx.name(inner.value) == "flask.g":
            found[inner.attr] = None
    return list(found)
