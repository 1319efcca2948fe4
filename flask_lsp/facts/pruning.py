"""Leaves out of a function's steps what has no say in how applications are put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from flask_lsp.facts.mattering import decorates, is_thing, makes, matters
from flask_lsp.facts.model import Compared, Either, Items, Joined, Negated, Pairs, Path, Value
from flask_lsp.facts.script import Attach, Bring, Code, Do, Each, Give, Kind, Maybe, Set, Step, Steps


def pruned(steps: list[Step]) -> Steps:
    """The steps of a function that matter and the bindings that they need; nothing where none does."""
    if not any(_is_active(step) for step in steps):
        return ()
    needed: set[str] = set()
    todo = [step for step in _flat(steps) if not _only_binds(step)]
    while todo:
        names = _roots_of(todo) - needed
        needed |= names
        todo = [step for step in _flat(steps) if _only_binds(step) and _name(step) in names]
    return tuple(_chosen(steps, needed))


def _chosen(steps: Iterable[Step], needed: set[str]) -> Iterator[Step]:
    for step in steps:
        match step:
            case Each(body=body):
                if inner := tuple(_chosen(body, needed)):
                    yield replace(step, body=inner)
            case Maybe(bodies=bodies):
                inner = tuple([tuple(_chosen(body, needed)) for body in bodies])
                if any(inner):
                    yield replace(step, bodies=inner)
            case _:
                if not _only_binds(step) or _name(step) in needed:
                    yield step


def _only_binds(step: Step) -> bool:
    """It matters only where its name is needed."""
    match step:
        case Set() | Bring():
            return True
        case Code(decorators=decorators, steps=steps):
            return not decorators and not steps
        case Kind(decorators=decorators):
            return not decorators
        case _:
            return False


def _name(step: Step) -> str:
    return step.name if isinstance(step, Set | Bring | Code | Kind) else ""


def _is_active(step: Step) -> bool:
    match step:
        case Do(call=call):
            return matters(call)
        case Attach(target=target, value=value):
            return not target.text.startswith("self.") or is_thing(value)
        case Give(value=value):
            return value is not None and is_thing(value)
        case Code(decorators=decorators, steps=steps):
            return bool(steps) or any(isinstance(each, Path) and decorates(each) for each in decorators)
        case Kind(decorators=decorators):
            return bool(decorators)
        case Set(value=value):
            return isinstance(value, Path) and (makes(value) or matters(value))
        case Each(body=body):
            return any(_is_active(inner) for inner in body)
        case Maybe(bodies=bodies):
            return any(_is_active(inner) for body in bodies for inner in body)
        case Bring():
            return False


def _flat(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        match step:
            case Each(body=body):
                yield from _flat(body)
            case Maybe(bodies=bodies):
                for body in bodies:
                    yield from _flat(body)
            case _:
                pass


def _roots_of(steps: Iterable[Step]) -> set[str]:
    """The first names of all paths in steps, those of inner functions included."""
    found: set[str] = set()
    for step in _flat(steps):
        for path in calls_in(values_of(step)):
            found.add(_ROOT.match(path.text).group())  # type: ignore[union-attr]
        match step:
            case Code(steps=inner):
                found |= _roots_of(inner)
            case Kind(body=inner):
                found |= _roots_of(inner)
            case _:
                pass
    return found


_ROOT = re.compile(r"[^.(\[]*")


def values_of(step: Step) -> tuple[Value, ...]:
    match step:
        case Set(value=value):
            return (value,)
        case Attach(target=target, value=value):
            return target, value
        case Code(decorators=decorators):
            return decorators
        case Kind(bases=bases, decorators=decorators):
            return *bases, *decorators
        case Do(call=call):
            return (call,)
        case Each(over=over):
            return (over,)
        case Maybe(test=test):
            return (test,)
        case Give(value=Path() | Items() | Either() as value):
            return (value,)
        case _:
            return ()


def calls_in(values: Iterable[Value]) -> Iterator[Path]:
    """All paths in values, those in arguments too."""
    stack = list(values)
    while stack:
        match stack.pop():
            case Path(args=args, keywords=keywords) as path:
                yield path
                stack += [*args, *[value for _, value in keywords]]
            case Either(values=inner) | Items(values=inner) | Joined(parts=inner):
                stack += inner
            case Pairs(items=items):
                stack += [value for pair in items for value in pair]
            case Negated(value=value):
                stack.append(value)
            case Compared(left=left, rights=rights):
                stack += [left, *rights]
            case _:
                pass
