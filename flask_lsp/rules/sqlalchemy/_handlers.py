"""What the handler of an exception catches, how it goes on, and whether it cleans up the session."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from flask_lsp.facts.values import path_of
from flask_lsp.project.functions import cleans_up as function_cleans_up
from flask_lsp.rules.context import Context
from flask_lsp.rules.sqlalchemy._session import SESSION

_ANSWERS = re.compile(r"jsonify|response|redirect|render|template|error|abort|not_found|bad_request", re.IGNORECASE)

Way = Literal["on", "again", "return", "raise"]
"""Past the end of the handler, to the next round of a loop or behind it, out of the function, by an exception."""

_EXCEPTIONS = frozenset({"builtins.Exception", "builtins.BaseException"})
_DATABASE = frozenset(
    {"SQLAlchemyError", "StatementError", "DBAPIError", "DatabaseError", "IntegrityError", "OperationalError"}
    | {"DataError", "ProgrammingError", "InternalError", "InterfaceError", "NotSupportedError"}
    | {"FlushError", "StaleDataError"}
)
_LEAVES = frozenset(
    {"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit", "pytest.fail", "pytest.skip"}
)


def first_for_database_errors(node: ast.Try, ctx: Context) -> Iterator[ast.ExceptHandler]:
    """The handlers that a failed flush ends up in, up to the one that catches all of its errors. The driver's own
    exceptions do not count: SQLAlchemy wraps them."""
    for handler in node.handlers:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names = ["builtins.BaseException" if kind is None else ctx.name(kind) or "" for kind in types]
        if any(_is_database_error(name) for name in names):
            yield handler
        if any(name in _EXCEPTIONS or _is_sqlalchemy(name, "SQLAlchemyError") for name in names):
            return


def _is_database_error(name: str) -> bool:
    return name in _EXCEPTIONS or _is_sqlalchemy(name, *_DATABASE)


def _is_sqlalchemy(name: str, *errors: str) -> bool:
    return name.startswith("sqlalchemy.") and name.rpartition(".")[2] in errors


def ways_out(body: list[ast.stmt], ctx: Context) -> frozenset[Way]:
    """How a body may end."""
    found: frozenset[Way] = frozenset()
    for statement in body:
        ways = _ways(statement, ctx)
        found = found.union(ways - {"on"})
        if "on" not in ways:
            return found
    return frozenset[Way]({"on"}).union(found)


def _ways(statement: ast.stmt, ctx: Context) -> frozenset[Way]:
    match statement:
        case ast.Raise():
            return frozenset({"raise"})
        case ast.Return(value=value) | ast.Expr(value=value) if isinstance(value, ast.Call) and _leaves(value, ctx):
            return frozenset({"raise"})
        case ast.Return():
            return frozenset({"return"})
        case ast.Break() | ast.Continue():
            return frozenset({"again"})
        case ast.If():
            return ways_out(statement.body, ctx) | ways_out(statement.orelse, ctx)
        case ast.With() | ast.AsyncWith():
            return ways_out(statement.body, ctx)
        case ast.For() | ast.AsyncFor() | ast.While():
            return frozenset[Way]({"on"}).union(ways_out(statement.body, ctx) - {"again"})
        case ast.Try():
            parts = [statement.body, *(handler.body for handler in statement.handlers)]
            return frozenset[Way]().union(*(ways_out(part, ctx) for part in parts))
        case ast.Match():
            parts = [case.body for case in statement.cases]
            return frozenset[Way]({"on"}).union(*(ways_out(part, ctx) for part in parts))
        case _:
            return frozenset({"on"})


def _leaves(call: ast.Call, ctx: Context) -> bool:
    """``abort(...)`` of Flask, its extensions or the project, and what ends the process."""
    name = ctx.name(call.func) or path_of(call.func) or ""
    return name.rpartition(".")[2] == "abort" or name in _LEAVES


def is_response(node: ast.expr | None) -> bool:
    """What is returned answers a request, by the look of it: then the function is a view, however it became one."""
    match node:
        case ast.Tuple(elts=[_, ast.Constant(value=int() as status), *_]):
            return 100 <= status < 600 and not isinstance(status, bool)
        case ast.Tuple(elts=[first, *_]):
            return isinstance(first, ast.Call) and is_response(first)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return bool(_ANSWERS.search(name))
        case _:
            return False


def cleans_up(body: list[ast.stmt], ctx: Context) -> bool:
    """Something in the body rolls the session back or gives it up, or may do so where we do not see it."""
    return any(isinstance(node, ast.Call) and may_clean_up(node, ctx) for node in own_nodes(body))


def rolls_back(around: ast.AST, ctx: Context, *, after: int = 0, but: ast.AST | None = None) -> bool:
    """Somewhere in the body of ``around`` the session is plainly rolled back or given up, behind an offset, and not
    in the statement ``but``."""
    outside = [] if but is None else [ctx.span(but)]
    return any(
        isinstance(node, ast.Call)
        and ctx.span(node).start >= after
        and not any(span.start <= ctx.span(node).start < span.end for span in outside)
        and _plainly(node)
        for node in own_nodes(getattr(around, "body", []))
    )


def _plainly(call: ast.Call) -> bool:
    path = (path_of(call.func) or (call.func.attr if isinstance(call.func, ast.Attribute) else "")).lower()
    owner, _, last = path.rpartition(".")
    return "rollback" in last or "roll_back" in last or (last in ("remove", "close") and "session" in owner)


def may_clean_up(node: ast.expr, ctx: Context) -> bool:
    """The call, or the decorator, rolls the session back or gives it up, or is a function that may."""
    callee = node.func if isinstance(node, ast.Call) else node
    if isinstance(node, ast.Call) and (_plainly(node) or any(_is_session(argument, ctx) for argument in node.args)):
        return True
    match callee:
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=method):
            return _method_may(node, method, ctx)
        case ast.Name() | ast.Attribute():
            name, path = ctx.name(callee), path_of(callee)
            if name is not None and not name.startswith("<"):
                return False
            known = None if path is None else ctx.ask(function_cleans_up, path)
            return isinstance(callee, ast.Name) if known is None else known
        case _:
            return False


def _is_session(node: ast.expr, ctx: Context) -> bool:
    name = ctx.name(node)
    return name in (SESSION, SESSION.removesuffix(".session")) or (isinstance(node, ast.Name) and node.id == "session")


def _method_may(node: ast.AST, method: str, ctx: Context) -> bool:
    """A method of the same class does, or one that is inherited and not seen."""
    for parent in ctx.ancestors(node):
        if isinstance(parent, ast.ClassDef):
            for statement in parent.body:
                if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name == method:
                    return rolls_back(statement, ctx)
            return True
    return True


def own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes of a body, without those of functions and classes in it."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            stack += ast.iter_child_nodes(node)
