"""Who imports whom, by what files say: the graph of imports and its circles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
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
from flask_lsp.project.execution_model import Site
from flask_lsp.project.layout import INIT, Layout
from flask_lsp.project.modules import Modules
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

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
    return steps_in(project.files[document].facts)


def steps_in(facts: FileFacts) -> tuple[Steps, ...]:
    return tuple(row.steps for row in _rows(facts))


def layout_of(project: Project) -> Layout:
    layout = _layouts.get(project.modules)
    if layout is None:
        layout = _layouts[project.modules] = Layout(frozenset(project.files))
    return layout


def said_in(file: File) -> _Said:
    """What a file imports and calls while it is imported."""
    return _said(file.facts)


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
                yield from _flat(body, sure and not handlers, main)  # whose failure may be caught: the program goes on
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


def place_of(facts: FileFacts, site: Site) -> Span | None:
    """Where a step stands in its file."""
    rows = _rows(facts)
    if site.block >= len(rows) or site.at >= len(rows[site.block].spans):
        return None
    return rows[site.block].spans[site.at].shift(rows[site.block].start)


# -- who imports whom ------------------------------------------------------------------------------------------------


class Edge(NamedTuple):
    """One import statement, or a call of functions that import."""

    targets: tuple[str, ...]
    nested: tuple[str, ...]
    sure: bool
    main: bool


@dataclass(slots=True)
class Graph:
    """Who imports whom, and the circles: components in which each module leads to each other."""

    edges: dict[str, tuple[Edge, ...]]
    component: dict[str, int]
    """What a module imports is in the same component or one with a smaller number."""
    members: list[list[str]]
    nested: frozenset[str]
    """Modules that are imported by way of a folder without ``__init__.py``."""
    called: frozenset[str]
    """The names of all that may be called while modules are imported."""


def graph_of(project: Project) -> Graph:
    graph = project.kept(_made, project.parts(said_in), project.modules)
    project.bodies_read.update(graph.called)
    return graph


def _made(project: Project) -> Graph:
    layout = layout_of(project)
    functions: dict[str, list[tuple[str, tuple[Load, ...], frozenset[str]]]] = {}
    for document, file in project.files.items():
        for name, (loads, calls) in _said(file.facts).functions.items():
            functions.setdefault(name, []).append((document, loads, calls))
    edges = {document: _edges(project, layout, document, functions) for document in project.files}
    targets = {
        document: [target for edge in each if not edge.main for target in edge.targets]
        for document, each in edges.items()
    }
    members = _components(targets)
    component = {document: number for number, each in enumerate(members) for document in each}
    nested = (each for edges_of in edges.values() for edge in edges_of for each in edge.nested)
    return Graph(edges, component, members, frozenset(nested), _called(project, functions))


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
) -> tuple[Edge, ...]:
    said = _said(project.files[document].facts)
    found = [Edge(*_targets(project, layout, document, load), sure, main) for load, sure, main in said.loads]
    seen: set[str] = set()
    todo = list(said.calls & functions.keys())
    while todo:  # functions of that name, wherever they are: rather one too many
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for owner, loads, calls in functions[name]:
            found += [Edge(*_targets(project, layout, owner, load), False, False) for load in loads]
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


def importers_of(graph: Graph) -> dict[str, set[str]]:
    """Who imports each module."""
    importers: dict[str, set[str]] = {}
    for document, edges in graph.edges.items():
        for edge in edges:
            for target in edge.targets:
                importers.setdefault(target, set()).add(document)
    return importers


def all_names(project: Project, document: str) -> tuple[frozenset[str], bool]:
    """The names of a module when it has run, and whether there may be more."""
    bindings = project.files[document].facts.bindings
    return frozenset(bindings), "*" in bindings or "__getattr__" in bindings
