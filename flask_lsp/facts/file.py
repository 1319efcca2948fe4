"""The facts of a whole file, put together from its blocks."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple, TypeAlias

from flask_lsp.facts.imports import Imported, imports_of
from flask_lsp.facts.interface import Interface, interface_of
from flask_lsp.facts.model import BlockFacts, Bound, Event, Lent
from flask_lsp.facts.python import facts_of
from flask_lsp.syntax.parse import Block, Placed, Tree
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

    def __init__(self, tree: Tree) -> None:
        self._tree: Tree | None = tree

    @cached_property
    def blocks(self) -> tuple[tuple[int, BlockFacts], ...]:
        """The offset and the facts of each block, in order."""
        blocks = tuple([(start, facts_of(block)) for start, block in self._placed])
        if "interface" in self.__dict__:
            self._tree = None  # what is read from it is all there is to it, and it is large
        return blocks

    @cached_property
    def interface(self) -> Interface:
        """What other blocks and files may ask of this one, without spans: equal interfaces, equal answers."""
        known = ((block, block.parsed.kept.get(Interface)) for _, block in self._placed)
        made = [_interface(block) if interface is None else interface for block, interface in known]
        interface = (*filter(None, made), self.handed)
        if "blocks" in self.__dict__:
            self._tree = None
        return interface

    @cached_property
    def handed(self) -> tuple[frozenset[str], frozenset[str], frozenset[Lent]]:
        """The names the file binds or imports and hands on as they are, those it reaches into, and what its functions
        import and hand on. Other names come and go while somebody types."""
        said = [facts_of(block) for _, block in self._placed]
        bound: set[str] = set[str]().union(*[facts.bindings for facts in said])
        handed = frozenset[str]().union(*[facts.handed for facts in said if facts.handed])
        reached = frozenset[str]().union(*[facts.reached for facts in said if facts.reached])
        lent = frozenset[Lent]().union(*[facts.lent for facts in said if facts.lent])
        return (handed, reached, lent) if "*" in bound else (handed & bound, reached & bound, lent)

    @property
    def _placed(self) -> tuple[Placed, ...]:
        return self._tree.blocks if self._tree is not None else ()

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
    return FileFacts(tree)


def _interface(block: Block) -> Interface:
    """What one block offers to others, made when somebody compares it and kept with the text it was parsed from."""
    try:
        made = interface_of(facts_of(block))
    except RecursionError:  # deeper than any program: whatever changes in it, others ask again
        made = (block.text,)
    block.parsed.kept[Interface] = made
    return made
