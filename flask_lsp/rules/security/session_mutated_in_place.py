"""A change inside a value of the session, which the session does not notice.

The session cookie is written again when a key is set or deleted. `session["cart"].append(...)` changes a list that the
session holds and sets no key, so the change is gone with the request; `session.modified = True` has it written. Where
the key is new in the same request, the first change is saved with it, and the loss begins with the second request.

```python
from flask import Flask, session

app = Flask(__name__)
app.secret_key = "only for this example"


@app.route("/cart/<item>")
def add(item):
    if "cart" not in session:
        session["cart"] = []
    session["cart"].append(item)
    return session["cart"]
```

Better:

```python
from flask import Flask, session

app = Flask(__name__)
app.secret_key = "only for this example"


@app.route("/cart/<item>")
def add(item):
    if "cart" not in session:
        session["cart"] = []
    session["cart"].append(item)
    session.modified = True
    return session["cart"]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project import functions
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import COMPOUND, Editing
from flask_lsp.rules.security._saved import Change, changes, decorators_save, never_with, path_to, saves, within

rule = Rule("FL408", "session-mutated-in-place", Level.WARNING, words=("session",))


def check(node: ast.FunctionDef | ast.AsyncFunctionDef, ctx: Context) -> Iterator[Finding]:
    if "session" not in ctx.text(node) or ctx.is_test or not ctx.answers_requests(node):
        return
    found = list(changes(node, ctx))
    if not found or decorators_save(node, ctx) or ctx.ask(functions.session_saved_anyway) is not False:
        return
    saving = list(saves(node, ctx))
    told: list[Change] = []
    for change in found:
        if any(within(path_to(other.where, ctx), path_to(change.where, ctx)) for other in told):
            continue  # what saves that one saves this one too
        reasons = [never_with(save, change, ctx) for save in saving]
        if all(reasons):
            told.append(change)
            yield _finding(change, change.only_second or "new" in reasons, ctx)


def _finding(change: Change, only_second: bool, ctx: Context) -> Finding:
    modified = f"{ctx.text(change.session)}.modified = True"
    message = f"The session does not notice a change inside a value, which is lost after the request: add `{modified}`."
    if only_second:
        message = (
            "The session notices a new key but no change in its value, which is lost from the second request on: "
            f"add `{modified}`."
        )

    def insert(editing: Editing) -> None:
        statement = ctx.statement(change.where)
        if not isinstance(statement, (*COMPOUND, ast.Return, ast.Raise)):
            editing.insert_after(statement, modified)
            return
        while isinstance(above := ctx.parent(statement), ast.If) and above.orelse == [statement]:
            statement = above  # nothing fits in between "if" and "elif"
        editing.insert_before(statement, modified)

    return ctx.finding(change.where, message, fixes=[Fix(f"Add `{modified}`", True, insert)])
