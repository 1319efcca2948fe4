"""What functions give to templates: views by rendering them, context processors by the names that they give back."""

from __future__ import annotations

from typing import NamedTuple

from flask_lsp.facts.model import Function, Literal, Path
from flask_lsp.facts.traverse import returns
from flask_lsp.facts.values import keys_of


class Rendered(NamedTuple):
    """A template that a function gives back."""

    template: str
    given: frozenset[str] | None
    """The names of what it is given; ``None`` where they cannot be told."""


def rendered(function: Function) -> frozenset[Rendered]:
    """The templates that a function gives back."""
    found: set[Rendered] = set()
    for value in returns(function):
        match value:
            case Path(text=text, args=(Literal(value=str(name)), *_)) if text.endswith("render_template()"):
                open_ended = value.keyword("**") is not None
                found.add(Rendered(name, None if open_ended else frozenset(key for key, _ in value.keywords)))
            case _:
                pass
    return frozenset(found)


def names_given(function: Function) -> frozenset[str] | None:
    """The names that a function, decorated as a context processor, gives to templates; ``None`` where they cannot be
    told."""
    if not any(
        isinstance(value, Path) and value.text.endswith("context_processor") for value, _ in function.decorators
    ):
        return None
    found = [keys_of(value) for value in returns(function)]
    known = [keys for keys in found if keys is not None]
    return frozenset[str]().union(*known) if found and len(known) == len(found) else None
