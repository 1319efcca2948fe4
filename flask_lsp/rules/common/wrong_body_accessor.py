"""A view reads another part of the request than its clients fill.

The form is in `request.form`, a JSON body in `request.json`, what stands behind the `?` in `request.args`. Each is
empty, or answers 415, for a request that carries the other. A route that is made for GET alone gets no body at all:
without `methods=["GET", "POST"]` the form never arrives.

```python
from flask import Flask, request

app = Flask(__name__)


@app.route("/login")
def login():
    if request.method == "POST":
        return "Hello " + request.form["name"]
    return "Who are you?"
```

Better:

```python
from flask import Flask, request

app = Flask(__name__)


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        return "Hello " + request.form["name"]
    return "Who are you?"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project import clients
from flask_lsp.project.clients import Client
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.common._accessor import add_post, query_instead, read_instead
from flask_lsp.rules.common._body import (
    FunctionDef,
    Read,
    Reading,
    looks_at_type,
    reading,
    refuses_all_but_json,
    straight,
)
from flask_lsp.rules.common._view import key_of, methods_of
from flask_lsp.rules.context import Context

rule = Rule("FL903", "wrong-body-accessor", Level.WARNING, words=("request",))

NO_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_NAMES = {"form": "request.form", "json": "request.json", "args": "request.args", "files": "request.files"}


def check(node: FunctionDef, ctx: Context) -> Iterator[Finding]:
    if ctx.is_test or not any(word in ctx.text(node) for word in (".form", "json", ".files", ".args")):
        return
    found = misread(node, ctx)
    if found is not None:
        yield found


def misread(node: FunctionDef, ctx: Context) -> Finding | None:
    """What a view reads that cannot be there; one finding, for one cause has many places."""
    methods = methods_of(node, ctx)
    read = reading(node, ctx) if methods else None
    if methods is None or read is None or not read.reads:
        return None
    sent = _sent(node, methods, ctx)
    if methods <= NO_BODY:
        return _without_body(node, read, sent, ctx)
    return _both(read, ctx) or _against_clients(node, read, methods, sent, ctx)


def has_no_body(node: FunctionDef, ctx: Context) -> bool:
    """The view answers only methods whose requests have no body."""
    methods = methods_of(node, ctx)
    return methods is not None and methods <= NO_BODY


def _sent(node: FunctionDef, methods: frozenset[str], ctx: Context) -> tuple[Client, ...]:
    """What the project sends to a view; to a method of a class, what its route gets by that method."""
    document, name = key_of(node, ctx) or ("", "")
    if not isinstance(ctx.parent(node), ast.ClassDef):
        return ctx.ask(clients.clients_of, (document, name))
    every = ctx.ask(clients.clients_of, (document, name.rpartition(".")[0]))
    return tuple(one for one in every if one.sent.method in methods)


# -- GET alone -------------------------------------------------------------------------------------------------------


def _without_body(node: FunctionDef, read: Reading, sent: tuple[Client, ...], ctx: Context) -> Finding | None:
    body = [each for each in read.of("form", "json", "files") if not each.lenient]
    if (
        not body
        or read.whole
        or any(one.sent.kind in ("json", "form", "?") for one in sent if one.sent.method == "GET")
    ):
        return None
    if (
        looks_at_type(node, ctx)
        or _is_shared(body, read.of("args", "values"))
        or all(_is_given(each, ctx) for each in body)
    ):
        return None
    first = next(each for each in body if not _is_given(each, ctx))
    what = _without_json(ctx) if first.kind == "json" else "is empty"
    name = ctx.text(first.node)
    by_query = any(one.sent.method == "GET" and one.sent.query for one in sent)
    fixes = [add_post(node, tuple(body), ctx), *_to_query(body, ctx)]
    message = f"This view is there for GET alone, and a GET request has no body: `{name}` {what}; "
    message += "read `request.args`." if by_query else 'add `methods=["GET", "POST"]`.'
    fixes = [fix for fix in (reversed(fixes) if by_query else fixes) if fix is not None]
    return ctx.finding(first.node, message, fixes=fixes)


def _without_json(ctx: Context) -> str:
    """What reading JSON does where none was sent."""
    if ctx.versions.below("flask", (2, 1)) or ctx.versions.below("werkzeug", (2, 1)):
        return "is None"
    return "answers 400" if ctx.versions.below("werkzeug", (2, 3)) else "answers 415"


def _to_query(body: list[Read], ctx: Context) -> list[Fix | None]:
    if any(each.kind == "files" for each in body):
        return []
    return [query_instead(tuple(body), ctx)]


def _is_shared(body: list[Read], query: tuple[Read, ...]) -> bool:
    """The same key is read of the query too: somebody takes it wherever it comes from."""
    return any(
        one.keys is None or other.keys is None or not one.keys.isdisjoint(other.keys) for one in body for other in query
    )


def _is_given(read: Read, ctx: Context) -> bool:
    """``LoginForm(request.form)``: a form that is only shown gets an empty one."""
    parent = ctx.parent(read.node)
    while isinstance(parent, ast.BoolOp | ast.IfExp):
        parent = ctx.parent(parent)
    return read.kind == "form" and isinstance(parent, ast.Call | ast.keyword)


# -- both ------------------------------------------------------------------------------------------------------------


def _both(read: Reading, ctx: Context) -> Finding | None:
    """The JSON body and the form of one request: it has but one of them."""
    # A test whether there is JSON is FL907's.
    body = tuple(each for each in read.of("json") if not each.lenient and each.keys)
    pairs = list(straight(body, read.of("form"), ctx))
    if not pairs or read.whole:
        return None
    json, form = read.of("json"), read.of("form")
    wrong, kind, right = (form, "form", "json") if len(form) <= len(json) else (json, "json", "form")
    first = next(each for pair in pairs for each in pair if each.kind == kind)
    if len(form) == len(json):
        message = "One request has a form or JSON, never both: read all of it from one of them."
        return ctx.finding(first.node, message, fixes=[fix for fix in (read_instead(wrong, right, ctx),) if fix])
    message = f"The rest of this view reads `{_NAMES[right]}`, and one request has a form or JSON, never both."
    return ctx.finding(first.node, message, fixes=[fix for fix in (read_instead(wrong, right, ctx),) if fix])


# -- what clients send -----------------------------------------------------------------------------------------------


def _against_clients(
    node: FunctionDef, read: Reading, methods: frozenset[str], sent: tuple[Client, ...], ctx: Context
) -> Finding | None:
    if read.whole:
        return None
    refuses = refuses_all_but_json(node, ctx)
    if refuses is not None and read.of("form") and not read.of("json"):
        message = "Requests without JSON are turned back above, and the others have no form: read `request.json`."
        fix = read_instead(read.of("form"), "json", ctx)
        return ctx.finding(read.of("form")[0].node, message, fixes=[fix] if fix else [])
    bodies = [one for one in sent if one.sent.method in methods - NO_BODY and one.sent.kind != "none"]
    kinds = {one.sent.kind for one in bodies}
    if len(kinds) != 1 or "?" in kinds or looks_at_type(node, ctx):
        return None
    (kind,) = kinds
    return _wrong_kind(read, kind, bodies, ctx) or _query_alone(read, kind, methods, bodies, ctx)


def _wrong_kind(read: Reading, kind: str, bodies: list[Client], ctx: Context) -> Finding | None:
    """JSON is sent and the form is read, or the other way round."""
    wrong = read.of("form", "files") if kind == "json" else read.of("json")
    if not wrong or read.of("json" if kind == "json" else "form") or (kind == "form" and read.of("files")):
        return None
    keys, known = read.keys(*{each.kind for each in wrong}), _keys_sent(bodies)
    if keys and known is not None and keys.isdisjoint(known):
        return None  # they speak of something else
    if kind == "json":
        message = f"{_who(bodies, ctx)} JSON, so `{ctx.text(wrong[0].node)}` is empty: read `request.json`."
    else:
        message = f"{_who(bodies, ctx)} a form, which is no JSON for `{ctx.text(wrong[0].node)}`: read `request.form`."
    fix = None if any(each.kind == "files" for each in wrong) else read_instead(wrong, kind, ctx)
    return ctx.finding(wrong[0].node, message, fixes=[fix] if fix else [], related=_related(bodies))


def _query_alone(
    read: Reading, kind: str, methods: frozenset[str], bodies: list[Client], ctx: Context
) -> Finding | None:
    """What is sent in the body is read from the query."""
    query = read.of("args")
    if not query or methods & NO_BODY or any(one.sent.query for one in bodies):
        return None
    keys, known, others = read.keys("args"), _keys_sent(bodies), read.keys("form", "json", "files")
    if not keys or known is None or not keys <= known or others is None or not keys.isdisjoint(others):
        return None
    right = "request.json" if kind == "json" else "request.form"
    message = f"{_who(bodies, ctx)} this in the body, and `request.args` is what stands behind the `?`: read `{right}`."
    fix = read_instead(query, kind, ctx)
    return ctx.finding(query[0].node, message, fixes=[fix] if fix else [], related=_related(bodies))


def _keys_sent(bodies: list[Client]) -> frozenset[str] | None:
    found = [one.sent.keys for one in bodies]
    return None if None in found else frozenset[str]().union(*[each or () for each in found])


def _who(bodies: list[Client], ctx: Context) -> str:
    path = ctx.path(bodies[0].document)
    return f"`{path}` sends" if len({one.document for one in bodies}) == 1 else f"`{path}` and others send"


def _related(bodies: list[Client]) -> list[Related]:
    """The tests that send it."""
    return [
        Related("Sent here", document=one.document, name=one.sent.where.partition(".")[0])
        for one in bodies
        if one.sent.where
    ][:3]
