"""Who calls whom in a project, how functions are entered, and where they escape to.

    graph = call_graph(project)
    graph.said[key].calls       # the calls of a function, each with the context that is there
    graph.callers.get(key, ())  # who calls it
    graph.entries.get(key, ())  # how it is entered from outside: view, hook, thread, task, test, import …
    graph.escapes(key)          # it is handed to code that we do not see: it may be called by anybody

A key is a document and a qualified name, as in ``route_model.Key``: ``("…/views.py", "index")``,
``("…/mail.py", "Mailer.send")``, ``("…/app.py", "create_app.<lambda>")``; the body of a module is ``MODULE``, what runs
under ``if __name__ == "__main__"`` is ``SCRIPT``. A graph holds no spans, and is the same object for as long as nothing
in it changes: an edit of a body costs its block. ``span_of`` finds a place when somebody looks.

What cannot be told is left out: a call of what we do not know is no edge (``Said.unseen``), and a function that
nobody calls may yet be called by something else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, cast

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.model import BlockFacts
from flask_lsp.project.call_model import (
    AS_ENTERED,
    MODULE,
    NOTHING_SAID,
    SCRIPT,
    By,
    Derived,
    Entry,
    Handed,
    Said,
    Site,
    Through,
    compose,
)
from flask_lsp.project.call_names import Names, Question
from flask_lsp.project.call_walk import Walked, walk
from flask_lsp.project.needs import Level
from flask_lsp.project.route_model import Key
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project


class Caller(NamedTuple):
    caller: Key
    site: Site


@dataclass(slots=True, eq=False)
class CallGraph:
    """Compared by identity: another graph, other answers."""

    said: dict[Key, Said] = field(default_factory=dict[Key, Said])
    """What each function and module body says."""
    callers: dict[Key, tuple[Caller, ...]] = field(default_factory=dict[Key, "tuple[Caller, ...]"])
    entries: dict[Key, tuple[Entry, ...]] = field(default_factory=dict[Key, "tuple[Entry, ...]"])
    started: frozenset[Key] = frozenset()
    """The functions that are entered by anything but requests and imports."""
    modules: frozenset[Key] = frozenset()
    """The module bodies that call something of the project."""
    giving: frozenset[Key] = frozenset()
    """The functions that are decorated by the project, or give functions to others of it."""
    marked: frozenset[Key] = frozenset()
    """The functions and modules with marks."""
    deriving: frozenset[Key] = frozenset()
    """The functions and modules that define classes which derive from others of the project."""
    kept: dict[object, object] = field(default_factory=dict[object, object])
    """What others made of it, each under a key of its own."""

    def is_replaced(self, by: By | None) -> bool:
        """A class that derives from that of the object has a member of its own of this name."""
        if by is None or not self.deriving:
            return False
        found = self.kept.get(Derived)
        if found is None:
            found = self.kept[Derived] = defaultdict[Key, "list[tuple[Key, Derived]]"](list)
            for key in self.deriving:
                for each in self.said[key].derived:
                    for base in each.bases:
                        found[base].append(((key[0], each.name), each))
        derived = cast("dict[Key, list[tuple[Key, Derived]]]", found)
        seen, todo = {by[0]}, [by[0]]
        while todo:
            for key, each in derived.get(todo.pop(), ()):
                if by[1] in each.members:
                    return True
                if key not in seen:
                    seen.add(key)
                    todo.append(key)
        return False

    def calls(self, key: Key) -> tuple[Site, ...]:
        return self.said.get(key, NOTHING_SAID).calls

    def escapes(self, key: Key) -> bool:
        """Something that we do not see may call it, in any context."""
        return any(entry.level is None for entry in self.entries.get(key, ()))

    def reachable(self, key: Key) -> Iterator[Key]:
        """The function and those that it calls, itself or through others; what it hands on is left out."""
        seen, todo = {key}, [key]
        while todo:
            here = todo.pop()
            yield here
            for site in self.calls(here):
                if site.callee not in seen:
                    seen.add(site.callee)
                    todo.append(site.callee)


def call_graph(project: Project) -> CallGraph:
    """The call graph of a snapshot. Empty before all files are in."""
    return project.grown(_grown).graph if project.complete else CallGraph()


def functions_in(project: Project, document: str) -> Mapping[str, Said]:
    """What the functions of a file say, by their qualified names."""
    calls = project.grown(_grown).files.get(document)
    return calls.said if calls is not None else {}


def span_of(project: Project, key: Key, at: int) -> Span | None:
    """A numbered place of a function, counted from its file."""
    calls, file = project.grown(_grown).files.get(key[0]), project.files.get(key[0])
    if calls is None or file is None or at < 0:
        return None
    before = 0
    for start, facts in file.facts.blocks:
        known = calls.walked.get(id(facts))
        spans = known[1].spans.get(key[1], ()) if known is not None else ()
        if at < before + len(spans):
            return spans[at - before].shift(start)
        before += len(spans)
    return None


def places_at(project: Project, document: str, offset: int) -> Iterator[tuple[str, int, Span]]:
    """The numbered places at an offset of a file, with the functions that they are in."""
    calls, file = project.grown(_grown).files.get(document), project.files.get(document)
    if calls is None or file is None:
        return
    before: dict[str, int] = {}
    for start, facts in file.facts.blocks:
        if start > offset:
            return
        known = calls.walked.get(id(facts))
        for name, spans in known[1].spans.items() if known is not None else ():
            for at, span in enumerate(spans, before.get(name, 0)):
                if span.start <= offset - start <= span.end:
                    yield name, at, span.shift(start)
            before[name] = before.get(name, 0) + len(spans)


@dataclass(slots=True, eq=False)
class FileCalls:
    """What one file says, and what it was made of."""

    facts: FileFacts
    names: Names
    walked: dict[int, tuple[BlockFacts, Walked]]
    """By the identity of the block's facts."""
    said: dict[str, Said]
    read: frozenset[str]
    """The documents whose interfaces it rests on."""


@dataclass(slots=True, eq=False)
class _State:
    graph: CallGraph
    files: dict[str, FileCalls]
    grounds: tuple[object, ...]


def _grown(project: Project, before: _State | None) -> _State:
    grounds = (project.modules, project.packages)
    known: Mapping[str, FileCalls] = before.files if before is not None else {}
    general = before is None or any(one is not other for one, other in zip(grounds, before.grounds, strict=True))
    changed = None if general else frozenset(_changed(project, known))
    files: dict[str, FileCalls] = {}
    new: list[str] = []
    for document, file in project.files.items():
        old = known.get(document)
        if old is not None and changed is not None and old.facts is file.facts and old.read.isdisjoint(changed):
            files[document] = old
        else:
            files[document] = _file_calls(project, file, old, changed)
            new.append(document)
    if before is None:
        return _State(_built(files), files, grounds)
    gone = [document for document in known if document not in files]
    different = [*gone, *(each for each in new if each not in known or known[each].said != files[each].said)]
    graph = _patched(before.graph, known, files, different) if different else before.graph
    return _State(graph, files, grounds)


def _changed(project: Project, known: Mapping[str, FileCalls]) -> Iterator[str]:
    """The documents that tell others something else now."""
    for document, file in project.files.items():
        old = known.get(document)
        if old is None or (old.facts is not file.facts and old.facts.interface != file.facts.interface):
            yield document


def _file_calls(project: Project, file: File, old: FileCalls | None, changed: frozenset[str] | None) -> FileCalls:
    names = old.names if old is not None else Names(file.document)
    stale = names.move(project, changed)
    walked: dict[int, tuple[BlockFacts, Walked]] = {}
    said: dict[str, Said] = {}
    used: set[Question] = set()
    counts: dict[str, int] = {}
    left, pushed = AS_ENTERED, list[Through]()
    for _, facts in file.facts.blocks:
        known = old.walked.get(id(facts)) if old is not None else None
        if known is None or not known[1].used.isdisjoint(stale):
            known = facts, _walked(facts, names)
        walked[id(facts)] = known
        used |= known[1].used
        for name, each in known[1].said.items():
            if name in (MODULE, SCRIPT) and left != AS_ENTERED:
                each = _after(left, each)  # noqa: PLW2901
            said[name] = _both(said[name], each, counts.get(name, 0)) if name in said else each
        if (module := known[1].said.get(MODULE)) is not None:
            left = _leaves(module, left, pushed)
        for name, spans in known[1].spans.items():
            counts[name] = counts.get(name, 0) + len(spans)
    names.forget(used)
    names.rest()
    return FileCalls(file.facts, names, walked, said, names.read)


def _walked(facts: BlockFacts, names: Names) -> Walked:
    try:
        return walk(facts, names)
    except RecursionError:  # nested deeper than any program; it says nothing
        return Walked({}, {}, frozenset())


def _leaves(module: Said, left: Through, pushed: list[Through]) -> Through:
    """The context after a block of the module body, by that before; ``pushed`` has those before each push."""
    for _ in range(module.pops):
        left = pushed.pop() if pushed else AS_ENTERED
    pushed += [compose(left, each) for each in module.pushed]
    return compose(left, module.ends)


def _after(left: Through, said: Said) -> Said:
    """What a block of the module body says where those before it left a context."""
    return replace(
        said,
        calls=tuple([each._replace(through=compose(left, each.through)) for each in said.calls]),
        handed=tuple([each._replace(through=compose(left, each.through)) for each in said.handed]),
        needs=tuple([each._replace(through=compose(left, each.through)) for each in said.needs]),
    )


def _both(one: Said, other: Said, by: int) -> Said:
    """What two blocks say under one name: the body of a module, or a function that is defined twice. The places of the
    second are counted on."""
    return replace(
        one,
        calls=one.calls + tuple([each._replace(at=each.at + by) for each in other.calls]),
        handed=one.handed + tuple([each._replace(at=each.at + by) for each in other.handed]),
        needs=one.needs + tuple([each._replace(at=each.at + by) for each in other.needs]),
        unseen=one.unseen + other.unseen,
        entries=one.entries + tuple([each for each in other.entries if each not in one.entries]),
        given=one.given + tuple([each._replace(at=each.at + by) for each in other.given]),
        marks=one.marks | other.marks,
        derived=one.derived + other.derived,
        replaced=one.replaced | other.replaced,
    )


def _built(files: Mapping[str, FileCalls]) -> CallGraph:
    graph = CallGraph()
    callers: dict[Key, list[Caller]] = {}
    entries: dict[Key, list[Entry]] = {}
    for document, calls in files.items():
        for name, said in calls.said.items():
            key = (document, name)
            graph.said[key] = said
            for site in said.calls:
                callers.setdefault(site.callee, []).append(Caller(key, site))
            for called, entry in _entries(key, said):
                entries.setdefault(called, []).append(entry)
    graph.callers = {key: tuple(found) for key, found in callers.items()}
    graph.entries = {key: tuple(found) for key, found in entries.items()}
    graph.started = frozenset(key for key, found in entries.items() if _is_started(found))
    graph.modules = frozenset(key for key, said in graph.said.items() if key[1] == MODULE and said.calls)
    graph.giving = frozenset(key for key, said in graph.said.items() if _gives(said))
    graph.marked = frozenset(key for key, said in graph.said.items() if said.marks)
    graph.deriving = frozenset(key for key, said in graph.said.items() if said.derived)
    return graph


_ANSWERING = frozenset({"view", "hook", "error handler", "template", "callback", "fixture", "import", "handed on"})


def _is_started(entries: Iterable[Entry]) -> bool:
    return any(entry.kind not in _ANSWERING for entry in entries)


def _gives(said: Said | None) -> bool:
    return said is not None and (bool(said.wraps) or any(handed.to for handed in said.handed))


def _moved(keys: frozenset[Key], touched: Iterable[Key], holds: Callable[[Key], bool]) -> frozenset[Key]:
    """The set with those that were touched told anew."""
    told = frozenset(touched)
    return (keys - told) | {key for key in told if holds(key)}


def _patched(
    graph: CallGraph, before: Mapping[str, FileCalls], files: Mapping[str, FileCalls], different: Iterable[str]
) -> CallGraph:
    """The graph with other files in it."""
    said, callers, entries = dict(graph.said), dict(graph.callers), dict(graph.entries)
    changed: set[Key] = set()
    entered: set[Key] = set()
    for document in different:
        old = before[document].said if document in before else {}
        new = files[document].said if document in files else {}
        for name in {**old, **new}:
            key, was, now = (document, name), old.get(name, NOTHING_SAID), new.get(name, NOTHING_SAID)
            if was == now and name in new and name in old:
                continue
            changed.add(key)
            if name in new:
                said[key] = now
            else:
                said.pop(key, None)
            _replace(callers, {site.callee: None for site in was.calls}, key)
            for site in now.calls:
                callers[site.callee] = (*callers.get(site.callee, ()), Caller(key, site))
            for called, entry in _entries(key, was) if name in old else ():
                entered.add(called)
                entries[called] = _without(entries.get(called, ()), entry)
            for called, entry in _entries(key, now) if name in new else ():
                entered.add(called)
                entries[called] = (*entries.get(called, ()), entry)
    return CallGraph(
        said,
        callers,
        entries,
        _moved(graph.started, entered, lambda key: _is_started(entries.get(key, ()))),
        _moved(graph.modules, changed, lambda key: key[1] == MODULE and key in said and bool(said[key].calls)),
        _moved(graph.giving, changed, lambda key: _gives(said.get(key))),
        _moved(graph.marked, changed, lambda key: key in said and bool(said[key].marks)),
        _moved(graph.deriving, changed, lambda key: key in said and bool(said[key].derived)),
    )


def _replace(callers: dict[Key, tuple[Caller, ...]], callees: Iterable[Key], caller: Key) -> None:
    for callee in callees:
        left = tuple(each for each in callers.get(callee, ()) if each.caller != caller)
        if left:
            callers[callee] = left
        else:
            callers.pop(callee, None)


def _without(entries: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    found = list(entries)
    if entry in found:
        found.remove(entry)
    return tuple(found)


def _entries(key: Key, said: Said) -> Iterator[tuple[Key, Entry]]:
    """How functions are entered by what a function says, itself included."""
    for entry in said.entries:
        yield key, entry
    for handed in said.handed:
        yield handed.function, _entry(key, handed)
    if key[1] == MODULE:
        yield key, Entry("import", Level.NONE, key, -1)


def _entry(key: Key, handed: Handed) -> Entry:
    return Entry(handed.kind or "handed on", handed.level, key, handed.at, by=handed.by)
