"""A failed commit is caught, but the session is not rolled back.

When a flush fails, inside a commit or alone, SQLAlchemy ends the transaction and waits for `rollback()`. Until then
every use of the session raises `PendingRollbackError`: the next query of the same request, the user that a template
shows, the next round of a loop. The end of the request or of the `with app.app_context():` cleans up, nothing before.

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String, unique=True)


@app.post("/users/<name>")
def create(name):
    db.session.add(User(name=name))
    try:
        db.session.commit()
    except IntegrityError:
        message = "taken"
    else:
        message = "created"
    return {"message": message, "users": User.query.count()}
```

Better:

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String, unique=True)


@app.post("/users/<name>")
def create(name):
    db.session.add(User(name=name))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        message = "taken"
    else:
        message = "created"
    return {"message": message, "users": User.query.count()}
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.transactions import written_in
from flask_lsp.project import databases, sessions
from flask_lsp.project.sessions import Broken
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.sqlalchemy._session import can_be_named, roll_back, session_name
from flask_lsp.syntax.nodes import walk
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

rule = Rule("FL704", "commit-without-rollback", Level.WARNING)

_ANSWERS = re.compile(r"jsonify|response|redirect|render|template|error|abort|not_found|bad_request", re.IGNORECASE)


def in_pause(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
    found = sessions.broken_in(ctx.project, ctx.document)
    if not found:
        return
    places = {written.name: (start, written.spans) for start, written in written_in(facts)}
    for broken in found:
        start, spans = places[broken.function]
        yield _finding(broken, start, spans, ctx)


def _finding(broken: Broken, start: int, spans: tuple[Span, ...], ctx: Context) -> Finding:
    block, inside = ctx.file.tree.at(start).block, spans[broken.at]
    handler = _handler_at(block, inside)
    assert handler is not None
    owner, _, method = broken.path.rpartition(".")
    session = owner if broken.via is None else f"{ctx.ask(databases.database_here) or 'db'}.session"
    failed = f"a failed {method}" if broken.via is None else f"`{broken.path}()` failed"
    ends = broken.how in ("ends", "stops") or (broken.how == "open" and _answers(handler, block))
    if ends:
        until = "program" if broken.how == "stops" else "request"
        why = f"The failed {method} is cleaned up only when the {until} ends"
    else:
        why = f"After {failed} the session raises until it is rolled back"
    related: list[Related] = []
    if broken.use is not None and block.span(handler).end < spans[broken.use].start:
        related.append(Related("The session is used here", span=spans[broken.use].shift(start)))
    if broken.via is not None:
        document, name = broken.via
        related.append(Related(f"`{name}` saves", document=document, name=name.partition(".")[0]))
    fix = Fix("Roll back first", True, lambda editing: _roll_back(editing, inside.shift(start), broken, session))
    return ctx.finding(
        _head(handler, block).shift(start),
        f"{why}: call `{session}.rollback()` first.",
        level=Level.INFORMATION if ends else Level.WARNING,
        fixes=[fix] if broken.via is None or can_be_named(ctx) else [],
        related=related,
    )


def _roll_back(editing: Editing, span: Span, broken: Broken, session: str) -> None:
    block = editing.at(span.start)
    handler = _handler_at(block, span.shift(-editing.file.tree.at(span.start)[0]))
    if handler is None:
        editing.impossible = True
        return
    roll_back(editing, handler, session if broken.via is None else session_name(editing))


def _handler_at(block: Block, span: Span) -> ast.ExceptHandler | None:
    handlers = (node for node in walk(block.tree.body) if isinstance(node, ast.ExceptHandler))
    return next((each for each in handlers if block.span(each) == span), None)


def _head(handler: ast.ExceptHandler, block: Block) -> Span:
    """``except ...`` up to the colon."""
    start = block.span(handler).start
    end = start + len("except") if handler.type is None else block.span(handler.type).end
    return Span(start, max(block.text.find(":", end), end))


def _answers(handler: ast.ExceptHandler, block: Block) -> bool:
    """The function gives answers to requests, by the look of what it returns from the handler on: it is a view,
    however it became one."""
    function = block.nodes.functions.get(handler)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    start = block.span(handler).start
    returns = [
        node
        for node in walk(function.body)
        if isinstance(node, ast.Return)
        and block.nodes.functions.get(node) is function
        and block.span(node).start >= start
    ]
    inside = [node for node in returns if block.span(node).end <= block.span(handler).end]
    if isinstance(handler.body[-1], ast.Return):
        returns = inside
    return bool(returns) and all(_is_response(each.value) for each in returns)


def _is_response(node: ast.expr | None) -> bool:
    match node:
        case ast.Tuple(elts=[_, ast.Constant(value=int() as status), *_]):
            return 100 <= status < 600 and not isinstance(status, bool)
        case ast.Tuple(elts=[first, *_]):
            return isinstance(first, ast.Call) and _is_response(first)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return bool(_ANSWERS.search(name))
        case _:
            return False
