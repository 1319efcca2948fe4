"""A proxy is handed to code that runs in the background.

`current_app`, `request`, `session`, `g` and `current_user` are no objects, but ask for the object of the context that
is active whenever they are used. A thread, an executor or a task of a worker has no context: the proxy raises
`RuntimeError` there. Hand over the object itself, which is `current_app._get_current_object()`, or the values that are
needed. A signal compares its sender with those its receivers are connected to, and a proxy is none of them.

```python
from threading import Thread

from flask import Flask, current_app

app = Flask(__name__)


def work(application):
    with application.app_context():
        print(current_app.name)


@app.get("/")
def index():
    Thread(target=work, args=(current_app,)).start()
    return "hello"
```

Better:

```python
from threading import Thread

from flask import Flask, current_app

app = Flask(__name__)


def work(application):
    with application.app_context():
        print(current_app.name)


@app.get("/")
def index():
    Thread(target=work, args=(current_app._get_current_object(),)).start()
    return "hello"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.values import path_of
from flask_lsp.project.entries import STARTERS, Handing, handing
from flask_lsp.project.reaching import STARTED
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

rule = Rule(
    "FL103",
    "proxy-to-background",
    Level.ERROR,
    words=(*STARTERS, ".delay", ".apply_async", ".send"),
)

_PROXIES = {
    **{f"flask.{name}": name for name in ("current_app", "request", "session", "g")},
    "flask_login.current_user": "current_user",
    "flask_login.utils.current_user": "current_user",
}
_WHERE = {
    "thread": "a thread",
    "timer": "a timer",
    "process": "a process",
    "executor": "an executor",
    "spawned": "the background",
    "job": "a job",
    "scheduled": "a job",
    "task": "a task",
}


def check(call: ast.Call, ctx: Context) -> Iterator[Finding]:
    path = path_of(call.func)
    if path is None or not (call.args or call.keywords):
        return
    name = ctx.name(call.func)
    taking = handing(name, path)
    if taking is not None and taking.kind in STARTED:
        if not _copies(call, taking, ctx):
            yield from _found(_given(call, taking), _WHERE[taking.kind], ctx)
    elif path.endswith((".delay", ".apply_async")) and (name is None or name.startswith("<")):
        given = _with_arguments(call) if path.endswith(".apply_async") else [*call.args, *_values(call)]
        yield from _found(given, "a task", ctx)
    elif path.endswith(".send") and name is not None and (name.endswith(".signal().send") or _is_flasks(name)):
        yield from _found(call.args[:1], "a signal", ctx)


def _is_flasks(name: str) -> bool:
    return name.startswith("flask.") and name.count(".") == 2 and not name.startswith(("flask.current_app", "flask.g."))


def _copies(call: ast.Call, taking: Handing, ctx: Context) -> bool:
    """The function that is started has a copy of the request's context."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == taking.keyword]
    target = (named or call.args[taking.position : taking.position + 1] or [None])[0]
    if isinstance(target, ast.Call):
        return ctx.name(target.func) == "flask.copy_current_request_context"
    if not isinstance(target, ast.Name):
        return False
    for scope in ctx.scopes(call):
        for bound in scope.bindings.get(target.id, ()):
            decorators = getattr(getattr(bound, "function", None), "decorators", ())
            if any("copy_current_request_context" in getattr(value, "text", "") for value, _ in decorators):
                return True
    return False


def _given(call: ast.Call, taking: Handing) -> list[ast.expr]:
    """The arguments that the function gets when it runs."""
    if taking.kind in ("executor", "spawned"):
        return [*call.args[taking.position + 1 :], *_values(call)]
    behind = call.args[taking.position + 1 :] if taking.kind in ("job", "scheduled") else []
    return [*behind, *_with_arguments(call)]


def _with_arguments(call: ast.Call) -> list[ast.expr]:
    """What ``args=`` and ``kwargs=`` hold, and the first two arguments of ``apply_async``."""
    given = [*call.args, *[each.value for each in call.keywords if each.arg in ("args", "kwargs")]]
    return [inner for each in given for inner in _inside(each)]


def _inside(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return items
        case ast.Dict(values=items):
            return items
        case _:
            return []


def _values(call: ast.Call) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords if keyword.arg]


def _found(given: list[ast.expr], where: str, ctx: Context) -> Iterator[Finding]:
    for node in given:
        what = _PROXIES.get(ctx.name(node) or "") if isinstance(node, ast.Name | ast.Attribute) else None
        if what is None or (where == "a signal" and what != "current_app"):
            continue
        text = ctx.text(node)
        if where == "a signal":
            message = (
                f"`{text}` is a proxy, and no receiver that is connected to the application hears of it: send "
                f"`{text}._get_current_object()`."
            )
        else:
            better = f"`{text}._get_current_object()`" if what == "current_app" else "the values that are needed"
            message = f"`{text}` is a proxy that has no context in {where}: hand over {better}."
        yield ctx.finding(node, message, fixes=[_fix(node, text, what)])


def _fix(node: ast.expr, text: str, what: str) -> Fix:
    better = {"current_user": f"{text}.id", "session": f"dict({text})"}.get(what, f"{text}._get_current_object()")

    def change(editing: Editing) -> None:
        if not editing.holds(node):
            editing.impossible = True
            return
        editing.replace(node, better)

    return Fix(f"Hand over `{better}`", what == "current_app", change)
