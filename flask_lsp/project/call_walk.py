"""What the functions of a block call, hand on and need, each with the context that is there: one walk over its events.

The context at a place is told for each context in which the function may be entered (``call_model.Through``), so a
function is walked once, whoever calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Branch,
    Call,
    ClassDefined,
    Compared,
    Defined,
    Either,
    Event,
    Function,
    Items,
    Leave,
    Literal,
    Loop,
    Negated,
    Opaque,
    Pairs,
    Parameter,
    Path,
    Store,
    Try,
    Use,
    Value,
    With,
)
from flask_lsp.facts.traverse import every_event
from flask_lsp.project import links
from flask_lsp.project import names as names_
from flask_lsp.project.call_model import (
    AS_ENTERED,
    MODULE,
    NEVER,
    SCRIPT,
    UNKNOWN,
    Entry,
    Handed,
    Need,
    Said,
    Site,
    Through,
)
from flask_lsp.project.call_names import Names, Question
from flask_lsp.project.callables import FunctionAt, Scope, Scopes
from flask_lsp.project.contexts import never_runs
from flask_lsp.project.entries import decorated, handing
from flask_lsp.project.needs import PUSHES, Level, need_of
from flask_lsp.text import Span

_APP_GUARDS = frozenset({"flask.has_app_context()", "flask.current_app", "flask.g"})
_REQUEST_GUARDS = frozenset({"flask.has_request_context()", "flask.request"})
_CALLS_AT_ONCE = frozenset({"map", "filter", "sorted", "max", "min", "any", "all", "sum", "reduce", "run", "sort"})
"""Take a function and call it before they give back."""
_HARMLESS = ("lock", "mutex", "semaphore", "condition")
_ANSWERS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "dispatch_request"})
_LEAVES = frozenset({"return", "raise", "break", "continue"})


class Walked(NamedTuple):
    """What a block says, by the qualified names of its functions."""

    said: dict[str, Said]
    spans: dict[str, tuple[Span, ...]]
    """Of the numbered places, counted from the block."""
    used: frozenset[Question]
    """What was asked about names."""


@dataclass(slots=True)
class _Body:
    """What is collected while one function is walked."""

    name: str
    scopes: Scopes
    state: Through = AS_ENTERED
    calls: list[Site] = field(default_factory=list[Site])
    handed: list[Handed] = field(default_factory=list[Handed])
    needs: list[Need] = field(default_factory=list[Need])
    unseen: list[str] = field(default_factory=list[str])
    entries: list[Entry] = field(default_factory=list[Entry])
    spans: list[Span] = field(default_factory=list[Span])
    pushed: list[Through] = field(default_factory=list["Through"])
    """The contexts before each push that was not popped yet."""
    hidden: frozenset[str] = frozenset()
    """Names of a class body, which are not followed."""

    def at(self, span: Span) -> int:
        self.spans.append(span)
        return len(self.spans) - 1


def walk(block: BlockFacts, names: Names) -> Walked:
    """What the functions of a block and its share of the module body say."""
    return _Walk(block, names).run()


class _Walk:
    def __init__(self, block: BlockFacts, names: Names) -> None:
        self.block = block
        self.names = names
        self.document = names.document
        self.bodies: dict[str, _Body] = {}
        self.lambdas = {start: function for start, function in block.functions.items() if function.name == "<lambda>"}
        self.here: _Body = _Body(MODULE, ())
        self.class_name: str = ""
        """The qualified name of the class whose body is walked."""
        self.class_bound: ClassDefined | None = None

    def run(self) -> Walked:
        self.names.used = set()
        self.bodies[MODULE] = self.here
        self.body(self.block.body)
        said = {
            name: Said(tuple(b.calls), tuple(b.handed), tuple(b.needs), tuple(b.unseen), tuple(b.entries))
            for name, b in self.bodies.items()
            if b.spans or b.entries or b.unseen or name != MODULE
        }
        spans = {name: tuple(body.spans) for name, body in self.bodies.items() if body.spans}
        return Walked(said, spans, frozenset(self.names.used))

    # -- events ----------------------------------------------------------------------------------------------------

    def body(self, body: Body) -> None:
        for event in body:
            self.event(event)

    def event(self, event: Event) -> None:
        match event:
            case Use(path=path, span=span, searched=searched):
                self.need(path + "[]" * searched, span, called=False)
            case Store(target=target, value=value, span=span):
                self.need(target.text, span, called=False)
                self.escape(value, span)
            case Call():
                self.call(event)
            case Bind(bound=Defined(function=function)):
                self.defined(function)
            case Bind(bound=ClassDefined() as bound):
                self.class_(bound)
            case Bind(bound=Assigned(value=Items() | Pairs() as value, span=span)):
                self.escape(value, span)
            case With():
                self.with_(event)
            case Branch():
                self.branch(event)
            case Loop():
                self.loop(event)
            case Try():
                self.try_(event)
            case Leave():
                self.leave(event)
            case _:
                pass

    def leave(self, event: Leave) -> None:
        if event.how in ("return", "yield"):
            self.take_lambdas(event.span, "", None)
            self.escape(event.value, event.span)
        if event.how in _LEAVES:
            self.here.state = (NEVER, NEVER, NEVER)

    def class_(self, bound: ClassDefined) -> None:
        here = self.here
        before = here.hidden
        here.hidden = frozenset(event.bound.name for event in every_event(bound.body) if isinstance(event, Bind))
        outer, outer_bound = self.class_name, self.class_bound
        self.class_name, self.class_bound = self.qualified(bound.name), bound
        self.body(bound.body)
        self.class_name, self.class_bound = outer, outer_bound
        here.hidden = before

    def qualified(self, name: str) -> str:
        around = self.class_name or self.here.name
        around = "" if around in (MODULE, SCRIPT) else around
        return f"{around}.{name}" if around else name

    # -- functions -------------------------------------------------------------------------------------------------

    def defined(self, function: Function) -> None:
        """A function is defined: its body is walked by itself."""
        name = self.free(self.qualified(function.name))
        body = _Body(name, (Scope(function, name, self.class_name), *self.here.scopes))
        for value, span in function.decorators:
            if isinstance(value, Path):
                path = value.text.removesuffix("()")
                canonical = self.name(path)
                if path == value.text:
                    self.need(path, span, called=True)
                if (found := decorated(canonical, value)) is not None:
                    body.entries.append(Entry(*found, (self.document, self.here.name), -1))
        if (found := self.entered(function.name)) is not None:
            body.entries.append(Entry(*found, (self.document, self.here.name), -1))
        self.inside(body, function.body)

    def inside(self, body: _Body, events: Body) -> None:
        here, class_, bound = self.here, self.class_name, self.class_bound
        self.here, self.class_name, self.class_bound = body, "", None
        self.bodies[body.name] = body
        self.body(events)
        self.here, self.class_name, self.class_bound = here, class_, bound

    def free(self, name: str) -> str:
        count, free = 1, name
        while free in self.bodies:
            count += 1
            free = f"{name}@{count}"
        return free

    def entered(self, name: str) -> tuple[str, Level | None] | None:
        """How Flask or a test runner enters a function, by its name and the class that it is in."""
        as_test: tuple[str, Level | None] | None = ("test", None) if name.startswith("test") else None
        if self.class_bound is None:
            return as_test if self.names.is_test and self.here.name == MODULE else None
        kin = {base.rpartition(".")[2] for base in self.names.bases(self.class_bound, self.here.scopes)}
        if name in _ANSWERS and not kin.isdisjoint({"View", "MethodView", "Resource"}):
            return "view", Level.REQUEST
        is_case = self.class_bound.name.startswith("Test") if self.names.is_test else False
        return as_test if is_case or any(base.endswith("TestCase") for base in kin) else None

    def take_lambdas(self, span: Span, kind: str, level: Level | None) -> int:
        """The lambdas in an expression that nobody has taken are handed on; how many they are."""
        inside = [start for start in self.lambdas if span.start <= start < span.end]
        for start in inside:
            self.handed(self.lambda_(start), Span(start, start), kind, level)
        return len(inside)

    def lambda_(self, start: int) -> tuple[str, str]:
        function = self.lambdas.pop(start)
        name = self.free(self.qualified("<lambda>"))
        self.inside(_Body(name, (Scope(function, name), *self.here.scopes)), function.body)
        return self.document, name

    # -- names -----------------------------------------------------------------------------------------------------

    def name(self, path: str) -> str | None:
        """The canonical name of a path here."""
        if self.here.hidden and links.split(path)[0] in self.here.hidden:
            return None
        return self.names.canonical(path, self.here.scopes)

    def function(self, path: str) -> FunctionAt | None:
        """The function of the project that a path is here; ``__init__`` for a class."""
        if self.here.hidden and links.split(path)[0] in self.here.hidden:
            return None
        return self.names.function(path, self.here.scopes)

    def need(self, path: str, span: Span, *, called: bool) -> None:
        name = self.name(path)
        found = None if name is None else need_of(name, called=called)
        if name is None or found is None:
            return
        what, level = found
        rest = name[len(what) :]
        written = path[: len(path) - len(rest)] if rest and path.endswith(rest) else path
        written = written.removesuffix("[]")
        if len(written) < span.end - span.start:
            span = Span(span.start, span.start + len(written))
        self.here.needs.append(Need(self.here.at(span), what, written, level, self.here.state))

    # -- calls -----------------------------------------------------------------------------------------------------

    def call(self, event: Call) -> None:
        path = event.value.text.removesuffix("()")
        self.need(path, event.callee, called=True)
        name = self.name(path)
        if self.pushes(event, path):
            return
        if (taking := handing(name, path)) is not None:
            value = _argument(event.value, taking.position, taking.keyword)
            self.hand(value, event, taking.kind, taking.level)
            return
        target = None if name is not None and not name.startswith("<") else self.function(path)
        if target is not None:
            self.to(target, event.callee)
        elif name is None:
            self.here.unseen.append(path)
        last = path.rpartition(".")[2]
        if last in _CALLS_AT_ONCE:
            self.at_once(event)
        else:
            self.take_lambdas(event.span, "", None)
        if last in ("init_app", "isinstance"):
            return
        for value in (*event.value.args, *(value for _, value in event.value.keywords)):
            if last in _CALLS_AT_ONCE and isinstance(value, Path) and (given := self.function(value.text)):
                self.to(given, event.span)
            else:
                self.escape(value, event.span)

    def to(self, target: FunctionAt, span: Span) -> None:
        through = self.here.state
        if not self.names.is_plain(target.key):
            through = _map(through, lambda _: UNKNOWN)
        self.here.calls.append(Site(self.here.at(span), target.key, through))

    def at_once(self, event: Call) -> None:
        for start in [start for start in self.lambdas if event.span.start <= start < event.span.end]:
            key = self.lambda_(start)
            self.here.calls.append(Site(self.here.at(Span(start, start)), key, self.here.state))

    def hand(self, value: Value | None, event: Call, kind: str, level: Level | None) -> None:
        """A function is handed to what calls it later."""
        if isinstance(value, Path) and value.text.endswith("()") and value.args:
            wrapper = self.name(value.text.removesuffix("()"))
            if wrapper == "flask.copy_current_request_context":
                level = Level.REQUEST
            elif wrapper != "functools.partial":
                return
            value = value.args[0]
        if isinstance(value, Path) and (found := self.function(value.text)):
            self.handed(found.key, event.callee, kind, level)
        elif not isinstance(value, Path):
            self.take_lambdas(event.span, kind, level)

    def handed(self, key: tuple[str, str], span: Span, kind: str, level: Level | None) -> None:
        if self.here.state == (NEVER, NEVER, NEVER):
            return
        self.here.handed.append(Handed(self.here.at(span), key, kind, level))

    def escape(self, value: Value, span: Span) -> None:
        """Functions of the project in a value go to somebody that we do not see."""
        match value:
            case Path(text=text) if not text.endswith(("()", "[]")):
                root = links.split(text)[0]
                if self.is_plain_local(root):
                    return
                if found := self.names.named_function(text, self.here.scopes):
                    self.handed(found.key, span, "", None)
            case Items(values=values) | Either(values=values):
                for inner in values:
                    self.escape(inner, span)
            case Pairs(items=items):
                for _, inner in items:
                    self.escape(inner, span)
            case _:
                pass

    def is_plain_local(self, name: str) -> bool:
        """A local that is no function, as most names are that are passed on."""
        for scope in self.here.scopes:
            if bounds := scope.function.bindings.get(name):
                first = bounds[0]
                return isinstance(first, Opaque) or (isinstance(first, Parameter) and not scope.of_class)
        return False

    # -- contexts --------------------------------------------------------------------------------------------------

    def pushes(self, event: Call, path: str) -> bool:
        """The call pushes or pops a context."""
        here, owner = self.here, path.rpartition(".")[0]
        if path.endswith((".push", ".__enter__")) and (level := self.context(Path(owner))) is not None:
            here.pushed.append(here.state)
            here.state = _map(here.state, lambda now: max(now, level))
        elif path.endswith(".enter_context") and event.value.args:
            level = self.context(event.value.args[0])
            here.state = _map(here.state, lambda now: UNKNOWN if level is None else max(now, level))
        elif path.endswith((".pop", ".__exit__")) and self.context(Path(owner)) is not None:
            here.state = here.pushed.pop() if here.pushed else _map(here.state, lambda _: UNKNOWN)
        else:
            return False
        return True

    def context(self, manager: Value) -> int | None:
        """The context that a context manager pushes; ``None`` where that is unknown or none at all."""
        level = self.pushed_by(manager)
        return None if level in (None, Level.NONE) else level

    def pushed_by(self, manager: Value) -> int | None:
        """The context that entering ``manager`` pushes, ``Level.NONE`` for none, ``None`` where that is unknown."""
        if not isinstance(manager, Path):
            return None
        name = self.name(manager.text) or manager.text
        for end, level in PUSHES.items():
            if name.endswith((f".{end}", f"<{end}")):
                return level
        if names_.is_standard(name) or manager.text.rpartition(".")[2].lower().strip("_()").endswith(_HARMLESS):
            return Level.NONE
        return None

    def with_(self, event: With) -> None:
        before = self.here.state
        for manager in event.managers:
            level = self.pushed_by(manager)
            self.here.state = _map(self.here.state, lambda now: UNKNOWN if level is None else max(now, level))  # noqa: B023
        self.body(event.body)
        self.here.state = _where(self.here.state, before)

    def branch(self, event: Branch) -> None:
        if _is_main(event) and self.here.name == MODULE:
            self.script(event)
            return
        skipped = never_runs(event.test)
        before = self.here.state
        after: list[Through] = []
        for index, body in enumerate(event.bodies):
            self.here.state = before if index != skipped else (NEVER, NEVER, NEVER)
            if len(event.bodies) == 2:
                self.here.state = self.refined(self.here.state, event.test, index == 0)
            self.body(body)
            after.append(self.here.state)
        self.here.state = _join(after) if after else before

    def script(self, event: Branch) -> None:
        """What runs only where the module is started as a program."""
        module = self.here
        script = self.bodies.get(SCRIPT) or _Body(SCRIPT, (), state=module.state)
        self.bodies[SCRIPT] = script
        if not script.entries:
            script.entries.append(Entry("script", Level.NONE, (self.document, SCRIPT), -1))
        self.here = script
        self.body(event.bodies[0])
        self.here = module
        for body in event.bodies[1:]:
            self.body(body)

    def refined(self, state: Through, test: Value, truth: bool) -> Through:
        """The context where a test turned out so."""
        match test:
            case Negated(value=value):
                return self.refined(state, value, not truth)
            case Path(text=text):
                name = self.name(text)
                if name in _APP_GUARDS:
                    return _asked(state, Level.APP, truth)
                if name in _REQUEST_GUARDS:
                    return _asked(state, Level.REQUEST, truth)
                if name == "flask.session" and truth:
                    return _asked(state, Level.REQUEST, truth)
                return state
            case Either(values=values) if any(self.is_guard(value) for value in values):
                return _map(state, lambda _: UNKNOWN)
            case _:
                return state

    def is_guard(self, test: Value) -> bool:
        match test:
            case Path(text=text):
                return self.name(text) in (*_APP_GUARDS, *_REQUEST_GUARDS, "flask.session")
            case Either(values=values):
                return any(self.is_guard(value) for value in values)
            case Negated(value=value):
                return self.is_guard(value)
            case _:
                return False

    def loop(self, event: Loop) -> None:
        before = self.here.state
        self.body(event.body)
        self.here.state = _join([before, self.here.state])
        self.body(event.orelse)

    def try_(self, event: Try) -> None:
        here, before = self.here, self.here.state
        if any(self.catches(handler.types) for handler in event.handlers):
            here.state = _map(before, lambda _: UNKNOWN)
        self.body(event.body)
        self.body(event.orelse)
        ends = [_where(here.state, before) if UNKNOWN in here.state else here.state]
        for handler in event.handlers:
            here.state = before
            self.body(handler.body)
            ends.append(here.state)
        here.state = _join(ends)
        if here.state == (NEVER, NEVER, NEVER) and event.final:
            here.state = before
            self.body(event.final)
            here.state = (NEVER, NEVER, NEVER)
        else:
            self.body(event.final)

    def catches(self, types: tuple[Value, ...]) -> bool:
        """A handler of these types catches the RuntimeError that a missing context raises."""
        if not types:
            return True
        for kind in types:
            name = self.name(kind.text) if isinstance(kind, Path) else None
            if name is None or name in ("builtins.RuntimeError", "builtins.Exception", "builtins.BaseException"):
                return True
        return False


def _argument(call: Path, position: int, keyword: str) -> Value | None:
    named = call.keyword(keyword)
    if named is not None:
        return named
    return call.args[position] if position < len(call.args) else None


def _is_main(event: Branch) -> bool:
    match event.test:
        case Compared(left=Path(text="__name__"), operators=("Eq",), rights=(Literal(value="__main__"),)):
            return True
        case Compared(left=Literal(value="__main__"), operators=("Eq",), rights=(Path(text="__name__"),)):
            return True
        case _:
            return False


# -- contexts by entry -----------------------------------------------------------------------------------------------


def _map(state: Through, change: Callable[[int], int]) -> Through:
    """The state with every context changed that can be there; what is unknown stays so, unless all is given."""
    found = [now if now == NEVER else _changed(now, change) for now in state]
    return found[0], found[1], found[2]


def _changed(now: int, change: Callable[[int], int]) -> int:
    result = change(now)
    return UNKNOWN if now == UNKNOWN and result != Level.REQUEST else result


def _asked(state: Through, level: Level, truth: bool) -> Through:
    """The ways into a branch that asks for a context."""
    found = [
        NEVER if now == NEVER or (now != UNKNOWN and (now >= level) is not truth) else _told(now, level, truth)
        for now in state
    ]
    return found[0], found[1], found[2]


def _told(now: int, level: Level, truth: bool) -> int:
    if now != UNKNOWN:
        return now
    if truth and level is Level.REQUEST:
        return Level.REQUEST
    return Level.NONE if not truth and level is Level.APP else UNKNOWN


def _where(state: Through, before: Through) -> Through:
    """``before``, where the place is reached at all."""
    found = [NEVER if now == NEVER else old for now, old in zip(state, before, strict=True)]
    return found[0], found[1], found[2]


def _join(states: Iterable[Through]) -> Through:
    found = [_joined(column) for column in zip(*states, strict=True)]
    return found[0], found[1], found[2]


def _joined(values: tuple[int, ...]) -> int:
    reached = {value for value in values if value != NEVER}
    if not reached:
        return NEVER
    return reached.pop() if len(reached) == 1 else UNKNOWN
