"""The application uses the session and has no secret key: the first write to the session raises an error.

Flask signs the session cookie with `SECRET_KEY`. Without one it does not sign: reading gives an empty session, and
`session["user"] = ...`, `flash()`, forms with CSRF protection and logins raise RuntimeError, mostly long after
somebody thought that all works. An empty key is none.

```python
from flask import Flask, session

app = Flask(__name__)


@app.route("/login")
def login():
    session["user"] = "ann"
    return "done"
```

Better:

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]


@app.route("/login")
def login():
    session["user"] = "ann"
    return "done"
```

`python -c 'import secrets; print(secrets.token_hex(32))'` makes a good key.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flask_lsp.project import config_needs
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.security._generate import generate

rule = Rule("FL401", "secret-key-missing", Level.ERROR, words=("Flask",))


def check(node: ast.Assign | ast.AnnAssign, ctx: Context) -> Iterator[Finding]:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    call = node.value
    if not isinstance(target, ast.Name) or not isinstance(call, ast.Call) or ctx.name(call.func) != "flask.Flask":
        return
    function = ctx.function(node)
    if function is not None and ctx.function(function) is not None:
        return  # a function in a function is not followed
    around = f"{getattr(function, 'name', '')}.{target.id}".lstrip(".")
    need = ctx.ask(config_needs.without_key, around)
    if need is None:
        return
    empty = ctx.ask(config_needs.empty_at, around)
    what = "has an empty `SECRET_KEY`" if empty else "has no `SECRET_KEY`"
    message = (
        f"The application uses {need.what} and {what}, so that writing to the session raises RuntimeError: "
        "set a random one from the environment."
    )
    related = [Related(f"{need.what[:1].upper()}{need.what[1:]} is used here.", document=need.document, name=need.name)]
    related += [Related("The key is empty here.", document=each, name=name) for each, name in empty if name]
    fixes = [] if empty else [_set(node, target.id), generate(ctx, node, "SECRET_KEY", _adding(node, target.id))]
    yield ctx.finding(call.func, message, fixes=fixes, related=related)


def _set(node: ast.stmt, app: str) -> Fix:
    return Fix("Read `SECRET_KEY` from the environment", False, _adding(node, app))


def _adding(node: ast.stmt, app: str) -> Callable[[Editing], None]:
    def add(editing: Editing) -> None:
        key = editing.string("SECRET_KEY")
        editing.insert_after(node, f"{app}.config[{key}] = {editing.imported('os')}.environ[{key}]")

    return add
