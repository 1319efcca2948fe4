"""The facts of a whole file, put together from its blocks."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple, TypeAlias

from flask_lsp.facts.importing import Steps, bodies_in, steps_of
from flask_lsp.facts.imports import Imported, imports_of
from flask_lsp.facts.interface import Interface, interface_of
from flask_lsp.facts.model import BlockFacts, Bound, Event, Lent
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

    def __init__(self, tree: Tree, earlier: FileFacts | None = None) -> None:
        self._tree: Tree | None = tree
        self._earlier = earlier if earlier is not None and "interface" in earlier.__dict__ else None
        """The facts of the text that this one was edited from, until what both hand on is told apart."""

    @cached_property
    def blocks(self) -> tuple[tuple[int, BlockFacts], ...]:
        """The offset and the facts of each block, in order."""
        placed = self._tree.blocks if self._tree is not None else ()
        return tuple([(start, facts_of(block)) for start, block in placed])

    def settle(self) -> None:
        """Reads the facts of all blocks and lets go of the tree, which is many times larger."""
        if self.blocks:
            self._tree = None

    @cached_property
    def interface(self) -> Interface:
        """What other blocks and files may ask of this one, without spans: equal interfaces, equal answers."""
        earlier = self._earlier
        if earlier is not None and self.offers == earlier.offers:
            interface = earlier.interface
        else:
            interface = (*[offer.interface for offer in self.offers if offer.interface], self.handed)
        self._earlier = None
        return interface

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """What each block offers, in order."""
        if self._tree is None:
            return tuple([_offer_of(facts) for _, facts in self.blocks])
        placed, earlier = self._tree.blocks, self._earlier
        if earlier is None:
            return tuple([_offer(block) for _, block in placed])
        head, tail = self._tree.shared
        new, known = [_offer(block) for _, block in placed[head : len(placed) - tail]], earlier.offers
        return (*known[:head], *new, *known[len(known) - tail :])

    @cached_property
    def handed(self) -> tuple[frozenset[str], frozenset[str], frozenset[Lent]]:
        """The names the file binds or imports and hands on as they are, those it reaches into, and what its functions
        import and hand on. Other names come and go while somebody types."""
        if self._earlier is not None and self.offers == self._earlier.offers:
            return self._earlier.handed
        # Nobody compares a file that is not edited: then it needs no offers.
        said = self.offers if "offers" in self.__dict__ else [facts for _, facts in self.blocks]
        bound = frozenset[str]().union(*[each.bindings for each in said if each.bindings])
        handed = frozenset[str]().union(*[each.handed for each in said if each.handed])
        reached = frozenset[str]().union(*[each.reached for each in said if each.reached])
        lent = frozenset[Lent]().union(*[each.lent for each in said if each.lent])
        return (handed, reached, lent) if "*" in bound else (handed & bound, reached & bound, lent)

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


class Offer(NamedTuple):
    """What one block offers to others, kept with the text it was parsed from: no offset is in it."""

    interface: Interface
    bindings: frozenset[str]
    handed: frozenset[str]
    reached: frozenset[str]
    lent: frozenset[Lent]
    bodies: tuple[tuple[str, Steps], ...]
    """What functions do that may run during an import, by name: it counts only where one of that name does run."""


def other_bodies(one: FileFacts, other: FileFacts) -> frozenset[str]:
    """The names of functions that do something else during an import in one file than in the other."""
    if one.offers == other.offers:
        return frozenset()
    first, second = ({body for offer in each.offers for body in offer.bodies} for each in (one, other))
    return frozenset(name for name, _ in first ^ second)


def _offer(block: Block) -> Offer:
    """Made when somebody compares it."""
    known: Offer | None = block.parsed.kept.get(Offer)
    if known is None:
        known = block.parsed.kept[Offer] = _offer_of(facts_of(block))
    return known


def _offer_of(facts: BlockFacts) -> Offer:
    try:
        interface = interface_of(facts)
    except RecursionError:  # deeper than any program: whatever changes in it, others ask again
        return Offer((object(),), frozenset(facts.bindings), facts.handed, facts.reached, facts.lent, ())
    bodies = tuple(bodies_in(steps_of(facts)[0]))
    return Offer(interface, frozenset(facts.bindings), facts.handed, facts.reached, facts.lent, bodies)
