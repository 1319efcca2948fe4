"""In which context does this line run? Today: what runs while a module is imported, in its body and in the functions
that it calls.

A level is ``None`` where it cannot be told; then nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.model import (
    Bind,
    Body,
    Branch,
    Call,
    ClassDefined,
    Defined,
    Either,
    Event,
    Function,
    Handler,
    Leave,
    Loop,
    Path,
    Store,
    Try,
    Use,
    Value,
    With,
)
from flask_lsp.facts.python import facts_of
from flask_lsp.facts.traverse import every_event
from flask_lsp.frozen import frozen
from flask_lsp.project import forms, links, names
from flask_lsp.project.guards import LOOPS, RUN, SUPPRESS, expects_none, never_runs, plain_test
from flask_lsp.project.importers import maybe_imported_in_context
from flask_lsp.project.needs import (
    DEPENDING,
    FORMS,
    GUARDS,
    MESSAGE,
    PUSHES,
    Level,
    asks_for_sender,
    is_told_app,
    need_of,
)
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

_MOST_CALLS = 12
"""Calls of calls that are followed."""


@frozen()
class Step:
    """A call on the way to a line: the function and the place that calls it, counted from the file."""

    function: str
    span: Span


@frozen()
class Missing:
    """Something needs a context and has none."""

    name: str
    """The canonical name of what needs it."""
    written: str
    need: Level
    span: Span
    """Counted from the file."""
    at: int
    """The offset of the statement in the module body that leads there."""
    chain: tuple[Step, ...]

    def shifted(self, by: int) -> Missing:
        chain = tuple(Step(step.function, step.span.shift(by)) for step in self.chain)
        return Missing(self.name, self.written, self.need, self.span.shift(by), self.at + by, chain)


@frozen()
class _Kept:
    """What a block says by itself: nothing in it pushed a context or led into another block."""

    document: str
    answers: object
    missing: tuple[Missing, ...]
    """Counted from the block."""


class _Noted(NamedTuple):
    """The numbers of the blocks that lack something, where each block speaks for itself."""

    answers: object
    blocks: tuple[int, ...]


def while_imported(project: Project, file: File) -> tuple[Missing, ...]:
    """What lacks its context while the module is imported. Empty where the module may be imported inside of one."""
    found = _after_edit(project, file)
    if found is None:
        walk, found, noted = _Walk(project, file), list[Missing](), list[int]()
        for number, (start, block) in enumerate(file.tree.blocks):
            lacking = _in_block(walk, start, block)
            noted += [number] * bool(lacking)
            found += lacking
            if walk.level is None:
                break  # a context may have been pushed for good
        if not walk.mixed:
            file.kept[_Noted] = _Noted(project.answers, tuple(noted))
    seen: dict[Span, Missing] = {}
    for missing in found:
        if missing.span not in seen or len(missing.chain) < len(seen[missing.span].chain):
            seen[missing.span] = missing
    if not seen or maybe_imported_in_context(project, file.document):
        return ()
    return tuple(seen.values())


def _after_edit(project: Project, file: File) -> list[Missing] | None:
    """What the file lacks, from what the text before the edit lacked; ``None`` where all of it has to be walked."""
    _, since, blocks = file.facts, file.since, file.tree.blocks
    known: _Noted | None = since.kept.get(_Noted) if since is not None else None
    if since is None or known is None or known.answers is not project.answers:
        return None
    walk, found, noted = _Walk(project, file), list[Missing](), list[int]()
    for number in sorted({*since.still(known.blocks), *since.new}):
        lacking = _in_block(walk, *blocks[number])
        noted += [number] * bool(lacking)
        found += lacking
    if walk.mixed:
        return None
    file.kept[_Noted] = _Noted(project.answers, tuple(noted))
    return found


def _in_block(walk: _Walk, start: int, block: Block) -> Sequence[Missing]:
    """What a block lacks; kept with it, for a keystroke changes one of many."""
    document, answers = walk.file.document, walk.project.answers
    kept: _Kept | None = None
    if walk.level is Level.NONE:
        kept = block.kept.get(_Kept) or block.parsed.kept.get(_Kept)
    if kept is not None and kept.answers is answers and kept.document == document:
        return [missing.shifted(start) for missing in kept.missing]
    before, walk.left = walk.level, False
    found = list(walk.body(facts_of(block).body, _Place(start, (), ())))
    if before is walk.level is Level.NONE and not walk.left:
        keeper = block if found else block.parsed  # nothing holds no offsets
        keeper.kept[_Kept] = _Kept(document, answers, tuple(missing.shifted(-start) for missing in found))
    else:
        walk.mixed = True
    return found


@frozen()
class _Place:
    """Where the walk is: the offset of the block, the functions around, and the calls that led there."""

    start: int
    scopes: tuple[Function, ...]
    chain: tuple[Step, ...]
    hidden: frozenset[str] = frozenset()
    """Names of a class body, which we do not follow."""
    at: int = -1


class _Walk:
    """Follows the events of a module body; ``level`` is the context that has been pushed so far."""

    def __init__(self, project: Project, file: File) -> None:
        self.project = project
        self.file = file
        self.level: Level | None = Level.NONE
        self.left = False
        """A function of another block was looked into."""
        self.mixed = False
        """What a block lacks depends on others."""

    def _module_name(self, document: str, path: str) -> str | None:
        asked = (names.canonical, document, path)
        if asked not in self.project.answers:
            self.project.answers[asked] = names.canonical(self.project, document, path)
        return self.project.answers[asked]  # type: ignore[return-value]

    def name(self, path: str, place: _Place) -> str | None:
        if links.split(path)[0] in place.hidden:
            return None
        return names.Resolver(self.project, self._module_name).name(self.file.document, path, place.scopes)

    def body(self, body: Body, place: _Place) -> Iterator[Missing]:
        """What lacks its context in a body; changes ``level`` where the body pushes one for good."""
        for event in body:
            here = place
            if not place.chain and place.at < 0:
                span = _span(event)
                here = _Place(place.start, place.scopes, (), place.hidden, place.start + span.start if span else -1)
            yield from self.event(event, here)
            if isinstance(event, Leave) and event.how in ("return", "raise", "break", "continue"):
                return

    def event(self, event: Event, place: _Place) -> Iterator[Missing]:
        match event:
            case Use(path=path, span=span, searched=searched):
                yield from self.need(path + "[]" * searched, span, place, called=False)
            case Store(target=target, span=span):
                yield from self.need(target.text, span, place, called=False)
            case Call():
                yield from self.call(event, place)
            case Bind(bound=Defined(function=function)):
                yield from self.decorated(function, place)
            case Bind(bound=ClassDefined(body=body)):
                hidden = frozenset(inner.bound.name for inner in body if isinstance(inner, Bind))
                at = place.at
                yield from self.body(body, _Place(place.start, place.scopes, place.chain, hidden, at))
            case With():
                yield from self.with_(event, place)
            case Branch():
                yield from self.branch(event, place)
            case Loop(body=body, orelse=orelse, test=test):
                if self.is_guard(test, place):
                    self.level = None
                yield from self.apart((body, orelse), place)
            case Try():
                yield from self.try_(event, place)
            case _:
                pass

    def need(
        self, path: str, span: Span, place: _Place, *, called: bool, call: Path | None = None
    ) -> Iterator[Missing]:
        if self.level is None:
            return
        name = self.name(path, place)
        found = None if name is None else need_of(name, path, called=called)
        if call is not None and name in DEPENDING and self.depends(name, call, place):
            found = name, DEPENDING[name]
        if name is None or found is None or found[1] <= self.level or (call is not None and is_told_app(name, call)):
            return
        what, level = found
        # The use is underlined, not what is read from it: ``current_app`` in ``current_app.config["X"]``.
        rest = name[len(what) :]
        written = path[: len(path) - len(rest)] if rest and path.endswith(rest) else path
        start = place.start + span.start
        written = written.removesuffix("[]")
        if self.file.source.text.startswith(written, start):
            span = Span(span.start, span.start + len(written))
        yield Missing(what, written, level, span.shift(place.start), place.at, place.chain)

    def depends(self, name: str, call: Path, place: _Place) -> bool:
        """This call does need the context that others of its name do not need."""
        if name in FORMS:
            return forms.asks_app(self.project, self.file.document, call, place.scopes)
        if name == MESSAGE:
            return asks_for_sender(call)
        wrapped = call.args[0] if call.args else None
        return isinstance(wrapped, Path) and wrapped.text.endswith(")")  # a function would wait for its call

    def call(self, event: Call, place: _Place) -> Iterator[Missing]:
        path = event.value.text.removesuffix("()")
        yield from self.need(path, event.callee, place, called=True, call=event.value)
        if path.endswith((".push", ".__enter__")):
            pushed = self.pushed(Path(path.rpartition(".")[0]), place)
            self.level = None if pushed is None or self.level is None else max(self.level, pushed)
        elif path.endswith((".pop", ".__exit__")) and self.pushed(Path(path.rpartition(".")[0]), place) is not None:
            self.level = Level.NONE
        elif path.endswith(".enter_context") and event.value.args:
            pushed = self.pushed(event.value.args[0], place)
            self.level = None if pushed is None or self.level is None else max(self.level, pushed)
        elif path.isidentifier():
            yield from self.follow(path, event.callee, place)
        elif path.endswith(RUN) and self.name(path, place) in LOOPS:
            given = event.value.args[0] if event.value.args else None
            name = given.text.removesuffix("()") if isinstance(given, Path) else ""
            if name.isidentifier() and given != Path(name):
                yield from self.follow(name, event.callee, place, awaited=True)

    def follow(self, name: str, span: Span, place: _Place, *, awaited: bool = False) -> Iterator[Missing]:
        """Into a function of this file that is called here."""
        found = self.function(name, place)
        if found is None or len(place.chain) >= _MOST_CALLS or any(step.function == name for step in place.chain):
            return
        start, function, scopes = found
        runs = awaited or (bool(place.scopes) and place.scopes[0].is_async)
        if function.is_async and not runs:
            return  # the call only makes a coroutine
        if any(isinstance(e, Leave) and e.how == "yield" for e in every_event(function.body)):
            return  # the call only makes a generator
        if any(not isinstance(value, Path) or value.text != "staticmethod" for value, _ in function.decorators):
            return  # what the decorator makes of it is not for us to say
        self.left = self.left or start != place.start
        step = Step(name, span.shift(place.start))
        level = self.level
        inside = _Place(start, (function, *scopes), (*place.chain, step), frozenset(), place.at)
        yield from self.body(function.body, inside)
        if level is not None and self.level is None:
            self.level = None

    def function(self, name: str, place: _Place) -> tuple[int, Function, tuple[Function, ...]] | None:
        """The one function of the file that a name means, the offset of its block and the scopes around it."""
        for depth, scope in enumerate(place.scopes):
            if bounds := scope.bindings.get(name):
                bound = bounds[0] if len(bounds) == 1 else None
                return (place.start, bound.function, place.scopes[depth:]) if isinstance(bound, Defined) else None
        ats = self.file.facts.bindings.get(name, ())
        if len(ats) == 1 and isinstance(bound := ats[0].bound, Defined) and name not in place.hidden:
            return ats[0].start, bound.function, ()
        return None

    def decorated(self, function: Function, place: _Place) -> Iterator[Missing]:
        """A plain decorator is called with the function when it is defined."""
        for value, span in function.decorators:
            if isinstance(value, Path) and not value.text.endswith(")"):
                yield from self.need(value.text, span, place, called=True)
                if value.text.isidentifier():
                    yield from self.follow(value.text, span, place)

    def with_(self, event: With, place: _Place) -> Iterator[Missing]:
        before = self.level
        for manager in event.managers:
            pushed = self.pushed(manager, place)
            self.level = None if pushed is None or self.level is None else max(self.level, pushed)
        yield from self.body(event.body, place)
        self.level = before

    def pushed(self, manager: Value, place: _Place) -> Level | None:
        """The context that entering ``manager`` pushes, ``None`` where that is unknown."""
        if not isinstance(manager, Path):
            return None
        name = self.name(manager.text, place) or manager.text
        for end, level in PUSHES.items():
            if name.endswith(f".{end}"):
                return level
        if name == SUPPRESS and expects_none((), [self.type_name(kind, place) for kind in manager.args]):
            return None
        return Level.NONE if names.is_standard(name) else None

    def branch(self, event: Branch, place: _Place) -> Iterator[Missing]:
        skip = never_runs(event.test)
        if self.is_guard(event.test, place):
            self.level = None  # the author asked; what follows is as they want it
        before, after = self.level, set[Level | None]()
        for index, body in enumerate(event.bodies):
            self.level = before
            if index != skip:
                yield from self.body(body, place)
            after.add(self.level)
        self.level = after.pop() if len(after) == 1 else None

    def is_guard(self, test: Value, place: _Place) -> bool:
        match plain_test(test)[0]:
            case Path(text=text):
                return self.name(text, place) in GUARDS
            case Either(values=values):
                return any(self.is_guard(value, place) for value in values)
            case _:
                return False

    def apart(self, bodies: tuple[Body, ...], place: _Place) -> Iterator[Missing]:
        for body in bodies:
            before = self.level
            yield from self.body(body, place)
            if self.level != before:
                self.level = None

    def try_(self, event: Try, place: _Place) -> Iterator[Missing]:
        before = self.level
        if any(self.expects(handler, place) for handler in event.handlers):
            self.level = None
        yield from self.body(event.body, place)
        yield from self.body(event.orelse, place)
        if before is not None and self.level is None:
            self.level = before if not _pushes(event.body) else None
        for handler in event.handlers:
            yield from self.apart((handler.body,), place)
        yield from self.body(event.final, place)

    def expects(self, handler: Handler, place: _Place) -> bool:
        return expects_none(handler.body, [self.type_name(kind, place) for kind in handler.types])

    def type_name(self, kind: Value, place: _Place) -> str | None:
        return self.name(kind.text, place) if isinstance(kind, Path) else None


def _pushes(body: Body) -> bool:
    return any(isinstance(event, Call) and event.value.text.endswith((".push()", ".enter_context()")) for event in body)


def _span(event: Event) -> Span | None:
    return event.bound.span if isinstance(event, Bind) else event.span
