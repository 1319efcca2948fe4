"""What holds other steps: branches, ``try``, loops, calls. Where a test is not known and it matters, each way is taken
in a run of its own."""

from __future__ import annotations

import builtins
import sys

from flask_lsp.facts.importing import (
    SETUP,
    Attempt,
    Called,
    Fork,
    Load,
    Out,
    Repeat,
    Scope,
    Step,
    Steps,
    Within,
)
from flask_lsp.project.execution_imports import Imports
from flask_lsp.project.execution_model import (
    MAYBE,
    OTHER,
    Broken,
    Callable_,
    Failure,
    Frame,
    Late,
    Made,
    Running,
    Site,
    Value,
)

_MOST_CALLS = 12
_BUILTINS: dict[str, object] = dict(vars(builtins))
_HARMLESS = ("app_context", "test_request_context", "open", "catch_warnings", "Lock", "closing")
"""Context managers, by the ends of their names, that let exceptions pass."""
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "pytest.skip", "pytest.importorskip", "importorskip"})


class Flow(Imports):
    """Which steps run, and how often."""

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _called(self, step: Called, frame: Frame) -> Running:
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

    def _call(self, value: Callable_, frame: Frame) -> Running:
        """Runs the body of a function of the project."""
        home = self.modules.get(value.key)
        if home is None:
            return None
        self.world.entered.add(value.step.name)
        scope: dict[str, Value] = dict.fromkeys(value.step.parameters, OTHER)
        inner = Frame(home, value.block, home.document, scope, None, value.step.outer, frame.depth + 1, True)
        ended = yield from self._steps(value.step.body, inner)
        if isinstance(ended, Out) and ended.how != "raise":
            return None
        return ended

    # -- what holds other steps ----------------------------------------------------------------------------------------

    def _compound(self, step: Step, frame: Frame) -> Running:
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
                if ended is not None and not all(name.removesuffix("()").endswith(_HARMLESS) for name in managers):
                    self.known = False
                return ended
            case _:
                return None

    def _fork(self, step: Fork, frame: Frame) -> Running:
        is_main = frame.module.is_main
        truth = step.test
        if truth in ("main", "other"):
            truth = "first" if is_main == (truth == "main") else "second"
        if truth != "unknown":
            index = 0 if truth == "first" else 1
            return (yield from self._steps(step.bodies[index], frame)) if index < len(step.bodies) else None
        return (yield from self._either(step.bodies, frame))

    def _either(self, bodies: tuple[Steps, ...], frame: Frame) -> Running:
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

    def _matters(self, steps: Steps, frame: Frame) -> bool:
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

    def _is_ready(self, found: tuple[str, ...] | Failure | Broken) -> bool:
        """All of a module's names are known without running it."""
        within = self.world.within
        return (
            within is not None and not isinstance(found, Failure | Broken) and not any(key in within for key in found)
        )

    def _attempt(self, step: Attempt, frame: Frame) -> Running:
        ended = yield from self._guarded(step, frame)
        after = yield from self._steps(step.final, frame)
        return after if after is not None else ended

    def _guarded(self, step: Attempt, frame: Frame) -> Running:
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

    def _handled(self, ended: Failure | Out, step: Attempt, frame: Frame) -> Running:
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

    def _has_foreign(self, steps: Steps, frame: Frame, *, standard: bool) -> bool:
        """An import in the steps may fail because its package is not installed, or because ``standard`` libraries
        differ."""
        for step in steps:
            if isinstance(step, Load) and self._resolve(step, frame) is None:
                if standard or step.module.partition(".")[0] not in sys.stdlib_module_names:
                    return True
            elif any(self._has_foreign(body, frame, standard=standard) for body in _inner(step)):
                return True
        return False


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
