"""Walks over the events of a body."""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.model import Bind, Body, Branch, ClassDefined, Event, Function, Leave, Loop, Try, Value, With


def inner_bodies(event: Event) -> tuple[Body, ...]:
    """The bodies an event holds that run where it stands: branches, loops, class bodies, but no functions."""
    match event:
        case With():
            return (event.body,)
        case Loop():
            return (event.body, event.orelse)
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
