"""The part of a block's facts that others may ask for, without spans.

Two blocks with equal interfaces give everybody else equal answers, so typing in a body disturbs nothing but its block.
It holds the bindings of the module, what its functions return and how they are decorated, and every call by which
routes, blueprints and apps are put together, wherever in a body it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Bound,
    Branch,
    Call,
    ClassDefined,
    Defined,
    Event,
    Function,
    Import,
    Leave,
    Loop,
    Parameter,
    Store,
    Try,
    Value,
    With,
)

Interface: TypeAlias = "tuple[object, ...]"
"""Only compared."""

_ASSEMBLY = frozenset(
    {"register_blueprint", "add_url_rule", "route", "get", "post", "put", "patch", "delete", "add_resource"}
)


def interface_of(facts: BlockFacts) -> Interface:
    bindings = tuple((name, tuple(map(_bare, bounds))) for name, bounds in facts.bindings.items())
    assembly = tuple(_assembly(facts))
    return (bindings, assembly) if bindings or assembly else ()


def inner_bodies(event: Event) -> tuple[Body, ...]:
    """The bodies an event holds that run where it stands: branches, loops, class bodies, but no functions."""
    match event:
        case With() | Loop():
            return (event.body, event.orelse) if isinstance(event, Loop) else (event.body,)
        case Branch():
            return event.bodies
        case Try():
            return (event.body, *(handler.body for handler in event.handlers), event.orelse, event.final)
        case Bind(bound=ClassDefined(body=body)):
            return (body,)
        case _:
            return ()


def every_event(body: Body) -> Iterator[Event]:
    """All events of a body and of the bodies in it, without those of nested functions."""
    for event in body:
        yield event
        for inner in inner_bodies(event):
            yield from every_event(inner)


def returns(function: Function) -> tuple[Value, ...]:
    """What the ``return`` statements of a function give back."""
    leaves = (event for event in every_event(function.body) if isinstance(event, Leave))
    return tuple(leave.value for leave in leaves if leave.how == "return")


def _assembly(facts: BlockFacts) -> Iterator[object]:
    for function in facts.functions.values():
        for decorator, _ in function.decorators:
            yield function.name, decorator, tuple(map(_bare_bindings, function.bindings.items()))
        yield from _calls(function.body)
    yield from _calls(facts.body)


def _calls(body: Body) -> Iterator[Value]:
    for event in every_event(body):
        if isinstance(event, Call) and event.value.text.removesuffix("()").rpartition(".")[2] in _ASSEMBLY:
            yield event.value
        elif isinstance(event, Store):
            yield event.target
            yield event.value


def _bare_bindings(item: tuple[str, tuple[Bound, ...]]) -> object:
    return item[0], tuple(map(_bare, item[1]))


def _bare(bound: Bound) -> object:
    match bound:
        case Import():
            return bound.module, bound.attribute, bound.level
        case Assigned():
            return bound.value
        case Defined(function=function):
            local = tuple(map(_bare_bindings, function.bindings.items()))
            return tuple(value for value, _ in function.decorators), returns(function), local
        case ClassDefined():
            return bound.bases, tuple(_bare(event.bound) for event in bound.body if isinstance(event, Bind))
        case Parameter():
            return bound.annotation
        case _:
            return "opaque"
