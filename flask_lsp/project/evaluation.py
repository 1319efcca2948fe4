"""Runs the scripts of files by what they say (``facts/script``): which applications and blueprints there are, and
what is added to them.

The work is done in *units*: the body of a module, one name of a module, one call of a function. A unit keeps what it
gives, what it did, and which names of which files it read; it is done again only when one of these changed, so an
edit costs the units that look at it. Everything is bounded: calls that go in circles, or too deep, are unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Literal
from flask_lsp.facts.script import Code, Kind, Set, Steps
from flask_lsp.project.arguments import bind, frozen_value
from flask_lsp.project.file_scripts import FileScript, UnitKey, file_script
from flask_lsp.project.route_model import UNKNOWN, Key
from flask_lsp.project.things import AppThing, Args, ClassValue, Effect, FunctionValue, Value

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_DEEPEST = 40
_MOST_STEPS = 20_000
"""In one unit, loops included."""


@dataclass(slots=True, eq=False)
class Unit:
    """What was done and what it rests on."""

    key: UnitKey
    document: str
    value: Value = UNKNOWN
    effects: list[Effect] = field(default_factory=list[Effect])
    calls: list[tuple[Unit, bool]] = field(default_factory=list[tuple["Unit", bool]])
    """The calls in it that are units of their own, and whether they are made in any case."""
    ran: set[Key] = field(default_factory=set[Key])
    """The functions that ran in it."""
    env: dict[str, Value] = field(default_factory=dict[str, Value])
    """Of a module: what its names are in the end."""
    reads: dict[str, tuple[FileScript, set[str]]] = field(default_factory=dict[str, tuple[FileScript, set[str]]])
    asked: dict[tuple[str, str, int], str | None] = field(default_factory=dict[tuple[str, str, int], "str | None"])
    """Where imports led."""
    modules: object = None
    """The modules of the project in which ``asked`` was last seen to hold."""
    attached: dict[object, Value] = field(default_factory=dict[object, "Value"])
    """What was assigned to attributes of things, functions and classes in it."""
    counts: dict[object, int] = field(default_factory=dict[object, int])
    """How often it did the same."""
    sorted: object = None
    """The effects as ``route_map`` sorts them."""
    steps: int = 0


@dataclass(slots=True, eq=False)
class Frame:
    """A body that runs."""

    document: str
    name: str
    """The qualified name of the function, empty in a module."""
    unit: Unit
    outer: Frame | None = None
    env: dict[str, Value] = field(default_factory=dict[str, Value])
    sure: bool = True
    left: bool = False
    """It has returned."""
    given: list[Value] = field(default_factory=list[Value])
    looped: set[str] = field(default_factory=set[str])
    """The names that loops bind."""
    suffix: str = ""
    """Tells the blueprints that a function makes for one set of arguments from those for others."""
    done: dict[str, Value] = field(default_factory=dict[str, "Value"])
    """What calls gave last, by what was called: the expression may go on from there."""
    made: dict[str, int] = field(default_factory=dict[str, int])
    makes_app: bool = False

    def key(self, name: str) -> Key:
        """A key for something that is made here and gets a name."""
        count = self.made[name] = self.made.get(name, 0) + 1
        whole = f"{self.name}.{name}" if self.name else name
        marks = self.suffix + (f"#{count}" if count > 1 else "")
        return self.document, f"{whole}@{marks}" if marks else whole


class Evaluation:
    """Units for one snapshot of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._valid: dict[int, bool] = {}
        self._active: dict[tuple[str, UnitKey], int] = {}
        self._stack: list[Unit] = []
        self.nesting = 0
        self._tainted = _DEEPEST + 1
        """The place on the stack of the unit that is not done yet and was needed by one above it."""

    # -- units -----------------------------------------------------------------------------------------------------

    def module(self, document: str) -> Unit:
        """The body of a module."""
        return self._unit(document, ("module",), self._run_module)

    def name(self, document: str, name: str) -> Value:
        """What a name of a module is in the end."""
        unit = self._unit(document, ("name", name), lambda unit: self._run_name(unit, name))
        return unit.value

    def call(self, function: FunctionValue, args: Args) -> Unit:
        """A call of a function that stands in no other."""
        bound = bind(function, args)
        if function.code.makes_app:  # it is one application, however it is set up
            bound |= {name: UNKNOWN for name, value in bound.items() if isinstance(value, Literal)}
        given = bound
        key = ("call", function.name, tuple([(name, frozen_value(value)) for name, value in given.items()]))
        return self._unit(function.document, key, lambda unit: self._run_call(unit, function, given))

    def app_class(self, document: str, kind: Kind) -> Unit | None:
        """An application of a class that we see nobody call; ``None`` for other classes."""
        unit = self._unit(document, ("class", kind.name), lambda unit: self._run_class(unit, kind))
        return unit if isinstance(unit.value, AppThing) else None

    def _unit(self, document: str, key: UnitKey, run: Callable[[Unit], None]) -> Unit:
        script = self.script(document)
        if script is None:
            return Unit(key, document)
        known = script.units.get(key)
        if known is not None and self._holds(known):
            self._merge(known)
            return known
        place = self._active.get((document, key))
        if place is not None or len(self._stack) >= _DEEPEST:
            self._tainted = min(self._tainted, 0 if place is None else place)
            return Unit(key, document)
        return self._done(script, Unit(key, document), run)

    def _done(self, script: FileScript, unit: Unit, run: Callable[[Unit], None]) -> Unit:
        place = len(self._stack)
        self._active[unit.document, unit.key] = place
        self._stack.append(unit)
        unit.modules = self.project.modules
        try:
            run(unit)
        finally:
            self._stack.pop()
            del self._active[unit.document, unit.key]
        if self._tainted >= place:
            script.units[unit.key] = unit
            self._valid[id(unit)] = True
            self._tainted = _DEEPEST + 1
        self._merge(unit)
        return unit

    def taint(self) -> None:
        """What is being done rests on something that was given up, and is not kept."""
        self._tainted = 0

    def _merge(self, unit: Unit) -> None:
        """What a unit rests on, what needs it rests on too."""
        if not self._stack:
            return
        upper = self._stack[-1]
        for document, (script, names) in unit.reads.items():
            self._reads(upper, document, script).update(names)
        upper.asked.update(unit.asked)

    def _reads(self, unit: Unit, document: str, script: FileScript) -> set[str]:
        found = unit.reads.get(document)
        if found is None or found[0] is not script:
            found = unit.reads[document] = (script, set(found[1]) if found else set())
        return found[1]

    def _holds(self, unit: Unit) -> bool:
        known = self._valid.get(id(unit))
        if known is None:
            known = self._valid[id(unit)] = self._look(unit)
        return known

    def _look(self, unit: Unit) -> bool:
        if unit.modules is not self.project.modules:
            if any(self.project.module(*asked) != found for asked, found in unit.asked.items()):
                return False
            unit.modules = self.project.modules
        for document, (script, names) in list(unit.reads.items()):
            now = self.script(document)
            if now is script:
                continue
            if now is None:
                return False
            before, after = script.script, now.script
            if "" in names and before.steps != after.steps:
                return False
            if any(before.bindings.get(name) != after.bindings.get(name) for name in names):
                return False
            unit.reads[document] = (now, names)
        return True

    # -- what units read -------------------------------------------------------------------------------------------

    def script(self, document: str) -> FileScript | None:
        file = self.project.files.get(document)
        return None if file is None else file_script(file.facts)

    def bindings(self, document: str, name: str) -> Steps:
        """What a module binds a name to, noted as read."""
        script = self.script(document)
        if script is None:
            return ()
        if self._stack:
            self._reads(self._stack[-1], document, script).add(name)
        return script.script.bindings.get(name, ())

    def find(self, document: str, module: str, level: int) -> str | None:
        """The file of the project that an import names, noted as read."""
        found = self.project.module(document, module, level)
        if self._stack:
            self._stack[-1].asked[document, module, level] = found
        return found

    # -- doing them ------------------------------------------------------------------------------------------------

    def _run_module(self, unit: Unit) -> None:
        from flask_lsp.project.running import Running

        script = self.script(unit.document)
        assert script is not None
        self._reads(unit, unit.document, script).add("")
        frame = Frame(unit.document, "", unit, env=unit.env)
        Running(self, frame).run(script.script.steps)

    def _run_name(self, unit: Unit, name: str) -> None:
        from flask_lsp.project.running import Running

        steps = self.bindings(unit.document, name)
        plain = len(steps) == 1 and not (isinstance(steps[0], Set) and _grows(steps[0].value))
        if plain or (steps and all(isinstance(step, Code | Kind) for step in steps)):
            unit.value = Running(self, Frame(unit.document, "", unit, sure=False)).bound(steps[-1])
            unit.effects.clear()  # the module does that
            unit.calls.clear()
            return
        values = self._in_progress(unit.document)
        if values is None:
            values = self.module(unit.document).env
        unit.value = Running(self, Frame(unit.document, "", unit)).settled(values.get(name, UNKNOWN))

    def _in_progress(self, document: str) -> dict[str, Value] | None:
        place = self._active.get((document, ("module",)))
        if place is None:
            return None
        self._tainted = min(self._tainted, place)
        return self._stack[place].env

    def _run_call(self, unit: Unit, function: FunctionValue, bound: dict[str, Value]) -> None:
        from flask_lsp.project.running import Running

        self.bindings(function.document, function.name.partition(".")[0])
        makes_app = function.code.makes_app
        suffix = "" if makes_app else ",".join(_text(value) for value in bound.values() if isinstance(value, Literal))
        frame = Frame(function.document, function.name, unit, env=dict(bound), suffix=suffix, makes_app=makes_app)
        unit.ran.add((function.document, function.name))
        running = Running(self, frame)
        running.set_defaults(function.code)
        running.run(function.code.steps)
        unit.value = running.given()

    def _run_class(self, unit: Unit, kind: Kind) -> None:
        from flask_lsp.project import making
        from flask_lsp.project.running import Running

        running = Running(self, Frame(unit.document, "", unit))
        found = running.global_(unit.document, kind.name)
        if isinstance(found, ClassValue) and making.root_of(running, found) in making.APPS:
            unit.value = making.construct(running, found, Args((), {}, all=False), kind.name)

    def may_go_on(self, unit: Unit) -> bool:
        unit.steps += 1
        return unit.steps < _MOST_STEPS


def _text(value: Literal) -> str:
    return str(value.value)


def _grows(value: object) -> bool:
    from flask_lsp.facts.model import Items

    return isinstance(value, Items)
