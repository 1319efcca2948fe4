"""A secret key stands in the code: whoever reads the code can forge sessions.

Flask signs the session cookie with `SECRET_KEY`, and nothing else protects it. A key in a repository is known to all
who have ever had a copy of it; a short one, or a word, is guessed in seconds (there are tools with lists). Whoever has
the key writes any session they like, another user's included. The same holds for a fallback, which is used wherever
somebody forgot to set the variable.

```python
from flask import Flask, session

app = Flask(__name__)
app.config["SECRET_KEY"] = "my-secret"


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


@app.route("/")
def index():
    return session.get("user", "nobody")
```

`python -c 'import secrets; print(secrets.token_hex(32))'` makes a good key.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flask_lsp.facts.model import Assigned
from flask_lsp.facts.secret_text import is_filled_in, is_weak
from flask_lsp.project import config, places
from flask_lsp.rules._config import FILES, Read, Set, read_in
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.security._generate import generate
from flask_lsp.rules.security._secret import (
    FORGED,
    Origin,
    from_environment,
    is_fallback,
    os_environ,
    secrets,
    variable,
)

rule = Rule("FL402", "secret-key-hardcoded", Level.WARNING, words=("SECRET", "secret_key", "SALT", *FILES))

GENERATED = frozenset({"SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY"})
"""A new salt would make all passwords wrong."""


def check(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, ast.Call):
        yield from _in_file(node, ctx)
    for found, origin in secrets(node, ctx):
        text, related = _literal(origin.node, ctx)
        if text and not is_filled_in(text):
            weak = is_weak(text)
            level, message = _verdict(found, origin, weak, ctx)
            if level is not Level.INFORMATION and ctx.ask(config.is_refused, text):
                level = Level.INFORMATION
                message = (
                    f"Where nothing refuses this value of `{found.key}`, whoever reads the code {_harm(found.key)}: "
                )
                message += "make sure that the check of it runs in production."
            read = from_environment(found, origin, ctx)
            fixes = [read]
            if found.key in GENERATED and not found.is_for_development(ctx):
                fixes.append(generate(ctx, node, variable(found, origin, ctx), read.change))
            yield ctx.finding(origin.node, message, level=level, fixes=fixes, related=related)


def _in_file(call: ast.Call, ctx: Context) -> Iterator[Finding]:
    """What a file holds, told where it is read."""
    for read in read_in(call, ctx):
        key, weak = read.said.key, read.said.weak
        if key not in FORGED or weak is None:
            continue
        level, harm = Level.ERROR if weak else Level.WARNING, _harm(key)
        text = f"`{key}` is written in {read.name(ctx)}, and whoever reads it {harm}: "
        if read.said.elsewhere:
            level, text = Level.INFORMATION, f"{text}keep it out of production."
        elif weak:
            text = f"`{key}` in {read.name(ctx)} is easily guessed, and then anyone {harm}: "
            text += "read a random one from the environment."
        else:
            text += "read it from the environment."
        change = _reading(read, ctx)
        fixes = [Fix(f"Read `{key}` from the environment", False, change)]
        if key in GENERATED and not read.said.elsewhere:
            fixes.append(generate(ctx, call, key, change))
        yield ctx.finding(read.path, text, level=level, fixes=fixes)


def _reading(read: Read, ctx: Context) -> Callable[[Editing], None]:
    return lambda editing: read.set_after(editing, f"{os_environ(editing)}[{editing.string(read.said.key)}]", ctx)


def _harm(key: str) -> str:
    what = FORGED[key]
    return f"can forge {what}" if what else "knows what was added to every password"


def _verdict(found: Set, origin: Origin, weak: bool, ctx: Context) -> tuple[Level, str]:
    key, harm = f"`{found.key}`", _harm(found.key)
    if found.is_for_development(ctx):
        text = f"{key} is written in the code, and whoever reads it {harm}: keep it out of production."
        return Level.INFORMATION, text
    if found.is_overridden(ctx):
        text = f"Unless a later source sets {key}, whoever reads the code {harm}: make sure that one does."
        return Level.INFORMATION, text
    if is_fallback(found, origin, ctx):
        who = "anyone" if weak else "whoever reads the code"
        read = variable(found, origin, ctx)
        text = f"Wherever `{read}` is not set, {who} {harm}: drop the fallback, so that its absence is an error."
    elif weak:
        text = f"{key} is easily guessed, and then anyone {harm}: read a random one from the environment."
    else:
        text = f"{key} is written in the code, and whoever reads it {harm}: read it from the environment."
    return Level.ERROR if weak else Level.WARNING, text


def _literal(node: ast.expr, ctx: Context) -> tuple[str, list[Related]]:
    """The text of a literal or of the constant that a name is bound to, and where it is bound. Nothing for a constant
    that is reported itself."""
    constant = ctx.constant(node)
    if constant is None or not isinstance(constant.value, str | bytes):
        return "", []
    text = constant.value if isinstance(constant.value, str) else constant.value.decode("latin-1")
    if not isinstance(node, ast.Name | ast.Attribute):
        return text, []
    local = next((bounds for scope in ctx.scopes(node) if (bounds := scope.bindings.get(ctx.text(node)))), ())
    if local:
        spans = [bound.span for bound in local if isinstance(bound, Assigned)]
        return text, [Related("The value is written here.", span) for span in spans]
    home = ctx.ask(places.constant_at, ctx.text(node))
    if home is None or (home[1] in FORGED and ctx.ask(config.is_config_module, home[0])):
        return "", []
    return text, [Related("The value is written here.", document=home[0], name=home[1])]
