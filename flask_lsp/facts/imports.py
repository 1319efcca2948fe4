"""Where the imports of a block stand: what runs with them decides what they find."""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.model import Bind, BlockFacts, Body, Defined, Import, Value, With
from flask_lsp.facts.traverse import inner_bodies
from flask_lsp.frozen import frozen


@frozen()
class Imported:
    """One import and what stands around it, without spans."""

    module: str
    attribute: str | None
    level: int
    managers: tuple[Value, ...]
    """The context managers it stands under, outermost first."""
    function: str
    """The path to the function it stands in, from the module's own: ``create_app.load``; empty in a module body."""
    renamed: bool
    """It goes by another name here."""


def imports_of(facts: BlockFacts) -> Iterator[Imported]:
    """Every import in the block, also in functions and classes."""
    yield from _in_body(facts.body, (), "")


def _in_body(body: Body, managers: tuple[Value, ...], function: str) -> Iterator[Imported]:
    for event in body:
        match event:
            case Bind(bound=Import(name, module, attribute, level)):
                renamed = name not in ("", attribute or module.partition(".")[0])
                yield Imported(module, attribute, level, managers, function, renamed)
            case Bind(bound=Defined(function=inner)):
                # It runs when the ``with`` around it may have ended long ago: only its own managers count.
                yield from _in_body(inner.body, (), f"{function}.{inner.name}".lstrip("."))
            case With():
                yield from _in_body(event.body, (*managers, *event.managers), function)
            case _:
                for part in inner_bodies(event):
                    yield from _in_body(part, managers, function)
