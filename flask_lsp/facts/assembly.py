"""How a file puts applications together: the few statements of each body that may have a say in it, in order.

A script holds no spans and is all that ``project/routes`` and its kin read of a file, so equal scripts, equal routes.
Most functions say nothing here; what a name is bound to is kept for module and class bodies, and in functions where a
kept statement needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, TypeAlias

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
    Compared,
    Defined,
    Either,
    Event,
    Function,
    Import,
    Items,
    Joined,
    Leave,
    Loop,
    Negated,
    Pairs,
    Path,
    Store,
    Try,
    Use,
    Value,
    With,
)
from flask_lsp.facts.traverse import every_event, inner_bodies
from flask_lsp.frozen import frozen

ROUTERS = frozenset({"route", "get", "post", "put", "patch", "delete"})
"""The methods of applications and blueprints that decorate a view with a rule."""
HOOKS = frozenset(
    {
        *("before_request", "after_request", "teardown_request", "teardown_appcontext", "before_first_request"),
        *("context_processor", "url_value_preprocessor", "url_defaults", "errorhandler", "register_error_handler"),
        *("before_app_request", "after_app_request", "teardown_app_request", "before_app_first_request"),
        *("app_context_processor", "app_url_value_preprocessor", "app_url_defaults", "app_errorhandler"),
    }
)


@frozen()
class Set:
    """``name = value``; ``OTHER`` where it is bound to something that we do not follow."""

    name: str
    value: Value


@frozen()
class Attach:
    """``target.attribute = value``."""

    target: Path
    value: Value


@frozen()
class Bring:
    """An import, see ``model.Import``."""

    name: str
    module: str
    attribute: str | None
    level: int


class Given(NamedTuple):
    """A parameter."""

    name: str
    annotation: str | None
    default: Value | None
    stars: str


@frozen()
class Code:
    """A function; without steps where none of its body matters."""

    name: str
    decorators: tuple[Value, ...]
    parameters: tuple[Given, ...]
    steps: Steps
    makes_app: bool = False
    """By the look of it, it makes an application."""
    gives: tuple[str | None, ...] = ()
    """The inner function that it gives back, the one that this gives back, and so on: a decorator gives its views that
    one's name, unless that takes on the view's (``functools.wraps``), which is an empty text here, or one that cannot
    be told, ``None``."""


@frozen()
class Kind:
    """A class."""

    name: str
    bases: tuple[Value, ...]
    decorators: tuple[Value, ...]
    body: Steps


@frozen()
class Do:
    """A call."""

    call: Path


@frozen()
class Each:
    """A loop."""

    names: tuple[str, ...]
    over: Value
    body: Steps


@frozen()
class Maybe:
    """Bodies of which at most one runs."""

    test: Value
    bodies: tuple[Steps, ...]


@frozen()
class Give:
    """``return``, also ``raise``, which gives nothing."""

    value: Value | None


Step: TypeAlias = "Set | Attach | Bring | Code | Kind | Do | Each | Maybe | Give"
Steps: TypeAlias = "tuple[Step, ...]"


@frozen()
class Script:
    """What a block or a file says."""

    steps: Steps
    bindings: dict[str, Steps]
    """What the module binds, by name: ``Set``, ``Bring``, ``Code`` or ``Kind``."""


def script_of(facts: BlockFacts) -> Script:
    """The script of a block, kept with its facts."""
    known = facts.kept.get(Script)
    if not isinstance(known, Script):
        # A binding of the module is an event of its body too: it is read once.
        read = {id(bound): _bound(bound) for bounds in facts.bindings.values() for bound in bounds}
        bindings = {name: tuple([read[id(bound)] for bound in bounds]) for name, bounds in facts.bindings.items()}
        known = facts.kept[Script] = Script(tuple(_steps(facts.body, read)), bindings)
    return known


# -- what matters ----------------------------------------------------------------------------------------------------

_KEPT = HOOKS | {
    *("add_url_rule", "register_blueprint", "add_resource", "add_namespace", "init_app", "record", "record_once"),
    *("add_view", "add_views", "add_view_no_menu", "add_api", "register_api", "add_routes", "register_view"),
}
_DECORATING = ROUTERS | HOOKS | {"resource"}
_THING = re.compile(
    r"(?i)(?<![a-z])(?:app|api|bp|ns|blp|web|site)s?(?![a-z])|blueprint|bps?$|flask|application|admin|server"
)
_WEAK = re.compile(
    r"(?i)regist|init|set_?up|route|view|blueprint|url|create|make|load|config|mount|attach|install|add|append|extend"
)
_STORED = re.compile(r"(?i)url_map|static|view_functions|wsgi_app|^self\.\w+$|\.(?:methods|api|blueprint|bp)$")
_CLASS = re.compile(r"(?:^|\.)[A-Z]\w*\(\)$")
_NAMED = (Path("__name__"), Path("__package__"))


def _matters(call: Path) -> bool:
    if _is_kept(call.text):
        return True
    for arg in call.args:
        if _is_thing(arg):
            return True
    for _, value in call.keywords:  # noqa: SIM110 - a generator for each call of a program takes its time
        if _is_thing(value):
            return True
    return False


@lru_cache(1 << 16)
def _is_kept(text: str) -> bool:
    name = text[:-2].rpartition(".")[2]
    return name in _KEPT or text.endswith((".route()()", ".__init__()", "url_map.add()"))


def _is_thing(value: Value) -> bool:
    if isinstance(value, Path):
        return _names_thing(value.text)
    return isinstance(value, Items) and any(_is_thing(inner) for inner in value.values)


@lru_cache(1 << 16)
def _names_thing(text: str) -> bool:
    return "[" not in text and bool(_THING.search(text))


@lru_cache(1 << 16)
def _is_weak(text: str) -> bool:
    """A call by which a function that puts an application together may hand on the work."""
    return bool(_WEAK.search(text)) and "(" not in text[:-2]


# -- reading bodies --------------------------------------------------------------------------------------------------


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
    if not _may_matter(function.body):
        return Code(function.name, decorators, parameters, (), gives=tuple(_gives(function)))
    inner = frozenset([name for name, bounds in function.bindings.items() if any(map(_is_function, bounds))])
    steps = _pruned(_steps(function.body, None, inner))
    makes_app = bool(steps) and _makes_app(function.body)
    return Code(function.name, decorators, parameters, steps, makes_app, tuple(_gives(function)))


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


def _may_matter(body: Body) -> bool:
    """Something in the body matters: most functions end here."""
    for event in body:
        kind = type(event)
        if kind is Call:
            if _matters(event.value):  # type: ignore[union-attr]
                return True
        elif kind is Use:
            pass
        elif kind is Bind:
            bound = event.bound  # type: ignore[union-attr]
            if isinstance(bound, Defined):
                if bound.function.decorators or _may_matter(bound.function.body):
                    return True
            elif isinstance(bound, ClassDefined):
                if bound.decorators:
                    return True
            elif isinstance(bound, Assigned) and isinstance(bound.value, Path) and _makes(bound.value):
                return True
        elif kind is Leave:
            if _is_thing(event.value):  # type: ignore[union-attr]
                return True
        elif kind is Store:
            if _STORED.search(event.target.text):  # type: ignore[union-attr]
                return True
        elif any(_may_matter(inner) for inner in inner_bodies(event)):
            return True
    return False


def _makes_app(body: Body) -> bool:
    for event in body:
        match event:
            case Call(value=Path(text=text, args=args)):
                if text.endswith("Flask()") or (args[:1] and args[0] in _NAMED and _CLASS.search(text)):
                    return True
            case With(body=inner) | Try(body=inner):
                if _makes_app(inner):
                    return True
            case Branch(bodies=bodies):
                if any(_makes_app(inner) for inner in bodies):
                    return True
            case _:
                pass
    return False


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
                if _matters(call) or read is not None or _is_weak(call.text) or call.text[:-2] in inner:
                    _add(steps, recent, Do(call))
                else:
                    recent.append(call)
            case Bind(bound=bound):
                known = None if read is None else read.get(id(bound))
                _add(steps, recent, _bound(bound) if known is None else known)
            case Store(target=target, value=value):
                if _STORED.search(target.text):
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
    values = _values(step)
    if not values:
        steps.append(step)
        return
    parts = list(_calls(values))
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


def _values(step: Step) -> tuple[Value, ...]:
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


def _calls(values: Iterable[Value]) -> Iterator[Path]:
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


# -- leaving out -----------------------------------------------------------------------------------------------------


def _pruned(steps: list[Step]) -> Steps:
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
            return _matters(call)
        case Attach(target=target, value=value):
            return not target.text.startswith("self.") or _is_thing(value)
        case Give(value=value):
            return value is not None and _is_thing(value)
        case Code(decorators=decorators, steps=steps):
            return bool(steps) or any(isinstance(each, Path) and _decorates(each) for each in decorators)
        case Kind(decorators=decorators):
            return bool(decorators)
        case Set(value=value):
            return isinstance(value, Path) and (_makes(value) or _matters(value))
        case Each(body=body):
            return any(_is_active(inner) for inner in body)
        case Maybe(bodies=bodies):
            return any(_is_active(inner) for body in bodies for inner in body)
        case Bring():
            return False


def _decorates(decorator: Path) -> bool:
    return decorator.text.removesuffix("()").rpartition(".")[2] in _DECORATING


def _makes(value: Path) -> bool:
    return value.text.endswith("()") and (bool(_THING.search(value.text)) or any(each in value.args for each in _NAMED))


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
        for path in _calls(_values(step)):
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
