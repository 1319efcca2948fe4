"""What the contexts of Flask are when functions run: which ways lead to a function, from outside of the project inward.

Only what is known counts: a way over a decorator, a context manager or an object that we do not see is none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from flask_lsp.project.call_graph import Caller, CallGraph, call_graph
from flask_lsp.project.call_model import (
    AS_ENTERED,
    MODULE,
    NEVER,
    NOTHING_SAID,
    PUSHED,
    SCRIPT,
    UNKNOWN,
    Entry,
    Given,
    Handed,
    Place,
    Said,
    Site,
    Through,
    compose,
)
from flask_lsp.project.needs import Level
from flask_lsp.project.route_model import Key

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

MOST_STEPS = 60
"""Longer chains of calls are not followed."""

STARTED = frozenset({"thread", "timer", "process", "executor", "spawned", "task", "job", "scheduled"})
"""Kinds of entries: some worker runs the function."""
BACKGROUND = STARTED | {"atexit", "signal handler", "script", "command", "teardown"}
"""Kinds of entries where no request is."""


class Step(NamedTuple):
    """A numbered place in a function that leads on: a call, or in the end what is used."""

    key: Key
    at: int
    sure: bool = True
    """The call is made whenever the function runs."""


class Way(NamedTuple):
    """How a function is reached."""

    entry: Entry
    steps: tuple[Step, ...]
    """The calls, outermost first."""


MAY_PUSH = frozenset({"pushed", "task class", "worker"})
"""Marks of functions that may give a context to tasks and jobs."""


def level_of_tasks(graph: CallGraph) -> Level | None:
    """The context that the tasks of a Celery application run in, by what the project makes of them."""
    if level_of_tasks not in graph.kept:
        marks = frozenset[str]().union(*[graph.said[key].marks for key in graph.marked])
        known = None if not marks.isdisjoint(MAY_PUSH) else Level.APP if "task app" in marks else Level.NONE
        graph.kept[level_of_tasks] = known
    return cast("Level | None", graph.kept[level_of_tasks])


def _level_of(graph: CallGraph, entry: Entry, through: Through) -> int:
    """The context at a place that comes after an entry."""
    level = level_of_tasks(graph) if entry.kind == "task" and entry.level is None else entry.level
    return UNKNOWN if level is None or graph.is_replaced(entry.by) else through[level]


def through_decorators(graph: CallGraph, said: Said, level: int) -> int:
    """The context in which a function runs when it is called in another, by what its decorators do."""
    for decorator in reversed(said.wraps):
        if decorator is None:
            return UNKNOWN
        if decorator[0] == PUSHED:
            level = max(level, Level[decorator[1]])
            continue
        level = _through(graph, decorator, level)
        if level < 0:
            return level
    return level


def _through(graph: CallGraph, decorator: Key, level: int) -> int:
    """What a decorator of the project does to the context."""
    said = graph.said.get(decorator)
    if said is None or decorator[1].endswith("__init__"):
        return UNKNOWN
    givens = list(_givens(graph, decorator))
    if not givens:
        return level if "same" in said.marks else UNKNOWN
    found = {
        (UNKNOWN if given.level is None else int(given.level)) if given.kind else given.through[level]
        for given in givens
        if given.through[level] != NEVER
    }
    return found.pop() if len(found) == 1 else UNKNOWN


def _givens(graph: CallGraph, decorator: Key) -> Iterator[Given]:
    """The calls of what a decorator is given, in the functions that it makes."""
    document, name = decorator
    said = graph.said.get(decorator, NOTHING_SAID)
    owners = {owner: set(graph.said[document, owner].parameters[:1]) for owner in (name, *said.inner)}
    todo = list(said.inner)
    while todo:
        inner = graph.said.get((document, todo.pop()))
        if inner is not None:
            todo += inner.inner
            yield from (given for given in inner.given if given.parameter in owners.get(given.owner, ()))


def started_by_others(graph: CallGraph) -> Iterator[tuple[Key, Entry]]:
    """Functions that a decorator of the project starts, or a function that they are given to."""
    for key in graph.giving:
        said = graph.said[key]
        for decorator in said.wraps:
            if decorator is not None and decorator[0] != PUSHED:
                for given in _givens(graph, decorator):
                    if given.kind:
                        yield (
                            key,
                            Entry(given.kind, given.level, (decorator[0], given.within), given.at, Place(key, -1)),
                        )
        for handed in said.handed:
            for given in _givens_to(graph, handed):
                if given.kind and handed.to is not None:
                    at = (handed.to[0][0], given.within)
                    yield handed.function, Entry(given.kind, given.level, at, given.at, Place(key, handed.at))


def called_by_others(graph: CallGraph, said: Said) -> Iterator[Site]:
    """The functions that a function gives to others of the project, which call them."""
    for handed in said.handed:
        for given in _givens_to(graph, handed):
            if not given.kind:
                yield Site(handed.at, handed.function, compose(handed.through, given.through), sure=False)


def is_shared(graph: CallGraph, key: Key, need: Level, at: Through = AS_ENTERED) -> bool:
    """The place in the function, with the contexts ``at`` it, is reached by another way too, on which the context may
    be there."""

    def good(entry: Entry, level: int) -> bool:
        return entry.kind != "import" and (level == UNKNOWN or level >= need)

    return is_reached(graph, key, good, at)


def is_bare(graph: CallGraph, key: Key) -> bool:
    """No way to a function is known on which there is a context, and there is one without."""
    if key[1] == MODULE:
        return True
    return not is_shared(graph, key, Level.APP) and is_reached(graph, key, lambda _, level: level == Level.NONE)


def is_reached(graph: CallGraph, key: Key, accepts: Callable[[Entry, int], bool], at: Through = AS_ENTERED) -> bool:
    """Some way leads to the place, beginning as it is asked for: with an entry, and the context at the place."""
    todo: list[tuple[Key, Through]] = [(key, at)]
    seen = set(todo)
    while todo:
        here, through = todo.pop()
        through = compose(_decorated(graph, here), through)
        callers = [*graph.callers.get(here, ()), *_instead(graph).get(here, ())]
        for entry in graph.entries.get(here, ()):
            taken = _taken_by(graph, here, entry)
            level = _level_of(graph, entry, through)
            if not taken and level != NEVER and accepts(entry, level):
                return True
            for handed in graph.said.get(entry.said, NOTHING_SAID).handed if taken else ():
                if handed.function == here and handed.at == entry.at:
                    site = Site(handed.at, here, handed.through)
                    callers += [
                        Caller(entry.said, site._replace(through=compose(handed.through, given.through)))
                        for given in taken
                        if not given.kind
                    ]
        before = {
            (caller.caller, compose(caller.site.through, through))
            for caller in callers
            if caller.caller != here or not _pushes_nothing(caller.site.through)
        }
        new = {each for each in before if any(level != NEVER for level in each[1])} - seen
        seen |= new
        todo += new
    return False


def _pushes_nothing(through: Through) -> bool:
    """A function that calls itself so comes to no context that it was not entered in."""
    return all(now in (NEVER, UNKNOWN, entered) for entered, now in enumerate(through))


def _taken_by(graph: CallGraph, key: Key, entry: Entry) -> list[Given]:
    """What the function of the project does with it that it is handed to."""
    if entry.kind != "handed on":
        return []
    return [
        given
        for handed in graph.said.get(entry.said, NOTHING_SAID).handed
        if handed.at == entry.at and handed.function == key
        for given in _givens_to(graph, handed)
    ]


def _givens_to(graph: CallGraph, handed: Handed) -> Iterator[Given]:
    """What becomes of the parameter that a function is given to."""
    if handed.to is not None:
        (document, owner), parameter = handed.to
        for given in graph.said.get((document, owner), NOTHING_SAID).given:
            if (given.owner, given.parameter) == (owner, parameter):
                yield given


def ways(project: Project, key: Key, *, strict: bool = False) -> dict[int, Way]:
    """By the context in which a function runs the shortest way there; ``UNKNOWN`` where it cannot be told. ``strict``:
    only ways that begin outside of the project, else a thread counts also where nobody is seen to start it."""
    return _ways(call_graph(project), key, strict)


def _ways(graph: CallGraph, key: Key, strict: bool) -> dict[int, Way]:
    derived = _derived(graph)
    found: dict[int, Way] = {}
    seen: set[tuple[Key, Through]] = set()
    # Backwards: each state is a function and what becomes of the contexts in which it is entered.
    todo: deque[tuple[Key, Through, tuple[Step, ...]]] = deque([(key, AS_ENTERED, ())])
    while todo:
        here, through, steps = todo.popleft()
        through = compose(_decorated(graph, here), through)
        for entry in (*graph.entries.get(here, ()), *derived.entries.get(here, ())):
            level = _level_of(graph, entry, through)
            if level == NEVER or level in found or _taken_by(graph, here, entry):
                continue
            if is_live(graph, here, entry, strict):
                found[level] = Way(entry, steps)
        for caller in (*graph.callers.get(here, ()), *derived.callers.get(here, ())):
            before = compose(caller.site.through, through)
            if strict and graph.is_replaced(caller.site.by):
                before = _unknown(before)
            state = (caller.caller, before)
            if state not in seen and len(steps) < MOST_STEPS and any(level != NEVER for level in before):
                seen.add(state)
                todo.append((caller.caller, before, (Step(caller.caller, caller.site.at), *steps)))
    return found


def _unknown(through: Through) -> Through:
    none, app, request = (level if level == NEVER else UNKNOWN for level in through)
    return none, app, request


def _decorated(graph: CallGraph, key: Key) -> Through:
    """The context in which a function runs by that of its call."""
    said = graph.said.get(key, NOTHING_SAID)
    if not said.wraps:
        return AS_ENTERED
    none, app, request = (through_decorators(graph, said, level) for level in range(3))
    return none, app, request


def is_live(graph: CallGraph, key: Key, entry: Entry, strict: bool) -> bool:
    """It comes to the place where a function is handed on, as far as we see."""
    if entry.at < 0 and (entry.kind not in STARTED or entry.said[1] in (MODULE, SCRIPT)):
        return True
    asked = (is_live, key, entry, strict)
    if asked not in graph.kept:
        graph.kept[asked] = _is_reachable(graph, _starts(graph, key, entry), strict)
    return bool(graph.kept[asked])


_Levels: TypeAlias = "frozenset[int]"
"""The contexts in which a function has to be entered for something in it to run."""


def _starts(graph: CallGraph, key: Key, entry: Entry) -> Iterator[tuple[Key, _Levels]]:
    """Who has to be entered how for a function to be handed on at the place of an entry."""
    if entry.at < 0:
        yield entry.said, frozenset(range(3))  # the class, say, is made there
    elif entry.via is None:
        said = graph.said.get(entry.said, NOTHING_SAID)
        for place in (*said.handed, *said.given):
            if place.at == entry.at:
                yield entry.said, _reaching(place.through)
    elif entry.via.at < 0:
        yield key, frozenset(range(3))  # whoever calls it starts it
    via = entry.via
    if via is None:
        return
    for handed in graph.said.get(via.key, NOTHING_SAID).handed:
        if handed.at == via.at and handed.function == key:
            for given in _givens_to(graph, handed):
                if given.within == given.owner and given.at == entry.at:
                    yield via.key, _reaching(compose(handed.through, given.through))
                elif given.at == entry.at:
                    yield via.key, _reaching(handed.through)


def _reaching(through: Through) -> _Levels:
    return frozenset(level for level in range(3) if through[level] != NEVER)


def _is_reachable(graph: CallGraph, places: Iterable[tuple[Key, _Levels]], strict: bool) -> bool:
    """Some place is reached from outside of the project. Not ``strict``: or from something that nobody is seen to
    call."""
    derived = _derived(graph)
    todo = list(places)
    seen, cut = set(todo), not todo
    while todo:
        here, levels = todo.pop()
        entries = [*graph.entries.get(here, ()), *derived.entries.get(here, ())]
        callers = [*graph.callers.get(here, ()), *derived.callers.get(here, ())]
        if not strict and levels and not entries and not callers:
            return True
        through = _decorated(graph, here)
        entering = frozenset(level for level in range(3) if through[level] == UNKNOWN or through[level] in levels)
        before = [
            (caller.caller, frozenset(each for each in range(3) if _leads(caller.site.through[each], entering)))
            for caller in callers
        ]
        for entry in entries:
            if not levels or (entry.level is not None and entry.level not in entering):
                cut = True
            elif entry.at < 0 and (entry.kind not in STARTED or entry.said[1] in (MODULE, SCRIPT)):
                return True
            elif not _taken_by(graph, here, entry):
                before += _starts(graph, here, entry)
        cut |= any(not needed for _, needed in before)
        new = {each for each in before if each[1]} - seen
        seen |= new
        todo += new
    return not strict and not cut


def _leads(level: int, entering: _Levels) -> bool:
    return level in entering or (level == UNKNOWN and bool(entering))


def _instead(graph: CallGraph) -> dict[Key, list[Caller]]:
    if _instead not in graph.kept:
        found: dict[Key, list[Caller]] = {}
        for key, caller in _called_instead(graph):
            found.setdefault(key, []).append(caller)
        graph.kept[_instead] = found
    return cast("dict[Key, list[Caller]]", graph.kept[_instead])


def _called_instead(graph: CallGraph) -> Iterator[tuple[Key, Caller]]:
    """Methods that stand in the place of those that are called, on objects of the classes that have them."""
    every = {(key[0], each.name): each for key in graph.deriving for each in graph.said[key].derived}
    for (document, name), each in every.items():
        todo, seen = list(each.bases), set(each.bases)
        while todo:
            base = todo.pop()
            above = every[base].bases if base in every else ()
            todo += set(above) - seen
            seen.update(above)
            for member in each.members:
                own = document, f"{name}.{member}"
                for caller in graph.callers.get((base[0], f"{base[1]}.{member}"), ()) if own in graph.said else ():
                    if caller.site.by is not None and caller.site.by[1] == member:
                        yield own, caller


class _Derived(NamedTuple):
    """What follows from functions that are given to others of the project."""

    entries: dict[Key, list[Entry]]
    callers: dict[Key, list[Caller]]


def _derived(graph: CallGraph) -> _Derived:
    known = graph.kept.get(_derived)
    if known is None:
        entries: dict[Key, list[Entry]] = {}
        callers: dict[Key, list[Caller]] = {}
        for key, entry in started_by_others(graph):
            entries.setdefault(key, []).append(entry)
        for key in graph.giving:
            for site in called_by_others(graph, graph.said[key]):
                callers.setdefault(site.callee, []).append(Caller(key, site))
        for key, instead in _instead(graph).items():
            callers.setdefault(key, []).extend(instead)
        known = graph.kept[_derived] = _Derived(entries, callers)
    return cast("_Derived", known)
