"""What stands at an offset of a block."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span


def nodes_at(block: Block, offset: int) -> list[ast.AST]:
    """The nodes that hold an offset, outermost first. A node also holds its end, if nothing begins there."""
    chain: list[ast.AST] = []
    children = list(_children(block.tree))
    while children:
        best = None
        for child in children:
            span = _extent(block, child)
            if span.start <= offset < span.end:
                best = child
                break
            if span.start < offset == span.end:
                best = child
        if best is None:
            break
        chain.append(best)
        children = list(_children(best))
    return chain


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below a node that have a place of their own; an f-string's parts have none in older Pythons."""
    if isinstance(node, ast.JoinedStr):
        return
    for child in ast.iter_child_nodes(node):
        if hasattr(child, "end_lineno"):
            yield child
        else:
            yield from _children(child)


def _extent(block: Block, node: ast.AST) -> Span:
    span = block.span(node)  # type: ignore[arg-type]
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return Span(decorator_span(block, decorators[0]).start, span.end) if decorators else span


def decorator_span(block: Block, decorator: ast.expr) -> Span:
    """A decorator with its ``@``."""
    span = block.span(decorator)
    return Span(max(block.text.rfind("@", 0, span.start), 0), span.end)
