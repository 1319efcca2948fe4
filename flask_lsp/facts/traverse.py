"""Walks over the events of a body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    Body,
    Branch,
    Call,
    ClassDefined,
    Compared,
    Defined,
    Event,
    Function,
    Leave,
    Literal,
    Loop,
    Path,
    Store,
    Try,
    Use,
    Value,
    With,
)

_PLAIN = frozenset({Call, Leave, Store, Use})
"""Events that hold no bodies."""


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
        if type(event) not in _PLAIN:  # most are, and this is asked of all of them again and again
            for inner in inner_bodies(event):
                yield from every_event(inner)


def breaks(body: Body) -> bool:
    """A loop with this body may be left by ``break``."""
    for event in body:
        inner = (event.orelse,) if isinstance(event, Loop) else inner_bodies(event)
        if (isinstance(event, Leave) and event.how == "break") or any(map(breaks, inner)):
            return True
    return False


def is_main(test: Value) -> bool:
    """``__name__ == "__main__"``: what comes runs where the module is started as a program."""
    match test:
        case Compared(left=Path(text="__name__"), operators=("Eq",), rights=(Literal(value="__main__"),)):
            return True
        case Compared(left=Literal(value="__main__"), operators=("Eq",), rights=(Path(text="__name__"),)):
            return True
        case _:
            return False


Attributes: TypeAlias = "dict[str, tuple[tuple[Function | None, Value], ...]]"
"""By name, with the method that binds each."""


def attributes(class_: ClassDefined) -> Attributes:
    """What the body of a class and its methods bind to each attribute of its instances."""
    found: dict[str, list[tuple[Function | None, Value]]] = {}
    for event in class_.body:
        match event:
            case Bind(bound=Assigned(name=name, value=value)):
                found.setdefault(name, []).append((None, value))
            case Bind(bound=Defined(function=function)) if function.parameters:
                own = f"{function.parameters[0].name}."
                for inner in every_event(function.body):
                    if isinstance(inner, Store) and inner.target.text.startswith(own):
                        name = inner.target.text[len(own) :]
                        if name.isidentifier():
                            found.setdefault(name, []).append((function, inner.value))
            case _:
                pass
    return {name: tuple(values) for name, values in found.items()}


def returns(function: Function) -> tuple[Value, ...]:
    """What the ``return`` statements of a function give back."""
    leaves = (event for event in every_event(function.body) if isinstance(event, Leave))
    return tuple(leave.value for leave in leaves if leave.how == "return")
