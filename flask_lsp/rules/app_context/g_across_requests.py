"""A view reads from `g` what only another request has put there.

`g` is new for each request. What one view puts on it is gone when the next view runs, which then fails with
AttributeError. Keep what must last in `session`, or in the database; what every view needs is put on `g` by a function
with `@app.before_request`.

```python
from flask import Flask, g

app = Flask(__name__)
app.secret_key = "only for this example"


@app.post("/login/<name>")
def login(name):
    g.name = name
    return "Welcome"


@app.get("/")
def index():
    return f"Hello, {g.name}"
```

Better:

```python
from flask import Flask, session

app = Flask(__name__)
app.secret_key = "only for this example"


@app.post("/login/<name>")
def login(name):
    session["name"] = name
    return "Welcome"


@app.get("/")
def index():
    return f"Hello, {session['name']}"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.values import path_of
from flask_lsp.project import kinds, requests
from flask_lsp.project.routes import Key
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.nodes import walk

rule = Rule("FL104", "g-across-requests", Level.WARNING, words=("g.",))

_ON_G = ("g", "flask.g")
_METHODS = frozenset({"get", "pop", "setdefault"})


def check(node: ast.FunctionDef, ctx: Context) -> Iterator[Finding]:
    if "g." not in ctx.text(node) or not node.decorator_list or ctx.is_test:
        return
    told: set[str] = set()
    function = ".".join([*(scope.name for scope in reversed(ctx.scopes(node))), node.name])
    for inner in walk(node.body):
        if not isinstance(inner, ast.Attribute) or not isinstance(inner.ctx, ast.Load) or inner.attr in told:
            continue
        if inner.attr in _METHODS or inner.attr.startswith("__") or ctx.name(inner.value) != "flask.g":
            continue
        told.add(inner.attr)
        writers = ctx.ask(requests.set_in_views, function, inner.attr)
        if writers:
            yield _finding(inner, writers, ctx)


def _finding(node: ast.Attribute, writers: tuple[Key, ...], ctx: Context) -> Finding:
    only = f"`{writers[0][1]}`" if len(writers) == 1 else f"`{writers[0][1]}` and other views"
    message = (
        f"`g.{node.attr}` is set by {only} only, in another request, and `g` is new for each: keep it in the session."
    )
    related = [
        Related(f"`g.{node.attr}` is set here", document=document, name=name.partition(".")[0])
        for document, name in writers[:5]
    ]
    return ctx.finding(node, message, fixes=[_into_session(node.attr)], related=related)


def _into_session(name: str) -> Fix:
    """Reads and writes the session instead, in all of the project: nothing but views sets it."""

    def change(editing: Editing) -> None:
        project = editing.project
        for document, file in project.files.items():
            if f"g.{name}" not in file.source.text or kinds.is_test(project, document):
                continue
            for start, block in file.tree.blocks:
                found = [inner for inner in walk(block.tree.body) if _is_on_g(inner, name)]
                if found:
                    _replace(editing.elsewhere(document, start), found, name)

    return Fix("Keep it in the session, in all views", False, change)


def _is_on_g(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name and path_of(node.value) in _ON_G


def _replace(editing: Editing, found: list[ast.AST], name: str) -> None:
    session = editing.imported("flask", "session")
    for node in found:
        around = _string_around(node, editing)
        quoted = editing.string(name)
        if around is not None:  # no quote of the string itself, before Python 3.12
            quoted = f"'{name}'" if '"' in editing.text(around)[:4] else f'"{name}"'
        editing.replace(node, f"{session}[{quoted}]")
    editing.orphan("g")


def _string_around(node: ast.AST, editing: Editing) -> ast.JoinedStr | None:
    """The f-string in which an expression stands."""
    above = editing.block.parents.get(node)
    while above is not None and not isinstance(above, ast.stmt):
        if isinstance(above, ast.JoinedStr):
            return above
        above = editing.block.parents.get(above)
    return None
