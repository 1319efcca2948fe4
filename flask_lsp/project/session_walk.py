"""The paths through one function, and which changes of the session are open at the end of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from flask_lsp.facts.transactions import Act, Told, Under
from flask_lsp.project import session_calls
from flask_lsp.project.databases import DATABASE
from flask_lsp.project.path_walk import Paths, PathWalk, few, joined, start
from flask_lsp.project.route_model import Key
from flask_lsp.project.session_instances import Instances, Touch
from flask_lsp.project.session_names import NamesAt

_MODEL = f"{DATABASE}.Model"


class Site(NamedTuple):
    """A change of the session."""

    at: int
    path: str
    via: Key | None = None
    """The function of the project that makes it."""
    always: bool = True
    """It makes it whichever way it goes, and that is what it is for."""


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
    touches: frozenset[Touch] = frozenset()
    """The attributes of its parameters that it changes."""
    unknown: bool = False
    """It is not called as it is written: a generator, a coroutine."""


NOTHING = Result()


class Walk(PathWalk[Site]):
    """Looks for the changes of the session that no path saves."""

    def __init__(self, names: NamesAt, told: Told, result: Callable[[Key], Result]) -> None:
        super().__init__()
        self._names = names
        self._told = told
        self._result = result
        self._commits = False
        self._instances = Instances(names, told.script)
        self._touches: set[Touch] = set()
        self._saved: set[Site] = set()
        self._ended: set[Site] = set()

    def run(self) -> Result:
        if not self._names.known:
            return Result(commits=True, unknown=True)
        self.exits.append(self.body(self._told.script, start()))
        open_ = {path - self._saved for paths in self.exits for path in paths}
        left = frozenset[Site]().union(*open_)
        return Result(
            commits=self._commits,
            left=left,
            lost=_last(open_),
            ended=tuple(sorted(self._ended - self._saved)),
            always=bool(open_) and all(any(site.always for site in path) for path in open_),
            touches=frozenset(self._touches),
            unknown=self._told.yields or self._told.is_async,
        )

    def under(self, step: Under, paths: Paths[Site]) -> Paths[Site]:
        if any(map(session_calls.pushes_context, step.managers)):
            return self._in_context(step, paths)
        after = self.body(step.body, paths)
        if any(self._names.manager_does(manager, self._commits_too) for manager in step.managers):
            # What leaves it early is committed too.
            return self._commit(joined((after, *self.exits)), after)
        return after

    def _in_context(self, step: Under, paths: Paths[Site]) -> Paths[Site]:
        """The session that is used in an application context of its own goes with it."""
        found, left_early = self.apart(step.body)
        self._ended.update(_last(path - self._saved for each in found for path in each))
        if left_early:
            self.exits.append(paths)
        return paths

    def _commits_too(self, key: Key) -> bool:
        return self._result(key).commits

    # -- calls -----------------------------------------------------------------------------------------------------

    def act(self, act: Act, paths: Paths[Site]) -> Paths[Site]:
        if act.stores:
            return self._store(act, paths)
        if act.taken and act.path.endswith(".merge"):
            return paths  # `user = db.session.merge(user)` brings an object into the session, to be read there
        name = self._names.canonical(act.path)
        if session_calls.leaves(name, act.path):
            return frozenset()
        match session_calls.effect(name, act.says):
            case "change":
                return self._change(Site(act.at, act.path), paths)
            case "commit":
                return self._commit(paths)
            case "drop":
                return start()
            case _:
                pass
        if name is not None and name.startswith(DATABASE) and not name.startswith(_MODEL):
            return self._commit(paths) if session_calls.of_database(name, manager=False) else paths
        if act.path.rpartition(".")[2] == "commit":
            return self._commit(paths)
        if self._instances.changes(act):
            return self._change(Site(act.at, act.path), paths)
        called = self._method(act) or self._names.called(act)
        if isinstance(called, bool):
            return self._commit(paths) if called else paths
        return self._call(act, called, paths)

    def _store(self, act: Act, paths: Paths[Site]) -> Paths[Site]:
        if self._instances.changes(act):
            return self._change(Site(act.at, act.path, always=False), paths)
        touch = self._instances.touches(act)
        if touch is not None:
            self._touches.add(touch)
        return paths

    def _method(self, act: Act) -> Key | None:
        """The method of the model that is called on what the session has loaded."""
        owner, _, name = act.path.rpartition(".")
        model = self._instances.model_of(owner) if owner else None
        found = self._names.member(model, name) if model is not None else None
        return found.key if found is not None else None

    def _call(self, act: Act, key: Key, paths: Paths[Site]) -> Paths[Site]:
        result = self._result(key)
        if result.commits:
            return self._commit(paths)
        if result.left and not result.unknown:
            return self._change(Site(act.at, act.path, key, result.always), paths)
        if result.touches and not result.unknown:
            parameters, bound = self._names.parameters(key), self._is_bound(act, key)
            if self._instances.touched(act, result.touches, parameters, bound=bound):
                return self._change(Site(act.at, act.path, key, always=False), paths)
        return paths

    def _is_bound(self, act: Act, key: Key) -> bool:
        """The first parameter is what the method is called on."""
        return "." in act.path and self._names.class_at((key[0], key[1].rpartition(".")[0])) is not None

    def _change(self, site: Site, paths: Paths[Site]) -> Paths[Site]:
        return few(frozenset(path | {site} for path in paths))

    def _commit(self, paths: Paths[Site], after: Paths[Site] | None = None) -> Paths[Site]:
        self._commits = True
        for path in paths:
            self._saved |= path
        return start() if after is None or after else frozenset()


def _last(paths: Iterable[frozenset[Site]]) -> tuple[Site, ...]:
    return tuple(sorted({max(path) for path in paths if path}))
