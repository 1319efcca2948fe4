"""Which modules import each other in a circle, and what comes of it from every entry point of the project.

Only the modules of a circle are run (see ``execution``), once for each module by which an entry point comes to it; what
lies around a circle decides by which one that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from flask_lsp.facts.model import Assigned, Import
from flask_lsp.project import kinds, names
from flask_lsp.project.deployment import launches_of
from flask_lsp.project.entry_points import Entry, entry_points, has_main_part, loads_pytest
from flask_lsp.project.execution import run
from flask_lsp.project.execution_model import MAIN, Early, Failure, Start, Verdict, World
from flask_lsp.project.import_graph import (
    Edge,
    Graph,
    all_names,
    elsewhere,
    graph_of,
    importers_of,
    layout_of,
    program_of,
    steps_in,
)
from flask_lsp.project.known_extensions import CLASSES
from flask_lsp.project.layout import Layout

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

_MOST_MODULES = 300
"""In one circle; larger ones are left alone."""
_MOST_STARTS = 12
"""Ways into one circle that are tried."""


class Broken(NamedTuple):
    """An import that fails because of a circle, and how the program was started that meets it."""

    failure: Failure
    how: str


class Fragile(NamedTuple):
    """An import that takes something from a module that still runs: it works because of the order of statements."""

    early: Early
    flask: str
    """The application or extension that the module creates."""


class Outcome(NamedTuple):
    """What comes of all circles of a project."""

    broken: tuple[Broken, ...]
    fragile: tuple[Fragile, ...]


def broken_in(project: Project, document: str) -> tuple[Broken, ...]:
    """The imports of a file that fail because of a circle. A question for ``Context.ask``."""
    return tuple(each for each in outcome(project).broken if each.failure.site and each.failure.site[0] == document)


def fragile_in(project: Project, document: str) -> tuple[Fragile, ...]:
    """The imports of a file that work by a hair, each circle once. A question for ``Context.ask``."""
    return tuple(each for each in outcome(project).fragile if each.early.site.document == document)


def outcome(project: Project) -> Outcome:
    """What comes of the circles; nothing before all files are known."""
    known = project.answers.get(outcome)
    if known is None:
        known = project.answers[outcome] = _outcome(project) if project.complete else Outcome((), ())
    return cast("Outcome", known)


# -- circles ---------------------------------------------------------------------------------------------------------


class _Way(NamedTuple):
    """The modules by which a module may come to a circle first, and whether it always comes there."""

    firsts: frozenset[str]
    sure: bool


def _outcome(project: Project) -> Outcome:
    graph = graph_of(project)
    circles = [number for number, each in enumerate(graph.members) if _is_circle(graph, each)]
    if not circles:
        return Outcome((), ())
    entries, importers = entries_of(project), importers_of(graph)
    broken: dict[Failure, Broken] = {}
    fragile: list[Fragile] = []
    for number in circles:
        if len(graph.members[number]) <= _MOST_MODULES:
            _judge(project, graph, number, entries, importers, broken, fragile)
    return Outcome(tuple(broken.values()), tuple(fragile))


def entries_of(project: Project) -> tuple[Entry, ...]:
    """Where the programs of the project begin."""
    return project.kept(_find_entries, graph_of(project), project.parts(_decides_entry), launches_of(project))


def _decides_entry(file: File) -> tuple[bool, ...]:
    """What of a file tells whether it is an entry point."""
    steps = steps_in(file.facts)
    return bool(steps), has_main_part(steps), loads_pytest(steps), kinds.says_migration(file)


def _find_entries(project: Project) -> tuple[Entry, ...]:
    graph = graph_of(project)
    component, importers = graph.component, importers_of(graph)
    outside = frozenset(
        target
        for target, each in importers.items()
        if any(component[other] != component[target] and not kinds.is_test(project, other) for other in each)
    )
    entered = {component[target] for target in outside}
    inside = frozenset(each for each in importers if each in component and component[each] in entered)
    programs = {document: program_of(project, document) for document in project.files}
    return entry_points(project, layout_of(project), programs, outside, inside, frozenset(importers), graph.nested)


def _is_circle(graph: Graph, members: list[str]) -> bool:
    if len(members) > 1:
        return True
    return any(members[0] in edge.targets for edge in graph.edges[members[0]] if not edge.main)


def _judge(
    project: Project,
    graph: Graph,
    number: int,
    entries: tuple[Entry, ...],
    importers: Mapping[str, set[str]],
    broken: dict[Failure, Broken],
    fragile: list[Fragile],
) -> None:
    """Runs one circle from each of its sides that an entry point comes from."""
    members = frozenset(graph.members[number])
    world = world_of(project, members)
    ways = _ways(graph, number, importers)
    tried: dict[Start, Verdict] = {}
    failing = False
    for entry in entries:
        failures: list[Failure | None] = []
        for start in _starts(entry, ways, members, graph, layout_of(project)):
            if start not in tried:
                if len(tried) >= _MOST_STARTS:
                    return
                tried[start] = run(world, start)
                project.bodies_read.update(world.entered)
            verdict = tried[start]
            failing |= verdict.failure is not None
            failures.append(verdict.failure if verdict.known and _is_circular(project, verdict.failure) else None)
        first = failures[0] if failures else None
        if first is not None and all(each is not None and each[:5] == first[:5] for each in failures):
            broken.setdefault(first, Broken(first, entry.how))
    if not failing:
        early = [each for verdict in tried.values() for each in verdict.early]
        fragile += _fragile(project, early)


def _is_circular(project: Project, failure: Failure | None) -> bool:
    """What is missing is bound further down; a name that nobody binds may be a module that something else makes."""
    if failure is None or not failure.partial:
        return False
    module = failure.module.removesuffix(MAIN)
    file = project.files.get(module)  # none for a folder that is a package without ``__init__.py``
    for at in file.facts.bindings.get(failure.name, ()) if file is not None else ():
        bound = at.bound
        if not isinstance(bound, Import) or project.module(module, bound.module, bound.level) != module:
            return True
    return layout_of(project).child(module, failure.name) is not None


def world_of(project: Project, within: frozenset[str] | None) -> World:
    """What runs of the project's modules share; ``within`` are those whose bodies are run."""
    layout = layout_of(project)
    return World(
        layout,
        lambda document: program_of(project, document),
        lambda document, name: elsewhere(project, layout, document, name),
        within,
        lambda document: all_names(project, document),
    )


def _fragile(project: Project, early: Iterable[Early]) -> Iterator[Fragile]:
    """The first import that takes from a module which creates an application or an extension."""
    for each in early:
        document = each.module.removesuffix(MAIN)
        for name, ats in project.files[document].facts.bindings.items():
            if any(isinstance(at.bound, Assigned) for at in ats) and _is_flask(
                names.canonical(project, document, name)
            ):
                yield Fragile(each, name)
                return


def _is_flask(name: str | None) -> bool:
    """An application or an instance of a known extension."""
    if name is None or not name.endswith("()"):
        return False
    package, _, kind = name.removesuffix("()").rpartition(".")
    return name == "flask.Flask()" or (package.startswith("flask_") and kind in CLASSES)


def _starts(
    entry: Entry, ways: Mapping[str, _Way], members: frozenset[str], graph: Graph, layout: Layout
) -> list[Start]:
    """How the entry point comes to the circle: one start for each module that may be first; none if it may not."""
    if entry.others:
        return _starts_of_each(entry, ways, members, graph, layout)
    for document in _in_order(entry.start, layout):
        if document in members:
            if document not in entry.start.documents:  # a package around it
                return [Start((document,), entry.start.roots)]
            return [entry.start._replace(documents=(document,))]
        way = ways.get(document)
        if document in entry.start.documents and (entry.start.script or entry.start.package):
            way = _first_of(graph.edges[document], ways, members, script=True)
        if way is not None and way.firsts:
            if not way.sure:
                return []
            return [Start((first,), entry.start.roots) for first in sorted(way.firsts)]
    return []


def _starts_of_each(
    entry: Entry, ways: Mapping[str, _Way], members: frozenset[str], graph: Graph, layout: Layout
) -> list[Start]:
    """The starts of all documents that lead to the circle; none if one of them may not come there."""
    found: list[Start] = []
    for start in (entry.start, *entry.others):
        starts = _starts(Entry(start, entry.how), ways, members, graph, layout)
        if not starts and any(each in ways for each in _in_order(start, layout)):
            return []
        found += starts
    return found


def _in_order(start: Start, layout: Layout) -> Iterator[str]:
    """What is run, the packages around it first."""
    for document in start.documents:
        yield from (document,) if start.script else layout.chain(document, start.roots)


def _ways(graph: Graph, number: int, importers: Mapping[str, set[str]]) -> dict[str, _Way]:
    """How each module that leads to a circle comes there first."""
    members = frozenset(graph.members[number])
    leading: set[str] = set()
    todo = list(members)
    while todo:
        for importer in importers.get(todo.pop(), ()):
            if importer not in leading and importer not in members:
                leading.add(importer)
                todo.append(importer)
    ways: dict[str, _Way] = {}
    for component in sorted({graph.component[document] for document in leading}):
        inside = graph.members[component]
        found = {document: _first_of(graph.edges[document], ways, members, script=False) for document in inside}
        if len(inside) > 1:
            firsts = frozenset[str]().union(*(way.firsts for way in found.values()))
            found = dict.fromkeys(inside, _Way(firsts, False))
        ways.update(found)
    return ways


def _first_of(edges: Iterable[Edge], ways: Mapping[str, _Way], members: frozenset[str], *, script: bool) -> _Way:
    firsts: set[str] = set()
    for edge in edges:
        if edge.main and not script:
            continue
        for target in edge.targets:
            way = _Way(frozenset((target,)), True) if target in members else ways.get(target)
            if way is not None:
                firsts |= way.firsts
                if edge.sure and way.sure:
                    return _Way(frozenset(firsts), True)
    return _Way(frozenset(firsts), False)
