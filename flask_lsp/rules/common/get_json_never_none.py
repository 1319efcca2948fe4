"""A test for "no JSON was sent" that is never reached.

`request.json` and `request.get_json()` do not return None for a request without JSON: they answer it themselves, a
missing body or another content type with 415 (before Flask 2.3: 400), a body that is no JSON with 400. Only a body that
says `null`, `{}` or `[]` gets as far as the test. With `silent=True` the answer is None, and the test decides.

```python
from flask import Flask, request

app = Flask(__name__)


@app.route("/users", methods=["POST"])
def create():
    data = request.get_json()
    if not data:
        return {"error": "send JSON"}, 400
    return data
```

Better:

```python
from flask import Flask, request

app = Flask(__name__)


@app.route("/users", methods=["POST"])
def create():
    data = request.get_json(silent=True)
    if not data:
        return {"error": "send JSON"}, 400
    return data
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flask_lsp.project import functions
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.common._request import BAD_REQUESTS, is_caught, leaves
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

rule = Rule("FL907", "get-json-never-none", Level.WARNING, words=("json",))

_LOOKS = ("is_json", "content_type", "mimetype", "mimetype_params", "content_length", "data", "headers")
"""What a view reads of the request that wants to know first whether there is JSON."""


def check(node: ast.FunctionDef | ast.AsyncFunctionDef, ctx: Context) -> Iterator[Finding]:
    if "json" not in ctx.text(node) or not (tests := list(_tests(node, ctx))) or _answers_itself(ctx) or ctx.is_test:
        return
    told: set[object] = set()
    for test in tests:
        same = test.accessor if isinstance(test.accessor, ast.Call) else "json"
        if same in told or _looks_first(node, test, ctx) or is_caught(test.accessor, ctx, BAD_REQUESTS):
            continue
        if _asks_for_null(node, test, ctx):
            continue
        told.add(same)
        group = [
            other for other in tests if other.accessor is test.accessor or isinstance(test.accessor, ast.Attribute)
        ]
        code = "400" if ctx.versions.below("werkzeug", (2, 3)) or ctx.versions.below("flask", (2, 3)) else "415"
        yield ctx.finding(
            test.where,
            f"A missing body or another content type is answered {code} before this test: only `null`, `{{}}` or `[]` "
            "gets here; use `get_json(silent=True)`.",
            fixes=[_silent(group, ctx)],
        )


@dataclass(frozen=True)
class _Test:
    where: ast.expr
    accessor: ast.Call | ast.Attribute
    """``request.get_json()`` or ``request.json``."""
    decides: bool
    """What is not there is dealt with: nothing after the test takes it for JSON."""


def _tests(function: ast.FunctionDef | ast.AsyncFunctionDef, ctx: Context) -> Iterator[_Test]:
    """The expressions that ask whether there is JSON, in the order of the text."""
    for node in ctx.block.nodes.own(function):
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield from _test(node, operand, _leaves_if(node, ctx), ctx)
            case ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=None)]):
                absent = isinstance(op, ast.Is | ast.Eq)
                if absent or isinstance(op, ast.IsNot | ast.NotEq):
                    yield from _test(node, left, absent and _leaves_if(node, ctx), ctx)
            case ast.BoolOp(op=op, values=values):
                for value in values[:-1]:
                    yield from _test(node if value is values[0] else value, value, isinstance(op, ast.Or), ctx)
            case ast.If(test=test) | ast.IfExp(test=test):
                yield from _test(test, test, False, ctx)
            case _:
                pass


def _test(where: ast.expr, value: ast.expr, decides: bool, ctx: Context) -> Iterator[_Test]:
    if isinstance(value, ast.NamedExpr):
        value = value.value
    if isinstance(value, ast.Name) and (assigned := ctx.reaching(value)) is not None:
        value = assigned
    match value:
        case ast.Call(func=func) if ctx.name(func) == "flask.request.get_json" and _is_plain(value):
            yield _Test(where, value, decides)
        case ast.Attribute() if ctx.name(value) == "flask.request.json":
            yield _Test(where, value, decides)
        case _:
            pass


def _is_plain(call: ast.Call) -> bool:
    """Neither ``force`` nor ``silent`` may be set."""
    if call.args or any(keyword.arg not in ("force", "silent", "cache") for keyword in call.keywords):
        return False
    options = [keyword.value for keyword in call.keywords if keyword.arg != "cache"]
    return all(isinstance(option, ast.Constant) and option.value is False for option in options)


def _leaves_if(test: ast.expr, ctx: Context) -> bool:
    """The test is that of an ``if`` that leaves the function, alone or before an ``or``."""
    parent = ctx.parent(test)
    if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or):
        test, parent = parent, ctx.parent(parent)
    return isinstance(parent, ast.If) and parent.test is test and leaves(parent.body, ctx)


def _looks_first(function: ast.AST, test: _Test, ctx: Context) -> bool:
    """The function looks at the content type or at the raw body: it knows that there is JSON, or what it does."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in _LOOKS
        and ctx.name(node.value) == "flask.request"
        and ctx.span(node).start < ctx.span(test.where).start
        for node in ast.walk(function)
    )


def _asks_for_null(function: ast.AST, test: _Test, ctx: Context) -> bool:
    """``if data is None:`` beside ``isinstance(data, dict)``, or ``if not data:`` behind it: every kind of JSON is
    thought of, `null` too."""
    match test.where:
        case ast.Compare(left=asked, ops=[ast.Is() | ast.IsNot()]):
            end = ctx.span(function).end
        case ast.UnaryOp(op=ast.Not(), operand=asked):
            end = ctx.span(test.where).start
        case _:
            return False
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and len(node.args) == 2]
    kinds = [node for node in calls if ctx.span(node).start < end and ctx.name(node.func) == "builtins.isinstance"]
    return any(ctx.text(node.args[0]) == ctx.text(asked) for node in kinds)


def _answers_itself(ctx: Context) -> bool:
    """Flask does as it did before 2.1, or the project says itself what happens to a body that is no JSON."""
    old = ctx.versions.below("flask", (2, 1)) or ctx.versions.below("werkzeug", (2, 1))
    return bool(old) or ctx.ask(functions.json_failure_overridden)


def _silent(group: list[_Test], ctx: Context) -> Fix:
    accessors = {ctx.span(test.accessor): test.accessor for test in group}

    def change(editing: Editing) -> None:
        for accessor in accessors.values():
            if isinstance(accessor, ast.Call):
                editing.replace_argument(accessor, "silent", "True")
            else:
                editing.replace(accessor, f"{editing.text(accessor.value)}.get_json(silent=True)")

    return Fix("Use `get_json(silent=True)`", all(test.decides for test in group), change)
