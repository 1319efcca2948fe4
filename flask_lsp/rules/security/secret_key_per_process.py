"""The secret key is made anew in each process: sessions are lost at every restart.

A random key is right, but it has to stay the same. One that is made when the module is imported differs in each worker
of gunicorn and after each restart: a session that one worker signed is not accepted by the next, so that users are
logged out at random and forms fail with a CSRF error. Make the key once and keep it in the environment.

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.config["SECRET_KEY"] = os.urandom(24)


@app.route("/login")
def login():
    session["user"] = "ann"
    return "done"


@app.route("/")
def index():
    return session.get("user", "nobody")
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


@app.route("/")
def index():
    return session.get("user", "nobody")
```

`python -c 'import secrets; print(secrets.token_hex(32))'` makes a good key.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.model import Assigned
from flask_lsp.project import config
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.security._secret import FORGED, from_environment, is_fallback, secrets

rule = Rule("FL403", "secret-key-per-process", Level.WARNING, words=("SECRET", "secret_key", "SALT"))

_RANDOM = re.compile(
    r"os\.(?:urandom|getrandom)|secrets\.(?:token_\w+|choice|randbits)|uuid\.uuid[14]"
    r"|random\.(?:\w+|SystemRandom\(\)\.\w+)|cryptography\.fernet\.Fernet\.generate_key"
)


def check(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    for found, origin in secrets(node, ctx):
        function = ctx.function(node)
        if not _makes_random(origin.node, ctx) or (function is not None and ctx.is_view(function)):
            continue
        if found.is_for_development(ctx) or found.is_overridden(ctx):
            continue
        key, harm = f"`{found.key}`", _HARM[found.key]
        level, message = Level.WARNING, f"Each worker and each restart makes another {key}: {harm}; "
        if is_fallback(found, origin, ctx):
            level, message = Level.INFORMATION, f"Without a {key} each process makes its own: {harm}; "
        fix = _with_orphans(from_environment(found, origin, ctx), origin.node)
        yield ctx.finding(origin.node, f"{message}read it from the environment.", level=level, fixes=[fix])


_HARM = {
    "SECRET_KEY": "sessions are lost",
    "JWT_SECRET_KEY": "tokens are refused",
    "WTF_CSRF_SECRET_KEY": "forms are refused",
    "SECURITY_PASSWORD_SALT": "passwords are refused",
}


def _with_orphans(fix: Fix, gone: ast.expr) -> Fix:
    """The repair, which may leave the imports behind that only ``gone`` used."""

    def change(editing: Editing) -> None:
        fix.change(editing)
        for name in ast.walk(gone):
            if isinstance(name, ast.Name):
                editing.orphan(name.id)

    return Fix(fix.title, fix.safe, change)


def _makes_random(node: ast.expr, ctx: Context) -> bool:
    """The expression makes a random value: a call, the joined choices of one, or a name for one of these that nothing
    else reads (it might be written to a file)."""
    match node:
        case ast.Name(id=name):
            value, function = ctx.reaching(node), ctx.function(node)
            if value is None:
                return ctx.ask(_is_assigned_here, name) and _is_random_name(ctx.name(node), "()")
            inner = ast.walk(function) if function is not None else ()
            reads = [one for one in inner if isinstance(one, ast.Name) and one.id == name and one is not node]
            return len(reads) == 1 and _makes_random(value, ctx)
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[choices]):
            return any(_is_random(one, ctx) for one in ast.walk(choices))
        case _:
            return _is_random(node, ctx)


def _is_random(node: ast.AST, ctx: Context) -> bool:
    return isinstance(node, ast.Call) and _is_random_name(ctx.name(node.func))


def _is_random_name(name: str | None, call: str = "") -> bool:
    return name is not None and name.endswith(call) and bool(_RANDOM.fullmatch(name.removesuffix(call)))


def _is_assigned_here(project: Project, document: str, name: str) -> bool:
    """The module binds the name itself, and it is no configuration that is reported where it stands."""
    bounds = [at.bound for at in project.files[document].facts.bindings.get(name, ())]
    is_setting = name in FORGED and config.is_config_module(project, document)
    return len(bounds) == 1 and isinstance(bounds[0], Assigned) and not is_setting
