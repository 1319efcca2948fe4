"""The facts of a whole file, put together from its blocks."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple, TypeAlias

from flask_lsp.facts.imports import Imported, imports_of
from flask_lsp.facts.interface import Interface, interface_of
from flask_lsp.facts.model import NO_FACTS, BlockFacts, Bound, Event
from flask_lsp.facts.python import facts_of
from flask_lsp.syntax.parse import Block, Tree
from flask_lsp.text import Span


class At(NamedTuple):
    """A binding of a module and the offset at which the block that makes it stands in the file."""

    start: int
    bound: Bound

    @property
    def span(self) -> Span:
        return self.bound.span.shift(self.start)


Bindings: TypeAlias = "dict[str, tuple[At, ...]]"


class FileFacts:
    """What a file says. All of it is a function of the text; nothing here reads the disk."""

    def __init__(self, blocks: tuple[tuple[int, BlockFacts], ...], interface: Interface) -> None:
        self.blocks = blocks
        """The offset and the facts of each block, in order."""
        self.interface = interface
        """What other blocks and files may ask of this one, without spans: equal interfaces, equal answers."""

    @cached_property
    def bindings(self) -> Bindings:
        """Every binding of the module's own scope by name, in the order of the text."""
        found: dict[str, list[At]] = {}
        for start, facts in self.blocks:
            for name, bounds in facts.bindings.items():
                found.setdefault(name, []).extend([At(start, bound) for bound in bounds])
        return {name: tuple(ats) for name, ats in found.items()}

    @cached_property
    def imports(self) -> tuple[Imported, ...]:
        """Every import of the file, also in functions and classes."""
        return tuple(imported for _, facts in self.blocks for imported in imports_of(facts))

    def events(self) -> list[tuple[int, Event]]:
        """The events of the module body, each with the offset of its block."""
        return [(start, event) for start, facts in self.blocks for event in facts.body]


def file_facts(tree: Tree) -> FileFacts:
    """The facts of all blocks of a file."""
    blocks: list[tuple[int, BlockFacts]] = []
    interface: list[Interface] = []
    for start, block in tree.blocks:
        known: tuple[BlockFacts, Interface] | None = block.kept.get(Interface)
        if known is None:
            known = block.kept[Interface] = _read(block)
        blocks.append((start, known[0]))
        if known[1]:
            interface.append(known[1])
    return FileFacts(tuple(blocks), tuple(interface))


def _read(block: Block) -> tuple[BlockFacts, Interface]:
    facts = facts_of(block)
    try:
        return facts, interface_of(facts)
    except RecursionError:  # deeper than any program; it says nothing
        block.kept[BlockFacts] = NO_FACTS
        return NO_FACTS, ()
