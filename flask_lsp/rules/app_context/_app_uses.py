"""Where a file imports applications, and what it does with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from flask_lsp.facts.model import Import
from flask_lsp.facts.python import facts_of
from flask_lsp.frozen import frozen
from flask_lsp.project.project import File
from flask_lsp.rules.context import Context
from flask_lsp.syntax.nodes import FunctionNode
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

_SET_UP = re.compile(
    r"(?:app|test_request|request)_context$|test_|run$|cli$|route$|(?:get|post|put|patch|delete)$|wsgi_app$"
    r"|register_|add_|before_|after_|teardown_|errorhandler$|shell_context|context_processor$|template_|url_defaults$"
    r"|url_value_pre|endpoint$|_get_current_object$|task$|app$|asgi|celery"
)
"""Attributes by which an application is set up, run, or entered: there the object itself is meant."""
_BACKGROUND = re.compile(
    r"(?:^|\.)(?:task|shared_task|periodic_task|job|scheduled_job|cron_schedule|interval_schedule|on_after_\w+"
    r"|(?<!cli\.)command|actor|callback|on|event|on_event|listens_for|connect\w*)(?:\(\))?$"
)
"""Decorators of functions that run outside of requests, or may."""
_STARTS = re.compile(
    r"(?:^|\.)(?:Thread|Timer|Process|submit|map|add_job|apply_async|spawn|spawn_later|start_background_task|signal"
    r"|run_in_executor|start_new_thread|enqueue|schedule|register|every|do|call_later|to_thread|connect|listen)\(\)$"
)
"""Calls that have another function run outside of requests, or may."""
_MAKES = re.compile(
    r"_?(?:init|create|make|build|setup|set_up|configure|register|load|start|run|main|boot|serve)(?:_|$)"
)
"""Functions without a decorator that put the application together, by their names: before there is a request."""
_CLASSES = re.compile(r"(?:Thread|Process|Task|Timer|Worker|Command|Namespace|Job)$")


@frozen()
class Imported:
    """One name that a file imports from a module."""

    name: str
    module: str
    attribute: str
    level: int
    start: int
    """The offset of its block."""
    span: Span
    """Counted from the file."""
    function: int | None
    """The offset in the block of the function it stands in."""


@frozen()
class _Local:
    """What the functions of a block import, kept with it."""

    imports: tuple[tuple[Import, int], ...]


def imports(ctx: Context) -> Iterator[Imported]:
    """The names the file imports one by one and reads attributes of."""
    for name, ats in ctx.file.facts.bindings.items():
        if len(ats) == 1 and isinstance(bound := ats[0].bound, Import) and _named(bound):
            yield Imported(name, bound.module, bound.attribute, bound.level, ats[0].start, ats[0].span, None)
    for start, block in ctx.file.tree.blocks:
        for bound, function in _in_functions(block):
            if _named(bound):
                span = bound.span.shift(start)
                yield Imported(bound.name, bound.module, bound.attribute, bound.level, start, span, function)


class _Named(Import):
    attribute: str  # pyright: ignore[reportIncompatibleVariableOverride]


def _named(bound: Import) -> TypeGuard[_Named]:
    return bound.attribute is not None and bound.name != "*"


def _in_functions(block: Block) -> tuple[tuple[Import, int], ...]:
    known: _Local | None = block.kept.get(_Local)
    if known is None:
        found = (
            (bounds[0], offset)
            for offset, function in (facts_of(block).functions.items() if "import" in block.text else ())
            for bounds in function.bindings.values()
            if len(bounds) == 1
        )
        known = block.kept[_Local] = _Local(tuple((each, at) for each, at in found if isinstance(each, Import)))
    return known.imports


def uses(file: File, imported: Imported) -> Iterator[tuple[int, Block, ast.Name]]:
    """The places in a file that read the imported name, each with its block and that one's offset."""
    for start, block in file.tree.blocks:
        if imported.name not in block.text or (imported.function is not None and start != imported.start):
            continue
        for node in block.nodes.order:
            if isinstance(node, ast.Name) and node.id == imported.name and _means(block, node, imported):
                yield start, block, node


def _means(block: Block, node: ast.Name, imported: Imported) -> bool:
    """The name is the imported one, and no function in between binds it anew."""
    function = block.nodes.functions.get(node)
    while function is not None:
        offset = block.span(function).start
        if offset == imported.function:
            return True
        facts = facts_of(block).functions.get(offset)
        if facts is not None and imported.name in facts.bindings and imported.name not in facts.outer:
            return False
        function = block.nodes.functions.get(function)
    return imported.function is None


def has_other_reasons(ctx: Context, imported: Imported) -> bool:
    """The file uses the application as it must be, or not at all: while it is imported, to set it up, to enter its
    context, or in functions that may run outside of requests."""
    if any(block.mended and imported.name in block.text for _, block in ctx.file.tree.blocks):
        return True
    if imported.function is not None and imported.name in ctx.file.facts.bindings:
        return True  # what stands at the top of the file is needed anyway
    found = list(uses(ctx.file, imported))
    functions = {function for _, block, node in found if (function := _outermost(block, node)) is not None}
    if not found or any(not _replaceable(block, node) for _, block, node in found):
        return True
    named = [each for each in functions if not isinstance(each, ast.Lambda)]
    if any(_MAKES.match(each.name) for each in named if not each.decorator_list) or any(
        _in_background(block, node) for _, block, node in found
    ):
        return True
    return _started(ctx, {each.name for each in named})


def _outermost(block: Block, node: ast.AST) -> FunctionNode | None:
    """The function of the module, or method, that holds a node."""
    found = None
    while (function := block.nodes.functions.get(node)) is not None:
        found = node = function
    return found


def _replaceable(block: Block, node: ast.Name) -> bool:
    """The use reads an attribute, inside a function, as ``current_app`` would."""
    parent = block.nodes.parents.get(node)
    if block.nodes.functions.get(node) is None or not isinstance(parent, ast.Attribute):
        return False
    if not isinstance(node.ctx, ast.Load) or not isinstance(parent.ctx, ast.Load) or _SET_UP.match(parent.attr):
        return False
    item = block.nodes.parents.get(parent)
    if isinstance(item, ast.Subscript) and not isinstance(item.ctx, ast.Load):
        return False  # app.config[...] = ...
    call = block.nodes.parents.get(item) if isinstance(item, ast.Attribute) else None
    changes = isinstance(item, ast.Attribute) and (
        item.attr in ("update", "setdefault") or item.attr.startswith("from_")
    )
    return not (changes and isinstance(call, ast.Call) and call.func is item)


def _in_background(block: Block, node: ast.AST) -> bool:
    """A function around a node is a task, a job or a command, or belongs to a class of such."""
    function = block.nodes.functions.get(node)
    while function is not None:
        facts = facts_of(block).functions.get(block.span(function).start)
        texts = [getattr(value, "text", "") for value, _ in facts.decorators] if facts is not None else []
        if any(_BACKGROUND.search(text) for text in texts):
            return True
        parent = block.nodes.parents.get(function)
        if isinstance(parent, ast.ClassDef) and any(_CLASSES.search(ast.unparse(base)) for base in parent.bases):
            return True
        function = block.nodes.functions.get(function)
    return False


def _started(ctx: Context, names: set[str]) -> bool:
    """The file is a script, knows times without a context, or has one of the functions run on import or elsewhere."""
    text = ctx.file.source.text
    if "__main__" in text or "has_app_context" in text or "has_request_context" in text:
        return True
    return any(
        isinstance(node, ast.Call) and _starts(block, node, names)
        for _, block in ctx.file.tree.blocks
        if any(name in block.text for name in names)
        for node in block.nodes.order
    )


def _starts(block: Block, call: ast.Call, names: set[str]) -> bool:
    if isinstance(call.func, ast.Name) and call.func.id in names and block.nodes.functions.get(call) is None:
        return True
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    handed = any(isinstance(each, ast.Name | ast.Attribute) and _last(each) in names for each in given)
    return handed and bool(_STARTS.search(ast.unparse(call.func) + "()"))


def _last(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
