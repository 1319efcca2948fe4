"""A rule begins with the prefix that its blueprint has anyway.

The rules of a blueprint are relative to its prefix. `@api.route("/api/users")` on a blueprint with the prefix `/api`
answers at `/api/api/users`, and what everybody asks for, `/api/users`, is not found.

```python
from flask import Blueprint, Flask

api = Blueprint("api", __name__)


@api.route("/api/users")
def users():
    return "Users"


app = Flask(__name__)
app.register_blueprint(api, url_prefix="/api")
```

Better:

```python
from flask import Blueprint, Flask

api = Blueprint("api", __name__)


@api.route("/users")
def users():
    return "Users"


app = Flask(__name__)
app.register_blueprint(api, url_prefix="/api")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.script import ROUTERS
from flask_lsp.project.routes import mounts, repeated
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.blueprints._text import Text, argument, reference
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.text import Span

_METHODS = tuple(f".{how}({begin}" for how in sorted(ROUTERS) for begin in ("'", '"', "\n", "\r"))
rule = Rule("FL602", "prefix-repeated", Level.WARNING, words=("route", "url_rule", *_METHODS))

_ADDERS = frozenset(f"flask.Blueprint().{how}" for how in (*ROUTERS, "add_url_rule"))
_NAMES = ROUTERS | {"add_url_rule"}


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _NAMES or ctx.is_test:
        return
    given = argument(node, 0, "rule")
    if given is None or ctx.name(node.func) not in _ADDERS:
        return
    text, to = Text.of(given, ctx), reference(node.func, ctx)
    if text is None or to is None:
        return
    prefix = ctx.ask(repeated, to, text.value)
    if prefix is None:
        return
    whole = next((mount.prefix for mount in ctx.ask(mounts, to) if isinstance(mount.prefix, str)), "")
    message = (
        f"The blueprint has the prefix `{prefix}` already, so this answers at "
        f"`{whole.rstrip('/')}/{text.value.lstrip('/')}`: leave it out here."
    )
    part = Span(0, len(prefix) + text.value.startswith("/") - 1)
    yield ctx.finding(text.span(part), message, fixes=_fixes(text, part))


def _fixes(text: Text, part: Span) -> list[Fix]:
    inside = text.inside
    if inside is None:
        return []
    rest = text.value[part.end :] or "/"

    def change(editing: Editing) -> None:
        editing.replace(inside, rest)

    return [Fix(f"Make the rule `{rest}`", False, change)]
