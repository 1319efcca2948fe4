"""What the rules about import cycles share: the chain in words, the imports on it, and the ways out of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flask_lsp.project.execution_model import MAIN, Site
from flask_lsp.project.import_graph import layout_of, place_of
from flask_lsp.project.layout import INIT
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Related
from flask_lsp.rules.context import Context
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

_MOST_SHOWN = 6
"""Modules in the chain of a message; the imports between them are all in the related information."""


class Import(NamedTuple):
    """One import in the tree that brings a name, with its block and that one's offset."""

    start: int
    block: Block
    node: ast.ImportFrom
    alias: ast.alias

    @property
    def local(self) -> str:
        return self.alias.asname or self.alias.name


def module_name(project: Project, document: str, beside: Iterable[str] = ()) -> str:
    """The dotted name of a module, as an absolute import in its program, the modules ``beside`` it, says it."""
    document = document.removesuffix(MAIN)
    bases = {layout_of(project).base(each.removesuffix(MAIN)) for each in (document, *beside)}
    # Packages without `__init__.py` are no reason to begin further down than the others.
    base = min((base for base in bases if document.startswith(f"{base}/")), key=len)
    return document[len(base) + 1 :].removesuffix(INIT).removesuffix(".py").replace("/", ".")


def circle(trail: Sequence[tuple[Site, str]], module: str) -> list[tuple[Site, str]]:
    """The imports, of those under way, that lead from a module that still runs to the place that wants it."""
    first = next((at for at in range(len(trail) - 1, -1, -1) if trail[at][1] == module), -1)
    return [(site, target) for site, target in trail[first + 1 :] if target or site]


def chain(project: Project, trail: Sequence[tuple[Site, str]], module: str) -> str:
    """``app → app.models → app``."""
    targets = [target for _, target in circle(trail, module) if target]
    names = [module_name(project, each, (module, *targets)) for each in (module, *targets, module)]
    names = [name for at, name in enumerate(names) if not at or name != names[at - 1]]
    if len(names) > _MOST_SHOWN:
        names = [*names[: _MOST_SHOWN - 2], "…", *names[-2:]]
    return " → ".join(names)


def related(project: Project, trail: Sequence[tuple[Site, str]], module: str, last: Site) -> Iterator[Related]:
    """Every import on the circle in the order of execution, and the one that comes too early."""
    steps = [*circle(trail, module), (last, module)]
    beside = [target for _, target in steps if target]
    for number, (site, target) in enumerate(steps, 1):
        span = place_of(project.files[site.document].facts, site)
        what = f"imports `{module_name(project, target, beside)}`" if target else "calls a function that imports"
        yield Related(f"{number}. `{module_name(project, site.document, beside)}` {what}", span, site.document)


def import_at(ctx: Context, span: Span) -> Import | None:
    """The import statement that a span of the file, one of its names, stands in."""
    start, block = ctx.file.tree.at(span.start)
    for node in block.nodes.order:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if block.span(alias).shift(start) == span:
                    return Import(start, block, node, alias)
    return None
