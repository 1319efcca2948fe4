"""What becomes of the session of Flask-SQLAlchemy when a ``commit`` or ``flush`` fails and a handler catches it.

From then on the session raises until it is rolled back. A mark goes along all paths from the handler: a rollback takes
it away, what works with the session meets it, and the ends of the function are told whether it is still there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from flask_lsp.facts.transactions import Act, Again, Attempt, Fork, Out, Script, Told, Under, every_step
from flask_lsp.project import session_calls
from flask_lsp.project.callables import FunctionAt, Outside
from flask_lsp.project.path_walk import Paths, PathWalk, joined, start
from flask_lsp.project.route_model import Key
from flask_lsp.project.session_names import NamesAt


class Mark(NamedTuple):
    """Something behind which the session may be broken."""

    at: int
    """The number of the handler, or of the call; negative: it was broken when the function was called."""
    path: str = ""
    """What failed, as it is called: ``db.session.commit``."""
    via: Key | None = None
    """The function of the project that is called there and may leave a broken session behind."""
    caught: bool = False
    """It is a handler of this function."""


class Way(NamedTuple):
    """How a mark ends."""

    mark: Mark
    used: int | None = None
    """The first call that meets the broken session."""
    left: bool = False
    """The function may come to its end with it."""
    doubt: bool = False
    """Before that, something is called of which we do not know whether it works with the session."""
    ended: bool = False
    """An application context ends with it, and its session."""


class Failing(NamedTuple):
    """A save whose failure may leave a piece of code."""

    path: str
    """As it is called."""
    via: Key | None = None
    """The function of the project that is called there."""
    mended: frozenset[str] = frozenset()
    """The errors behind which the session has been rolled back."""
    always: bool = True
    """It does not depend on a condition, which who calls may know: ``commit=False``."""


class Failures(NamedTuple):
    """What a function has to do with broken sessions."""

    fails: Failing | None = None
    works: bool = False
    """It works with the session that is there when it is called."""
    recovers: bool = False
    """It rolls back, or may, or never comes back."""
    ways: tuple[Way, ...] = ()
    breaks: bool = False
    """It may come back with a session that it broke."""


NO_FAILURES = Failures()
_BEFORE = Mark(-1)


class FailureWalk(PathWalk[Mark]):
    def __init__(self, names: NamesAt, told: Told, failures: Callable[[Key], Failures]) -> None:
        super().__init__()
        self._names = names
        self._told = told
        self._failures = failures
        self._failing: list[list[Failing]] = [[]]
        """What may fail in each ``try`` around, the function first."""
        self._used: dict[Mark, int] = {}
        self._doubted: set[Mark] = set()
        self._ended: set[Mark] = set()
        self._seen: set[Mark] = set()
        self._raised: set[Mark] = set()
        self._in_handlers = 0
        self._in_branches = 0

    def run(self) -> Failures:
        if not self._names.known or self._told.yields or self._told.is_async:
            return NO_FAILURES
        self.exits.append(self.body(self._told.script, frozenset((frozenset((_BEFORE,)),))))
        ends = [path for paths in self.exits for path in paths]
        left = frozenset[Mark]().union(*ends)
        marks = self._seen | left | self._ended
        ways = tuple(
            Way(mark, self._used.get(mark), mark in left, mark in self._doubted, mark in self._ended)
            for mark in sorted(marks - {_BEFORE}, key=lambda mark: mark.at)
        )
        return Failures(
            fails=self._failing[0][0] if self._failing[0] else None,
            works=_BEFORE in self._used,
            recovers=any(_BEFORE not in path for path in ends) or not ends,
            ways=ways,
            breaks=any(way.left for way in ways),
        )

    # -- steps -----------------------------------------------------------------------------------------------------

    def fork(self, step: Fork, paths: Paths[Mark]) -> Paths[Mark]:
        self._in_branches += 1
        ends = [self.body(body, paths) for body in step.bodies]
        self._in_branches -= 1
        if self._in_handlers and all(step.bodies):
            return joined(ends)
        # Whoever rolls back on one branch knows why: what is asked is not followed.
        return _without(joined(ends), _dropped(paths, ends))

    def again(self, step: Again, paths: Paths[Mark]) -> Paths[Mark]:
        after = super().again(step, paths)
        if not self._ends_session(step.body):
            return after
        return _without(after, _marks(after) - _marks(paths))

    def under(self, step: Under, paths: Paths[Mark]) -> Paths[Mark]:
        if any(map(session_calls.pushes_context, step.managers)):
            self._failing.append([])
            found, left_early = self.apart(step.body)
            self._failing.pop()
            self._ended |= {mark for each in found for path in each for mark in path}
            if left_early:
                self.exits.append(paths)
            return paths
        if not any(self._rolls_back(manager) for manager in step.managers):
            return self.body(step.body, paths)
        self._failing.append([])
        after = self.body(step.body, paths)
        self._failing.pop()
        return after

    def _rolls_back(self, manager: str) -> bool:
        name = self._names.canonical(manager.removesuffix("()")) if manager else None
        if session_calls.manages_itself(name):
            return True
        return self._names.manager_does(manager, lambda key: self._failures(key).recovers)

    def handled(self, step: Attempt, paths: Paths[Mark]) -> tuple[Paths[Mark], list[Paths[Mark]]]:
        self._failing.append([])
        after, seen = self.watched(step.body, paths)
        failing = self._failing.pop()
        if after:  # `try: rollback()` with `except: pass`: that it fails too is nobody's worry
            seen = _without(seen, _marks(paths) - _marks(after))
        first = failing[0] if failing else None
        catching = dict(self._catching(step, first.mended)) if first is not None else {}
        ends: list[Paths[Mark]] = []
        for handler in step.handlers:
            began = seen
            if first is not None and handler.at in catching:
                mark = Mark(handler.at, first.path, first.via, caught=True)
                self._seen.add(mark)
                began = frozenset((frozenset({mark} | ({_BEFORE} & _marks(seen))),))
            self._in_handlers += 1
            ends.append(self.body(handler.body, began))
            self._in_handlers -= 1
        if first is not None and not self._ends_session(step.final):
            self._pass_on(first, catching)
        return after, ends

    def _pass_on(self, failing: Failing, catching: dict[int, frozenset[str]]) -> None:
        """What is raised again goes on, and what no handler catches."""
        raised = {mark.at for mark in self._raised}
        again = any(at in raised for at in catching)
        mended = frozenset[str]().union(*(names for at, names in catching.items() if at not in raised))
        if again or not any(map(session_calls.is_every_error, mended)):
            self._failing[-1].append(failing._replace(mended=failing.mended | mended))

    def out(self, step: Out, paths: Paths[Mark]) -> Paths[Mark]:
        if step.how == "raise" and (not step.path or step.path.isidentifier()):
            self._raised |= {mark for mark in _marks(paths) if mark.caught}  # the error itself goes on
        return super().out(step, paths)

    def _catching(self, step: Attempt, mended: frozenset[str]) -> Iterator[tuple[int, frozenset[str]]]:
        """The handlers that a failed flush ends up in, up to the one that catches all of its errors, and which."""
        for handler in step.handlers:
            names = [self._names.canonical(path) or "" for path in handler.types] or ["builtins.BaseException"]
            errors = frozenset(filter(session_calls.is_error_of_database, names)) - mended
            if errors:
                yield handler.at, errors
            if any(map(session_calls.is_every_error, errors)):
                return

    # -- calls -----------------------------------------------------------------------------------------------------

    def act(self, act: Act, paths: Paths[Mark]) -> Paths[Mark]:
        if act.stores:
            return paths
        name = self._names.canonical(act.path)
        if session_calls.leaves(name, act.path):
            return frozenset()
        if session_calls.ends_session(name, act.path):
            return start()
        if session_calls.works(name):
            self._use(act, paths)
            if session_calls.saves(name):
                self._failing[-1].append(Failing(act.path, always=not self._in_branches))
            return paths
        if any(map(self._names.is_session, act.given)):
            return start()
        return self._call(act, name, paths)

    def _call(self, act: Act, name: str | None, paths: Paths[Mark]) -> Paths[Mark]:
        match self._names.callee(act.path):
            case FunctionAt(key):
                return self._of_project(act, key, paths)
            case Outside(path):
                if not session_calls.is_harmless(path):
                    self._doubt(paths)
                return paths
            case None if self._may_recover(act.path):
                return start()
            case None if name is None or not session_calls.is_harmless(name):
                self._doubt(paths, act.path)
                return paths
            case _:
                return paths

    def _of_project(self, act: Act, key: Key, paths: Paths[Mark]) -> Paths[Mark]:
        failures = self._failures(key)
        if failures.works:
            self._use(act, paths)
        if failures.fails is not None and failures.fails.always:
            self._failing[-1].append(Failing(act.path, key, failures.fails.mended, not self._in_branches))
        if failures.recovers:
            return start()
        if not failures.breaks:
            return paths
        mark = Mark(act.at, act.path, key)
        self._seen.add(mark)
        return frozenset(path | {mark} for path in paths)

    def _may_recover(self, path: str) -> bool:
        """An unknown call may roll back: a function that we do not see, an inherited method."""
        owner, _, last = path.rpartition(".")
        if not owner:
            return not self._names.is_parameter(path)
        return owner in ("self", "cls") or self._names.may_by_name("give up", last)

    def _ends_session(self, script: Script) -> bool:
        calls = [step.path for step in every_step(script) if isinstance(step, Act) and not step.stores]
        return any(session_calls.ends_session(self._names.canonical(path), path) for path in calls)

    def _use(self, act: Act, paths: Paths[Mark]) -> None:
        for mark in _marks(paths):
            self._used.setdefault(mark, act.at)

    def _doubt(self, paths: Paths[Mark], path: str = "") -> None:
        if not self._in_handlers and not session_calls.only_says(path):
            self._doubted |= _marks(paths)


def _marks(paths: Paths[Mark]) -> frozenset[Mark]:
    return frozenset[Mark]().union(*paths)


def _without(paths: Paths[Mark], marks: frozenset[Mark]) -> Paths[Mark]:
    return frozenset(path - marks for path in paths) if marks else paths


def _dropped(paths: Paths[Mark], ends: list[Paths[Mark]]) -> frozenset[Mark]:
    """The marks that some branch took away."""
    before = _marks(paths)
    return frozenset[Mark]().union(*(before - _marks(end) for end in ends if end))
