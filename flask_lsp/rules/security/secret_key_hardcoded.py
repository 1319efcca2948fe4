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
import re
from collections.abc import Iterator

from flask_lsp.facts.model import Assigned
from flask_lsp.project import config, places
from flask_lsp.rules._config import Set
from flask_lsp.rules.base import Finding, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.security._generate import generate
from flask_lsp.rules.security._secret import FORGED, Origin, from_environment, is_fallback, secrets, variable

rule = Rule("FL402", "secret-key-hardcoded", Level.WARNING, words=("SECRET", "secret_key", "SALT"))

GENERATED = frozenset({"SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY"})
"""A new salt would make all passwords wrong."""
_SHORT = 16
"""Fewer characters are tried one after the other."""
_FEW = 8
"""Fewer different characters are no random text."""
_COMMON = re.compile(r"secret|change.?(me|it|this)|password|guess|qwerty|default|example|12345678", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z]+(?:[ _\-.'!?]+[A-Za-z]+)*[!?.\d]{0,4}")
_FILLED_IN = re.compile(r"\{\{.*\}\}|\{%.*%\}|\$\{?\w+\}?|%\(?\w+\)?s|<%.*%>", re.DOTALL)
"""Text that a template engine or a deployment replaces."""


def check(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    for found, origin in secrets(node, ctx):
        text, related = _literal(origin.node, ctx)
        if text and not _FILLED_IN.fullmatch(text):
            weak = _is_weak(text)
            level, message = _verdict(found, origin, weak, ctx)
            read = from_environment(found, origin, ctx)
            fixes = [read]
            if found.key in GENERATED and not found.is_for_development(ctx):
                fixes.append(generate(ctx, node, variable(found, origin, ctx), read.change))
            yield ctx.finding(origin.node, message, level=level, fixes=fixes, related=related)


def _verdict(found: Set, origin: Origin, weak: bool, ctx: Context) -> tuple[Level, str]:
    key = f"`{found.key}`"
    what = FORGED[found.key]
    harm = f"can forge {what}" if what else "knows what was added to every password"
    if found.is_for_development(ctx):
        text = f"{key} is written in the code, and whoever reads it {harm}: keep it out of production."
        return Level.INFORMATION, text
    if found.is_overridden(ctx):
        text = f"Unless a later source sets {key}, whoever reads the code {harm}: make sure that one does."
        return Level.INFORMATION, text
    if is_fallback(found, origin, ctx):
        who = "anyone" if weak else "whoever reads the code"
        text = f"Wherever {key} is not set, {who} {harm}: drop the fallback, so that its absence is an error."
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


def _is_weak(text: str) -> bool:
    return len(text) < _SHORT or len(set(text)) < _FEW or bool(_COMMON.search(text) or _WORDS.fullmatch(text))
