"""Which modules import each other in a circle, and what comes of it from every entry point of the project.

Only the modules of a circle are run (see ``execution``), once for each module by which an entry point comes to it; what
lies around a circle decides by which one that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast
from weakref import WeakKeyDictionary

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.importing import (
    Attempt,
    Called,
    Fork,
    Function_,
    Load,
    Repeat,
    Scope,
    Step,
    Steps,
    Within,
    steps_of,
)
from flask_lsp.facts.model import Assigned, Import
from flask_lsp.project import kinds, names
from flask_lsp.project.entry_points import Entry, entry_points
from flask_lsp.project.execution import MAIN, Early, Failure, Site, Start, Verdict, World, run
from flask_lsp.project.known_extensions import CLASSES
from flask_lsp.project.layout import INIT, Layout
from flask_lsp.project.modules import Modules
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

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


def place_of(facts: FileFacts, site: Site) -> Span | None:
    """Where a step stands in its file."""
    rows = _rows(facts)
    if site.block >= len(rows) or site.at >= len(rows[site.block].spans):
        return None
    return rows[site.block].spans[site.at].shift(rows[site.block].start)


def outcome(project: Project) -> Outcome:
    """What comes of the circles; nothing before all files are known."""
    known = project.answers.get(outcome)
    if known is None:
        known = project.answers[outcome] = _outcome(project) if project.complete else Outcome((), ())
    return cast("Outcome", known)


# -- what files say --------------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    """The steps of one block that has some."""

    start: int
    steps: Steps
    spans: tuple[Span, ...]


class _Said(NamedTuple):
    """What a file imports while it is imported, in order, and the names of what it calls then."""

    loads: tuple[tuple[Load, bool, bool], ...]
    """With whether it always comes to it, and whether only when run as a script."""
    calls: frozenset[str]
    functions: Mapping[str, tuple[tuple[Load, ...], frozenset[str]]]
    """What its functions import and call."""


_rows_of: WeakKeyDictionary[FileFacts, tuple[_Row, ...]] = WeakKeyDictionary()
_said_of: WeakKeyDictionary[FileFacts, _Said] = WeakKeyDictionary()
_layouts: WeakKeyDictionary[Modules, Layout] = WeakKeyDictionary()


def _rows(facts: FileFacts) -> tuple[_Row, ...]:
    rows = _rows_of.get(facts)
    if rows is None:
        rows = tuple(_Row(start, *steps_of(block)) for start, block in facts.blocks)
        rows = _rows_of[facts] = tuple(row for row in rows if row.steps)
    return rows


def program_of(project: Project, document: str) -> tuple[Steps, ...]:
    """The steps of a file, block by block, without those that have none."""
    return tuple(row.steps for row in _rows(project.files[document].facts))


def layout_of(project: Project) -> Layout:
    layout = _layouts.get(project.modules)
    if layout is None:
        layout = _layouts[project.modules] = Layout(frozenset(project.files))
    return layout


def _said(facts: FileFacts) -> _Said:
    said = _said_of.get(facts)
    if said is None:
        loads: list[tuple[Load, bool, bool]] = []
        calls: set[str] = set()
        functions: dict[str, tuple[tuple[Load, ...], frozenset[str]]] = {}
        for row in _rows(facts):
            for step, sure, main in _flat(row.steps, True, False):
                if isinstance(step, Load):
                    loads.append((step, sure, main))
                elif isinstance(step, Called):
                    calls.add(step.path.rpartition(".")[2])
                elif isinstance(step, Function_) and step.body:
                    functions[step.name] = _inside(step.body)
        said = _said_of[facts] = _Said(tuple(loads), frozenset(calls), functions)
    return said


def every_step(steps: Steps) -> Iterator[Step]:
    """All steps that may run, those of functions included."""
    for step, _, _ in _flat(steps, True, False):
        yield step
        if isinstance(step, Function_):
            yield from every_step(step.body)


def _inside(steps: Steps) -> tuple[tuple[Load, ...], frozenset[str]]:
    """What a function imports and calls, those in it included."""
    loads: list[Load] = []
    calls: set[str] = set()
    todo = [steps]
    while todo:
        for step, _, _ in _flat(todo.pop(), False, False):
            if isinstance(step, Load):
                loads.append(step)
            elif isinstance(step, Called):
                calls.add(step.path.rpartition(".")[2])
            elif isinstance(step, Function_):
                todo.append(step.body)
    return tuple(loads), frozenset(calls)


def _flat(steps: Iterable[Step], sure: bool, main: bool) -> Iterator[tuple[Step, bool, bool]]:
    """All steps that may run, each with whether it always does and whether only in a script."""
    for step in steps:
        match step:
            case Fork(test, bodies):
                for index, body in enumerate(bodies):
                    if test in ("first", "second") and index != (test == "second"):
                        continue
                    only = (test == "main" and index == 0) or (test == "other" and index == 1)
                    known = test in ("first", "second") or only
                    yield from _flat(body, sure and known, main or only)
            case Attempt(body, handlers, orelse, final):
                yield from _flat(body, sure, main)
                for _, each in handlers:
                    yield from _flat(each, False, main)
                yield from _flat(orelse, False, main)
                yield from _flat(final, sure, main)
            case Repeat(body, orelse):
                yield from _flat((*body, *orelse), False, main)
            case Within(body=body) | Scope(body=body):
                yield from _flat(body, sure, main)
            case _:
                yield step, sure, main


# -- who imports whom ------------------------------------------------------------------------------------------------


class _Edge(NamedTuple):
    """One import statement, or a call of functions that import."""

    targets: tuple[str, ...]
    nested: tuple[str, ...]
    sure: bool
    main: bool


@dataclass(slots=True)
class _Graph:
    """Who imports whom, and the circles: components in which each module leads to each other."""

    edges: dict[str, tuple[_Edge, ...]]
    component: dict[str, int]
    """What a module imports is in the same component or one with a smaller number."""
    members: list[list[str]]
    nested: frozenset[str]
    """Modules that are imported by way of a folder without ``__init__.py``."""


def _graph(project: Project) -> _Graph:
    known = project.answers.get(_graph)
    if known is None:
        known = project.answers[_graph] = _graph_of(project, layout_of(project))
    return cast("_Graph", known)


def _graph_of(project: Project, layout: Layout) -> _Graph:
    functions: dict[str, list[tuple[str, tuple[Load, ...], frozenset[str]]]] = {}
    for document, file in project.files.items():
        for name, (loads, calls) in _said(file.facts).functions.items():
            functions.setdefault(name, []).append((document, loads, calls))
    edges = {document: _edges(project, layout, document, functions) for document in project.files}
    project.bodies_read.update(_called(project, functions))
    targets = {
        document: [target for edge in each if not edge.main for target in edge.targets]
        for document, each in edges.items()
    }
    members = _components(targets)
    component = {document: number for number, each in enumerate(members) for document in each}
    nested = (each for edges_of in edges.values() for edge in edges_of for each in edge.nested)
    return _Graph(edges, component, members, frozenset(nested))


def _called(
    project: Project, functions: Mapping[str, list[tuple[str, tuple[Load, ...], frozenset[str]]]]
) -> frozenset[str]:
    """The names of all that may be called while modules are imported, directly or not."""
    seen: set[str] = set()
    todo = {name for file in project.files.values() for name in _said(file.facts).calls}
    while todo:
        seen |= todo
        todo = {call for name in todo for _, _, calls in functions.get(name, ()) for call in calls} - seen
    return frozenset(seen)


def _edges(
    project: Project,
    layout: Layout,
    document: str,
    functions: Mapping[str, list[tuple[str, tuple[Load, ...], frozenset[str]]]],
) -> tuple[_Edge, ...]:
    said = _said(project.files[document].facts)
    found = [_Edge(*_targets(project, layout, document, load), sure, main) for load, sure, main in said.loads]
    seen: set[str] = set()
    todo = list(said.calls & functions.keys())
    while todo:  # functions of that name, wherever they are: rather one too many
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for owner, loads, calls in functions[name]:
            found += [_Edge(*_targets(project, layout, owner, load), False, False) for load in loads]
            todo += calls & functions.keys()
    return tuple(edge for edge in found if edge.targets)


def _targets(project: Project, layout: Layout, document: str, load: Load) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The documents that an import runs, in order, parents first; and those of them below a folder that is no package
    itself."""
    chain = _chain(project, layout, document, load)
    if not chain:
        return (), ()
    found = list(chain)
    if load.names and layout.folder(chain[-1]) is not None:
        for name, _ in load.names:
            if (child := layout.child(chain[-1], name)) is not None:
                found.append(child)
    plain = next((at for at, each in enumerate(found) if each not in project.files), len(found))
    return tuple(each for each in found if each in project.files), tuple(found[plain + 1 :])


def _chain(project: Project, layout: Layout, document: str, load: Load) -> tuple[str, ...]:
    base = layout.base(document)
    parts = load.module.split(".") if load.module else []
    if load.level:
        own = layout.chain(document, (base,))
        package = own if layout.folder(document) is not None else own[:-1]
        if load.level > len(package):
            return ()
        chain = list(package[: len(package) - load.level + 1])
    else:
        root = (project.root or "").rstrip("/")
        top = layout.top(parts[0], (base, root, f"{root}/src"))
        if top is None:
            return elsewhere(project, layout, document, load.module) or ()
        chain = [top]
        del parts[0]
    for part in parts:
        child = layout.child(chain[-1], part)
        if child is None:
            break
        chain.append(child)
    return tuple(chain)


def elsewhere(project: Project, layout: Layout, document: str, name: str) -> tuple[str, ...] | None:
    """Where an absolute name leads if some folder nearby is on the path; never one inside of a package."""
    found = project.module(document, name, 0)
    if found is None:
        return None
    base = layout.base(found)
    said = found[len(base) + 1 :].removesuffix(INIT).removesuffix(".py").replace("/", ".")
    return layout.chain(found, (base,)) if said == name else None


def _components(targets: Mapping[str, list[str]]) -> list[list[str]]:
    """Tarjan's components without recursion; what a component leads to stands before it."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for start in targets:
        if start in order:
            continue
        work: list[tuple[str, Iterator[str]]] = [(start, iter(targets[start]))]
        order[start] = low[start] = len(order)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, rest = work[-1]
            for target in rest:
                if target not in order:
                    order[target] = low[target] = len(order)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(targets.get(target, ()))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    at = stack.index(node)
                    found.append(stack[at:])
                    on_stack.difference_update(stack[at:])
                    del stack[at:]
    return found


# -- circles ---------------------------------------------------------------------------------------------------------


class _Way(NamedTuple):
    """The modules by which a module may come to a circle first, and whether it always comes there."""

    firsts: frozenset[str]
    sure: bool


def _outcome(project: Project) -> Outcome:
    layout, graph = layout_of(project), _graph(project)
    circles = [number for number, each in enumerate(graph.members) if _is_circle(graph, each)]
    if not circles:
        return Outcome((), ())
    entries, importers = entries_of(project), _importers(graph)
    broken: dict[Failure, Broken] = {}
    fragile: list[Fragile] = []
    for number in circles:
        if len(graph.members[number]) <= _MOST_MODULES:
            _judge(project, layout, graph, number, entries, importers, broken, fragile)
    return Outcome(tuple(broken.values()), tuple(fragile))


def entries_of(project: Project) -> tuple[Entry, ...]:
    """Where the programs of the project begin."""
    known = project.answers.get(entries_of)
    if known is None:
        graph = _graph(project)
        component, importers = graph.component, _importers(graph)
        outside = frozenset(
            target
            for target, each in importers.items()
            if any(component[other] != component[target] and not kinds.is_test(project, other) for other in each)
        )
        programs = {document: program_of(project, document) for document in project.files}
        known = project.answers[entries_of] = entry_points(
            project, layout_of(project), programs, outside, frozenset(importers), graph.nested
        )
    return cast("tuple[Entry, ...]", known)


def _importers(graph: _Graph) -> dict[str, set[str]]:
    """Who imports each module."""
    importers: dict[str, set[str]] = {}
    for document, edges in graph.edges.items():
        for edge in edges:
            for target in edge.targets:
                importers.setdefault(target, set()).add(document)
    return importers


def _is_circle(graph: _Graph, members: list[str]) -> bool:
    if len(members) > 1:
        return True
    return any(members[0] in edge.targets for edge in graph.edges[members[0]] if not edge.main)


def _judge(
    project: Project,
    layout: Layout,
    graph: _Graph,
    number: int,
    entries: tuple[Entry, ...],
    importers: Mapping[str, set[str]],
    broken: dict[Failure, Broken],
    fragile: list[Fragile],
) -> None:
    """Runs one circle from each of its sides that an entry point comes from."""
    members = frozenset(graph.members[number])
    world = World(
        layout,
        lambda document: program_of(project, document),
        lambda document, name: elsewhere(project, layout, document, name),
        members,
        lambda document: all_names(project, document),
    )
    ways = _ways(graph, number, importers)
    tried: dict[Start, Verdict] = {}
    failing = False
    for entry in entries:
        failures: list[Failure | None] = []
        for start in _starts(entry, ways, members, graph):
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
    for at in project.files[module].facts.bindings.get(failure.name, ()):
        bound = at.bound
        if not isinstance(bound, Import) or project.module(module, bound.module, bound.level) != module:
            return True
    return layout_of(project).child(module, failure.name) is not None


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


def _starts(entry: Entry, ways: Mapping[str, _Way], members: frozenset[str], graph: _Graph) -> list[Start]:
    """How the entry point comes to the circle: one start for each module that may be first; none if it may not."""
    for document in entry.start.documents:
        if document in members:
            return [entry.start._replace(documents=(document,))]
        way = ways.get(document)
        if entry.start.script or entry.start.package:
            way = _first_of(graph.edges[document], ways, members, script=True)
        if way is not None and way.firsts:
            if not way.sure:
                return []
            return [Start((first,), entry.start.roots) for first in sorted(way.firsts)]
    return []


def _ways(graph: _Graph, number: int, importers: Mapping[str, set[str]]) -> dict[str, _Way]:
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


def _first_of(edges: Iterable[_Edge], ways: Mapping[str, _Way], members: frozenset[str], *, script: bool) -> _Way:
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


def all_names(project: Project, document: str) -> tuple[frozenset[str], bool]:
    """The names of a module when it has run, and whether there may be more."""
    bindings = project.files[document].facts.bindings
    return frozenset(bindings), "*" in bindings or "__getattr__" in bindings
