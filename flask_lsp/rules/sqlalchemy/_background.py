"""What a call hands to a thread, a process, a job or a task, and how a fix hands over an id instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.model import Defined
from flask_lsp.facts.values import path_of
from flask_lsp.frozen import frozen
from flask_lsp.project import functions
from flask_lsp.project.databases import database_here, only_database
from flask_lsp.project.places import place
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.own_modules import name_of
from flask_lsp.rules.sqlalchemy._instance import model_of
from flask_lsp.syntax.nodes import walk

_THREADS = {"threading.Thread": 1, "threading.Timer": 1, "multiprocessing.Process": 1}
_WHAT = {"threading.Thread": "the thread", "threading.Timer": "the timer", "multiprocessing.Process": "the process"}
_EXECUTORS = re.compile(r"concurrent\.futures\.\w+Executor\(\)\.submit|flask_executor\.Executor\(\)\.submit")
_SOCKETIO = "flask_socketio.SocketIO().start_background_task"
_QUEUE = re.compile(r"rq\.(?:queue\.)?Queue\(\)\.enqueue|flask_rq2?\.\w+(?:\(\))?\.enqueue")


@frozen(eq=False)
class Given:
    what: str
    """Who gets it, for a message."""
    target: ast.expr | None
    """The function that will be called."""
    values: tuple[tuple[int | str, ast.expr], ...]
    """The arguments it will get, by position or name."""

    def merges(self, ctx: Context) -> bool:
        """The function takes the instance into its own session first."""
        path = None if self.target is None else path_of(self.target)
        return path is not None and ctx.ask(functions.merges, path)


def given(call: ast.Call, ctx: Context) -> Given | None:
    """What a call hands to code that runs elsewhere; ``None`` for other calls, and where somebody waits for it."""
    name = ctx.name(call.func) or ""
    if name in _THREADS:
        target = next((each.value for each in call.keywords if each.arg in ("target", "function")), None)
        if target is None and len(call.args) > 1:
            target = call.args[1]
        return Given(_WHAT[name], target, tuple(_packed(call, "args", "kwargs", call.args[2:])))
    if _EXECUTORS.fullmatch(name) and call.args and not _waits(call, ctx):
        return Given("the executor", call.args[0], tuple(_plain(call, call.args[1:])))
    if name == _SOCKETIO and call.args:
        return Given("the background task", call.args[0], tuple(_plain(call, call.args[1:])))
    if _QUEUE.fullmatch(name) and call.args:
        return Given("the job", call.args[0], tuple(_plain(call, call.args[1:])))
    match call.func:
        case ast.Attribute(value=task, attr="delay") if ctx.ask(functions.is_task, path_of(task) or ""):
            return Given("the task", task, tuple(_plain(call, call.args)))
        case ast.Attribute(value=task, attr="apply_async") if ctx.ask(functions.is_task, path_of(task) or ""):
            return Given("the task", task, tuple(_packed(call, "args", "kwargs", call.args)))
        case _:
            return None


def fixes(given: Given, position: int | str, value: ast.Name, ctx: Context) -> list[Fix]:
    """The id goes over, and the function fetches the row, if it is one that only this call hands something to."""
    model, path = model_of(value, ctx), None if given.target is None else path_of(given.target)
    if model is None or path is None or not isinstance(position, int):
        return []
    if not ctx.ask(functions.takes, path, position):
        return []

    def change(editing: Editing) -> None:
        editing.replace(value, f"{value.id}.id")
        if not _refetch(editing, path, position, model):
            editing.impossible = True

    return [Fix(f"Pass `{value.id}.id`", False, change)]


def _refetch(editing: Editing, path: str, position: int, model: str) -> bool:
    """Makes the parameter an id, and the first statement of the function fetch the row."""
    project, here = editing.project, editing.file.document
    found = place(project, here, path)
    home = place(project, here, model)
    if found is None or home is None or not isinstance(found.bound, Defined) or found.scopes:
        return False
    at = next(each for each in project.files[found.document].facts.bindings[found.name] if each.bound is found.bound)
    other = editing.elsewhere(found.document, at.span.start)
    function = next(
        (each for each in other.block.tree.body if isinstance(each, ast.FunctionDef) and each.name == found.name), None
    )
    database = only_database(project, here)
    if function is None or database is None or position >= len(function.args.args):
        return False
    parameter = function.args.args[position]
    new = f"{parameter.arg}_id"
    other.replace(other.span(parameter)._replace(end=other.span(parameter).start + len(parameter.arg)), new)
    session = f"{database_here(project, found.document) or name_of(other, *database)}.session"
    body = _inside_context(function)
    wanted = name_of(other, home.document, home.name)
    other.insert_before(body[0], f"{parameter.arg} = {session}.get({wanted}, {new})")
    return not any(isinstance(node, ast.Name) and node.id == new for node in walk(function.body))


def _inside_context(function: ast.FunctionDef) -> list[ast.stmt]:
    """The body of the function, or of the ``with app.app_context():`` that it consists of; without the docstring."""
    body = function.body
    if len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    match body:
        case [
            ast.With(items=[ast.withitem(context_expr=ast.Call(func=ast.Attribute(attr="app_context")))], body=inner)
        ]:
            return inner
        case _:
            return body


def _plain(call: ast.Call, args: list[ast.expr]) -> Iterator[tuple[int | str, ast.expr]]:
    yield from enumerate(args)
    yield from ((each.arg, each.value) for each in call.keywords if each.arg)


def _packed(call: ast.Call, args: str, kwargs: str, plain: list[ast.expr]) -> Iterator[tuple[int | str, ast.expr]]:
    """``args=(user,)`` and ``kwargs={"user": user}``."""
    tuples = [each.value for each in call.keywords if each.arg == args] or plain[:1]
    for each in tuples:
        if isinstance(each, ast.Tuple | ast.List):
            yield from enumerate(each.elts)
    for each in call.keywords:
        if each.arg == kwargs and isinstance(each.value, ast.Dict):
            for key, value in zip(each.value.keys, each.value.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), value


def _waits(call: ast.Call, ctx: Context) -> bool:
    """``with ThreadPoolExecutor() as executor:`` waits for all of it."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(owner, ast.Name) and any(
        isinstance(parent, ast.With) and any(getattr(item.optional_vars, "id", "") == owner.id for item in parent.items)
        for parent in ctx.ancestors(call)
    )
