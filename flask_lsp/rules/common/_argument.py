"""A value of the request that is cast to a number, and what makes that right."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from flask_lsp.rules.common._request import leaves
from flask_lsp.rules.context import Context
from flask_lsp.syntax.nodes import FunctionNode

CASTS: dict[str, type[int | float]] = {"builtins.int": int, "builtins.float": float}
_CONTAINERS = tuple(f"flask.request.{name}" for name in ("args", "form", "values"))
GETS = frozenset(f"{container}.get" for container in _CONTAINERS)
_ITEMS = frozenset(f"{container}[]" for container in _CONTAINERS)


@dataclass(frozen=True)
class Argument:
    """``request.args.get("page", 1)``, ``request.args["page"]``, itself or by a local variable."""

    accessor: ast.Call | ast.Subscript
    default: ast.expr | None
    """What is cast where the argument is missing."""
    whole: ast.expr
    """The accessor with its ``or 1``."""
    variable: ast.Name | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Argument) and other.accessor is self.accessor

    def __hash__(self) -> int:
        return hash(self.accessor)

    @property
    def container(self) -> ast.expr:
        """``request.args``."""
        accessor = self.accessor.func if isinstance(self.accessor, ast.Call) else self.accessor
        return accessor.value if isinstance(accessor, ast.Attribute | ast.Subscript) else accessor

    @property
    def key(self) -> str:
        key = self.accessor.args[0] if isinstance(self.accessor, ast.Call) else self.accessor.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""

    def is_tested(self, node: ast.Call, ctx: Context) -> bool:
        """Some ``if`` around the cast or before it looks at the text, if only whether there is any."""
        child: ast.AST = node
        for parent in ctx.ancestors(node):
            if isinstance(parent, ast.If | ast.IfExp | ast.While) and child is not parent.test:
                if any(self.is_here(inner, ctx) for inner in ast.walk(parent.test)):
                    return True
            elif isinstance(parent, ast.BoolOp) and child in parent.values:
                before = parent.values[: parent.values.index(child)]  # type: ignore[arg-type]
                if any(self.is_here(inner, ctx) for value in before for inner in ast.walk(value)):
                    return True
            elif isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
                return any(self._turns_back(other, node, ctx) for other in ctx.block.nodes.own(parent))
            child = parent
        return False

    def _turns_back(self, other: ast.AST, node: ast.Call, ctx: Context) -> bool:
        """``if page is None: return ...`` before the cast."""
        if not isinstance(other, ast.If) or ctx.span(other).end > ctx.span(node).start or not leaves(other.body, ctx):
            return False
        return any(self.is_here(inner, ctx) for inner in ast.walk(other.test))

    def is_here(self, node: ast.AST, ctx: Context) -> bool:
        """The node is the same value, by its text, or asks whether the container has it."""
        if isinstance(node, ast.Name):
            return self.variable is not None and node.id == self.variable.id
        if isinstance(node, ast.Compare) and self.key and isinstance(node.left, ast.Constant):
            return node.left.value == self.key
        return isinstance(node, ast.Call | ast.Subscript | ast.BoolOp) and ctx.text(node) in (
            ctx.text(self.accessor),
            ctx.text(self.whole),
        )


def argument(node: ast.expr, ctx: Context) -> Argument | None:
    match node:
        case ast.Name():
            assigned = ctx.reaching(node)
            read = None if assigned is None or isinstance(assigned, ast.Name) else argument(assigned, ctx)
            return None if read is None else Argument(read.accessor, read.default, read.whole, node)
        case ast.Subscript() if ctx.name(node) in _ITEMS:
            return Argument(node, None, node)
        case ast.BoolOp(op=ast.Or(), values=[ast.Call() as call, default]) if _is_get(call, ctx):
            return Argument(call, default, node) if _gives_no_other(call, default, ctx) else None
        case ast.Call() if _is_get(node, ctx):
            given = _given(node)
            missing = isinstance(given, ast.Constant) and given.value is None
            return Argument(node, None if missing else given, node)
        case _:
            return None


def casts_of(node: ast.AST, name: str, ctx: Context) -> bool:
    """``int(name)``."""
    match node:
        case ast.Call(args=[ast.Name(id=used)], keywords=[]) if used == name:
            return ctx.name(node.func) in CASTS
        case _:
            return False


def is_checked(cast: ast.Call, read: Argument, function: FunctionNode, ctx: Context) -> bool:
    """Something looks at the text before it is cast, or may have: ``x.isdigit()``, ``re.match(..., x)``, ``x in``, a
    form or schema that validates the request."""
    return any(
        _checks(node, read, ctx)
        for node in ctx.block.nodes.own(function)
        if node is not cast and _before(node, cast, ctx)
    )


_CHECKING = re.compile(r"valid|check|match|verif|numeric|number|digit|^is|schema|pars|search", re.IGNORECASE)


def _checks(node: ast.AST, read: Argument, ctx: Context) -> bool:
    match node:
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn(), *_]):
            return not isinstance(left, ast.Constant) and read.is_here(left, ctx)
        case ast.Call(func=func, args=args, keywords=keywords):
            name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
            if isinstance(func, ast.Attribute) and name.startswith("is") and read.is_here(func.value, ctx):
                return True
            given = [*args, *(keyword.value for keyword in keywords)]
            whole = ctx.text(read.container)
            if not _CHECKING.search(name):
                return any(ctx.text(arg) == whole and re.search(r"[Ff]orm|load", name) for arg in given)
            if name.startswith(("validate", "is_valid")):
                return True
            return any(read.is_here(arg, ctx) or ctx.text(arg) == whole for arg in given)
        case _:
            return False


def _before(node: ast.AST, cast: ast.Call, ctx: Context) -> bool:
    return (isinstance(node, ast.expr) and ctx.span(node).start < ctx.span(cast).start) or _is_test_around(
        node, cast, ctx
    )


def _is_test_around(node: ast.AST, cast: ast.Call, ctx: Context) -> bool:
    """``int(x) if x.isdigit() else 1`` tests after it in the text."""
    return isinstance(node, ast.expr) and any(
        isinstance(parent, ast.IfExp) and ctx.span(parent.test).contains(ctx.span(node))
        for parent in ctx.ancestors(cast)
    )


def _is_get(call: ast.Call, ctx: Context) -> bool:
    if ctx.name(call.func) not in GETS or not call.args or len(call.args) + len(call.keywords) > 2:
        return False
    return all(keyword.arg == "default" for keyword in call.keywords)


def _gives_no_other(call: ast.Call, default: ast.expr, ctx: Context) -> bool:
    """The ``get`` has no default but the one behind the ``or``."""
    given = _given(call)
    return given is None or ctx.text(given) in ("None", ctx.text(default))


def _given(call: ast.Call) -> ast.expr | None:
    """The default of a ``get``."""
    return call.keywords[0].value if call.keywords else call.args[1] if len(call.args) > 1 else None
