"""How a file puts applications together: the few statements of each body that may have a say in it, in order.

A script holds no spans and is all that ``project/routes`` and its kin read of a file, so equal scripts, equal routes.
Most functions say nothing here; what a name is bound to is kept for module and class bodies, and in functions where a
kept statement needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_lsp.facts.mattering import is_weak, makes_app, matters, may_matter, stored
from flask_lsp.facts.model import (
    OTHER,
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
    Path,
    Store,
    Try,
    Use,
    With,
)
from flask_lsp.facts.pruning import calls_in, pruned, values_of
from flask_lsp.facts.script import Attach, Bring, Code, Do, Each, Give, Given, Kind, Maybe, Script, Set, Step
from flask_lsp.facts.traverse import every_event


def script_of(facts: BlockFacts) -> Script:
    """The script of a block, kept with its facts."""
    known = facts.kept.get(Script)
    if not isinstance(known, Script):
        # A binding of the module is an event of its body too: it is read once.
        read = {id(bound): _bound(bound) for bounds in facts.bindings.values() for bound in bounds}
        bindings = {name: tuple([read[id(bound)] for bound in bounds]) for name, bounds in facts.bindings.items()}
        known = facts.kept[Script] = Script(tuple(_steps(facts.body, read)), bindings)
    return known


def _bound(bound: Bound) -> Step:
    match bound:
        case Import(name=name, module=module, attribute=attribute, level=level):
            return Bring(name, module, attribute, level)
        case Defined(function=function):
            return _code(function)
        case ClassDefined():
            return _kind(bound)
        case Assigned(name=name, value=value):
            return Set(name, value)
        case _:
            return Set(bound.name, OTHER)


def _code(function: Function) -> Code:
    # Defined in its block, a function is both an event and a binding.
    decorators = tuple([value for value, _ in function.decorators])
    parameters = tuple([Given(each.name, each.annotation, each.default, each.stars) for each in function.parameters])
    if not may_matter(function.body):
        return Code(function.name, decorators, parameters, (), gives=tuple(_gives(function)))
    inner = frozenset([name for name, bounds in function.bindings.items() if any(map(_is_function, bounds))])
    steps = pruned(_steps(function.body, None, inner))
    making = bool(steps) and makes_app(function.body)
    return Code(function.name, decorators, parameters, steps, making, tuple(_gives(function)))


def _is_function(bound: Bound) -> bool:
    return isinstance(bound, Defined)


def _gives(function: Function) -> Iterator[str | None]:
    given = function.body[-1] if function.body else None
    if not isinstance(given, Leave) or not isinstance(given.value, Path) or given.how != "return":
        return
    match function.bindings.get(given.value.text, ()):
        case (Defined(function=inner),):
            yield "" if inner.decorators else _named(function, inner.name)
            yield from _gives(inner)
        case _:
            pass


def _named(function: Function, inner: str) -> str | None:
    """What an inner function is called in the end: see ``Code.gives``."""
    name: str | None = inner
    for event in every_event(function.body):
        match event:
            case Store(target=Path(text=text), value=value) if text == f"{inner}.__name__":
                name = "" if isinstance(value, Path) and value.text.endswith(".__name__") else None
            case Call(value=Path(text=text, args=(Path(text=first), *_))) if first == inner and _UPDATES.search(text):
                name = ""
            case _:
                pass
    others = [event for event in every_event(function.body[:-1]) if isinstance(event, Leave) and event.how == "return"]
    return None if others and name else name


_UPDATES = re.compile(r"(?:^|\.)update_wrapper\(\)$|(?:^|\.)wraps\(\)\(\)$")


def _kind(defined: ClassDefined) -> Kind:
    body = [_bound(event.bound) for event in defined.body if isinstance(event, Bind)]
    return Kind(defined.name, defined.bases, defined.decorators, tuple(body))


def _steps(body: Body, read: dict[int, Step] | None, inner: frozenset[str] = frozenset()) -> list[Step]:
    """The steps of a body, all that may matter. ``read`` has what a module binds, ``inner`` are functions that are
    defined in the body."""
    steps: list[Step] = []
    recent: list[Path] = []
    for event in body:
        match event:
            case Call(value=call):
                if matters(call) or read is not None or is_weak(call.text) or call.text[:-2] in inner:
                    _add(steps, recent, Do(call))
                else:
                    recent.append(call)
            case Bind(bound=bound):
                known = None if read is None else read.get(id(bound))
                _add(steps, recent, _bound(bound) if known is None else known)
            case Store(target=target, value=value):
                if stored(target):
                    _add(steps, recent, Attach(target, value))
            case Leave(how=how, value=value):
                if how in ("return", "raise"):
                    _add(steps, recent, Give(value if how == "return" else None))
            case Use():
                pass
            case _:
                steps += _nested(event, read, inner)
    return steps


def _add(steps: list[Step], recent: list[Path], step: Step) -> None:
    """Adds a step. The calls inside of it go: they are made with it. Those that it goes on from, as with
    ``make(1).register()``, stand before it."""
    values = values_of(step)
    if not values:
        steps.append(step)
        return
    parts = list(calls_in(values))
    while steps and isinstance(last := steps[-1], Do) and last.call in parts:
        steps.pop()
    if recent:
        texts = {part.text for part in parts}
        begins = [text[: found.end()] for text in texts for found in _CALLED.finditer(text[:-1])]
        steps += [Do(call) for call in recent if call.text in begins]
        recent.clear()
    steps.append(step)


_CALLED = re.compile(r"\(\)")


def _nested(event: Event, read: dict[int, Step] | None, inner: frozenset[str] = frozenset()) -> Iterator[Step]:
    match event:
        case With(body=body):
            yield from _steps(body, read, inner)
        case Loop(body=body, orelse=orelse, over=over, names=names):
            if steps := _steps(body, read, inner):
                yield Each(names, over, tuple(steps))
            yield from _steps(orelse, read, inner)
        case Branch(test=test, bodies=bodies):
            found = tuple([tuple(_steps(body, read, inner)) for body in bodies])
            if any(found):
                yield Maybe(test, found)
        case Try(body=body, handlers=handlers, orelse=orelse, final=final):
            yield from (step for step in _steps(body, read, inner) if not isinstance(step, Give))
            found = tuple([tuple(_steps(handler.body, read, inner)) for handler in handlers])
            if any(found):
                yield Maybe(OTHER, found)
            yield from _steps(orelse, read, inner)
            yield from _steps(final, read, inner)
        case _:
            pass
