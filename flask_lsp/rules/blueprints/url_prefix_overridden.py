"""The prefix of the blueprint's constructor is replaced by the one at its registration.

`register_blueprint(bp, url_prefix="/weblog")` does not add to the prefix that the blueprint was made with: it takes its
place. Whoever reads the blueprint's file then believes in URLs that do not exist. The prefix belongs in one place, and
that is the registration: there all prefixes of the application stand side by side.

```python
from flask import Blueprint, Flask

blog = Blueprint("blog", __name__, url_prefix="/blog")


@blog.route("/posts")
def posts():
    return "Posts"


app = Flask(__name__)
app.register_blueprint(blog, url_prefix="/weblog")
```

Better:

```python
from flask import Blueprint, Flask

blog = Blueprint("blog", __name__)


@blog.route("/posts")
def posts():
    return "Posts"


app = Flask(__name__)
app.register_blueprint(blog, url_prefix="/weblog")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.values import path_of
from flask_lsp.project.routes import Registration, is_from_package, registrations
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.blueprints._registration import calls_of
from flask_lsp.rules.blueprints._text import Text, blueprint_of
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

rule = Rule("FL601", "url-prefix-overridden", Level.WARNING, words=("Blueprint",))


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    given = next((keyword for keyword in node.keywords if keyword.arg == "url_prefix"), None)
    if given is None or ctx.is_test or ctx.name(node.func) != "flask.Blueprint":
        return
    to, prefix = blueprint_of(node, ctx), Text.of(given.value, ctx)
    if to is None or prefix is None or not prefix.value.strip("/") or not ctx.ask(is_from_package, path_of(node.func)):
        return
    seen = ctx.ask(registrations, to)
    others = [one.prefix for one in seen if isinstance(one.prefix, str)]
    if seen and len(others) == len(seen) and not any(_equal(prefix.value, other) for other in others):
        yield _overridden(node, given, prefix, seen, ctx)
    elif seen and prefix.value.startswith("/") and all(one.prefix is None for one in seen):
        yield _only_here(node, given, seen, ctx)


def _equal(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")


def _overridden(
    node: ast.Call, given: ast.keyword, prefix: Text, seen: tuple[Registration, ...], ctx: Context
) -> Finding:
    others = " and ".join(f"`{other}`" for other in sorted({str(one.prefix) for one in seen}))
    message = (
        f"The registration replaces this prefix by {others}, it does not add to it: no URL begins with "
        f"`{prefix.value}`. Remove it here."
    )
    drop = Fix("Remove the prefix here", True, lambda editing: editing.remove_argument(node, given))
    fixes = [drop]
    if _can_move(given, seen):
        fixes.append(_moved(node, given, seen[0], ctx))
    return ctx.finding(given.value, message, fixes=fixes, related=_related(seen))


def _only_here(node: ast.Call, given: ast.keyword, seen: tuple[Registration, ...], ctx: Context) -> Finding:
    message = "A prefix at the registration stands beside those of all other blueprints: move it there."
    fixes = [_moved(node, given, seen[0], ctx)] if _can_move(given, seen) else []
    return ctx.finding(given.value, message, level=Level.HINT, fixes=fixes, related=_related(seen), strict=True)


def _can_move(given: ast.keyword, seen: tuple[Registration, ...]) -> bool:
    """There is one registration, of this blueprint alone, and the prefix is one that Flask takes."""
    plain = isinstance(given.value, ast.Constant) and str(given.value.value).startswith("/")
    return plain and len(seen) == 1 and bool(seen[0].given)


def _moved(node: ast.Call, given: ast.keyword, to: Registration, ctx: Context) -> Fix:
    """Writes the prefix of the constructor where the blueprint is registered."""
    written = ctx.text(given.value)

    def change(editing: Editing) -> None:
        found = calls_of(editing.project, to)
        if len(found) != 1:
            editing.impossible = True
            return
        start, call = found[0]
        editing.remove_argument(node, given)
        editing.elsewhere(to.document, start).replace_argument(call, "url_prefix", written)

    return Fix(f"Move {written} to the registration", False, change)


def _related(seen: tuple[Registration, ...]) -> list[Related]:
    return [
        Related("The blueprint is registered here", document=one.document, name=one.function.partition(".")[0])
        for one in seen
        if one.function
    ]
