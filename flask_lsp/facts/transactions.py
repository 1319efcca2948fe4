"""What functions do in order, as far as it may concern a database session: whom they call, with what, on which ways.

No span is in it, so that two texts that do the same are equal; a call goes by its number, and ``spans`` has the places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from flask_lsp.facts.file import FileFacts
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
    Either,
    Event,
    Function,
    Handler,
    Import,
    Items,
    Joined,
    Leave,
    Literal,
    Loop,
    Path,
    Store,
    Try,
    Value,
    With,
)
from flask_lsp.text import Span


class Act(NamedTuple):
    """A call, or an assignment to an attribute."""

    path: str
    """Without the last ``()``; of an assignment what is assigned to."""
    at: int
    handed: tuple[tuple[str, str], ...] = ()
    """The paths of what is handed over, each with its position or keyword; of an assignment the paths in its value."""
    says: str = ""
    """The first argument: a path, or the first word of a text."""
    stores: bool = False
    taken: bool = False
    """What it gives back is bound to a name."""

    @property
    def given(self) -> tuple[str, ...]:
        """What is handed over as it is, not called."""
        return tuple([path for _, path in self.handed if not path.endswith(")")])


class Fork(NamedTuple):
    bodies: tuple[Script, ...]


class Again(NamedTuple):
    body: Script
    orelse: Script


class Under(NamedTuple):
    managers: tuple[str, ...]
    """Paths; empty where a manager is no path."""
    body: Script


class Caught(NamedTuple):
    """A handler of exceptions."""

    types: tuple[str, ...]
    """Paths, empty where a type is none; without any, everything is caught."""
    at: int
    body: Script


class Attempt(NamedTuple):
    body: Script
    handlers: tuple[Caught, ...]
    orelse: Script
    final: Script


class Out(NamedTuple):
    how: str
    path: str


class Named(NamedTuple):
    """A local name is bound to a path."""

    name: str
    path: str


Step: TypeAlias = "Act | Fork | Again | Under | Attempt | Out | Named"
Script: TypeAlias = "tuple[Step, ...]"


class Told(NamedTuple):
    """One function, or the part of a module body that one block holds."""

    script: Script
    decorators: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str | None], ...] = ()
    is_async: bool = False
    of_class: bool = False
    yields: bool = False
    calls: frozenset[str] = frozenset()
    """The last names of all it calls or hands over, those of functions in it left out."""
    stores: frozenset[str] = frozenset()
    """The names to whose attributes it assigns."""


class Written(NamedTuple):
    """A function where it stands."""

    name: str
    function: Function | None
    told: Told
    spans: tuple[Span, ...]
    """Of its calls by their numbers, counted from the block."""


def every_step(script: Script) -> Iterator[Step]:
    """All steps of a script, those in bodies too."""
    todo = list(reversed(script))
    while todo:
        step = todo.pop()
        yield step
        match step:
            case Fork(bodies):
                inner = bodies
            case Again(body, orelse):
                inner = (body, orelse)
            case Under(_, body):
                inner = (body,)
            case Attempt(body, handlers, orelse, final):
                inner = (body, *(handler.body for handler in handlers), orelse, final)
            case _:
                continue
        todo += [each for body in reversed(inner) for each in reversed(body)]


class FileTold(NamedTuple):
    """What the functions of a file do, by their qualified names."""

    functions: Mapping[str, Told]
    calls: frozenset[str]


def file_told(facts: FileFacts) -> FileTold:
    functions = {written.name: written.told for _, written in written_in(facts)}
    return FileTold(functions, frozenset[str]().union(*[told.calls for told in functions.values()]))


def transactions_of(facts: BlockFacts) -> tuple[Written, ...]:
    """What the functions of a block do; made once for as long as the block lives."""
    known: tuple[Written, ...] | None = facts.kept.get(transactions_of)  # type: ignore[assignment]
    if known is None:
        known = facts.kept[transactions_of] = (*_module_part(facts), *_functions(facts.body, "", of_class=False))
    return known


def written_in(facts: FileFacts) -> Iterator[tuple[int, Written]]:
    """All functions of a file, each with the offset of its block. The parts of a module body go by the number of
    their block: ``@3``."""
    for number, (start, block) in enumerate(facts.blocks):
        for each in transactions_of(block):
            yield start, each._replace(name=f"@{number}") if each.function is None else each


def _module_part(facts: BlockFacts) -> Iterator[Written]:
    if any(isinstance(event, With | Branch | Call | Try) for event in facts.body):
        yield _written("@", None, facts.body, of_class=False)


def _functions(body: Body, around: str, *, of_class: bool) -> Iterator[Written]:
    for event in body:
        match event:
            case Bind(bound=Defined(name=name, function=function)):
                qualified = f"{around}.{name}".lstrip(".")
                yield _written(qualified, function, function.body, of_class=of_class)
                yield from _functions(function.body, qualified, of_class=False)
            case Bind(bound=ClassDefined(name=name, body=inner)):
                yield from _functions(inner, f"{around}.{name}".lstrip("."), of_class=True)
            case With(body=inner):
                yield from _functions(inner, around, of_class=of_class)
            case Branch(bodies=bodies):
                for inner in bodies:
                    yield from _functions(inner, around, of_class=of_class)
            case Try():
                for inner in (event.body, *(handler.body for handler in event.handlers), event.orelse, event.final):
                    yield from _functions(inner, around, of_class=of_class)
            case _:
                pass


def _written(name: str, function: Function | None, body: Body, *, of_class: bool) -> Written:
    reader = _Reader()
    script = reader.body(body)
    told = Told(
        script, of_class=of_class, yields=reader.yields, calls=frozenset(reader.calls), stores=frozenset(reader.stores)
    )
    if function is not None:
        told = told._replace(
            decorators=tuple([_path(value) for value, _ in function.decorators]),
            parameters=tuple([(each.name, each.annotation) for each in function.parameters]),
            is_async=function.is_async,
        )
    return Written(name, function, told, tuple(reader.spans))


class _Reader:
    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.calls: set[str] = set()
        self.yields = False
        self.stores: set[str] = set()

    def body(self, body: Body) -> Script:
        steps: list[Step] = []
        for event in body:
            step = self.step(event)
            before = steps[-1] if steps else None
            if isinstance(step, Named) and isinstance(before, Act) and step.path == f"{before.path}()":
                steps[-1] = before._replace(taken=True)
            if step is not None:
                steps.append(step)
        return tuple(steps)

    def step(self, event: Event) -> Step | None:
        match event:
            case Call():
                return self.call(event)
            case Store():
                return self.store(event)
            case Branch(bodies=bodies):
                return self.fork(tuple([self.body(each) for each in bodies]))
            case Loop(body=body, orelse=orelse):
                inner = Again(self.body(body), self.body(orelse))
                return inner if inner.body or inner.orelse else None
            case With(managers=managers, body=body):
                return Under(tuple([_path(each) for each in managers]), self.body(body))
            case Try():
                body = self.body(event.body)
                handlers = tuple([self.handler(handler) for handler in event.handlers])
                return Attempt(body, handlers, self.body(event.orelse), self.body(event.final))
            case Leave(how=how, value=value):
                self.yields |= how == "yield"
                return Out(how, _path(value))
            case Bind(bound=bound):
                return self.bound(bound)
            case _:
                return None

    def store(self, event: Store) -> Act:
        path = event.target.text
        if not path.endswith("]"):
            self.stores.add(path.partition(".")[0])
        self.spans.append(event.span)
        return Act(path, len(self.spans) - 1, tuple([("", each) for each in _paths(event.value)]), stores=True)

    def bound(self, bound: Bound) -> Named | None:
        match bound:
            case Assigned(name=name, value=Path(text=text)):
                return Named(name, text)
            case Import(name=name, module=module, attribute=attribute):
                return Named(name, f"{module}:{attribute}")
            case Defined(name=name, function=function):
                for value, _ in function.decorators:
                    self.calls.add(_path(value).removesuffix("()").rpartition(".")[2])
                return Named(name, "def")
            case _:
                return None

    def handler(self, handler: Handler) -> Caught:
        self.spans.append(handler.span)
        at = len(self.spans) - 1
        return Caught(tuple([_path(kind) for kind in handler.types]), at, self.body(handler.body))

    def fork(self, bodies: tuple[Script, ...]) -> Fork | None:
        return Fork(bodies) if any(bodies) else None

    def call(self, event: Call) -> Act:
        path, value = event.value.text.removesuffix("()"), event.value
        arguments = [*((str(number), each) for number, each in enumerate(value.args)), *value.keywords]
        handed = tuple([(key, each.text) for key, each in arguments if isinstance(each, Path)])
        self.spans.append(event.span)
        self.calls.add(path.rpartition(".")[2])
        self.calls.update([each.rpartition(".")[2] for _, each in handed if not each.endswith(")")])
        return Act(path, len(self.spans) - 1, handed, _says(value.args[0]) if value.args else "")


def _says(value: Value) -> str:
    """What is executed: the path of a statement, with the first word of a text in it."""
    match value:
        case Literal(value=str(text)):
            return f"'{text.split(maxsplit=1)[0].upper()}" if text.strip() else ""
        case Path(text=path, args=[Literal(value=str(text)), *_]) if text.strip():
            return f"{path}'{text.split(maxsplit=1)[0].upper()}"
        case Path(text=path):
            return path
        case _:
            return ""


def _paths(value: Value) -> Iterator[str]:
    """All paths in a value, those of arguments too."""
    todo = [value]
    while todo:
        match todo.pop():
            case Path(text=text, args=args, keywords=keywords):
                yield text
                todo += [*args, *(each for _, each in keywords)]
            case Either(values=values) | Items(values=values) | Joined(parts=values):
                todo += values
            case _:
                pass


def _path(value: Value) -> str:
    return value.text if isinstance(value, Path) else ""
