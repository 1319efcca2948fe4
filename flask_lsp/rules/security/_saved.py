"""What a view changes inside the values of Flask's session, and what saves the session."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from flask_lsp.facts.values import path_of
from flask_lsp.project import functions
from flask_lsp.rules.context import Context

View = ast.FunctionDef | ast.AsyncFunctionDef

_CHANGES = frozenset(
    {"append", "extend", "insert", "remove", "pop", "sort", "reverse", "clear"}
    | {"update", "setdefault", "popitem"}
    | {"add", "discard"}
)
_SHUFFLES = frozenset({"random.shuffle", "heapq.heappush", "heapq.heappop", "bisect.insort"})
_SAVING_METHODS = frozenset({"update", "pop", "popitem", "clear"})
_SAVING_CALLS = frozenset(
    {"flask.flash", "flask_login.login_user", "flask_login.logout_user", "flask_login.confirm_login"}
    | {f"flask_login.utils.{name}" for name in ("login_user", "logout_user", "confirm_login")}
    | {f"flask_security.{name}" for name in ("login_user", "logout_user")}
)
"""They set or delete a key, and the whole session is saved: ``flash`` too."""


@dataclass(frozen=True)
class Change:
    where: ast.expr
    session: ast.expr
    """``session`` as it is written."""
    only_second: bool
    """Through ``setdefault``: new keys are noticed, so it is lost from the second request on."""


@dataclass(frozen=True)
class _Value:
    """A value that the session holds."""

    session: ast.expr
    only_second: bool = False


def changes(view: View, ctx: Context) -> Iterator[Change]:
    """Each change in place, in the order of the text."""
    for node in _own_nodes(view):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=method) as where) if method in _CHANGES:
                value = _held(owner, ctx)
            case ast.Call(args=[where, *_]) if ctx.name(node.func) in _SHUFFLES:
                value = _held(where, ctx)
            case ast.Subscript(value=owner, ctx=ast.Store() | ast.Del()):
                where, value = node, _held(owner, ctx)
            case _:
                continue
        if value is not None:
            yield Change(where, value.session, value.only_second)


def _held(node: ast.expr, ctx: Context) -> _Value | None:
    match node:
        case ast.Subscript(value=owner, slice=key) if not isinstance(key, ast.Slice):
            return _Value(owner) if is_session(owner, ctx) else _held(owner, ctx)
        case ast.Call(func=ast.Attribute(value=owner, attr="get" | "setdefault" as how)):
            return _Value(owner, how == "setdefault") if is_session(owner, ctx) else _held(owner, ctx)
        case ast.BoolOp(op=ast.Or(), values=[first, *_]):
            return _held(first, ctx)
        case ast.IfExp(body=body, orelse=orelse):
            return _held(body, ctx) or _held(orelse, ctx)
        case ast.Name():
            assigned = ctx.reaching(node)
            if assigned is not None:
                return None if isinstance(assigned, ast.Name) and assigned.id == node.id else _held(assigned, ctx)
            return _looped(node, ctx)
        case _:
            return None


def _looped(name: ast.Name, ctx: Context) -> _Value | None:
    """``for item in session["cart"]``, ``for item in session["cart"].values()``, ``for key, item in ....items()``."""
    for parent in ctx.ancestors(name):
        match parent:
            case ast.For(target=ast.Name(id=bound), iter=rows) if bound == name.id:
                match rows:
                    case ast.Call(func=ast.Attribute(value=owner, attr="values"), args=[]):
                        return _held(owner, ctx)
                    case ast.Call(func=ast.Name(id="list" | "reversed" | "sorted"), args=[owner]):
                        return _held(owner, ctx)
                    case other:
                        return _held(other, ctx)
            case ast.For(target=ast.Tuple(elts=[_, ast.Name(id=bound)]), iter=ast.Call() as rows) if bound == name.id:
                match rows:
                    case ast.Call(func=ast.Attribute(value=owner, attr="items"), args=[]):
                        return _held(owner, ctx)
                    case ast.Call(func=ast.Name(id="enumerate"), args=[owner, *_]):
                        return _held(owner, ctx)
                    case _:
                        return None
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return None
            case _:
                pass
    return None


def is_session(node: ast.expr, ctx: Context) -> bool:
    return ctx.name(node) == "flask.session"


# -- what saves --------------------------------------------------------------------------------------------------------


def saves(view: View, ctx: Context) -> Iterator[ast.AST]:
    """What may set or delete a key of the session or mark it, in the order of the text; also in nested functions."""
    for node in ast.walk(view):
        match node:
            case ast.Subscript(value=owner, ctx=ast.Store() | ast.Del()) | ast.Attribute(value=owner, ctx=ast.Store()):
                if is_session(owner, ctx):
                    yield node
            case ast.Call() if _may_save(node, ctx):
                yield node
            case ast.AugAssign(target=ast.Name() as target) if is_session(target, ctx):
                yield node
            case _:
                pass


def decorators_save(view: View, ctx: Context) -> bool:
    for decorator in ctx.other_decorators(view):
        path = path_of(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if path is None or ctx.ask(functions.writes_the_session, path):
            return True
    return False


def _may_save(call: ast.Call, ctx: Context) -> bool:
    name, func = ctx.name(call.func), call.func
    if isinstance(func, ast.Attribute) and is_session(func.value, ctx):
        return func.attr in _SAVING_METHODS
    if name in _SAVING_CALLS:
        return True
    if name is None or name.startswith("<"):
        path = path_of(func)
        if path is not None and ctx.ask(functions.writes_the_session, path):
            return True
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in ("self", "cls"):
            return _method_mentions_session(func.attr, call, ctx)
        if name is None and not (isinstance(func, ast.Attribute) and func.attr in _CHANGES):
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            return any(is_session(each, ctx) or _held(each, ctx) is not None for each in given)
    return False


def _method_mentions_session(name: str, call: ast.Call, ctx: Context) -> bool:
    for parent in ctx.ancestors(call):
        if isinstance(parent, ast.ClassDef):
            methods = [node for node in parent.body if isinstance(node, View) and node.name == name]
            return not methods or any("session" in ctx.text(method) for method in methods)
    return True


# -- which of them meet ------------------------------------------------------------------------------------------------

_Step = tuple[ast.AST, str]


def path_to(node: ast.AST, ctx: Context) -> list[_Step]:
    """The bodies that hold a node, each with the statement it belongs to, outermost first."""
    steps: list[_Step] = []
    child = node
    for parent in ctx.ancestors(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            steps.append((parent, _field_of(parent, child)))
        child = parent
    return steps[::-1]


def within(outer: list[_Step], inner: list[_Step]) -> bool:
    return inner[: len(outer)] == outer


def never_with(save: ast.AST, change: Change, ctx: Context) -> Literal["", "apart", "new"]:
    """Why a save surely does not run in a request that makes the change: they stand apart, or the save is for a key
    that is new. Empty where it may."""
    to_save, to_change = path_to(save, ctx), path_to(change.where, ctx)
    common = 0
    while common < min(len(to_save), len(to_change)) and to_save[common] == to_change[common]:
        common += 1
    if any(isinstance(owner, ast.For | ast.AsyncFor | ast.While) for owner, _ in to_change[:common]):
        return ""  # the next round may do the other
    own, other = to_save[common:], to_change[common:]
    if any(isinstance(owner, View) for owner, _ in own):
        return ""
    if own and other and own[0][0] is other[0][0] and not isinstance(own[0][0], ast.Try | ast.For | ast.While):
        return "apart"
    if any(_for_new_key(step, ctx) for step in own):
        return "new"
    if ctx.span(save).start < ctx.span(change.where).start:  # type: ignore[arg-type]
        return "apart" if any(_leaves(step) for step in own) else ""
    return "apart" if any(_leaves(step) for step in other) else ""


def _for_new_key(step: _Step, ctx: Context) -> bool:
    """``if "cart" not in session:``, ``except KeyError:``."""
    owner, field = step
    if isinstance(owner, ast.ExceptHandler):
        return ctx.name(owner.type) == "builtins.KeyError"
    if not isinstance(owner, ast.If):
        return False
    match owner.test:
        case ast.Compare(ops=[ast.NotIn()], comparators=[where]):
            where = where.func.value if isinstance(where, ast.Call) and isinstance(where.func, ast.Attribute) else where
            return field == "body" and is_session(where, ctx)
        case ast.Compare(left=left, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]):
            return field == "body" and _held(left, ctx) is not None
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return field == "body" and isinstance(operand, ast.Call) and _held(operand, ctx) is not None
        case _:
            return False


def _leaves(step: _Step) -> bool:
    body = getattr(step[0], step[1], None)
    return isinstance(step[0], ast.If) and isinstance(body, list) and isinstance(body[-1], ast.Return | ast.Raise)


def _field_of(parent: ast.AST, child: ast.AST) -> str:
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        inside: Any = getattr(parent, field, None)
        if isinstance(inside, list) and child in inside:
            return field
    return ""


def _own_nodes(view: View) -> Iterator[ast.AST]:
    stack: list[ast.AST] = list(view.body[::-1])
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, View | ast.ClassDef | ast.Lambda):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))
