"""Werkzeug refuses this URL rule, so the application does not start.

A rule begins with a slash, and what stands in angle brackets is `<name>` or `<converter:name>`, without spaces, with a
converter that exists and a name that occurs once. The rules of a blueprint may leave the first slash to its prefix, a
prefix has one itself. A blueprint's name is part of its endpoints, where dots separate: it holds none, and some text.

```python
from flask import Flask

app = Flask(__name__)


@app.route("/users/<integer:id>")
def user(id):
    return f"User {id}"
```

Better:

```python
from flask import Flask

app = Flask(__name__)


@app.route("/users/<int:id>")
def user(id):
    return f"User {id}"
```
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator

from flask_lsp.facts.script import ROUTERS
from flask_lsp.facts.values import path_of
from flask_lsp.project.converters import custom_converters, may_be_from_extension
from flask_lsp.project.routes import has_routes, is_from_package, mounts
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.blueprints._text import Text, argument, blueprint_of, reference
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.urlrule import CONVERTERS, Malformed, Variable, parse_rule

# "@" would say it shorter, but stands in nearly half of all code.
_METHOD_WORDS = tuple(f".{how}({begin}" for how in sorted(ROUTERS) for begin in ("'", '"', "\n", "\r"))
rule = Rule(
    "FL603",
    "malformed-url-rule",
    Level.ERROR,
    words=("Blueprint", "route", "url_rule", "register_blueprint", *_METHOD_WORDS),
)

_ADDERS = {f"flask.{kind}().{how}": kind for kind in ("Flask", "Blueprint") for how in (*ROUTERS, "add_url_rule")}
_REGISTERS = {f"flask.{kind}().register_blueprint": kind for kind in ("Flask", "Blueprint")}
_MEANT = {"integer": "int", "number": "int", "num": "int", "str": "string", "text": "string", "double": "float"}
_METHODS = frozenset(name.rpartition(".")[2] for name in (*_ADDERS, *_REGISTERS, "flask.Blueprint"))
"""The names that those calls end in: most calls end in another and need not be resolved."""


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    if isinstance(node.func, ast.Attribute) and node.func.attr not in _METHODS:
        return
    name = ctx.name(node.func) or ""
    if not name.startswith("flask.") or ctx.is_test:
        return
    if name in _ADDERS:
        if (text := Text.of(argument(node, 0, "rule"), ctx)) is not None:
            yield from _slash_of_rule(text, node, _ADDERS[name], ctx)
            yield from _variables(text, ctx)
    elif name in _REGISTERS:
        if (text := Text.of(argument(node, None, "url_prefix"), ctx)) is not None:
            yield from _registered_prefix(text, node, _REGISTERS[name], ctx)
            yield from _variables(text, ctx)
    elif name == "flask.Blueprint" and ctx.ask(is_from_package, path_of(node.func)):
        yield from _blueprint(node, ctx)


# -- slashes ---------------------------------------------------------------------------------------------------------


def _slash_of_rule(text: Text, node: ast.Call, kind: str, ctx: Context) -> Iterator[Finding]:
    if text.value.startswith("/"):
        return
    if kind == "Flask":
        yield _without_slash(text, "A rule must start with a slash: Flask raises ValueError at start-up.", ctx)
        return
    to = reference(node.func, ctx)
    seen = () if to is None else ctx.ask(mounts, to)
    without = {None} if text.value else {None, ""}
    if seen and all(mount.prefix in without for mount in seen):
        message = "The blueprint has no prefix, so its rule must start with a slash: Flask raises ValueError."
        yield _without_slash(text, message, ctx)


def _registered_prefix(text: Text, node: ast.Call, kind: str, ctx: Context) -> Iterator[Finding]:
    """``register_blueprint(bp, url_prefix="api")``."""
    given = argument(node, 0, "blueprint")
    to = None if given is None else reference(given, ctx, whole=True)
    if text.value.startswith("/") or not text.value or to is None or not ctx.ask(has_routes, to):
        return
    if kind == "Blueprint":
        outer = reference(node.func, ctx)
        around = () if outer is None else ctx.ask(mounts, outer)
        if not around or any(mount.prefix is not None for mount in around):
            return
    yield _bad_prefix(text, ctx)


def _blueprint(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``Blueprint("name", __name__, url_prefix="api")``."""
    name, prefix = Text.of(argument(node, 0, "name"), ctx), Text.of(argument(node, None, "url_prefix"), ctx)
    if name is not None:
        yield from _name(name, ctx)
    if prefix is None:
        return
    yield from _variables(prefix, ctx)
    to = blueprint_of(node, ctx)
    if prefix.value.startswith("/") or not prefix.value or to is None or not ctx.ask(has_routes, to):
        return
    seen = ctx.ask(mounts, to)
    prefixes = [mount.prefix for mount in seen if mount.own]
    if any(isinstance(each, str) and not each.startswith("/") for each in prefixes):
        yield _bad_prefix(prefix, ctx)


def _bad_prefix(text: Text, ctx: Context) -> Finding:
    return _without_slash(text, "A prefix must start with a slash: Flask raises ValueError at start-up.", ctx)


def _without_slash(text: Text, message: str, ctx: Context) -> Finding:
    inside = text.inside
    if inside is None:
        return ctx.finding(text.node, message)
    fix = Fix("Insert the slash", True, lambda editing: editing.insert(inside.start, "/"))
    return ctx.finding(text.node, message, fixes=[fix])


def _name(text: Text, ctx: Context) -> Iterator[Finding]:
    if not text.value and ctx.versions.below("flask", (2, 3)) is not True:
        yield ctx.finding(text.node, "A blueprint's name may not be empty: Flask raises ValueError.")
    elif "." in text.value and ctx.versions.below("flask", (2, 0, 1)) is not True:
        message = "A blueprint's name may hold no dot, which separates endpoints: Flask raises ValueError."
        yield ctx.finding(text.node, message)


# -- variables -------------------------------------------------------------------------------------------------------


def _variables(text: Text, ctx: Context) -> Iterator[Finding]:
    parsed = parse_rule(text.value)
    for error in parsed.errors:
        if error.what == "twice":
            name = text.value[error.span.start : error.span.end]
            message = f"`{name}` stands twice in this rule: Flask does not start with it."
            yield ctx.finding(text.span(error.span), message)
        elif error.what == "variable":
            yield _broken(text, error, ctx)
    for variable in parsed.variables:
        if variable.converter not in CONVERTERS:
            yield from _converter(text, variable, ctx)


def _broken(text: Text, error: Malformed, ctx: Context) -> Finding:
    written = text.value[error.span.start : error.span.end]
    message = f"`{written}` is neither `<name>` nor `<converter:name>`: Flask raises ValueError at start-up."
    mended = re.sub(r"\s+", "", written)
    title = "Remove the spaces" if mended != written else "Close the bracket"
    mended = mended if mended.endswith(">") else mended + ">"
    fixes: list[Fix] = []
    if text.inside is not None and len(parse_rule(mended).variables) == 1 and mended != written:
        fixes.append(Fix(title, True, lambda editing: editing.replace(text.span(error.span), mended)))
    return ctx.finding(text.span(error.span), message, fixes=fixes)


def _converter(text: Text, variable: Variable, ctx: Context) -> Iterator[Finding]:
    name, span = variable.converter, variable.converter_span
    custom = ctx.ask(custom_converters)
    if span is None or custom is None or name in custom:
        return
    meant = _MEANT.get(name.lower()) or (name.lower() if name.lower() in CONVERTERS else None)
    near = difflib.get_close_matches(name.lower(), sorted((CONVERTERS | custom) - {"default"}), 1, 0.7)
    better = meant or (near[0] if near else None)
    if better is None and ctx.ask(may_be_from_extension):
        return
    why = f"There is no URL converter `{name}`: Flask raises LookupError at start-up"
    if better is None or text.inside is None:
        yield ctx.finding(text.span(span), f"{why}.")
        return

    def change(editing: Editing) -> None:
        editing.replace(text.span(span), better)

    fix = Fix(f"Use the converter `{better}`", meant is not None, change)
    yield ctx.finding(text.span(span), f"{why}. Use `{better}`.", fixes=[fix])
