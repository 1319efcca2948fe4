"""Something is put into the session that JSON cannot hold: the request ends in a TypeError.

The session becomes JSON at the end of the request, and what JSON does not know raises TypeError there, after the view
has returned. Flask adds `datetime`, `UUID`, `Decimal`, `bytes`, `Markup`, tuples and data classes; a model, a set or an
open file it cannot write. Store the identifier, and load the object again in the next request.

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]


@app.route("/")
def index():
    session["seen"] = {"a", "b"}
    return "done"
```

Better:

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]


@app.route("/")
def index():
    session["seen"] = ["a", "b"]
    return "done"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.model import Bind, ClassDefined, Path
from flask_lsp.facts.traverse import every_event
from flask_lsp.facts.values import path_of
from flask_lsp.project import names
from flask_lsp.project.places import place
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.security._session_values import put

rule = Rule("FL410", "unserialisable-in-session", Level.WARNING, words=("session",))

_MODEL = r"^flask_sqlalchemy\.SQLAlchemy\(\)\.Model"
_ONE = re.compile(
    rf"{_MODEL}(?:\(\)|\.query(?:\.\w+\(\))*\.(?:first|one|one_or_none|get|first_or_404|get_or_404|one_or_404)\(\))$"
)
_MANY = re.compile(rf"{_MODEL}\.query(?:\.\w+\(\))*\.(?:all|paginate)\(\)$")
_QUERIED = re.compile(
    r"^flask_sqlalchemy\.SQLAlchemy\(\)\.session\.query\(\)(?:\.\w+\(\))*\.(?:first|one|one_or_none|get)\(\)$"
)
_GOT = re.compile(r"^flask_sqlalchemy\.SQLAlchemy\(\)\.(?:session\.get|get_or_404|first_or_404|one_or_404)\(\)$")
_MADE = {
    "builtins.set": "a set",
    "builtins.frozenset": "a set",
    "builtins.open": "an open file",
    "builtins.map": "an iterator",
    "builtins.filter": "an iterator",
    "builtins.zip": "an iterator",
    "builtins.range": "a range",
    "builtins.object": "an object",
    "datetime.timedelta": "a timedelta",
    "datetime.time": "a time",
}
_PLAIN_BASES = frozenset({"builtins.object", "flask_login.UserMixin", "flask_login.mixins.UserMixin"})
_SPECIAL = frozenset({"__html__", "__new__"})
"""What a class binds that makes another thing of its objects."""
_LISTED = frozenset({"a set", "an iterator", "a range"})
_NAMED = {"flask_login.current_user": "a model", "flask_login.utils.current_user": "a model"}
_ABOUT = frozenset({"query", "get", "get_or_404", "first_or_404", "one_or_404"})
_DEEPEST = 4


def check(node: ast.Assign | ast.Call, ctx: Context) -> Iterator[Finding]:
    for found in put(node, ctx):
        told = _kind(found.value, ctx, 0)
        if told is None or ctx.ask(_writes_json_itself):
            continue
        what, value = told
        message = f"JSON cannot hold {what}, so that the request ends in TypeError: {_instead(what)}."
        yield ctx.finding(value, message, fixes=_fixes(what, value, ctx))


def _instead(what: str) -> str:
    if what in ("a model", "models"):
        return "store the `id`, and load it again"
    return "store a list" if what in _LISTED else "store what it is made of"


def _kind(value: ast.expr, ctx: Context, depth: int) -> tuple[str, ast.expr] | None:
    """What a value is that JSON cannot hold, and the expression that says so."""
    if depth > _DEEPEST:
        return None
    match value:
        case ast.Set() | ast.SetComp():
            return "a set", value
        case ast.GeneratorExp():
            return "an iterator", value
        case ast.Lambda():
            return "a function", value
        case ast.Dict(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
            return next((told for each in values if (told := _kind(each, ctx, depth + 1))), None)
        case ast.Name():
            reached = ctx.reaching(value)
            told = _kind(reached, ctx, depth + 1) if reached is not None and not _is_same(reached, value) else None
            return (told[0], value) if told is not None else _named(value, ctx)
        case ast.Subscript(value=owner) if ctx.name(owner) == "flask.request.files":
            return "an uploaded file", value
        case ast.Call() | ast.Attribute():
            return _made(value, ctx)
        case _:
            return None


def _is_same(reached: ast.expr, name: ast.Name) -> bool:
    return isinstance(reached, ast.Name) and reached.id == name.id


def _named(value: ast.expr, ctx: Context) -> tuple[str, ast.expr] | None:
    what = _NAMED.get(ctx.name(value) or "")
    return (what, value) if what is not None else None


def _made(value: ast.Call | ast.Attribute, ctx: Context) -> tuple[str, ast.expr] | None:
    if isinstance(value, ast.Call) and (of := _class_made(value, ctx)):
        return f"an object of `{of}`", value
    name = ctx.name(value)
    if name is None:
        return None
    if isinstance(value, ast.Attribute) or not name.endswith("()"):
        return _named(value, ctx)
    if name[:-2] in _MADE:
        return _MADE[name[:-2]], value
    if name == "flask.request.files.get()":
        return "an uploaded file", value
    what = "a model" if _ONE.match(name) else "models" if _MANY.match(name) else ""
    owner = path_of(value)
    if not what and (_GOT.match(name) or _QUERIED.match(name)):
        given = _first_argument(value)
        model = ctx.name(given)
        what, owner = (
            ("a model", path_of(given)) if given is not None and re.match(f"{_MODEL}$", model or "") else ("", "")
        )
    if not what or owner is None:
        return None
    root = owner.partition("(")[0].partition(".query")[0]
    return (what, value) if ctx.ask(_is_plain_model, root) else None


def _class_made(call: ast.Call, ctx: Context) -> str:
    """The name of the project's own plain class, if the call makes an object of one."""
    path = path_of(call.func)
    if path is None or any(path.partition(".")[0] in scope.bindings for scope in ctx.scopes(call)):
        return ""
    return path.rpartition(".")[2] if ctx.ask(_is_plain_class, path) else ""


def _is_plain_class(project: Project, document: str, path: str, depth: int = 0) -> bool:
    """The class is the project's own, with bases of the same kind, and nothing makes its objects what JSON can hold."""
    at = place(project, document, path)
    if at is None or not isinstance(defined := at.bound, ClassDefined):
        return depth > 0 and names.canonical(project, document, path) in _PLAIN_BASES
    if defined.decorators or depth > _DEEPEST:
        return False
    if any(isinstance(e, Bind) and e.bound.name in _SPECIAL for e in every_event(defined.body)):
        return False
    bases = [each.text if isinstance(each, Path) else "" for each in defined.bases]
    return all(each and _is_plain_class(project, at.document, each, depth + 1) for each in bases)


def _first_argument(call: ast.Call) -> ast.expr | None:
    """The model that ``db.session.get(User, 1)`` and ``db.session.query(User).first()`` are about."""
    node: ast.expr = call
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in _ABOUT and node.args and isinstance(node.args[0], ast.Name | ast.Attribute):
            return node.args[0]
        node = node.func.value
    return None


def _is_plain_model(project: Project, document: str, path: str) -> bool:
    """The class is no data class, and says nothing of how it is written."""
    at = place(project, document, path)
    if at is None or not isinstance(defined := at.bound, ClassDefined):
        return False
    told = (*defined.decorators, *defined.bases)
    if any(isinstance(each, Path) and re.search("dataclass|Dataclass|JSON|Json", each.text) for each in told):
        return False
    return not any(isinstance(e, Bind) and e.bound.name == "__html__" for e in every_event(defined.body))


def _writes_json_itself(project: Project, _document: str) -> bool:
    """The project has its own way of writing JSON, which may know more."""
    return any(
        isinstance(at.bound, ClassDefined)
        and any(
            isinstance(base, Path) and re.search(r"JSON(?:Provider|Encoder)$|JSONTag$", base.text)
            for base in at.bound.bases
        )
        for file in project.files.values()
        for ats in file.facts.bindings.values()
        for at in ats
    )


def _fixes(what: str, value: ast.expr, ctx: Context) -> list[Fix]:
    text = ctx.text(value)
    if what in _LISTED:
        new = f"list{text}" if isinstance(value, ast.GeneratorExp) else f"list({text})"
        if isinstance(value, ast.Set):
            new = f"[{text[1:-1]}]"
        return [Fix("Store a list", False, lambda editing: editing.replace(value, new))]
    if what == "a model":
        return [Fix("Store its `id`", False, lambda editing: editing.insert(ctx.span(value).end, ".id"))]
    if what == "a timedelta":
        return [
            Fix("Store its seconds", False, lambda editing: editing.insert(ctx.span(value).end, ".total_seconds()"))
        ]
    return []
