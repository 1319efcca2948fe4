"""`SESSION_COOKIE_SAMESITE` has a value that the cookie cannot have.

Browsers take a cookie with `SameSite=None` only over HTTPS with `Secure`; without it they drop the cookie, so that
nobody stays logged in. Any other word than `Lax`, `Strict` and `None`, in whatever case, raises ValueError as soon as a
session is saved.

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.config["SESSION_COOKIE_SAMESITE"] = "None"


@app.route("/")
def index():
    session["user"] = 1
    return "hello"
```

Better:

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"


@app.route("/")
def index():
    session["user"] = 1
    return "hello"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.model import Literal
from flask_lsp.facts.values import value_of
from flask_lsp.project import config, config_needs
from flask_lsp.project.project import Project
from flask_lsp.rules._config import Set, Setter, sets
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

rule = Rule("FL406", "session-cookie-samesite", Level.WARNING, words=("COOKIE_SAMESITE",))

_SECURE = {
    "SESSION_COOKIE_SAMESITE": "SESSION_COOKIE_SECURE",
    "REMEMBER_COOKIE_SAMESITE": "REMEMBER_COOKIE_SECURE",
}
_VALID = frozenset({"lax", "strict", "none"})


def check(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    for found in sets(node, ctx):
        if found.key not in _SECURE or ctx.is_test or found.is_superseded(ctx):
            continue
        constant = ctx.constant(found.value)
        if constant is None or constant.value is None:
            continue
        lax = Fix('Set it to `"Lax"`', False, lambda editing, found=found: _lax(editing, found))
        if not isinstance(constant.value, str) or constant.value.lower() not in _VALID:
            message = f'`{found.key}` has to be "Lax", "Strict" or "None": this raises an error when a cookie is set.'
            yield ctx.finding(found.value, message, fixes=[lax])
            continue
        secure = _SECURE[found.key]
        if constant.value.lower() != "none" or found.is_for_development(ctx):
            continue
        place = value_of(found.value), found.scope, found.owner
        lacks = ctx.ask(config_needs.lacks, *place, found.key, secure)
        if lacks or not ctx.ask(_may_be, secure):
            message = f"Browsers drop a cookie with `SameSite=None` that is not secure: set `{secure}` to `True` too."
            yield ctx.finding(found.value, message, fixes=[lax, *_add_secure(node, found, secure)])


def _lax(editing: Editing, found: Set) -> None:
    editing.replace(found.value, editing.string("Lax"))


def _may_be(project: Project, document: str, key: str) -> bool:
    """Something sets the key to another value than ``False``, or may."""
    if not config.may_set(project, document, key):
        return False
    values = config.values_of(project, key)
    return values is None or any(not isinstance(value, Literal) or bool(value.value) for value in values)


def _add_secure(node: Setter, found: Set, key: str) -> list[Fix]:
    """Sets the other key beside this one, in the same way."""
    title = f"Set `{key}` too"
    match node:
        case ast.Assign(targets=[ast.Name()]) | ast.AnnAssign():
            return [Fix(title, False, lambda editing: editing.insert_after(node, f"{key} = True"))]
        case ast.Assign(targets=[ast.Subscript(value=mapping)]):

            def beside(editing: Editing) -> None:
                editing.insert_after(node, f"{editing.text(mapping)}[{editing.string(key)}] = True")

            return [Fix(title, False, beside)]
        case ast.Call(keywords=keywords) if any(each.value is found.value for each in keywords):
            return [Fix(title, False, lambda editing: editing.add_argument(node, f"{key}=True"))]
        case _:
            return []
