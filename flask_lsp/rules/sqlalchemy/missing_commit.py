"""The session is changed, and nothing commits the change.

`db.session.add()` only notes what is to be done, and so does a new value for an attribute of what was loaded. Without
`db.session.commit()` the transaction is rolled back when the request, or the application context, ends: the view
answers as if all were well, and the row is not there.

```python
from flask import Flask, redirect, request, url_for
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)


@app.post("/users")
def create():
    user = User(name=request.form["name"])
    db.session.add(user)
    return redirect(url_for("users"))


@app.get("/users")
def users():
    return [user.name for user in db.session.scalars(db.select(User))]
```

Better:

```python
from flask import Flask, redirect, request, url_for
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)


@app.post("/users")
def create():
    user = User(name=request.form["name"])
    db.session.add(user)
    db.session.commit()
    return redirect(url_for("users"))


@app.get("/users")
def users():
    return [user.name for user in db.session.scalars(db.select(User))]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.transactions import written_in
from flask_lsp.facts.values import path_of
from flask_lsp.project import databases, names, session_calls, sessions
from flask_lsp.project.sessions import Lost
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.sqlalchemy._session import can_be_named, roll_back, session_name
from flask_lsp.syntax.nodes import walk
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

rule = Rule("FL701", "missing-commit", Level.WARNING)


def in_pause(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
    found = sessions.lost_in(ctx.project, ctx.document)
    if not found:
        return
    places = {written.name: (start, written.spans) for start, written in written_in(facts)}
    for lost in found:
        start, spans = places[lost.function]
        if lost.always or _is_statement(start, spans[lost.at], ctx):
            yield _finding(lost, start, spans[lost.at], ctx)


def _is_statement(start: int, span: Span, ctx: Context) -> bool:
    """An assignment, or a call that is made for what it does: what it gives back is not used."""
    block = ctx.file.tree.at(start).block
    node = _node_at(block, span)
    return isinstance(node, ast.Attribute) or (node is not None and isinstance(block.parents.get(node), ast.Expr))


def _node_at(block: Block, span: Span) -> ast.Call | ast.Attribute | None:
    """The call, or the attribute that is assigned to, at a span of a block."""
    for node in walk(block.tree.body):
        match node:
            case ast.Call() | ast.Attribute(ctx=ast.Store()) if block.span(node) == span:
                return node
            case _:
                pass
    return None


def _finding(lost: Lost, start: int, span: Span, ctx: Context) -> Finding:
    block = ctx.file.tree.at(start).block
    session = lost.path.rpartition(".")[0]
    if not isinstance(_node_at(block, span), ast.Call):
        session = ""
        what = f"The new `{lost.path}` is lost when the session ends, for nothing commits it"
    elif lost.via is None and session.rpartition(".")[2].removesuffix("()") == "session":
        what = f"What `{lost.path}()` changes is lost when the session ends, for nothing commits it"
    else:
        session = ""
        what = f"What `{lost.path}()` changes in the session is lost when that ends, for nothing commits it"
    called = session or f"{ctx.ask(databases.database_here) or 'db'}.session"
    related: list[Related] = []
    if lost.via is not None:
        document, name = lost.via
        related.append(Related(f"`{name}` makes the change", document=document, name=name.partition(".")[0]))
    fix = Fix("Commit after it", False, lambda editing: _commit(editing, session, span.shift(start), ctx))
    fixes = [fix] if session or can_be_named(ctx) else []
    return ctx.finding(span.shift(start), f"{what}: call `{called}.commit()`.", fixes=fixes, related=related)


def _commit(editing: Editing, session: str, span: Span, ctx: Context) -> None:
    block = editing.at(span.start)
    inside = span.shift(-ctx.file.tree.at(span.start)[0])
    call = _node_at(block, inside)
    if call is None:
        editing.impossible = True
        return
    statement = _statement(call, editing)
    session = session or session_name(editing)
    line = f"{session}.commit()"
    for handler in _handlers(statement, editing):
        roll_back(editing, handler, session)
    match statement:
        case ast.Return(value=ast.expr() as value):
            name = _free("result", editing)
            editing.insert_before(statement, f"{name} = {editing.text(value)}", line)
            editing.replace(value, name)
        case ast.Expr() | ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.While() | ast.AsyncFor():
            editing.insert_after(statement, line)
        case _:
            editing.impossible = True


def _handlers(statement: ast.stmt, editing: Editing) -> Iterator[ast.ExceptHandler]:
    """The handlers that a commit behind the statement may fail into, and that then go on."""
    child: ast.AST = statement
    parent = editing.block.parents.get(child)
    while parent is not None and not isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for handler in parent.handlers if isinstance(parent, ast.Try) and child in parent.body else ():
            kinds = set(_kinds(handler, editing))
            if not any(map(session_calls.is_error_of_database, kinds)):
                continue
            if not isinstance(handler.body[-1], ast.Raise) and not _rolls_back(handler):
                yield handler
            if any(map(session_calls.is_every_error, kinds)):
                return
        child, parent = parent, editing.block.parents.get(parent)


def _kinds(handler: ast.ExceptHandler, editing: Editing) -> Iterator[str]:
    """The canonical names of the exceptions that are handled."""
    if handler.type is None:
        yield "builtins.BaseException"
        return
    for kind in handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]:
        path = path_of(kind)
        yield (path and names.canonical(editing.project, editing.file.document, path)) or ""


def _rolls_back(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Attribute) and session_calls.gives_up(node.attr) for node in walk(handler.body))


def _statement(call: ast.AST, editing: Editing) -> ast.stmt:
    """The statement behind which the commit goes: the outermost loop around the call, else its own."""
    parents, found = editing.block.parents, None
    node: ast.AST = call
    while not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.With | ast.Module):
        if isinstance(node, ast.stmt) and (found is None or _is_loop_that_ends(node)):
            found = node
        node = parents[node]
    assert found is not None
    return found


def _is_loop_that_ends(node: ast.stmt) -> bool:
    """Nothing leaves the loop but its end: behind it all of its changes are there."""
    if not isinstance(node, ast.For | ast.AsyncFor | ast.While):
        return False
    return not any(isinstance(inner, ast.Return) for inner in walk(node.body))


def _free(name: str, editing: Editing) -> str:
    taken = {node.id for node in walk(editing.block.tree.body) if isinstance(node, ast.Name)}
    while name in taken:
        name += "_"
    return name
