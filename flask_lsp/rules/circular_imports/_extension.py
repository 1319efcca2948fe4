"""Extension objects in the tree."""

from __future__ import annotations

import ast

from flask_lsp.facts.traverse import is_main
from flask_lsp.facts.values import value_of
from flask_lsp.project import kinds
from flask_lsp.project.known_extensions import CLASSES
from flask_lsp.rules.context import Context


def name_bound_to(node: ast.Call, ctx: Context) -> str | None:
    """The name that a call, which may be that of an extension's class, is bound to when the module is imported."""
    last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if last not in CLASSES and ctx.ask(kinds.renamed).isdisjoint(CLASSES):
        return None
    if ctx.function(node) is not None or _is_in_main_part(node, ctx):
        return None
    match ctx.parent(node):
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return None


def _is_in_main_part(node: ast.AST, ctx: Context) -> bool:
    """It is run by ``if __name__ == "__main__":``."""
    return any(isinstance(each, ast.If) and is_main(value_of(each.test)) for each in ctx.ancestors(node))
