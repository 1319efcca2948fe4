"""Two blueprints of one name on one application.

The name of a blueprint is the first part of its endpoints, so an application takes each name once. When a second
blueprint comes with it, or the same one a second time, `register_blueprint` raises ValueError and the application does
not start. `register_blueprint(..., name="other")` gives it another name there.

```python
from flask import Blueprint, Flask

users = Blueprint("users", __name__)


@users.route("/")
def index():
    return "Users"


def create_app():
    app = Flask(__name__)
    app.register_blueprint(users, url_prefix="/users")
    app.register_blueprint(users, url_prefix="/people")
    return app
```

Better:

```python
from flask import Blueprint, Flask

users = Blueprint("users", __name__)


@users.route("/")
def index():
    return "Users"


def create_app():
    app = Flask(__name__)
    app.register_blueprint(users, url_prefix="/users")
    app.register_blueprint(users, url_prefix="/people", name="people")
    return app
```
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.values import path_of
from flask_lsp.project.duplicates import Duplicate, duplicates
from flask_lsp.project.routes import keys_of
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.blueprints._text import argument, reference
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

rule = Rule("FL606", "duplicate-blueprint-name", Level.ERROR, words=("register_blueprint",))

_METHOD = "register_blueprint"


def check(_facts: FileFacts, ctx: Context) -> Iterator[Finding]:
    # Equal statements of a module share one block: which comes second, only the file can tell.
    found = ctx.ask(duplicates)
    if not found or ctx.is_test:
        return
    seen: Counter[tuple[str, str]] = Counter()
    for start, block in ctx.file.tree.blocks:
        if "register_blueprint" not in block.text:
            continue
        inner = Context(ctx.project, ctx.file, block)
        for node in block.nodes.order:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == _METHOD:
                here = ".".join(scope.name for scope in reversed(inner.scopes(node)))
                before = seen[here, ast.dump(node)]
                seen[here, ast.dump(node)] += 1
                yield from _call(node, start, here, before, found, ctx, inner)


def _call(
    node: ast.Call, start: int, here: str, before: int, found: tuple[Duplicate, ...], ctx: Context, inner: Context
) -> Iterator[Finding]:
    given = argument(node, 0, "blueprint")
    to = None if given is None else reference(given, inner, whole=True)
    if given is None or to is None:
        return
    keys = inner.ask(keys_of, to)
    for one in found:
        said = one.registration
        same = said.blueprint in keys and said.function.rpartition(".")[2] == here.rpartition(".")[2]
        pairs = (("url_prefix", said.prefix), ("name", said.name))
        if same and before >= said.again and not any(_differs(node, name, value, inner) for name, value in pairs):
            if not _was_allowed(one, ctx):
                yield _finding(node, given, start, one, ctx, inner)
            return


def _differs(node: ast.Call, name: str, value: object, ctx: Context) -> bool:
    given = argument(node, None, name)
    if given is None or (isinstance(given, ast.Constant) and given.value is None):
        return value is not None
    text = ctx.string(given)
    return text is not None and text != value


def _was_allowed(one: Duplicate, ctx: Context) -> bool:
    """Before Flask 2.1 a blueprint could be registered again."""
    return one.same and ctx.versions.below("flask", (2, 1)) is True


def _finding(node: ast.Call, given: ast.expr, start: int, one: Duplicate, ctx: Context, inner: Context) -> Finding:
    first = f"{'This' if one.same else 'Another'} blueprint is registered as `{one.name}` already"
    message = f"{first}: Flask raises ValueError at start-up. Register this one with another `name=`."
    related: list[Related] = []
    if not one.same:
        document, name = one.first.blueprint
        related.append(Related("It has the name already", document=document, name=name.partition(".")[0]))
    fixes: list[Fix] = []
    new = _free(node, given, one)
    if new is not None:
        fixes.append(Fix(f'Register it as "{new}"', False, lambda editing: _rename(editing, node, start, new)))
    return ctx.finding(inner.span(given).shift(start), message, fixes=fixes, related=related)


def _rename(editing: Editing, node: ast.Call, start: int, name: str) -> None:
    editing.at(start)
    editing.replace_argument(node, "name", editing.string(name))


_COMMON = frozenset({"bp", "blueprint", "app", "routes", "views"})


def _free(node: ast.Call, given: ast.expr, one: Duplicate) -> str | None:
    """A name that nobody has there: of the prefix, of the variable or its module, or with a number."""
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    prefix = one.registration.prefix
    parts = re.findall(r"\w+", prefix if isinstance(prefix, str) and "<" not in prefix else "")
    words = [part for part in (path_of(given) or "").split(".") if part not in _COMMON]
    module = re.findall(r"\w+", one.registration.blueprint[0].removesuffix(".py").removesuffix("/__init__"))[-1:]
    numbered = [f"{one.name}_{number}" for number in range(2, 9)]
    words = [word.removesuffix("_bp").removesuffix("_blueprint") for word in words[-1:]]
    for name in (*parts[-1:], *words, *(module if not one.same else ()), *numbered):
        if name and name not in one.taken:
            return name
    return None
