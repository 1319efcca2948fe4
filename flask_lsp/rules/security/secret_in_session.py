"""A secret is kept in the session cookie, where its user, and whoever gets the cookie, can read it.

Flask's session is signed, not encrypted: nobody can change it, but anyone who has the cookie reads all that is in it,
with one line of Python. It lies on the disk of the browser, and goes along with every request. Store an identifier, and
keep the secret on the server.

```python
import os

from flask import Flask, request, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]


@app.route("/login", methods=["POST"])
def login():
    session["password"] = request.form["password"]
    return "welcome"
```

Better:

```python
import os

from flask import Flask, request, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]


@app.route("/login", methods=["POST"])
def login():
    session["user_id"] = 1
    return "welcome"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.security._session_values import Put, put

rule = Rule("FL409", "secret-in-session", Level.WARNING, words=("session",))

_SECRETS = {
    "password": re.compile(r"(?:^|_)(?:pass(?:word|wd|phrase)|pwd|pswd)$|^pass$|^pw$", re.IGNORECASE),
    "token": re.compile(r"(?:^|_)(?:tokens?|jwt|bearer|api_?key|secret|private_?key|client_secret)$", re.IGNORECASE),
    "one-time code": re.compile(r"(?:^|_)(?:otp|totp|otp_?code|verification_?code|two_?factor_?code)$", re.IGNORECASE),
    "card number": re.compile(
        r"(?:^|_)(?:card_?(?:no|num|number)|cc_?num(?:ber)?|cvv2?|cvc|iban|ssn|credit_?card)$", re.IGNORECASE
    ),
}
_HARMLESS = re.compile(r"csrf|xsrf|nonce|state|form|captcha|public|_id$|device|push|page|next", re.IGNORECASE)
_OF_SESSION = re.compile(r"^(?:session|sess)_?(?:token|secret)$", re.IGNORECASE)
"""It says which session this is, as the cookie does: whoever has that needs no more."""
_FORGERY = re.compile(r"csrf|xsrf", re.IGNORECASE)
_PREFIX = re.compile(
    r"^(?:is|has|show|need|needs|use|used|reset|change|forgot|no|invalid|valid|wrong|set)_", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_RANDOM = re.compile(r"^(?:secrets\.|uuid\.|os\.urandom|random\.|flask_wtf\.csrf\.|hashlib\.|binascii\.)")
_HASHED = re.compile(r"hash|digest|encrypt|mask", re.IGNORECASE)


def check(node: ast.Assign | ast.Call, ctx: Context) -> Iterator[Finding]:
    for found in put(node, ctx):
        what = _what(found, ctx)
        if what:
            message = (
                f"The session cookie is signed, not encrypted: whoever has it can read this {what}. "
                "Keep it on the server, and an identifier in the session."
            )
            yield ctx.finding(found.where, message, fixes=_fixes(node, found))


def _what(found: Put, ctx: Context) -> str:
    key = _CAMEL.sub("_", found.key or "").replace("-", "_").replace(" ", "_")
    if not key or _HARMLESS.search(key) or _PREFIX.search(key) or _OF_SESSION.search(key):
        return ""
    if _is_harmless(found.value, ctx):
        return ""
    return next((what for what, pattern in _SECRETS.items() if pattern.search(key)), "")


def _is_harmless(value: ast.expr, ctx: Context) -> bool:
    """A flag, nothing, a random value made for the session alone, or something that is hashed or encrypted."""
    match value:
        case ast.Constant(value=bool() | None | int() | float() | "") | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp(values=values):
            return all(_is_harmless(each, ctx) for each in values)
        case ast.Name(id=name) | ast.Attribute(attr=name) if _FORGERY.search(name):
            return True
        case ast.Name():
            reached = ctx.reaching(value)
            return reached is not None and not isinstance(reached, ast.Name) and _is_harmless(reached, ctx)
        case ast.Call(func=func):
            name = ctx.name(func) or ctx.text(func)
            if _RANDOM.match(name) or _HASHED.search(name) or name in ("builtins.bool", "builtins.len"):
                return True
            inner = func.value if isinstance(func, ast.Attribute) else None
            return (inner is not None and _is_harmless(inner, ctx)) or any(_is_random(each, ctx) for each in value.args)
        case ast.Attribute(value=inner):
            return _is_harmless(inner, ctx) if isinstance(inner, ast.Call) else False
        case _:
            return False


def _is_random(value: ast.expr, ctx: Context) -> bool:
    return isinstance(value, ast.Call) and bool(_RANDOM.match(ctx.name(value.func) or ""))


def _fixes(node: ast.Assign | ast.Call, found: Put) -> list[Fix]:
    if not isinstance(node, ast.Assign) or not isinstance(found.where, ast.Subscript) or len(node.targets) > 1:
        return []
    fixes = [Fix("Remove it from the session", False, lambda editing: editing.delete_statement(node))]
    target = found.where
    match found.value:
        case ast.Attribute(value=ast.Name(id=owner)) if owner not in ("form", "request", "self", "data"):

            def by_id(editing: Editing) -> None:
                editing.replace(target.slice, editing.string(f"{owner}_id"))
                editing.replace(found.value, f"{owner}.id")

            fixes.insert(0, Fix(f"Store `{owner}.id` instead", False, by_id))
        case _:
            pass
    return fixes
