"""Where the value of a secret comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flask_lsp.rules._config import Set, Setter, sets
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

FORGED = {
    "SECRET_KEY": "session cookies",
    "JWT_SECRET_KEY": "tokens",
    "WTF_CSRF_SECRET_KEY": "CSRF tokens",
    "SECURITY_PASSWORD_SALT": "",
}
"""The keys that must stay secret, and what whoever knows them can forge."""

_ENVIRONMENT = frozenset({"os.environ.get", "os.getenv"})
_READERS = frozenset(
    {
        *("decouple.config", "decouple.AutoConfig()", "decouple.Config()"),
        *("environs.Env()", "environs.Env().str", "environs.env", "environs.env.str", "environ.Env()"),
    }
)
_SAME = frozenset(
    {
        *("builtins.str", "builtins.bytes", "builtins.bytes.fromhex", "binascii.hexlify", "binascii.unhexlify"),
        *("base64.b64encode", "base64.b64decode", "base64.urlsafe_b64encode", "base64.urlsafe_b64decode"),
    }
)
_SAME_METHODS = frozenset({"encode", "decode", "hex", "strip"})
_DEVELOPMENT = re.compile(r"debug|testing|\bdev|development|local", re.IGNORECASE)


class Origin(NamedTuple):
    """One expression that a secret can come from."""

    node: ast.expr
    """Without what only writes the same in another way: ``.encode()``, ``str(...)``."""
    whole: ast.expr
    """The value or, of a fallback, the expression that falls back."""
    is_fallback: bool


def secrets(node: Setter, ctx: Context) -> Iterator[tuple[Set, Origin]]:
    """The secrets that a node sets, with all they can come from outside of development."""
    for found in sets(node, ctx):
        if found.key in FORGED and not ctx.is_test and not _in_development_branch(found.value, ctx):
            alone = not _is_set_in_else(node, ctx)
            for origin in _origins(found.value, found.value, ctx):
                yield found, origin if alone else origin._replace(is_fallback=True)


def from_environment(found: Set, origin: Origin, ctx: Context) -> Fix:
    """The repair: the value comes from the environment, with no other behind it. The variable has to be set."""

    def change(editing: Editing) -> None:
        whole = origin.whole
        statement = ctx.statement(whole)
        if origin.is_fallback and isinstance(whole, ast.Call) and not _is_environment(whole, ctx):
            argument = next(one for one in (*whole.args, *whole.keywords) if _holds(one, origin.node))
            editing.remove_argument(whole, argument)
        elif isinstance(statement, ast.AnnAssign) and found.value is whole and _is_field(statement, ctx):
            editing.replace(ctx.span(statement)._replace(start=ctx.span(statement.annotation).end), "")
        else:
            editing.replace(whole, _remaining(found, origin, editing, ctx))

    title = "Drop the fallback" if origin.whole is not found.value or _is_choice(origin.whole, ctx) else None
    return Fix(title or f"Read `{found.key}` from the environment", False, change)


def variable(found: Set, origin: Origin, ctx: Context) -> str:
    """The environment variable that the repaired code reads."""
    for node in ast.walk(origin.whole):
        if isinstance(node, ast.Call) and _reads_variable(node, ctx) and (name := ctx.string(node.args[0])):
            return name
    return found.key


def _reads_variable(call: ast.Call, ctx: Context) -> bool:
    return bool(call.args) and ctx.name(call.func) in _ENVIRONMENT | _READERS


def is_fallback(found: Set, origin: Origin, ctx: Context) -> bool:
    """The value only counts where nothing else gives one."""
    statement = ctx.statement(found.value)
    field = isinstance(statement, ast.AnnAssign) and _is_field(statement, ctx)
    return origin.is_fallback or field or _is_setdefault(found, ctx)


def _origins(node: ast.expr, whole: ast.expr, ctx: Context, fallback: bool = False) -> Iterator[Origin]:
    match node:
        case ast.BoolOp(op=ast.Or(), values=values):
            for index, value in enumerate(values):
                yield from _origins(value, node, ctx, fallback or index > 0)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            if not _DEVELOPMENT.search(ctx.text(test)):
                yield from _origins(body, node, ctx, True)
                yield from _origins(orelse, node, ctx, True)
        case ast.Call() if (default := _default(node, ctx)) is not None:
            yield from _origins(default, node, ctx, True)
        case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _SAME_METHODS:
            yield from _origins(inner, whole, ctx, fallback)
        case ast.Attribute(value=ast.Call() as inner, attr="hex"):
            yield from _origins(inner, whole, ctx, fallback)
        case ast.Call(func=func, args=[inner, *_]) if ctx.name(func) in _SAME:
            yield from _origins(inner, whole, ctx, fallback)
        case _:
            yield Origin(node, whole, fallback)


def _default(call: ast.Call, ctx: Context) -> ast.expr | None:
    """What a reader of the environment gives back when the variable is not set."""
    name = ctx.name(call.func)
    if name not in _ENVIRONMENT and name not in _READERS:
        return None
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "default"), None)
    return call.args[1] if given is None and len(call.args) > 1 else given


def _is_environment(node: ast.expr, ctx: Context) -> bool:
    return isinstance(node, ast.Call) and ctx.name(node.func) in _ENVIRONMENT and bool(node.args)


def _is_choice(node: ast.expr, ctx: Context) -> bool:
    return isinstance(node, ast.BoolOp | ast.IfExp) or (isinstance(node, ast.Call) and _default(node, ctx) is not None)


def _remaining(found: Set, origin: Origin, editing: Editing, ctx: Context) -> str:
    """The text of what is left without the fallback."""
    match origin.whole:
        case ast.BoolOp(values=values):
            left = [value for value in values if not _holds(value, origin.node)]
            return _required(left[0], editing, ctx) if len(left) == 1 else " or ".join(map(ctx.text, left))
        case ast.IfExp(body=body, orelse=orelse):
            return _required(orelse if _holds(body, origin.node) else body, editing, ctx)
        case whole if _is_environment(whole, ctx):
            return _required(whole, editing, ctx)
        case _:
            return f"{os_environ(editing)}[{editing.string(found.key)}]"


def _required(node: ast.expr, editing: Editing, ctx: Context) -> str:
    """Reads a variable so that its absence is an error."""
    if isinstance(node, ast.Call) and _is_environment(node, ctx):
        environ = ctx.text(node.func.value) if ctx.name(node.func) == "os.environ.get" else os_environ(editing)  # type: ignore[attr-defined]
        return f"{environ}[{ctx.text(node.args[0])}]"
    return ctx.text(node)


def os_environ(editing: Editing) -> str:
    ats = editing.file.facts.bindings.get("environ", ())
    if any(getattr(at.bound, "module", None) == "os" for at in ats):
        return "environ"
    return f"{editing.imported('os')}.environ"


def _holds(outer: ast.AST, inner: ast.AST) -> bool:
    return any(node is inner for node in ast.walk(outer))


def _is_field(statement: ast.AnnAssign, ctx: Context) -> bool:
    """A field of Pydantic's settings, which reads the environment first."""
    parent = ctx.parent(statement)
    bases = parent.bases if isinstance(parent, ast.ClassDef) else []
    return any(ctx.name(base) in ("pydantic_settings.BaseSettings", "pydantic.BaseSettings") for base in bases)


def _is_setdefault(found: Set, ctx: Context) -> bool:
    parent = ctx.parent(found.value)
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr == "setdefault"


def _is_set_in_else(node: ast.AST, ctx: Context) -> bool:
    """``if os.environ.get("SECRET_KEY"): ... else: <here>``, or ``if not app.config.get("SECRET_KEY"): <here>``."""
    parent = ctx.parent(ctx.statement(node))
    return isinstance(parent, ast.If) and bool(re.search(r"environ|getenv|KEY|secret_key", ctx.text(parent.test)))


def _in_development_branch(node: ast.AST, ctx: Context) -> bool:
    function = ctx.function(node)
    for parent in ctx.ancestors(node):
        if parent is function:
            return False
        if isinstance(parent, ast.If) and _DEVELOPMENT.search(ctx.text(parent.test)):
            return True
    return False
