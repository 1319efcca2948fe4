"""Runs the bodies of modules as Python does, as far as imports are concerned: which module is there when, and which of
its names are bound.

Where a test is not known and it matters, the run is repeated for each way; what all ways agree on is known.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from flask_lsp.facts.importing import (
    SETUP,
    Attempt,
    Called,
    Fork,
    Function_,
    Gone,
    Load,
    Name,
    Out,
    Read,
    Repeat,
    Scope,
    Step,
    Steps,
    Within,
)
from flask_lsp.project.layout import INIT, Layout

_MOST_RUNS = 16
_MOST_CALLS = 12
_MOST_MODULES = 400
"""Imports within imports; Python gives up before that."""


class Site(NamedTuple):
    """A step that has a number: the document, the block among those that have steps, the number in it."""

    document: str
    block: int
    at: int


class Failure(NamedTuple):
    """An exception that ends the import."""

    kind: str
    """The name of its class."""
    name: str
    """What is missing."""
    module: str
    """Where it is missing, or the module that is not there."""
    partial: bool
    """That module is still running."""
    site: Site | None
    trail: tuple[tuple[Site, str], ...]
    """The imports that are under way, outermost first, with the modules they run."""


class Early(NamedTuple):
    """A name is taken from a module that still runs, and was bound just in time."""

    site: Site
    name: str
    module: str
    trail: tuple[tuple[Site, str], ...]


class Late(NamedTuple):
    """A blueprint is set up after it was registered."""

    site: Site
    method: str
    registered: Site


class Verdict(NamedTuple):
    """How the run of an entry point ends; ``known`` is false where the ways differ."""

    known: bool
    failure: Failure | None
    early: tuple[Early, ...] = ()
    late: tuple[Late, ...] = ()


class Module_(NamedTuple):  # noqa: N801
    """What a value is: a module."""

    key: str


class Callable_(NamedTuple):  # noqa: N801
    """What a value is: a function of the project, where it was defined."""

    key: str
    block: int
    step: Function_


class Made(NamedTuple):
    """What a value is: an object that a call made."""

    key: str
    name: str
    serial: int


class _Other(NamedTuple):
    what: str


OTHER = _Other("bound to something")
MAYBE = _Other("maybe bound")
Value: TypeAlias = "Module_ | Callable_ | Made | _Other"
Program: TypeAlias = "tuple[Steps, ...]"
Ended: TypeAlias = "Failure | Out | None"
Running: TypeAlias = "Generator[str, Failure | None, Ended]"


class _Broken(NamedTuple):
    """A module that is not there, in a package that is."""

    chain: tuple[str, ...]
    rest: str


@dataclass(slots=True)
class _Module:
    key: str
    chain: tuple[str, ...]
    """The packages it is in and itself."""
    names: dict[str, Value] = field(default_factory=dict[str, "Value"])
    running: bool = True
    open: bool = False
    """It may have names that we do not know."""
    is_main: bool = False
    listed: tuple[str, ...] | None = None

    @property
    def document(self) -> str:
        return self.key.removesuffix(MAIN)


@dataclass(slots=True)
class _Frame:
    """Where a body runs."""

    module: _Module
    block: int
    document: str
    scope: dict[str, Value] | None = None
    """The names of a class body or function; None for the module's own."""
    around: dict[str, Value] | None = None
    """The names of the function around a class body."""
    outer: frozenset[str] = frozenset()
    depth: int = 0
    """Calls under way."""
    in_function: bool = False


MAIN = "#main"
_BUILTINS: dict[str, object] = dict(vars(builtins))
_HARMLESS = ("app_context", "test_request_context", "open", "catch_warnings", "Lock", "closing")
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "pytest.skip", "pytest.importorskip", "importorskip"})


@dataclass(slots=True)
class World:
    """What every run of a project shares."""

    layout: Layout
    program: Callable[[str], Program]
    """The steps of a document, block by block."""
    find: Callable[[str, str], tuple[str, ...] | None] = lambda _document, _name: None
    """Where else an absolute name may lead to from a document, with the packages on the way."""
    within: frozenset[str] | None = None
    """The modules whose bodies are run; the others are taken as they are in the end."""
    all_names: Callable[[str], tuple[frozenset[str], bool]] = lambda _: (frozenset[str](), True)
    """The names of a module that is not run, and whether there may be more."""
    trusting: bool = True
    """Modules of the project that are not there are taken to be made by something else."""
    entered: set[str] = field(default_factory=set[str])
    """The names of the functions that were run."""


class Start(NamedTuple):
    """What is run, in one process: modules that are imported, or a script."""

    documents: tuple[str, ...]
    roots: tuple[str, ...]
    """The folders on ``sys.path``."""
    script: bool = False
    """The document runs as ``__main__`` from its folder."""
    package: bool = False
    """As with ``python -m``: it runs as ``__main__`` in its package."""
    calls: tuple[str, ...] = ()
    """The functions of the last document that are called in the end."""


def run(world: World, start: Start) -> Verdict:
    """How the start ends, over all the ways it may take."""
    choices: list[int] = []
    known: Verdict | None = None
    for _ in range(_MOST_RUNS):
        once = _Run(world, start, tuple(choices))
        found = once.go()
        known = found if known is None else _agreed(known, found)
        choices = [chosen for chosen, _ in once.chosen]
        options = [count for _, count in once.chosen]
        while choices and choices[-1] + 1 >= options[len(choices) - 1]:
            choices.pop()
        if not choices:
            return known
        choices[-1] += 1
        if not known.known and not known.early and not known.late:
            return known
    return Verdict(False, known.failure if known else None)


def _agreed(one: Verdict, other: Verdict) -> Verdict:
    same = one.known and other.known and _place(one.failure) == _place(other.failure)
    early = tuple(each for each in one.early if any(each[:3] == more[:3] for more in other.early))
    late = tuple(each for each in one.late if each in other.late)
    return Verdict(same, one.failure, early, late)


def _place(failure: Failure | None) -> object:
    return failure and (failure.kind, failure.name, failure.module, failure.site)


class _Run:
    """One way through the modules."""

    def __init__(self, world: World, start: Start, choices: tuple[int, ...]) -> None:
        self.world = world
        self.start = start
        self.choices = choices
        self.chosen: list[tuple[int, int]] = []
        self.modules: dict[str, _Module] = {}
        self.trail: list[tuple[Site, str]] = []
        self.early: dict[Early, None] = {}
        self.late: dict[Late, None] = {}
        self.registered: dict[Made, Site] = {}
        self.serial = 0
        self.known = True

    def go(self) -> Verdict:
        failure: Failure | None = None
        for document in self.start.documents:
            found = self._trampoline(self._start(document))
            failure = failure or found
            self.trail.clear()
        return Verdict(self.known, failure, tuple(self.early), tuple(self.late))

    def choose(self, count: int) -> int:
        """One of ``count`` ways; each is taken in some run."""
        at = len(self.chosen)
        choice = self.choices[at] if at < len(self.choices) else 0
        self.chosen.append((choice, count))
        return choice

    def _trampoline(self, first: Running) -> Failure | None:
        """Runs modules within modules without recursion."""
        stack: list[tuple[str, Running]] = [("", first)]
        answer: Failure | None = None
        while stack:
            key, running = stack[-1]
            try:
                wanted = running.send(answer) if answer is not None else next(running)
                answer = None
            except StopIteration as stop:
                stack.pop()
                ended: Ended = stop.value
                answer = self._ended(key, ended)
                continue
            if len(stack) > _MOST_MODULES:
                self.known = False
                self.modules[wanted].running = False
                continue
            stack.append((wanted, self._body(self.modules[wanted])))
        return answer

    def _ended(self, key: str, ended: Ended) -> Failure | None:
        if key and (module := self.modules.get(key)) is not None:
            module.running = False
        if isinstance(ended, Out):
            ended = Failure(ended.value or "?", "", "", False, None, ()) if ended.how == "raise" else None
        if ended is not None and key:
            self.modules.pop(key, None)
        return ended

    # -- the start -----------------------------------------------------------------------------------------------------

    def _start(self, document: str) -> Running:
        layout = self.world.layout
        chain = layout.chain(document, self.start.roots)
        if self.start.script or self.start.package:
            failed = (yield from self._bring(chain[:-1])) if self.start.package else None
            if failed is not None:
                return failed
            key = document + MAIN
            self.modules[key] = _Module(key, (*chain[:-1], key) if self.start.package else (key,), is_main=True)
            return (yield key)
        failed = yield from self._bring(chain)
        if failed is None and (module := self.modules.get(document)) is not None:
            for name in self.start.calls:
                if isinstance(value := module.names.get(name), Callable_):
                    frame = _Frame(module, 0, document)
                    ended = yield from self._call(value, frame)
                    if isinstance(ended, Failure):
                        return ended
        return failed

    def _body(self, module: _Module) -> Running:
        document = module.document
        for block, steps in enumerate(self.world.program(document)):
            ended = yield from self._steps(steps, _Frame(module, block, document))
            if ended is not None:
                return ended
        return None

    # -- modules -------------------------------------------------------------------------------------------------------

    def _bring(self, chain: Iterable[str]) -> Generator[str, Failure | None, Failure | None]:
        """Imports a module after the packages it is in."""
        links = tuple(chain)
        there = next((at for at in range(len(links) - 1, -1, -1) if links[at] in self.modules), -1)
        for at in range(there + 1, len(links)):
            key = links[at]
            if key in self.modules:  # its package has imported it
                continue
            if self._new(key, links[: at + 1]).running:
                failed = yield key
                if failed is not None:
                    return failed
            if at and (parent := self.modules.get(links[at - 1])) is not None:
                parent.names[_short(key)] = Module_(key)
        return None

    def _new(self, key: str, chain: tuple[str, ...]) -> _Module:
        module = self.modules[key] = _Module(key, chain)
        within = self.world.within
        if not key.endswith(".py"):
            module.running = False  # a package without __init__.py has no body
        elif within is not None and key not in within:
            names, module.open = self.world.all_names(key)
            module.names.update({name: Made(key, name, 0) for name in names})
            module.running = False
        return module

    def _resolve(self, load: Load, frame: _Frame) -> tuple[str, ...] | Failure | _Broken | None:
        """The chain of a module that an import names; None where it is not the project's."""
        layout, module = self.world.layout, frame.module
        parts = load.module.split(".") if load.module else []
        if load.level:
            package = module.chain if layout.folder(module.chain[-1]) is not None else module.chain[:-1]
            if not package or load.level > len(package):
                return self._failure("ImportError", load.module, "", frame, load.at)
            chain = list(package[: len(package) - load.level + 1])
        else:
            top = layout.top(parts[0], self.start.roots)
            if top is None:
                if parts[0] in sys.stdlib_module_names:
                    return None
                return self.world.find(frame.document, load.module)
            chain = [top]
            del parts[0]
        for index, part in enumerate(parts):
            child = layout.child(chain[-1], part)
            if child is None:
                if self.world.trusting:
                    return None
                return _Broken(tuple(chain), ".".join(parts[index:]))
            chain.append(child)
        return tuple(chain)

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _steps(self, steps: Steps, frame: _Frame) -> Running:
        for step in steps:
            ended = yield from self._step(step, frame)
            if ended is not None:
                return ended
        return None

    def _step(self, step: Step, frame: _Frame) -> Running:
        match step:
            case Name():
                self._name(step, frame)
            case Read(path, at):
                _, failure = self._read(path, frame, at)
                return failure
            case Load():
                return (yield from self._load(step, frame))
            case Called():
                return (yield from self._called(step, frame))
            case Function_(name=name):
                self._bind(name, Callable_(frame.module.key, frame.block, step) if step.body else OTHER, frame)
            case Gone(name):
                names = frame.module.names if frame.scope is None else frame.scope
                names.pop(name, None)
            case Scope(name, body):
                around = frame.scope if frame.in_function else frame.around
                inner = _Frame(frame.module, frame.block, frame.document, {}, around, depth=frame.depth)
                ended = yield from self._steps(body, inner)
                if ended is not None:
                    return ended
                self._bind(name, OTHER, frame)
            case Out():
                return step
            case _:
                return (yield from self._compound(step, frame))
        return None

    def _name(self, step: Name, frame: _Frame) -> None:
        value: Value = OTHER
        if not step.sure:
            value = MAYBE if self._value(step.name, frame) is None else OTHER
        elif step.value.endswith("()"):
            self.serial += 1
            value = Made(frame.module.key, step.name, self.serial)
        elif step.value:
            value = self._value(step.value, frame) or OTHER
        if step.name == "__all__" and frame.scope is None:
            frame.module.listed = step.listed
        self._bind(step.name, value, frame)

    def _bind(self, name: str, value: Value, frame: _Frame) -> None:
        if frame.scope is None or name in frame.outer:
            frame.module.names[name] = value
        else:
            frame.scope[name] = value

    def _value(self, path: str, frame: _Frame) -> Value | None:
        """What a dotted path is, without a word where it is not bound."""
        root, _, rest = path.partition(".")
        value = self._root(root, frame)
        for name in rest.split(".") if rest else ():
            if not isinstance(value, Module_) or value.key not in self.modules:
                return OTHER if value is not None else None
            value = self.modules[value.key].names.get(name)
        return value

    def _root(self, name: str, frame: _Frame) -> Value | None:
        if frame.scope is not None and name in frame.scope and name not in frame.outer:
            return frame.scope[name]
        if frame.around is not None and name in frame.around:
            return frame.around[name]
        return frame.module.names.get(name)

    def _read(self, path: str, frame: _Frame, at: int) -> tuple[Value, Failure | None]:
        """What a dotted path is when it is read at import time."""
        root, *rest = path.split(".")
        value = self._root(root, frame) or OTHER
        for name in rest:
            if value is MAYBE:
                self.known = False
            if not isinstance(value, Module_):
                return OTHER, None
            owner = self.modules.get(value.key)
            if owner is None:  # its import failed, and somebody kept it
                return OTHER, None
            found = owner.names.get(name)
            if found is None:
                if self._may_have(owner, name):
                    return OTHER, None
                return OTHER, self._failure("AttributeError", name, owner.key, frame, at)
            if owner.running and not isinstance(found, Module_):
                self._noted_early(name, owner, frame, at)
            value = found
        return value, None

    def _may_have(self, owner: _Module, name: str) -> bool:
        """A name that we have not seen bound may be there all the same."""
        if _is_dunder(name):
            return True
        if owner.open or "__getattr__" in owner.names:
            self.known = False
            return True
        return False

    # -- imports -------------------------------------------------------------------------------------------------------

    def _load(self, load: Load, frame: _Frame) -> Running:
        found = self._resolve(load, frame)
        if isinstance(found, Failure):
            return found
        if isinstance(found, _Broken):
            failed = yield from self._under(load.at, frame, found.chain)
            return failed or self._failure("ModuleNotFoundError", found.rest, found.chain[-1], frame, load.at)
        if found is None:
            self._foreign(load, frame)
            return None
        failed = yield from self._under(load.at, frame, found)
        if failed is not None:
            return failed
        if not load.names:
            if not load.whole and (failed := (yield from self._under(load.at, frame, found[:1]))) is not None:
                return failed
            self._bind(load.bind, self._attribute(found) if load.whole else Module_(found[0]), frame)
            return None
        module = self.modules[found[-1]]
        failed = yield from self._submodules(load, module, found, frame)
        if failed is not None:
            return failed
        for index, (name, bound) in enumerate(load.names):
            failed = self._take(name, bound, module, frame, load.at + index)
            if failed is not None:
                return failed
        return None

    def _attribute(self, chain: tuple[str, ...]) -> Value:
        """What ``import a.b as c`` binds: the attribute ``b`` of ``a``, whatever that is by now."""
        value: Value = Module_(chain[0])
        for key in chain[1:]:
            owner = self.modules.get(value.key) if isinstance(value, Module_) else None
            if owner is None:
                return OTHER
            value = owner.names.get(_short(key)) or Module_(key)
        return value

    def _under(self, at: int, frame: _Frame, chain: tuple[str, ...]) -> Generator[str, Failure | None, Failure | None]:
        """Imports with the statement noted as under way."""
        self.trail.append((Site(frame.document, frame.block, at), chain[-1]))
        failed = yield from self._bring(chain)
        self.trail.pop()
        return failed

    def _foreign(self, load: Load, frame: _Frame) -> None:
        """From a package that is not the project's anything may come."""
        for name, bound in load.names:
            if name == "*":
                frame.module.open = True
            else:
                self._bind(bound, OTHER, frame)
        if not load.names:
            self._bind(load.bind, OTHER, frame)

    def _submodules(
        self, load: Load, module: _Module, chain: tuple[str, ...], frame: _Frame
    ) -> Generator[str, Failure | None, Failure | None]:
        """What ``from package import name`` imports because the package has no such name."""
        if self.world.layout.folder(module.key) is None:
            return None
        wanted = [(name, index) for index, (name, _) in enumerate(load.names) if name != "*"]
        if len(wanted) < len(load.names) and "__all__" in module.names:
            wanted += [(name, 0) for name in module.listed or ()]
        for name, index in wanted:
            value, child = module.names.get(name), self.world.layout.child(module.key, name)
            if child is None or (value is not None and value is not MAYBE):
                continue
            unsure = value is MAYBE or module.open or "__getattr__" in module.names
            if unsure and child not in self.modules and self.choose(2):
                continue
            failed = yield from self._under(load.at + index, frame, (*chain, child))
            if failed is not None:
                return failed
        return None

    def _take(self, name: str, bound: str, module: _Module, frame: _Frame, at: int) -> Failure | None:
        """Binds what ``from module import name`` takes."""
        if name == "*":
            return self._star(module, frame, at)
        value = module.names.get(name)
        if value is MAYBE:
            self.known = False
        elif value is None:
            child = self.world.layout.child(module.key, name)
            if child is not None and child in self.modules:
                value = Module_(child)
            elif not self._may_have(module, name):
                return self._failure("ImportError", name, module.key, frame, at)
        elif module.running and not isinstance(value, Module_):
            self._noted_early(name, module, frame, at)
        self._bind(bound, value if value is not None and value is not MAYBE else OTHER, frame)
        return None

    def _star(self, module: _Module, frame: _Frame, at: int) -> Failure | None:
        target = frame.module
        if "__all__" not in module.names:
            if "__getattr__" in module.names:
                self.known = False  # it is asked for ``__all__``
            target.open |= module.open
            for name, value in list(module.names.items()):
                if not name.startswith("_"):
                    self._bind(name, value if value is not MAYBE or name not in target.names else OTHER, frame)
            return None
        if module.listed is None or module.names["__all__"] is MAYBE:
            target.open = True
            if module.running or not self.world.trusting:
                self.known = False
            return None
        for name in module.listed:
            value = module.names.get(name)
            if value is MAYBE:
                self.known = False
            if value is None and not self._may_have(module, name):
                return self._failure("AttributeError", name, module.key, frame, at)
            self._bind(name, value if value is not None and value is not MAYBE else OTHER, frame)
        return None

    def _noted_early(self, name: str, module: _Module, frame: _Frame, at: int) -> None:
        if module.key != frame.module.key:
            self.early[Early(Site(frame.document, frame.block, at), name, module.key, tuple(self.trail))] = None

    def _failure(self, kind: str, name: str, module: str, frame: _Frame, at: int) -> Failure:
        owner = self.modules.get(module)
        site = Site(frame.document, frame.block, at)
        return Failure(kind, name, module, owner is not None and owner.running, site, tuple(self.trail))

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _called(self, step: Called, frame: _Frame) -> Running:
        site = Site(frame.document, frame.block, step.at)
        owner, _, method = step.path.rpartition(".")
        if step.path in _EXITS:
            self.known = False
        if owner and SETUP.search(step.path):
            made = self._value(owner, frame)
            if isinstance(made, Made) and made in self.registered:
                self.late[Late(site, method, self.registered[made])] = None
        value, failure = self._read(step.path, frame, step.at)
        if failure is not None:
            return failure
        if method == "register_blueprint" and step.argument:
            made = self._value(step.argument, frame)
            if isinstance(made, Made):
                self.registered.setdefault(made, site)
        if isinstance(value, Callable_) and value.step.runs:
            if frame.depth >= _MOST_CALLS:
                self.known = False
                return None
            self.trail.append((site, ""))
            ended = yield from self._call(value, frame)
            self.trail.pop()
            return ended
        return None

    def _call(self, value: Callable_, frame: _Frame) -> Running:
        """Runs the body of a function of the project."""
        home = self.modules.get(value.key)
        if home is None:
            return None
        self.world.entered.add(value.step.name)
        scope: dict[str, Value] = dict.fromkeys(value.step.parameters, OTHER)
        inner = _Frame(home, value.block, home.document, scope, None, value.step.outer, frame.depth + 1, True)
        ended = yield from self._steps(value.step.body, inner)
        if isinstance(ended, Out) and ended.how != "raise":
            return None
        return ended

    # -- what holds other steps ----------------------------------------------------------------------------------------

    def _compound(self, step: Step, frame: _Frame) -> Running:
        match step:
            case Fork():
                return (yield from self._fork(step, frame))
            case Attempt():
                return (yield from self._attempt(step, frame))
            case Repeat(body, orelse):
                ended = yield from self._either((body, ()), frame)
                if isinstance(ended, Out) and ended.how in ("break", "continue"):
                    ended = None
                return ended if ended is not None else (yield from self._steps(orelse, frame))
            case Within(managers, body):
                ended = yield from self._steps(body, frame)
                if ended is not None and not all(name.endswith((*_harmless(),)) for name in managers):
                    self.known = False
                return ended
            case _:
                return None

    def _fork(self, step: Fork, frame: _Frame) -> Running:
        is_main = frame.module.is_main
        truth = step.test
        if truth in ("main", "other"):
            truth = "first" if is_main == (truth == "main") else "second"
        if truth != "unknown":
            index = 0 if truth == "first" else 1
            return (yield from self._steps(step.bodies[index], frame)) if index < len(step.bodies) else None
        return (yield from self._either(step.bodies, frame))

    def _either(self, bodies: tuple[Steps, ...], frame: _Frame) -> Running:
        """One of the bodies: each in a run of its own where that matters, else all of them at once."""
        if any(self._matters(body, frame) for body in bodies):
            return (yield from self._steps(bodies[self.choose(len(bodies))], frame))
        names = frame.module.names if frame.scope is None else frame.scope
        before, afters = dict(names), list[dict[str, Value]]()
        for body in bodies:
            names.clear()
            names.update(before)
            ended = yield from self._steps(body, frame)
            if ended is not None:
                self.known = False
            afters.append(dict(names))
        names.clear()
        names.update(_joined(afters))
        return None

    def _matters(self, steps: Steps, frame: _Frame) -> bool:
        """Which way is taken makes a difference beyond the names that are bound."""
        for step in steps:
            match step:
                case Load():
                    found = self._resolve(step, frame)
                    if found is not None and not self._is_ready(found):
                        return True
                case Called(path=path):
                    if isinstance(self._value(path, frame), Callable_) or SETUP.search(path):
                        return True
                case Out():
                    return True
                case _:
                    if any(self._matters(body, frame) for body in _inner(step)):
                        return True
        return False

    def _is_ready(self, found: tuple[str, ...] | Failure | _Broken) -> bool:
        """All of a module's names are known without running it."""
        within = self.world.within
        return (
            within is not None and not isinstance(found, Failure | _Broken) and not any(key in within for key in found)
        )

    def _attempt(self, step: Attempt, frame: _Frame) -> Running:
        ended = yield from self._guarded(step, frame)
        after = yield from self._steps(step.final, frame)
        return after if after is not None else ended

    def _guarded(self, step: Attempt, frame: _Frame) -> Running:
        """The body of a ``try``, and what comes after it."""
        guards = [body for kinds, body in step.handlers if _catches("ModuleNotFoundError", kinds) is not False]
        ways = ((*step.body, *step.orelse), *guards)
        matters = any(self._matters(way, frame) for way in ways)
        if guards and self._has_foreign(step.body, frame, standard=not matters):
            # The package may be there or not.
            if not matters:
                return (yield from self._either(ways, frame))
            if way := self.choose(len(ways)):
                return (yield from self._steps(ways[way], frame))
        ended = yield from self._steps(step.body, frame)
        if isinstance(ended, Failure) or (isinstance(ended, Out) and ended.how == "raise"):
            return (yield from self._handled(ended, step, frame))
        return ended if ended is not None else (yield from self._steps(step.orelse, frame))

    def _handled(self, ended: Failure | Out, step: Attempt, frame: _Frame) -> Running:
        kind = ended.kind if isinstance(ended, Failure) else ended.value.removesuffix("()").rpartition(".")[2] or "?"
        for types, body in step.handlers:
            caught = _catches(kind, types)
            if caught is None:
                self.known = False
                caught = self.choose(2) == 0
            if caught:
                after = yield from self._steps(body, frame)
                return ended if isinstance(after, Out) and after.how == "raise" and not after.value else after
        return ended

    def _has_foreign(self, steps: Steps, frame: _Frame, *, standard: bool) -> bool:
        """An import in the steps may fail because its package is not installed, or because ``standard`` libraries
        differ."""
        for step in steps:
            if isinstance(step, Load) and self._resolve(step, frame) is None:
                if standard or step.module.partition(".")[0] not in sys.stdlib_module_names:
                    return True
            elif any(self._has_foreign(body, frame, standard=standard) for body in _inner(step)):
                return True
        return False


def _harmless() -> Iterator[str]:
    for name in _HARMLESS:
        yield name
        yield f"{name}()"


def _inner(step: Step) -> tuple[Steps, ...]:
    match step:
        case Fork(bodies=bodies):
            return bodies
        case Attempt(body, handlers, orelse, final):
            return (body, *(steps for _, steps in handlers), orelse, final)
        case Repeat(body, orelse):
            return (body, orelse)
        case Within(body=body) | Scope(body=body):
            return (body,)
        case _:
            return ()


def _joined(afters: list[dict[str, Value]]) -> dict[str, Value]:
    names = dict.fromkeys(name for after in afters for name in after)
    joined: dict[str, Value] = {}
    for name in names:
        found = {after.get(name) for after in afters}
        if None in found or MAYBE in found:
            joined[name] = MAYBE
        else:
            only = found.pop()
            joined[name] = only if only is not None and not found else OTHER
    return joined


def _catches(kind: str, types: tuple[str, ...]) -> bool | None:
    """A handler for ``types`` catches an exception; None where one of the two is not known."""
    if not types or any(name in ("Exception", "BaseException") for name in types):
        return True if kind not in ("SystemExit", "KeyboardInterrupt") else None
    thrown = _BUILTINS.get(kind)
    unknown = thrown is None
    for name in types:
        wanted = _BUILTINS.get(name)
        if isinstance(thrown, type) and isinstance(wanted, type):
            if issubclass(thrown, wanted):
                return True
        else:
            unknown = True
    return None if unknown else False


def _short(key: str) -> str:
    """The last part of a module's name."""
    return key.removesuffix(INIT).removesuffix(".py").rpartition("/")[2]


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
