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
from collections.abc import Iterator, Sequence

from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.sqlalchemy import _handlers
from flask_lsp.rules.sqlalchemy._session import SESSION, saves
from flask_lsp.syntax.nodes import FunctionNode
from flask_lsp.text import Span

rule = Rule("FL704", "commit-without-rollback", Level.WARNING, words=("commit", "flush"))


def check(node: ast.Try, ctx: Context) -> Iterator[Finding]:
    commit = next(saves(node, ctx), None)
    if commit is None or ctx.is_migration or _cleaned_up_after(node, ctx):
        return
    for handler in _handlers.first_for_database_errors(node, ctx):
        if _handlers.cleans_up(handler.body, ctx):
            continue
        level = _level(handler, node, ctx)
        if level is not None:
            yield _finding(handler, commit, level, ctx)


def _finding(handler: ast.ExceptHandler, commit: ast.Attribute, level: Level, ctx: Context) -> Finding:
    session = ctx.text(commit.value)
    if level is Level.INFORMATION:
        why = f"The failed {commit.attr} is cleaned up only when the request ends"
    else:
        why = f"After a failed {commit.attr} the session raises until it is rolled back"

    def change(editing: Editing) -> None:
        first = handler.body[0]
        if isinstance(first, ast.Pass) and len(handler.body) == 1:
            editing.replace(first, f"{session}.rollback()")
        else:
            editing.insert_before(first, f"{session}.rollback()")

    message = f"{why}: call `{session}.rollback()` first."
    return ctx.finding(_head(handler, ctx), message, level=level, fixes=[Fix("Roll back first", True, change)])


def _level(handler: ast.ExceptHandler, node: ast.Try, ctx: Context) -> Level | None:
    """How bad it is that the handler does not roll back; ``None`` where the exception goes on its way."""
    ways = _handlers.ways_out(handler.body, ctx)
    if ways <= {"raise"} and not _uses_session(handler.body, ctx):
        return None
    function = ctx.function(node)
    if function is None or "again" in ways or _uses_session(handler.body, ctx):
        return Level.WARNING
    returns = [inner for inner in _handlers.own_nodes(handler.body) if isinstance(inner, ast.Return)]
    if "on" in ways and _is_command(function) and _is_last(node, function, ctx):
        return Level.INFORMATION  # the process ends
    if "on" in ways:
        after = _return_after(node, function, ctx)
        if after is None or _uses_session([after], ctx):
            return Level.WARNING
        returns.append(after)
    ends = ctx.is_view(function) or all(_handlers.is_response(each.value) for each in returns)
    return Level.INFORMATION if ends else Level.WARNING


def _return_after(node: ast.Try, function: FunctionNode, ctx: Context) -> ast.Return | None:
    """The ``return`` that is all that comes after the statement."""
    statement: ast.AST = node
    while statement is not function:
        parent = ctx.parent(statement)
        if isinstance(parent, ast.For | ast.AsyncFor | ast.While) or parent is None:
            return None
        for field in ("body", "orelse", "finalbody"):
            body: list[ast.AST] | None = getattr(parent, field, None)
            if isinstance(body, list) and statement in body[:-1]:
                following = body[body.index(statement) + 1]
                return following if isinstance(following, ast.Return) else None
        statement = parent
    return None


def _is_command(function: FunctionNode) -> bool:
    """``@app.cli.command("name")`` and its kin."""
    decorators = [] if isinstance(function, ast.Lambda) else function.decorator_list
    targets = [each.func if isinstance(each, ast.Call) else each for each in decorators]
    return any(isinstance(target, ast.Attribute) and target.attr == "command" for target in targets)


def _is_last(node: ast.Try, function: FunctionNode, ctx: Context) -> bool:
    """Nothing runs after the statement in its function."""
    statement: ast.AST = node
    for parent in ctx.ancestors(node):
        if isinstance(parent, ast.For | ast.AsyncFor | ast.While):
            return False
        bodies = [getattr(parent, field, None) for field in ("body", "orelse", "finalbody")]
        if any(isinstance(body, list) and statement in body[:-1] for body in bodies):
            return False
        if parent is function:
            return True
        statement = parent
    return False


def _cleaned_up_after(node: ast.Try, ctx: Context) -> bool:
    """The ``finally``, what follows, another round of a loop around it, or a decorator rolls back."""
    if _handlers.cleans_up(node.finalbody, ctx):
        return True
    function = ctx.function(node)
    for outer in ctx.ancestors(node):
        if outer is function:
            break
        if isinstance(outer, ast.For | ast.AsyncFor | ast.While) and _handlers.rolls_back(outer, ctx, but=node):
            return True
        if isinstance(outer, ast.Try) and _handlers.cleans_up(outer.finalbody, ctx):
            return True
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    if _handlers.rolls_back(function, ctx, after=ctx.span(node).end):
        return True
    return any(_handlers.may_clean_up(decorator, ctx) for decorator in ctx.other_decorators(function))


def _uses_session(body: Sequence[ast.stmt], ctx: Context) -> bool:
    """The statements themselves work with the session, or query a model: that raises."""
    for inner in _handlers.own_nodes(body):
        match inner:
            case ast.Call(func=function) if (ctx.name(function) or "").startswith(SESSION + "."):
                return True
            case ast.Attribute(value=ast.Name(id=name), attr="query") if name[:1].isupper():
                return True
            case _:
                pass
    return False


def _head(handler: ast.ExceptHandler, ctx: Context) -> Span:
    """``except ...`` up to the colon."""
    start = ctx.span(handler).start
    end = start + len("except") if handler.type is None else ctx.span(handler.type).end
    return Span(start, max(ctx.block.text.find(":", end), end))
