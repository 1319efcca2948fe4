"""Where functions hand what they made to a response: ``Response(generate())``, ``return generate()``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask_lsp.facts.model import (
    Bind,
    BlockFacts,
    Body,
    Call,
    ClassDefined,
    Defined,
    Event,
    Function,
    Items,
    Leave,
    Path,
    Store,
    Value,
)
from flask_lsp.facts.traverse import every_event, inner_bodies
from flask_lsp.text import Span


class Streamed(NamedTuple):
    """Something is handed to a response, or returned."""

    function: str
    """The qualified name of the function that does it."""
    scopes: tuple[Function, ...]
    """That one first."""
    to: str
    """What gets it, as a path; empty where it is returned."""
    path: str
    span: Span
    """The call or statement, counted from the block."""


def streamed(facts: BlockFacts) -> tuple[Streamed, ...]:
    """All that functions in a block hand to what may be a response, made once."""
    known = facts.kept.get(Streamed)
    if known is None:
        known = facts.kept[Streamed] = tuple(_in_body(facts.body, "", ()))
    return known  # type: ignore[return-value]


def generators(facts: BlockFacts) -> frozenset[str]:
    """The names of the plain generator functions in a block."""
    known = facts.kept.get(generators)
    if known is None:
        found = [each for each in facts.functions.values() if is_generator(each)]
        known = facts.kept[generators] = frozenset(each.name for each in found)
    return known  # type: ignore[return-value]


def is_generator(function: Function) -> bool:
    return not function.is_async and any(
        isinstance(event, Leave) and event.how == "yield" for event in every_event(function.body)
    )


def _in_body(body: Body, name: str, scopes: tuple[Function, ...]) -> Iterator[Streamed]:
    for event in body:
        match event:
            case Bind(bound=Defined(function=function)):
                yield from _in_body(function.body, f"{name}.{function.name}".lstrip("."), (function, *scopes))
            case Bind(bound=ClassDefined(name=inner, body=inside)):
                yield from _in_body(inside, f"{name}.{inner}".lstrip("."), scopes)
            case _:
                if scopes:
                    for to, value, span in _handed(event):
                        if isinstance(value, Path) and "." not in value.text.removesuffix("()"):
                            yield Streamed(name, scopes, to, value.text, span)
                for inside in inner_bodies(event):
                    yield from _in_body(inside, name, scopes)


def _handed(event: Event) -> Iterator[tuple[str, Value, Span]]:
    match event:
        case Call(value=Path(text=text, args=args) as call, span=span) if "esponse" in text.rpartition(".")[2]:
            given = args[0] if args else call.keyword("response")
            if given is not None:
                yield text.removesuffix("()"), given, span
        case Store(target=Path(text=text), value=value, span=span) if text.endswith(".response"):
            yield text.removesuffix(".response"), value, span
        case Leave(how="return", value=value, span=span):
            first = value.values[0] if isinstance(value, Items) and value.values else value
            yield "", first, span
        case _:
            pass
