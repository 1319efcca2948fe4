"""A URL is made absolute by hand.

`url_for` gives the whole URL when it is called with `_external=True`. Put together from `request.host_url` and a path
it has two slashes where they meet; with `request.url_root` it has the prefix of the application twice; with a scheme
that is written down it is wrong behind a proxy.

```python
from flask import Flask, request, url_for

app = Flask(__name__)


@app.route("/share")
def share():
    return {"link": request.host_url + url_for("share")}
```

Better:

```python
from flask import Flask, url_for

app = Flask(__name__)


@app.route("/share")
def share():
    return {"link": url_for("share", _external=True)}
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.frozen import frozen
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.request_context._urls import bound_to, external, is_relative, is_url_for, joins, parts, stripped
from flask_lsp.text import Span

rule = Rule("FL204", "hand-built-absolute-url", Level.WARNING, words=("url_for",))

_ENDS_IN_SLASH = frozenset({"flask.request.host_url", "flask.request.url_root"})
_WHOLE = frozenset({*_ENDS_IN_SLASH, "flask.request.base_url", "flask.request.url"})
_HOSTS = frozenset(
    {"flask.request.host", "flask.request.environ[]", "flask.request.headers[]", "flask.request.headers.get()"}
)
_HOST_KEYS = frozenset({"host", "http_host", "x-forwarded-host", "server_name"})
_SCHEME = re.compile(r"(https?)://$")


@frozen(eq=False)
class _Built:
    """The parts of an absolute URL: from the first to the call of ``url_for``."""

    first: int
    last: int
    call: ast.Call
    base: ast.expr
    """What gives the host."""
    scheme: str
    """The one that is written down."""
    double: bool
    """Where the two meet there are two slashes."""


def check(node: ast.BinOp | ast.JoinedStr | ast.Call, ctx: Context) -> Iterator[Finding]:
    if _is_sum(node) and _is_sum(ctx.parent(node)):
        return  # its own parts are looked at with those of the whole
    found = parts(node, ctx)
    if found is None or ctx.is_test:
        return
    for index, part in enumerate(found):
        built = _built(found, index, part, ctx)
        if built is not None:
            base = ctx.text(built.base) if built.base in ctx.block.parents else "the host"
            base = f"`{base}`" if "\n" not in base else "the host"
            message = f"`url_for` gives the whole URL itself: use `_external=True` instead of {base} before it."
            if built.double and not joins(node, ctx):
                message = f"{base} ends in a slash and `url_for` begins with one: use `_external=True` instead."
            elif joins(node, ctx) and not is_relative(built.call):
                return
            where = _part(node, found, built, ctx) or node
            yield ctx.finding(where, message[0].upper() + message[1:], fixes=list(_fixes(node, found, built, ctx)))
            return


def _is_sum(node: ast.AST | None) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)


def _built(found: list[ast.expr], index: int, part: ast.expr, ctx: Context) -> _Built | None:
    """The absolute URL that ends with a part, if that is a call of ``url_for`` behind a host of the request."""
    written, cut = stripped(part)
    call = bound_to(written, ctx)
    if not isinstance(call, ast.Call) or not is_url_for(call, ctx) or any(each.arg is None for each in call.keywords):
        return None
    at = index - 1
    if at >= 0 and isinstance(slash := found[at], ast.Constant) and slash.value == "/":
        at -= 1
    if at < 0:
        return None
    base, off = stripped(bound_to(found[at], ctx))
    if isinstance(base, ast.Call | ast.BinOp | ast.JoinedStr) and (inner := parts(base, ctx)):
        return _host_before(inner, at, index, call, ctx)
    name = ctx.name(base) or ""
    if name in _WHOLE:
        return _Built(at, index, call, base, "", name in _ENDS_IN_SLASH and not off and not cut)
    if not _is_host(base, name):
        return None
    return _with_scheme(found, at, index, call, base, ctx)


def _host_before(inner: list[ast.expr], at: int, index: int, call: ast.Call, ctx: Context) -> _Built | None:
    """``root = "https://" + request.host`` before it."""
    base, off = stripped(inner[-1])
    name = ctx.name(base) or ""
    if name in _WHOLE and len(inner) == 1:
        return _Built(at, index, call, base, "", name in _ENDS_IN_SLASH and not off)
    if not _is_host(base, name):
        return None
    built = _with_scheme(inner, len(inner) - 1, len(inner) - 1, call, base, ctx)
    return None if built is None or built.first else _Built(at, index, call, base, built.scheme, False)


def _with_scheme(
    found: list[ast.expr], at: int, index: int, call: ast.Call, base: ast.expr, ctx: Context
) -> _Built | None:
    """With the scheme before the host: a literal, or that of the request."""
    before = found[at - 1] if at else None
    if not isinstance(before, ast.Constant) or not isinstance(before.value, str):
        return None
    if before.value == "://" and at > 1 and ctx.name(found[at - 2]) == "flask.request.scheme":
        return _Built(at - 2, index, call, base, "", False)
    if scheme := _SCHEME.search(before.value):
        return _Built(at - 1, index, call, base, scheme.group(1), False)
    return None


def _is_host(base: ast.expr, name: str) -> bool:
    if name not in _HOSTS:
        return False
    key: ast.expr | None = None
    match base:
        case ast.Subscript(slice=found) | ast.Call(args=[found, *_]):
            key = found
        case _:
            return name == "flask.request.host"
    return isinstance(key, ast.Constant) and str(key.value).lower() in _HOST_KEYS


# -- fixes -----------------------------------------------------------------------------------------------------------


def _fixes(node: ast.expr, found: list[ast.expr], built: _Built, ctx: Context) -> Iterator[Fix]:
    """The call alone takes the place of what was put together."""
    before = found[built.first]
    literal = before.value if isinstance(before, ast.Constant) and built.scheme else None
    whole = built.first == 0 and built.last == len(found) - 1 and literal in (None, f"{built.scheme}://")
    span = None if whole else _part(node, found, built, ctx)
    if not whole and span is None:
        return

    def change(editing: Editing) -> None:
        text = _absolute(editing, built)
        if span is None:
            editing.replace(node, text)
        elif isinstance(node, ast.JoinedStr):
            editing.replace(span, f"{{{text}}}")
        else:
            editing.replace(span, text)
        editing.orphan("request")
        if isinstance(node, ast.Call) and span is None and joins(node, ctx):
            editing.orphan(editing.text(node.func))

    # A scheme that is written down may be another one than that of the request.
    yield Fix("Use `url_for(..., _external=True)`", built.scheme != "http", change)


def _absolute(editing: Editing, built: _Built) -> str:
    text = editing.text(built.call)
    if not is_relative(built.call):
        return text
    return external(text, f", _scheme={editing.string('https')}" if built.scheme == "https" else "")


def _part(node: ast.expr, found: list[ast.expr], built: _Built, ctx: Context) -> Span | None:
    """The text of the parts, where it stands by itself in the whole."""
    first, last = found[built.first], found[built.last]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        if built.scheme and isinstance(first, ast.Constant) and first.value != f"{built.scheme}://":
            return None
        if first not in ctx.block.parents or last not in ctx.block.parents:
            return None
        return Span(ctx.span(first).start, ctx.span(last).end)
    return None
