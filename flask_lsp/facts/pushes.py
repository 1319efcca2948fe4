"""Which context of Flask a function leaves behind, or has at its ``yield``, by what is written in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask_lsp.facts.model import Assigned, Bind, Body, Call, Event, Function, Leave, Path, Store, Value, With
from flask_lsp.facts.traverse import inner_bodies

NOTHING = 0
APP, REQUEST, UNKNOWN = 1, 2, -1
MANAGERS = {"app_context()": APP, "test_request_context()": REQUEST, "request_context()": REQUEST}
"""Methods of an application that make a context, by the end of their path."""
ENTERS = (".enter_context()", ".enterContext()", ".enterClassContext()", ".enterAsyncContext()")
"""Methods, also of test cases, that enter a context manager until all is over."""

_RUNNING = (".run()", "._target()", ".function()")
"""Calls by which the ``run`` of a thread runs what it is given."""


def pushes(function: Function) -> tuple[int, int]:
    """The context that the function has pushed where it yields, and in the end: 0 for none, 1 for that of the
    application, 2 for that of a request, -1 where it cannot be told."""
    body = function.body
    if not any(_tells(event) for event in _every(body)):
        return NOTHING, NOTHING
    walk = _Walk()
    walk.body(body)
    return walk.at_yield, walk.level


def pushed_in(function: Function) -> int:
    """The highest context that the function pushes anywhere, -1 where that cannot be told."""
    found = {NOTHING}
    for event in _every(function.body):
        if _tells(event):
            found |= _named(event)
    return UNKNOWN if UNKNOWN in found else max(found)


def runs_given(run: Function) -> bool:
    """The ``run`` of a class of threads runs what its objects are given, in no context of its own."""
    events = list(_every(run.body))
    calls = [event.value.text for event in events if isinstance(event, Call)]
    plain = not any(isinstance(event, With) for event in events) and not pushed_in(run)
    return plain and any(text.endswith(_RUNNING) for text in calls)


def _named(event: Event) -> set[int]:
    """The contexts that an event makes or pushes, by their names."""
    match event:
        case Call(value=Path(text=text)) if not text.endswith(tuple(MANAGERS)):
            return set()
        case Call(value=Path(text=text)):
            return {level for end, level in MANAGERS.items() if text.endswith(end)}
        case With(managers=managers):
            texts = [each.text for each in managers if isinstance(each, Path) and "context" in each.text]
            return {next((n for end, n in MANAGERS.items() if text.endswith(end)), UNKNOWN) for text in texts}
        case _:
            return set()


def _tells(event: Event) -> bool:
    match event:
        case Call(value=Path(text=text)):
            return text.endswith(("_context()", ".push()", *ENTERS, ".__enter__()"))
        case With(managers=managers):
            return any(isinstance(each, Path) and "context" in each.text for each in managers)
        case _:
            return False


def _every(body: Body) -> Iterator[Event]:
    for event in body:
        yield event
        for inner in inner_bodies(event):
            yield from _every(inner)


class _Walk:
    def __init__(self) -> None:
        self.level = NOTHING
        self.at_yield = NOTHING
        self.made: dict[str, str] = {}
        """What names and attributes are made by."""

    def body(self, body: Iterable[Event]) -> None:
        for event in body:
            self.event(event)

    def event(self, event: Event) -> None:
        match event:
            case Bind(bound=Assigned(name=name, value=Path(text=text))):
                self.made[name] = text
            case Store(target=Path(text=target), value=Path(text=text)):
                self.made[target] = text
            case With(managers=managers, body=body):
                before = self.level
                for each in managers:
                    self.push(self.of(each))
                self.body(body)
                self.level = before
            case Call(value=Path(text=text)) if text.endswith((".push()", ".__enter__()")):
                self.push(self.of(Path(text.rpartition(".")[0])) or UNKNOWN)
            case Call(value=Path(text=text, args=args)) if text.endswith(ENTERS):
                self.push(self.of(args[0]) if args else UNKNOWN)
            case Call(value=Path(text=text)) if text.endswith((".pop()", ".__exit__()")):
                self.level = NOTHING if self.of(Path(text.rpartition(".")[0])) else self.level
            case Leave(how="yield"):
                self.at_yield = self.level
            case _:
                for inner in inner_bodies(event):
                    before = self.level
                    self.body(inner)
                    self.level = before if self.level == before else UNKNOWN

    def push(self, level: int) -> None:
        self.level = UNKNOWN if UNKNOWN in (level, self.level) else max(level, self.level)

    def of(self, value: Value) -> int:
        """The context that a context manager is; 0 where it is none by the look of it."""
        text = value.text if isinstance(value, Path) else ""
        text = self.made.get(text, text)
        return next((level for end, level in MANAGERS.items() if text.endswith(end)), NOTHING)
