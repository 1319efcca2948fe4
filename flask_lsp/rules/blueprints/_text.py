"""Texts in the arguments by which routes and blueprints are made, and which blueprint a call is about."""

from __future__ import annotations

import ast
import re

from flask_lsp.facts.model import Assigned, Import
from flask_lsp.facts.values import path_of
from flask_lsp.frozen import frozen
from flask_lsp.project.links import split
from flask_lsp.project.routes import Reference
from flask_lsp.rules.context import Context
from flask_lsp.text import Span

_OPENING = re.compile(r"[rRuU]?(\"\"\"|'''|\"|')")


@frozen(eq=False)
class Text:
    """A string, and where its characters stand if they stand there one by one."""

    value: str
    node: ast.expr
    inside: Span | None

    @classmethod
    def of(cls, node: ast.expr | None, ctx: Context) -> Text | None:
        value = None if node is None else ctx.string(node)
        if node is None or value is None:
            return None
        if isinstance(node, ast.Constant) and (opening := _OPENING.match(ctx.text(node))):
            span, quote = ctx.span(node), opening.group(1)
            inside = Span(span.start + opening.end(), span.end - len(quote))
            if ctx.text(inside) == value:
                return cls(value, node, inside)
        return cls(value, node, None)

    def span(self, part: Span) -> Span | ast.expr:
        """Where a part of the text stands; the whole expression where that cannot be told."""
        return self.node if self.inside is None else part.shift(self.inside.start)


def argument(call: ast.Call, position: int | None, name: str) -> ast.expr | None:
    """An argument by its position or name."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    if given is None and position is not None and position < len(call.args):
        before = call.args[: position + 1]
        return None if any(isinstance(each, ast.Starred) for each in before) else call.args[position]
    return given


def reference(node: ast.expr, ctx: Context, *, whole: bool = False) -> Reference | None:
    """How to ask for the owner of the method ``node``, or with ``whole`` for what ``node`` is."""
    owner = node if whole else node.value if isinstance(node, ast.Attribute) else None
    path = None if owner is None else path_of(owner)
    if path is None:
        return None
    root, rest = split(path)
    scopes = ctx.scopes(node)
    for depth, scope in enumerate(scopes):
        bounds = () if root in scope.outer else scope.bindings.get(root, ())
        match bounds:
            case ():
                continue
            case (Import(module=module, attribute=attribute, level=level),):
                return module, attribute, level, rest
            case (Assigned(),) if not rest:
                return "local", ".".join([*(each.name for each in reversed(scopes[depth:])), root])
            case _:
                return None
    return "module", path


def blueprint_of(call: ast.Call, ctx: Context) -> Reference | None:
    """How to ask for the blueprint that a constructor's call is assigned to."""
    match ctx.parent(call):
        case ast.Assign(targets=[ast.Name() as target]) | ast.AnnAssign(target=ast.Name() as target):
            return reference(target, ctx, whole=True)
        case _:
            return None
