"""What importing a module does, step by step: the part of a block's facts that the run of imports reads.

Steps hold no spans, so equal steps mean that nothing has changed for any other file. A step that may fail has a
number, ``at``, counted in its block; ``steps_of`` gives the spans for these numbers beside the steps.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias, cast

from flask_lsp.facts.model import (
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
    Event,
    Function,
    Import,
    Items,
    Leave,
    Literal,
    Loop,
    Negated,
    Opaque,
    Path,
    Store,
    Try,
    Use,
    Value,
    With,
)
from flask_lsp.facts.traverse import every_event
from flask_lsp.text import Span

_PLAIN = re.compile(r"[^.(\[]+(?:\.[^.(\[]+)*")
_BUILTINS = frozenset(dir(builtins))
SETUP = re.compile(
    r"\.(?:route|get|post|put|patch|delete|add_url_rule|endpoint|(?:app_)?errorhandler|register_error_handler"
    r"|(?:before|after|teardown)_(?:app_)?request|(?:app_)?context_processor|(?:app_)?url_value_preprocessor"
    r"|(?:app_)?url_defaults|(?:app_|add_app_)?template_(?:filter|test|global)|record|record_once|register_blueprint)$"
)
"""The methods that set a blueprint up."""


class Load(NamedTuple):
    """One import statement, or one module of ``import a, b``."""

    module: str
    level: int
    names: tuple[tuple[str, str], ...]
    """What ``from`` takes and what it is called here; a star is ``("*", "*")``. Empty: ``import module``."""
    bind: str
    """What ``import module`` binds; with ``whole`` the module itself, else the first of its parents."""
    whole: bool
    at: int


class Name(NamedTuple):
    """A name is bound to something else than a module or a function."""

    name: str
    value: str
    """The path that it is bound to, empty for anything else."""
    listed: tuple[str, ...] | None
    """The strings in a list or tuple display: what ``__all__`` says."""
    sure: bool = True
    """False: it may not come to it."""


class Gone(NamedTuple):
    """``del name``."""

    name: str


class Function_(NamedTuple):  # noqa: N801
    """A function is defined. Of its body only what matters when it runs during an import is kept."""

    name: str
    body: Steps
    outer: frozenset[str]
    parameters: tuple[str, ...]
    runs: bool
    """A call runs the body, as far as we can tell: no generator, no coroutine, no decorator."""


class Read(NamedTuple):
    """An attribute is read."""

    path: str
    at: int


class Called(NamedTuple):
    """A call; the first argument if it is a path."""

    path: str
    argument: str
    at: int


class Fork(NamedTuple):
    """One of the bodies is run."""

    test: str
    """``first``, ``second``, ``main`` (the first if the module is run as a script), ``other`` (the second if it is) or
    ``unknown``."""
    bodies: tuple[Steps, ...]


class Attempt(NamedTuple):
    body: Steps
    handlers: tuple[tuple[tuple[str, ...], Steps], ...]
    """The last names of the exceptions, none for a bare ``except``."""
    orelse: Steps
    final: Steps


class Repeat(NamedTuple):
    body: Steps
    orelse: Steps
    loop: bool = True


class Within(NamedTuple):
    managers: tuple[str, ...]
    body: Steps


class Scope(NamedTuple):
    """The body of a class."""

    name: str
    body: Steps
    of_class: bool = True


class Out(NamedTuple):
    """``return``, ``raise``, ``break``, ``continue`` with the path of what is raised."""

    how: str
    value: str


Step: TypeAlias = "Load | Name | Gone | Function_ | Read | Called | Fork | Attempt | Repeat | Within | Scope | Out"
Steps: TypeAlias = "tuple[Step, ...]"


def steps_of(facts: BlockFacts) -> tuple[Steps, tuple[Span, ...]]:
    """The steps of a block, and the spans of those that have a number."""
    builder = _Builder()
    return builder.body(facts.body), tuple(builder.spans)


def outline(steps: object) -> object:
    """The steps without the bodies of functions, only to be compared."""
    if isinstance(steps, Function_):
        return steps.name, steps.outer, steps.parameters, steps.runs, bool(steps.body)
    if not isinstance(steps, tuple):
        return steps
    parts = cast("tuple[object, ...]", steps)
    return (type(parts).__name__, *map(outline, parts))


def bodies_in(steps: object) -> Iterator[tuple[str, Steps]]:
    """The bodies that ``outline`` leaves out, each with the name of its function."""
    if isinstance(steps, Function_):
        yield steps.name, steps.body
    elif isinstance(steps, tuple):
        for each in cast("tuple[object, ...]", steps):
            yield from bodies_in(each)


class _Builder:
    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.classes = 0
        """How many class bodies we are in: nobody follows calls of methods."""

    def at(self, span: Span) -> int:
        self.spans.append(span)
        return len(self.spans) - 1

    def body(self, body: Body, kept: frozenset[str] | None = None) -> Steps:
        """The steps of a body; ``kept`` are the names that matter in a function's."""
        steps: list[Step] = []
        index = 0
        while index < len(body):
            event = body[index]
            if isinstance(event, Bind) and isinstance(event.bound, Import):
                index = self.imports(body, index, steps)
                continue
            if isinstance(event, Loop):
                _make_unsure(steps)
            self.event(event, kept, steps)
            index += 1
        return tuple(steps)

    def imports(self, body: Body, index: int, steps: list[Step]) -> int:
        """One import statement, which may be several events; returns where the next event stands."""
        first = _import_at(body, index)
        assert first is not None
        index += 1
        if first.attribute is None:
            span = first.span
            if not first.name:
                index += 1  # the parent that the name is bound to
                bind, whole = first.module.partition(".")[0], False
            else:
                bind, whole = first.name, True
            steps.append(Load(first.module, 0, (), bind, whole, self.at(span)))
            return index
        names, spans = [(first.attribute, first.name)], [first.span]
        while (more := _import_at(body, index)) is not None and more.follows:
            names.append((more.attribute or "", more.name))
            spans.append(more.span)
            index += 1
        numbers = [self.at(span) for span in spans]
        steps.append(Load(first.module, first.level, tuple(names), "", False, numbers[0]))
        return index

    def event(self, event: Event, kept: frozenset[str] | None, steps: list[Step]) -> None:
        match event:
            case Bind(bound=bound):
                self.bound(bound, kept, steps)
            case Use(path=path, span=span):
                if "." in (plain := _plain(path)) and (kept is None or plain.partition(".")[0] in kept):
                    steps.append(Read(plain, self.at(span)))
            case Call():
                self.call(event, kept, steps)
            case Store(target=target, span=span):
                if kept is None and "." in (plain := _plain(target.text)).rpartition(".")[0]:
                    steps.append(Read(plain.rpartition(".")[0], self.at(span)))
            case Leave(how=how, value=value):
                if how != "yield":
                    steps.append(Out(how, value.text if isinstance(value, Path) else ""))
            case _:
                self.compound(event, kept, steps)

    def bound(self, bound: Bound, kept: frozenset[str] | None, steps: list[Step]) -> None:
        match bound:
            case Assigned(name=name, value=value):
                if kept is None or name in kept:
                    steps.append(Name(name, value.text if isinstance(value, Path) else "", _listed(name, value)))
            case Opaque(name=name, gone=True):
                if kept is None:
                    steps.append(Gone(name))
            case Opaque(name=name):
                if kept is None or name in kept:
                    steps.append(Name(name, "", None))
            case Defined(function=function):
                self.function(function, kept, steps)
            case ClassDefined(name=name, body=body):
                self.classes += 1
                inner = self.body(body, kept)
                self.classes -= 1
                if inner or kept is None:
                    steps.append(Scope(name, inner))
            case _:
                pass

    def function(self, function: Function, kept: frozenset[str] | None, steps: list[Step]) -> None:
        for value, span in function.decorators:
            if isinstance(value, Path) and not value.text.endswith(")") and (kept is None or _sets_up(value.text)):
                steps.append(Called(_plain(value.text), "", self.at(span)))
        if self.classes:
            steps.append(Name(function.name, "", None))
            return
        yields = any(isinstance(event, Leave) and event.how == "yield" for event in every_event(function.body))
        runs = not (yields or function.is_async or function.decorators)
        wanted = frozenset(_wanted(function.body)) | function.outer
        body = self.body(function.body, wanted) if runs else ()
        parameters = tuple(parameter.name for parameter in function.parameters)
        if body or kept is None:
            if all(isinstance(step, Out | Name) for step in body):
                body = ()
            steps.append(Function_(function.name, body, function.outer, parameters if body else (), runs))

    def call(self, event: Call, kept: frozenset[str] | None, steps: list[Step]) -> None:
        path = event.value.text.removesuffix("()")
        if path != _plain(path):
            return
        if kept is not None and not _matters(path):
            return
        first = event.value.args[0] if event.value.args else event.value.keyword("blueprint")
        steps.append(Called(path, first.text if isinstance(first, Path) else "", self.at(event.callee)))

    def compound(self, event: Event, kept: frozenset[str] | None, steps: list[Step]) -> None:
        match event:
            case With(managers=managers, body=body):
                names = tuple(value.text if isinstance(value, Path) else "" for value in managers)
                if inner := self.body(body, kept):
                    steps.append(Within(names, inner))
            case Branch(test=test, bodies=bodies):
                parts = tuple(self.body(body, kept) for body in bodies)
                if any(parts):
                    truth = _truth(test)
                    exhaustive = truth != "unknown" or len(parts) == 2
                    steps.append(Fork(truth, parts if exhaustive else (*parts, ())))
            case Loop(body=body, orelse=orelse):
                inner, after = self.body(body, kept), self.body(orelse, kept)
                if inner or after:
                    steps.append(Repeat(inner, after))
            case Try():
                self.attempt(event, kept, steps)
            case _:
                pass

    def attempt(self, event: Try, kept: frozenset[str] | None, steps: list[Step]) -> None:
        body = self.body(event.body, kept)
        handlers = tuple((_types(each.types), self.body(each.body, kept)) for each in event.handlers)
        orelse, final = self.body(event.orelse, kept), self.body(event.final, kept)
        if body or orelse or final or (kept is None and any(steps for _, steps in handlers)):
            steps.append(Attempt(body, handlers, orelse, final))


def _import_at(body: Body, index: int) -> Import | None:
    event = body[index] if index < len(body) else None
    return event.bound if isinstance(event, Bind) and isinstance(event.bound, Import) else None


def _make_unsure(steps: list[Step]) -> None:
    """The targets of a loop stand before it; what is looped over may be empty."""
    index = len(steps) - 1
    while index >= 0 and isinstance(step := steps[index], Name) and not step.value and step.listed is None:
        steps[index] = step._replace(sure=False)
        index -= 1


def _plain(path: str) -> str:
    """The part of a path before its first call or subscript."""
    found = _PLAIN.match(path)
    return found.group() if found else path


def _matters(path: str) -> bool:
    """A call in a function that an import may run: of another function, or one that puts a blueprint together."""
    return _sets_up(path) if "." in path else path not in _BUILTINS


def _sets_up(path: str) -> bool:
    return bool(SETUP.search(path))


def _wanted(body: Body) -> set[str]:
    """The names of a function's body that matter: what it imports, and what its calls and registrations begin with."""
    found: set[str] = set()
    for event in every_event(body):
        match event:
            case Call(value=Path(text=text, args=args)):
                path = text.removesuffix("()")
                if _matters(path):
                    found.add(path.partition(".")[0])
                    found |= {arg.text.partition(".")[0] for arg in args[:1] if isinstance(arg, Path)}
            case Bind(bound=Import(name=name)):
                found.add(name)
            case Bind(bound=Defined(function=function)):
                for value, _ in function.decorators:
                    if isinstance(value, Path) and _sets_up(_plain(value.text)):
                        found.add(value.text.partition(".")[0])
            case _:
                pass
    return found


def _listed(name: str, value: Value) -> tuple[str, ...] | None:
    if name != "__all__" or not isinstance(value, Items):
        return None
    texts = [each.value for each in value.values if isinstance(each, Literal) and isinstance(each.value, str)]
    return tuple(texts) if len(texts) == len(value.values) else None


def _types(types: tuple[Value, ...]) -> tuple[str, ...]:
    return tuple(kind.text.rpartition(".")[2] if isinstance(kind, Path) else "?" for kind in types)


def _truth(test: Value) -> str:
    match test:
        case Path(text="TYPE_CHECKING" | "typing.TYPE_CHECKING" | "t.TYPE_CHECKING"):
            return "second"
        case Negated(value=value):
            return _OPPOSITE[_truth(value)]
        case Compared(left=Path(text="__name__"), operators=(how,), rights=(Literal(value="__main__"),)):
            return {"Eq": "main", "NotEq": "other"}.get(how, "unknown")
        case Compared(left=Literal(value="__main__"), operators=(how,), rights=(Path(text="__name__"),)):
            return {"Eq": "main", "NotEq": "other"}.get(how, "unknown")
        case Literal(value=value):
            return "first" if value else "second"
        case _:
            return "unknown"


_OPPOSITE = {"first": "second", "second": "first", "main": "other", "other": "main", "unknown": "unknown"}
