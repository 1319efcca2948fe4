"""What becomes of a change of Flask-SQLAlchemy's session: is it committed on some way to the end of the request? And
what becomes of the session when it cannot be saved?

A function is walked once, along all its paths: branches, loops, ``try``, early returns, ``abort``. A change is *lost*
where a path leads from it to the end of the function, and no path from it meets a commit. What functions of the project
do is followed into them and back to their callers; whatever cannot be told may commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

from flask_lsp.facts.transactions import Attempt, FileTold, Told, every_step, file_told
from flask_lsp.project import kinds, session_calls
from flask_lsp.project.call_graph import CallGraph, call_graph
from flask_lsp.project.call_model import MODULE, SCRIPT, Entry
from flask_lsp.project.failing import is_without_session
from flask_lsp.project.importers import importers_of
from flask_lsp.project.route_model import Key
from flask_lsp.project.session_failures import NO_FAILURES, Failures, FailureWalk, Way
from flask_lsp.project.session_names import NamesAt, SessionNames
from flask_lsp.project.session_walk import NOTHING, Result, Site, Walk

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

_ENDS_HERE = frozenset(
    {"view", "command", "error handler", "task", "job", "scheduled", "thread", "timer", "executor", "process"}
)
"""Kinds of entries behind which nobody commits any more."""
_TESTS = frozenset({"test", "fixture"})
_MOST_DEPTH = 24
_COMMAND = re.compile(r"(?:^|\.)command(?:\(\))?$")
"""The decorator of a command, of whatever group."""
_BY_ITSELF = re.compile(
    r"AUTOCOMMIT|SESSION_SQLALCHEMY\b|session_options\s*=.*autocommit|['\"]autocommit['\"]\s*:\s*True"
)
_AT_TEARDOWN = "SQLALCHEMY_COMMIT_ON_TEARDOWN"
"""A key that Flask-SQLAlchemy 3.0 no longer reads."""


class Lost(NamedTuple):
    """A change that nobody commits, in a function of a file."""

    function: str
    at: int
    path: str
    via: Key | None
    """The function of the project that is called there and changes something."""
    always: bool
    """It does so whichever way it goes; else it may be called for what it gives back."""


class Broken(NamedTuple):
    """A handler that catches a failed ``commit`` or ``flush`` and does not roll back."""

    function: str
    at: int
    path: str
    """What failed, as it is called."""
    via: Key | None
    """The function of the project that is called there and saves."""
    how: str
    """``used``: something works with the session that is still broken. ``goes on``: something may. ``ends``: the
    request ends first, ``stops``: the program. ``open``: so does the function, and nobody is seen to call it."""
    use: int | None
    """The first call that meets the broken session."""


def lost_in(project: Project, document: str) -> tuple[Lost, ...]:
    """The changes in a file that are lost, in the order of the text."""
    sessions = sessions_of(project)
    if sessions is None or kinds.is_test(project, document) or kinds.is_migration(project, document):
        return ()
    wholes = [project.parts(_commits_by_itself)]
    if project.versions.below("flask-sqlalchemy", (3,)) is not False:
        wholes.append(project.parts(_commits_at_teardown))
    if any(says and not kinds.is_test(project, each) for whole in wholes for each, says in whole.items()):
        return ()
    return sessions.lost_in(document)


def broken_in(project: Project, document: str) -> tuple[Broken, ...]:
    """The handlers in a file behind which the session raises, in the order of the text."""
    sessions = sessions_of(project)
    return () if sessions is None or kinds.is_migration(project, document) else sessions.broken_in(document)


def sessions_of(project: Project) -> Sessions | None:
    """What is known of a snapshot; ``None`` before all files are in, and where nothing uses Flask-SQLAlchemy."""
    if not project.complete or not any(project.parts(_uses).values()):
        return None
    sessions = project.grown(_grown).sessions
    sessions.names.project = project
    return sessions


class _State(NamedTuple):
    sessions: Sessions
    told: Mapping[str, FileTold]
    graph: CallGraph
    answers: object


def _grown(project: Project, before: _State | None) -> _State:
    told, graph, answers = project.parts(_told_in), call_graph(project), project.answers
    if before is not None and before.told is told and before.graph is graph and before.answers is answers:
        return before
    sessions = Sessions(project, told, graph)
    if before is not None and before.answers is answers:
        sessions.take_over(before.sessions)
    return _State(sessions, told, graph, answers)


def _told_in(file: File) -> FileTold:
    return file_told(file.facts)


def _uses(file: File) -> bool:
    return "flask_sqlalchemy" in file.source.text


def _commits_by_itself(file: File) -> bool:
    return bool(_BY_ITSELF.search(file.source.text))


def _commits_at_teardown(file: File) -> bool:
    return _AT_TEARDOWN in file.source.text


class Sessions:
    """Answers for one state of a project; each function is walked when somebody asks for it."""

    def __init__(self, project: Project, told: Mapping[str, FileTold], graph: CallGraph) -> None:
        self.names = SessionNames(project, told)
        self._graph = graph
        self._changes = _Kept[Result](Result(commits=True, unknown=True), NOTHING)
        self._failures = _Kept[Failures](NO_FAILURES, NO_FAILURES)
        self._unsaved: dict[Key, bool | None] = {}
        self._ends_saved: bool | None = None

    def broken_in(self, document: str) -> tuple[Broken, ...]:
        found: list[Broken] = []
        file, is_test = self.names.told.get(document), kinds.is_test(self.names.project, document)
        for name, told in file.functions.items() if file is not None else ():
            if self.names.may("save", told) and any(isinstance(step, Attempt) for step in every_step(told.script)):
                key = document, name
                for way in self.failures(key).ways:
                    how = self._how(key, way) if way.mark.caught else ""
                    if how == "used" or (how and way.mark.via is None and not is_test):
                        mark = way.mark
                        found.append(Broken(name, mark.at, mark.path, mark.via, how, way.used))
                if found and found[-1].function == name and self._has_no_session(key, told):
                    found = [each for each in found if each.function != name]
        return tuple(found)

    def _has_no_session(self, key: Key, told: Told) -> bool:
        """No context is there, whoever comes: what fails is the session itself, and a rollback would fail too."""
        if session_calls.may_push(told):
            return False
        return is_without_session(self.names.project, (key[0], MODULE if key[1].startswith("@") else key[1]))

    def _how(self, key: Key, way: Way) -> str:
        if way.used is not None:
            return "used"
        if not way.left:
            return "ends" if way.ended else ""
        return "goes on" if way.doubt else self._after(key, frozenset())

    def _after(self, key: Key, seen: frozenset[Key]) -> str:
        """What becomes of the session that a function leaves broken."""
        if key[1].startswith("@"):
            return self._behind(key)
        entries = [entry for entry in self._graph.entries.get(key, ()) if entry.kind not in _TESTS]
        callers = {each.caller for each in self._graph.callers.get(key, ())}
        callers = {each for each in callers if not kinds.is_test(self.names.project, each[0])}
        if not entries and not callers:
            told = self.names.of(key)
            return "stops" if told is not None and any(map(_COMMAND.search, told.decorators)) else "open"
        if key in seen or any(entry.kind not in _ENDS_HERE for entry in entries):
            return "goes on"
        found = {self._at_caller(each, key, seen) for each in callers}
        return _worst({*found, *("stops" if entry.kind == "command" else "ends" for entry in entries)})

    def _behind(self, key: Key) -> str:
        """What the rest of a module does with the session that one of its blocks leaves broken."""
        document, number = key[0], int(key[1][1:])
        for part in self._parts(document):
            failures = self.failures(part) if int(part[1][1:]) > number else NO_FAILURES
            if failures.works:
                return "goes on"
            if failures.recovers:
                return ""
        return "goes on" if importers_of(self.names.project, document) else "stops"

    def _parts(self, document: str) -> Iterator[Key]:
        """The parts of a module body, in the order of the text."""
        file = self.names.told.get(document)
        numbers = [int(name[1:]) for name in (file.functions if file is not None else ()) if name.startswith("@")]
        return ((document, f"@{number}") for number in sorted(numbers))

    def _at_caller(self, caller: Key, key: Key, seen: frozenset[Key]) -> str:
        bodies = list(self._parts(caller[0])) if caller[1] in (MODULE, SCRIPT) else [caller]
        ways = [
            (body, way)
            for body in bodies
            for way in self.failures(body).ways
            if way.mark.via == key and not way.mark.caught
        ]
        if not ways:
            return "goes on"
        return _worst({self._how_left(body, way, seen | {key}) for body, way in ways})

    def _how_left(self, caller: Key, way: Way, seen: frozenset[Key]) -> str:
        if way.used is not None or way.doubt:
            return "goes on"
        if not way.left:
            return ("stops" if caller[1].startswith("@") else "ends") if way.ended else ""
        return self._after(caller, seen)

    def lost_in(self, document: str) -> tuple[Lost, ...]:
        found: list[Lost] = []
        file = self.names.told.get(document)
        for name, told in file.functions.items() if file is not None else ():
            key = document, name
            if not self.names.may("change", told) and not self.names.may_touch(told):
                continue
            result = self.result(key)
            sites = [*result.ended]
            if result.lost and not result.unknown and self.is_unsaved(key):
                sites += [site for site in result.lost if not self._told_inside(site)]
            found += [Lost(name, *site) for site in sites]
        return tuple(found)

    def result(self, key: Key, depth: int = 0) -> Result:
        """What a function does to the session of its caller."""

        def walk(names: NamesAt, told: Told, ask: Callable[[Key], Result]) -> Result:
            result = Walk(names, told, ask).run()
            if result.lost and names.decorators_do(lambda key: ask(key).commits):
                return Result(commits=True)
            return result

        return self._changes.result(self.names, key, walk, depth)

    def failures(self, key: Key, depth: int = 0) -> Failures:
        """What a function does when it fails to save."""

        def walk(names: NamesAt, told: Told, ask: Callable[[Key], Failures]) -> Failures:
            result = FailureWalk(names, told, ask).run()
            if result.ways and names.decorators_do(lambda key: ask(key).recovers):
                return result._replace(ways=(), breaks=False)
            return result

        return self._failures.result(self.names, key, walk, depth)

    def take_over(self, before: Sessions) -> None:
        """Keeps what an edit of a body left as it was: no name means anything else."""
        changed = frozenset(self.names.changed_since(before.names))
        if self.names.take_over(before.names, changed):
            self._changes.take_over(before._changes, changed)
            self._failures.take_over(before._failures, changed)

    def is_unsaved(self, key: Key) -> bool:
        """Whoever calls the function, nobody commits after it."""
        if key in self._unsaved:
            return bool(self._unsaved[key])
        self._unsaved[key] = None
        answer = self._unsaved[key] = self._is_unsaved(key)
        return answer

    def _is_unsaved(self, key: Key) -> bool:
        entries = [entry for entry in self._graph.entries.get(key, ()) if entry.kind not in _TESTS]
        callers = {each.caller for each in self._graph.callers.get(key, ())}
        callers = {each for each in callers if not kinds.is_test(self.names.project, each[0])}
        if not entries and not callers:
            return False
        if any(not self._ends(entry) for entry in entries):
            return False
        if not entries and key[1].rpartition(".")[2] in self._unseen_names:
            return False  # some call that leads nowhere may be one of it
        return all(self._passes_on(caller, key) for caller in callers)

    def _ends(self, entry: Entry) -> bool:
        if entry.kind not in _ENDS_HERE or self.ends_saved:
            return False
        return entry.kind != "task" or not self.names.commits_by_name("__call__", method=True)

    def _passes_on(self, caller: Key, key: Key) -> bool:
        """The caller does not commit what the function changes, and none of its own callers does."""
        result = self.result(caller)
        if any(site.via == key for site in result.ended):
            return True
        return any(site.via == key for site in result.left) and not result.unknown and self.is_unsaved(caller)

    @property
    def _unseen_names(self) -> frozenset[str]:
        """The last names of all calls that lead to nothing we know."""
        known = self._graph.kept.get(Sessions)
        if known is None:
            said = self._graph.said.values()
            known = self._graph.kept[Sessions] = frozenset(
                path.removesuffix("()").rpartition(".")[2] for each in said for path in each.unseen
            )
        return cast("frozenset[str]", known)

    def _told_inside(self, site: Site) -> bool:
        """It is told of in the function that is called."""
        return site.via is not None and bool(self.result(site.via).lost) and self.is_unsaved(site.via)

    @property
    def ends_saved(self) -> bool:
        """Something commits at the end of every request, or may."""
        if self._ends_saved is None:
            self._ends_saved = any(self.result(key).commits for key in self._enders())
        return self._ends_saved

    def _enders(self) -> Iterator[Key]:
        for document, file in self.names.told.items():
            if kinds.is_test(self.names.project, document):
                continue
            for name, told in file.functions.items():
                if session_calls.ends_request(name, told, file.functions):
                    yield document, name


def _worst(found: Collection[str]) -> str:
    return next((how for how in ("goes on", "open", "ends", "stops") if how in found), "")


_Answer = TypeVar("_Answer")


class _Kept(Generic[_Answer]):
    """What was found of each function, and on which others it rests."""

    def __init__(self, unknown: _Answer, nothing: _Answer) -> None:
        self._unknown = unknown
        self._nothing = nothing
        self._results: dict[Key, _Answer | None] = {}
        self._asked: dict[Key, set[Key]] = {}

    def result(
        self,
        names: SessionNames,
        key: Key,
        walk: Callable[[NamesAt, Told, Callable[[Key], _Answer]], _Answer],
        depth: int,
    ) -> _Answer:
        if key in self._results:
            return self._results[key] or self._nothing  # None: it calls itself
        told = names.of(key)
        if told is None or depth > _MOST_DEPTH:
            return self._unknown
        self._results[key] = None
        asked = self._asked.setdefault(key, set())

        def ask(callee: Key) -> _Answer:
            asked.add(callee)
            return self.result(names, callee, walk, depth + 1)

        result = self._results[key] = walk(names.at(key), told, ask)
        return result

    def take_over(self, before: _Kept[_Answer], changed: frozenset[Key]) -> None:
        stale, asked_by = set(changed), dict[Key, list[Key]]()
        for key, asked in before._asked.items():
            for callee in asked:
                asked_by.setdefault(callee, []).append(key)
        todo = list(changed)
        while todo:
            for key in asked_by.get(todo.pop(), ()):
                if key not in stale:
                    stale.add(key)
                    todo.append(key)
        self._results = {key: result for key, result in before._results.items() if key not in stale and result}
        self._asked = {key: before._asked[key] for key in self._results if key in before._asked}
