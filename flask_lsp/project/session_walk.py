"""The paths through one function, and which changes of the session are open at the end of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from flask_lsp.facts.transactions import Act, Again, Attempt, Fork, Named, Out, Script, Step, Told, Under
from flask_lsp.project import session_calls
from flask_lsp.project.databases import DATABASE
from flask_lsp.project.route_model import Key
from flask_lsp.project.session_names import NamesAt

_MOST_PATHS = 24
_MODEL = f"{DATABASE}.Model"


class Site(NamedTuple):
    """A change of the session."""

    at: int
    path: str
    via: Key | None = None
    """The function of the project that makes it."""
    always: bool = True
    """It makes it whichever way it goes."""


class Result(NamedTuple):
    """What a function does to the session of who calls it."""

    commits: bool = False
    """It commits, or may."""
    left: frozenset[Site] = frozenset()
    """The changes that are open at the end of some path and that no path saves."""
    lost: tuple[Site, ...] = ()
    """Of these the last one of each path."""
    ended: tuple[Site, ...] = ()
    """The last changes in an application context that ends in the function itself."""
    always: bool = False
    """Whichever way it goes, a change is open in the end."""
    unknown: bool = False
    """It is not called as it is written: a generator, a coroutine."""


NOTHING = Result()

_Paths: TypeAlias = "frozenset[frozenset[Site]]"
"""The changes that are open, for each path that leads to a place; no path: it is not reached."""
_START: _Paths = frozenset((frozenset[Site](),))
_NOWHERE: _Paths = frozenset()


class Walk:
    def __init__(self, names: NamesAt, told: Told, result: Callable[[Key], Result]) -> None:
        self._names = names
        self._told = told
        self._result = result
        self._commits = False
        self._saved: set[Site] = set()
        self._exits: list[_Paths] = []
        self._ended: set[Site] = set()
        self._loops: list[list[_Paths]] = []
        self._watching: list[set[frozenset[Site]]] = []

    def run(self) -> Result:
        if not self._names.known:
            return Result(commits=True, unknown=True)
        self._exits.append(self._body(self._told.script, _START))
        open_ = {path - self._saved for paths in self._exits for path in paths}
        left = frozenset[Site]().union(*open_)
        return Result(
            commits=self._commits,
            left=left,
            lost=_last(open_),
            ended=tuple(sorted(self._ended - self._saved)),
            always=bool(open_) and all(open_),
            unknown=self._told.yields or self._told.is_async,
        )

    # -- steps -----------------------------------------------------------------------------------------------------

    def _body(self, script: Script, paths: _Paths) -> _Paths:
        for step, following in zip(script, (*script[1:], None), strict=False):
            if not paths:
                return paths
            if not _takes_over(step, following):
                paths = self._step(step, paths)
            for watcher in self._watching:
                watcher.update(paths)
        return paths

    def _step(self, step: Step, paths: _Paths) -> _Paths:
        match step:
            case Act():
                return self._act(step, paths)
            case Fork(bodies):
                return _joined(self._body(body, paths) for body in bodies)
            case Again():
                return self._again(step, paths)
            case Under():
                return self._under(step, paths)
            case Attempt():
                return self._attempt(step, paths)
            case Out():
                return self._out(step, paths)
            case _:
                return paths

    def _out(self, step: Out, paths: _Paths) -> _Paths:
        if step.how == "return":
            self._exits.append(paths)
        elif step.how in ("break", "continue") and self._loops:
            self._loops[-1].append(paths)
        elif step.how == "yield":
            return paths
        return _NOWHERE

    def _again(self, step: Again, paths: _Paths) -> _Paths:
        self._loops.append([])
        once = self._body(step.body, paths)
        twice = self._body(step.body, _joined((paths, once, *self._loops[-1])))
        jumps = self._loops.pop()
        return self._body(step.orelse, _joined((paths, once, twice, *jumps)))

    def _under(self, step: Under, paths: _Paths) -> _Paths:
        if any(map(session_calls.pushes_context, step.managers)):
            self._in_context(step, paths)
            return paths
        after = self._body(step.body, paths)
        if any(self._names.manager_commits(manager, self._result) for manager in step.managers):
            # What leaves it early is committed too.
            return self._commit(_joined((after, *self._exits)), after)
        return after

    def _in_context(self, step: Under, paths: _Paths) -> None:
        """The session that is used in an application context of its own goes with it."""
        exits, self._exits = self._exits, []
        loops, self._loops = self._loops, [[]]
        end = self._body(step.body, _START)
        found = {path - self._saved for each in (end, *self._exits, *self._loops[-1]) for path in each}
        left_early = any(self._exits)
        self._exits, self._loops = exits, loops
        self._ended.update(_last(found))
        if left_early:
            self._exits.append(paths)

    def _attempt(self, step: Attempt, paths: _Paths) -> _Paths:
        first = len(self._exits)
        self._watching.append(set(paths))
        after = self._body(step.body, paths)
        seen = frozenset(self._watching.pop())
        after = self._body(step.orelse, after)
        handled = [self._body(handler, _few(seen)) for handler in step.handlers]
        after = _joined((after, *handled))
        if step.final:
            self._exits[first:] = [self._body(step.final, each) for each in self._exits[first:]]
            self._body(step.final, _few(seen))
            after = self._body(step.final, after)
        return after

    # -- calls -----------------------------------------------------------------------------------------------------

    def _act(self, act: Act, paths: _Paths) -> _Paths:
        if act.stores:
            return paths
        name = self._names.canonical(act.path)
        if session_calls.leaves(name, act.path):
            return _NOWHERE
        match session_calls.effect(name, act.says):
            case "change":
                return self._change(Site(act.at, act.path), paths)
            case "commit":
                return self._commit(paths)
            case "drop":
                return _START
            case _:
                pass
        if name is not None and name.startswith(DATABASE) and not name.startswith(_MODEL):
            return self._commit(paths) if session_calls.of_database(name, manager=False) else paths
        if act.path.rpartition(".")[2] == "commit":
            return self._commit(paths)
        called = self._names.called(act)
        if isinstance(called, bool):
            return self._commit(paths) if called else paths
        return self._call(act, called, paths)

    def _call(self, act: Act, key: Key, paths: _Paths) -> _Paths:
        result = self._result(key)
        if result.commits:
            return self._commit(paths)
        if result.left and not result.unknown:
            return self._change(Site(act.at, act.path, key, result.always), paths)
        return paths

    def _change(self, site: Site, paths: _Paths) -> _Paths:
        return _few(frozenset(path | {site} for path in paths))

    def _commit(self, paths: _Paths, after: _Paths | None = None) -> _Paths:
        self._commits = True
        for path in paths:
            self._saved |= path
        return _START if after is None or after else _NOWHERE


def _takes_over(step: Step, following: Step | None) -> bool:
    """``user = db.session.merge(user)`` brings an object into the session, to be read there."""
    return (
        isinstance(step, Act)
        and step.path.endswith(".merge")
        and isinstance(following, Named)
        and following.path == f"{step.path}()"
    )


def _joined(each: Iterable[_Paths]) -> _Paths:
    return _few(frozenset[frozenset[Site]]().union(*each))


def _few(paths: _Paths) -> _Paths:
    """Many paths become one: what is open on any of them."""
    return paths if len(paths) <= _MOST_PATHS else frozenset((frozenset[Site]().union(*paths),))


def _last(paths: Iterable[frozenset[Site]]) -> tuple[Site, ...]:
    return tuple(sorted({max(path) for path in paths if path}))
