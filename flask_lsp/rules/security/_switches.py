"""Keys of the configuration that are on or off."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flask_lsp.facts.model import Literal
from flask_lsp.rules._config import Read, Set, Setter, read_in, sets
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.debug._fixes import remove_setting


def switched_off(node: Setter, keys: Collection[str], ctx: Context) -> Iterator[Set]:
    """The keys of these that a node sets to ``False`` or the like."""
    for found in sets(node, ctx):
        if found.key in keys and is_off(found.value, ctx) and not _is_decided_below(node, found.key, ctx):
            yield found


def _is_decided_below(node: Setter, key: str, ctx: Context) -> bool:
    """The class goes on with ``if PRODUCTION: SESSION_COOKIE_SECURE = True``."""
    owner = ctx.parent(node)
    below = owner.body[owner.body.index(node) + 1 :] if isinstance(owner, ast.ClassDef) and node in owner.body else []
    return any(isinstance(each, ast.If) and ctx.block.nodes.binds(each, key) for each in below)


def off_in_file(node: ast.AST, keys: Collection[str], ctx: Context) -> Iterator[Read]:
    """The keys of these that a file says to be off which a node has read."""
    for read in read_in(node, ctx):
        value = read.said.value
        if read.said.key in keys and isinstance(value, Literal) and not value.value and not read.said.elsewhere:
            yield read


def true_after(read: Read, ctx: Context) -> Fix:
    return Fix(f"Set `{read.said.key}` to `True`", False, lambda editing: read.set_after(editing, "True", ctx))


def is_off(value: ast.expr, ctx: Context) -> bool:
    constant = ctx.constant(value)
    return constant is not None and not constant.value


def set_true(found: Set) -> Fix:
    return Fix(f"Set `{found.key}` to `True`", False, lambda editing: editing.replace(found.value, "True"))


def drop(node: Setter, found: Set, ctx: Context) -> Fix:
    """Takes the setting out, which leaves the default."""
    fix = remove_setting(node, found.value, ctx)
    return Fix(f"Remove `{found.key}`", False, fix.change)
