"""A model instance goes where its session does not: to a thread, a task, a cache, behind its application context.

An instance belongs to the session that loaded it, and that ends with the request or the application context. What is
not loaded by then, everything after a commit and each relationship, raises `DetachedInstanceError` when it is read.
Hand on the id, and fetch the row where it is needed.

```python
import threading

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
db = SQLAlchemy(app)
sent = []


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)


def remind(user):
    with app.app_context():
        sent.append(user.name)


@app.post("/users/<name>")
def create(name):
    user = User(name=name)
    db.session.add(user)
    db.session.commit()
    threading.Timer(0.3, remind, args=(user,)).start()
    return "created"
```

Better:

```python
import threading

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
db = SQLAlchemy(app)
sent = []


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)


def remind(user_id):
    with app.app_context():
        user = db.session.get(User, user_id)
        sent.append(user.name)


@app.post("/users/<name>")
def create(name):
    user = User(name=name)
    db.session.add(user)
    db.session.commit()
    threading.Timer(0.3, remind, args=(user.id,)).start()
    return "created"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.values import path_of
from flask_lsp.project import databases, places, relations
from flask_lsp.project.session_calls import session_method
from flask_lsp.project.session_instances import ALL, INSTANCE
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.sqlalchemy import _background
from flask_lsp.rules.sqlalchemy._instance import is_instance, made_of, model_of
from flask_lsp.syntax.nodes import own_nodes
from flask_lsp.text import Span

rule = Rule(
    "FL703",
    "detached-instance",
    Level.WARNING,
    words=(
        *("Thread", "Timer", "Process", "submit", "start_background_task", ".delay", "apply_async", "enqueue"),
        *(".set(", ".add(", "global ", "app_context", "lru_cache", "memoize"),
        *("] = ", ".append(", ".appendleft(", ".insert(", ".setdefault("),
    ),
)

_CACHES = frozenset({"flask_caching.Cache().set", "flask_caching.Cache().add"})
_COLLECTING = frozenset({"append", "appendleft", "add", "insert", "setdefault"})
_CACHING = frozenset({"functools.lru_cache", "functools.lru_cache()", "functools.cache"})
_PICKLING = frozenset({"flask_caching.Cache().memoize()", "flask_caching.Cache().cached()"})
"""What these give back is another object, with the columns that had been loaded."""
_EAGER = re.compile(
    r"\b(?:joinedload|selectinload|subqueryload|immediateload|undefer|contains_eager|load_only|from_statement)\b"
)
"""Who writes one of these knows what is loaded."""


def check(node: ast.Call | ast.Assign | ast.With | ast.Return, ctx: Context) -> Iterator[Finding]:
    if ctx.is_migration:
        return
    match node:
        case ast.Call():
            yield from _handed(node, ctx)
            yield from _collected(node, ctx)
        case ast.Assign():
            yield from _global(node, ctx)
        case ast.With():
            yield from _used_after(node, ctx)
        case ast.Return():
            yield from _cached(node, ctx)


def _kept(function: ast.AST | None, ctx: Context) -> bool:
    """Something is done about it: ``expunge``, ``merge`` of the instance, a wait for the thread."""
    if ctx.ask(databases.keeps_loaded):
        return True
    body: list[ast.stmt] = function.body if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) else []
    return any(
        isinstance(inner, ast.Attribute) and inner.attr in ("expunge", "expunge_all", "make_transient", "join")
        for inner in own_nodes(body)
    )


# -- handed on ---------------------------------------------------------------------------------------------------------


def _handed(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    given = _background.given(node, ctx)
    if given is not None:
        for position, value in given.values:
            if is_instance(value, ctx) and not _kept(ctx.function(node), ctx) and not given.merges(ctx):
                assert isinstance(value, ast.Name)
                message = (
                    f"`{value.id}` belongs to the session of this {_where(node, ctx)}, which {given.what} does not "
                    f"have: pass `{value.id}.id`."
                )
                yield ctx.finding(value, message, fixes=_background.fixes(given, position, value, ctx))
    elif ctx.name(node.func) in _CACHES:
        for value in node.args[1:2]:
            if is_instance(value, ctx) and not _kept(ctx.function(node), ctx) and _loads_later(value, ctx):
                message = (
                    f"The cache gives `{ctx.text(value)}` to requests whose session does not know it: cache what you "
                    "need of it."
                )
                yield ctx.finding(value, message, fixes=_only_id(value, "Cache", ctx))


def _only_id(value: ast.expr, verb: str, ctx: Context) -> list[Fix]:
    """The id is kept; what reads it has to fetch the row."""
    if not isinstance(value, ast.Name) or model_of(value, ctx) is None:
        return []
    return [Fix(f"{verb} `{value.id}.id`", False, lambda editing: editing.replace(value, f"{value.id}.id"))]


def _where(node: ast.AST, ctx: Context) -> str:
    function = ctx.function(node)
    return "request" if function is not None and ctx.answers_requests(function) else "function"


def _global(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
    """``global current; current = user``, and ``CURRENT[id] = user``."""
    scopes = ctx.scopes(node)
    if not scopes or not isinstance(node.value, ast.Name):
        return
    for target in node.targets:
        match target:
            case ast.Name(id=name) if name in scopes[0].outer:
                yield from _outlived(node.value, name, ctx)
            case ast.Subscript(value=ast.Name() as container) if _is_shared(container, ctx):
                yield from _outlived(node.value, container.id, ctx)
            case _:
                pass


def _collected(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``SEEN.append(user)``, ``CURRENT.setdefault(id, user)``."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name() as container, attr=method), args=[*_, ast.Name() as value]):
            if method in _COLLECTING and ctx.scopes(node) and _is_shared(container, ctx):
                yield from _outlived(value, container.id, ctx)
        case _:
            pass


def _is_shared(container: ast.Name, ctx: Context) -> bool:
    """The module keeps it for all requests. Tests and commands have one context from their beginning to their end."""
    function = ctx.function(container)
    if not isinstance(function, ast.FunctionDef) or ctx.is_test or any(map(_makes_command, function.decorator_list)):
        return False
    bound_here = any(
        container.id in scope.bindings and container.id not in scope.outer for scope in ctx.scopes(container)
    )
    return not bound_here and ctx.ask(places.is_container, container.id)


def _makes_command(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(target, ast.Attribute) and target.attr == "command"


def _outlived(value: ast.Name, name: str, ctx: Context) -> Iterator[Finding]:
    if not is_instance(value, ctx) or _kept(ctx.function(value), ctx):
        return
    message = (
        f"`{value.id}` belongs to the session of this {_where(value, ctx)}, and the global `{name}` outlives it: keep "
        "the id."
    )
    yield ctx.finding(value, message, fixes=_only_id(value, "Keep", ctx))


def _loads_later(value: ast.expr, ctx: Context) -> bool:
    """The instance still needs its session: not all that may be read of it is loaded."""
    model, query = made_of(value, ctx), ctx.reaching(value) if isinstance(value, ast.Name) else value
    if model is None or query is None or _EAGER.search(ctx.text(query)):
        return False
    return ctx.ask(relations.loads_later, model)


def _cached(node: ast.Return, ctx: Context) -> Iterator[Finding]:
    """``@lru_cache`` around a query."""
    function = ctx.function(node)
    if not isinstance(function, ast.FunctionDef) or node.value is None or ctx.answers_requests(function):
        return
    cached = {name: each for each in function.decorator_list if (name := _decorator_name(each, ctx))}
    decorator = next((each for name, each in cached.items() if name in _CACHING | _PICKLING), None)
    value = node.value
    if decorator is None or not (is_instance(value, ctx) or _is_query(value, ctx)) or _kept(function, ctx):
        return
    if _PICKLING & cached.keys() and not ctx.ask(relations.is_changed, function.name) and not _loads_later(value, ctx):
        return
    message = (
        f"`@{ctx.text(decorator)}` gives this instance to later requests, whose session does not know it: cache what "
        "you need of it."
    )
    fixes = [] if ctx.ask(relations.is_cleared, function.name) else [_uncached(decorator)]
    yield ctx.finding(value, message, fixes=fixes)


def _uncached(decorator: ast.expr) -> Fix:
    def change(editing: Editing) -> None:
        starts = editing.block.source.line_starts
        last = decorator.end_lineno or decorator.lineno
        editing.delete(Span(starts[decorator.lineno - 1], starts[last]))
        editing.orphan(path_of(decorator) or "")

    return Fix("Do not cache it", False, change)


def _decorator_name(node: ast.expr, ctx: Context) -> str:
    if isinstance(node, ast.Call):
        return f"{ctx.name(node.func)}()"
    return ctx.name(node) or ""


def _is_query(node: ast.expr, ctx: Context) -> bool:
    name = ctx.name(node) or "" if isinstance(node, ast.Call) else ""
    return bool(INSTANCE.fullmatch(name) or ALL.fullmatch(name))


# -- used after the context --------------------------------------------------------------------------------------------


def _used_after(node: ast.With, ctx: Context) -> Iterator[Finding]:
    """After a commit nothing is loaded, and behind the ``with`` nothing can be."""
    managers = [item.context_expr for item in node.items]
    if not any(isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "app_context" for one in managers):
        return
    for commit in node.body:
        call = commit.value if isinstance(commit, ast.Expr) else None
        if not isinstance(call, ast.Call) or session_method(ctx.name(call.func)) != "commit":
            continue
        later = node.body[node.body.index(commit) + 1 :]
        for name in _instances_before(node, commit, ctx):
            if (given := _given_back(later, name)) is not None:
                # What tests make is often not read.
                if not ctx.is_test and not _kept(ctx.function(node), ctx):
                    yield _returned(given, name, commit, call, ctx)
                continue
            if any(isinstance(inner, ast.Name) and inner.id == name for inner in own_nodes(later)):
                continue  # it is loaded anew, or something else happens to it
            use = _first_use(node, name, ctx)
            if use is not None and not _kept(ctx.function(node), ctx):
                yield _after(use, name, commit, call, ctx)


def _given_back(later: list[ast.stmt], name: str) -> ast.Name | None:
    """``return user``, where that is all that happens to it behind the commit."""
    match later:
        case [*between, ast.Return(value=ast.Name(id=returned) as value)] if returned == name:
            used = any(isinstance(inner, ast.Name) and inner.id == name for inner in own_nodes(between))
            return None if used else value
        case _:
            return None


def _returned(given: ast.Name, name: str, commit: ast.stmt, call: ast.Call, ctx: Context) -> Finding:
    message = (
        f"The commit expired `{name}`, and its session ends with the `with` above: who reads it gets "
        "DetachedInstanceError; give back what is needed of it."
    )
    return ctx.finding(given, message, fixes=[_load(name, commit, call, ctx)])


def _load(name: str, commit: ast.stmt, call: ast.Call, ctx: Context) -> Fix:
    session = ctx.text(call.func).rpartition(".")[0]

    def change(editing: Editing) -> None:
        editing.insert_after(commit, f"{session}.refresh({name})")

    return Fix(f"Load `{name}` after the commit", False, change)


def _after(use: ast.Attribute, name: str, commit: ast.stmt, call: ast.Call, ctx: Context) -> Finding:
    message = (
        f"The commit expired `{name}`, and its session ended with the `with` above: reading `{ctx.text(use)}` raises "
        "DetachedInstanceError; read it inside."
    )
    return ctx.finding(use, message, fixes=[_load(name, commit, call, ctx)])


def _instances_before(node: ast.With, commit: ast.stmt, ctx: Context) -> Iterator[str]:
    """The names that are bound to instances in the ``with``, in front of the commit."""
    for statement in node.body[: node.body.index(commit)]:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name) as target]) if is_instance(target, ctx):
                yield name
            case _:
                pass


def _first_use(node: ast.With, name: str, ctx: Context) -> ast.Attribute | None:
    """The first attribute that is read of the name behind the statement, before it is bound anew."""
    parent = ctx.parent(node)
    bodies: list[list[ast.stmt]] = [getattr(parent, field, None) or [] for field in ("body", "orelse")]
    body = next((each for each in bodies if node in each), [node])
    for statement in body[body.index(node) + 1 :]:
        if ctx.block.nodes.binds(statement, name):
            return None
        for inner in ast.walk(statement):
            if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id == name:
                return inner if isinstance(inner.ctx, ast.Load) else None
    return None
