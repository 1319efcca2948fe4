"""A redirect goes to a URL that is written out instead of built with `url_for`.

`redirect("/login")` breaks without a word when the route, the blueprint's prefix or the path below which the
application is mounted changes: the browser is sent to a page that is not there. `url_for` asks the application where
the view is now, and fails at once when there is no such view.

```python
from flask import Flask, redirect

app = Flask(__name__)


@app.route("/login")
def login():
    return "Please log in."


@app.route("/account")
def account():
    return redirect("/login")
```

Better:

```python
from flask import Flask, redirect, url_for

app = Flask(__name__)


@app.route("/login")
def login():
    return "Please log in."


@app.route("/account")
def account():
    return redirect(url_for("login"))
```
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator

from flask_lsp.project import functions, routes
from flask_lsp.project.routes import Nowhere, Target, target
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.common._location import Location, alternatives, location, source_of
from flask_lsp.rules.common._view import key_of
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.urlrule import HOLE, Variable

rule = Rule("FL901", "hardcoded-redirect", Level.WARNING, words=("redirect",))

_REDIRECTS = frozenset(
    {
        "flask.redirect",
        "flask.Flask().redirect",
        "flask.current_app.redirect",
        "werkzeug.utils.redirect",
        "werkzeug.redirect",
    }
)
_GET = frozenset({"GET"})
_SAME_IN_URL = re.compile(r"[A-Za-z0-9._~-]+")
"""Text that ``url_for`` leaves as it is; in a path or a query also the slash."""
_OPTIONS = frozenset({"endpoint", "values", "_anchor", "_method", "_scheme", "_external"})


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    given = _argument(node, 0, "location")
    if given is None or ctx.name(node.func) not in _REDIRECTS or ctx.is_test:
        return
    for where in alternatives(given):
        url = location(where, ctx)
        if url is not None and not url.path.startswith("/static/"):
            yield from _redirect(where, url, where is given, node, ctx)


def _redirect(where: ast.expr, url: Location, alone: bool, call: ast.Call, ctx: Context) -> Iterator[Finding]:
    code = _argument(call, 1, "code")
    keeps_method = isinstance(code, ast.Constant) and code.value in (307, 308)
    to = ctx.ask(target, url.path, None if keeps_method else _GET)
    if isinstance(to, Target):
        values = _values(to, url, ctx)
        message = f"This URL leads to `{to.endpoint}` only until a route or prefix changes: build it with `url_for`."
        name = _shortest(to.endpoint, call, ctx)
        yield ctx.finding(where, message, fixes=[] if values is None else [_fix(where, to, name, values, url, ctx)])
    elif to is Nowhere.NO_ROUTE and alone and isinstance(where, ast.Constant) and not _is_file(url):
        message = "A URL that is written out breaks when its route or a prefix changes: build it with `url_for`."
        yield ctx.finding(where, message, level=Level.INFORMATION)


def _is_file(url: Location) -> bool:
    return "." in url.path.rpartition("/")[2]


def _shortest(endpoint: str, call: ast.Call, ctx: Context) -> str:
    """The endpoint, without its blueprint in the views of that, if the project writes it so: ``.index``."""
    function, (blueprint, _, name) = ctx.function(call), endpoint.rpartition(".")
    key = None if function is None or not blueprint else key_of(function, ctx)
    if key is None or not ctx.ask(functions.names_endpoints_near):
        return endpoint
    own = {route.endpoint.rpartition(".")[0] for route in ctx.ask(routes.routes_to, key)}
    return f".{name}" if own == {blueprint} else endpoint


def _fix(where: ast.expr, to: Target, endpoint: str, values: list[tuple[str, str]], url: Location, ctx: Context) -> Fix:
    own = ctx.path_name("url_for", where) not in (None, "flask.url_for")

    def change(editing: Editing) -> None:
        # A function of the project called url_for stands in for Flask's, as pages with themes or languages have it.
        name = "url_for" if "url_for" in editing.file.facts.bindings else editing.imported("flask", "url_for")
        arguments = [editing.string(endpoint), *(f"{key}={_written(value, editing)}" for key, value in values)]
        editing.replace(where, f"{name}({', '.join(arguments)})")

    shown = "".join(f", {name}=…" for name, _ in values)
    return Fix(f'Redirect to `url_for("{endpoint}"{shown})`', to.only and not url.holes and not own, change)


def _written(value: str, editing: Editing) -> str:
    return editing.string(value[1:]) if value.startswith(HOLE) else value


def _values(to: Target, url: Location, ctx: Context) -> list[tuple[str, str]] | None:
    """The arguments of ``url_for`` as they are written, texts marked by a ``HOLE`` in front; ``None`` if what
    ``url_for`` would make of them may differ from the URL."""
    expressions = [source_of(hole, ctx) for hole in url.holes]
    found: list[tuple[str, str]] = []
    for variable, text in to.values:
        value = expressions.pop(0) if text == HOLE else _literal(variable, text)
        if value is None:
            return None
        found.append((variable.name, value))
    for key, text in url.query:
        value = expressions.pop(0) if text == HOLE and expressions else HOLE + text
        if value is None or (text != HOLE and not _SAME_IN_URL.fullmatch(text.replace("/", "") or "x")):
            return None
        found.append((key, value))
    names = [name for name, _ in found]
    if url.fragment:
        found.append(("_anchor", HOLE + url.fragment))
    sound = all(name.isidentifier() and not keyword.iskeyword(name) and name not in _OPTIONS for name in names)
    if expressions or not sound or len(set(names)) < len(names) or not _SAME_IN_URL.fullmatch(url.fragment or "x"):
        return None
    return found


def _literal(variable: Variable, text: str) -> str | None:
    if variable.converter == "int":
        return text if text == str(int(text)) else None
    plain = text.replace("/", "") if variable.converter == "path" else text
    return HOLE + text if variable.converter != "float" and _SAME_IN_URL.fullmatch(plain) else None


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    given = next((argument.value for argument in call.keywords if argument.arg == name), None)
    if given is None and position < len(call.args) and not any(isinstance(arg, ast.Starred) for arg in call.args):
        return call.args[position]
    return given
