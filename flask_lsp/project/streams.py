"""What generators need while they stream: by then the view has returned and its context is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Assigned, BlockFacts, Defined, Path
from flask_lsp.facts.streams import Streamed, generators, is_generator, streamed
from flask_lsp.frozen import frozen
from flask_lsp.project import databases, names, places
from flask_lsp.project.call_graph import CallGraph, call_graph, span_of
from flask_lsp.project.call_model import NOTHING_SAID, Entry, Need
from flask_lsp.project.reaching import through_decorators
from flask_lsp.project.route_model import Key
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

RESPONSES = frozenset(
    {
        *("flask.Response", "werkzeug.wrappers.Response", "flask.make_response"),
        *("flask.Flask().response_class", "flask.current_app.response_class", "flask.Flask().make_response"),
        *("flask.current_app.make_response",),
    }
)
_MOST_CALLS = 12


@frozen(eq=False)
class Stream:
    """A generator that needs a context and is handed out of it."""

    generator: Key
    written: str
    """What it needs, as it is written."""
    span: Span
    """Where the generator is handed on, or made; where it is the view itself, the use. Counted from the file."""
    steps: tuple[Key, ...]
    """The functions that it calls on the way to the use."""
    use: tuple[str, Span] | None
    """The file and the place of the use."""
    is_view: bool = False


def streams(project: Project, document: str) -> Iterator[Stream]:
    """All generators that the file hands out of their context."""
    if not project.complete:
        return
    known = project.kept(_all_generators, project.parts(_generators))
    if not known:
        return
    blocks = project.files[document].facts.blocks
    handed = [(start, one) for start, facts in blocks for one in streamed(facts) if _called(one) in known]
    own = [(start, facts) for start, facts in blocks if not generators(facts).isdisjoint(facts.bindings)]
    if not handed and not own:
        return
    graph = call_graph(project)
    for start, one in handed:
        missing = _handed_out(project, graph, document, one)
        if missing is not None:
            yield _stream(project, *missing, one.span.shift(start))
    for start, facts in own:
        yield from _views(project, graph, (document, start), facts)


def _generators(file: File) -> frozenset[str]:
    return frozenset[str]().union(*[generators(facts) for _, facts in file.facts.blocks])


def _all_generators(project: Project) -> frozenset[str]:
    """The names of all generator functions of the project: few calls are of one."""
    return frozenset[str]().union(*project.parts(_generators).values())


def _handed_out(
    project: Project, graph: CallGraph, document: str, one: Streamed
) -> tuple[Key, tuple[Need, tuple[Key, ...]]] | None:
    """The generator that is handed to a response, and what it lacks."""
    name = _called(one)
    if not (_is_response(project, document, one) if one.to else _is_view(graph, document, one)):
        return None
    found = places.place(project, document, name, one.scopes)
    if found is None or not isinstance(found.bound, Defined):
        return None
    function = found.bound.function
    missing = _missing(project, graph, found.key) if is_generator(function) and not function.decorators else None
    return None if missing is None else (found.key, missing)


def _stream(project: Project, generator: Key, missing: tuple[Need, tuple[Key, ...]], span: Span) -> Stream:
    need, steps = missing
    where = steps[-1] if steps else generator
    at = span_of(project, where, need.at)
    return Stream(generator, need.written, span, steps, None if at is None else (where[0], at))


def _views(project: Project, graph: CallGraph, at: tuple[str, int], facts: BlockFacts) -> Iterator[Stream]:
    """Views that are generators themselves."""
    document, start = at
    for name in generators(facts) & facts.bindings.keys():
        key, bound = (document, name), facts.bindings[name][0]
        entries = graph.entries.get(key, ())
        if not isinstance(bound, Defined) or len(bound.function.decorators) != 1 or not _are_views(entries):
            continue
        missing = _missing(project, graph, key) if is_generator(bound.function) else None
        if missing is not None:
            found = _stream(project, key, missing, bound.span.shift(start))
            span = found.use[1] if found.use and found.use[0] == document else found.span
            yield Stream(key, found.written, span, found.steps, None, is_view=True)


def _called(one: Streamed) -> str:
    """The name of the function whose call is handed on, itself or by a name; empty where that is none."""
    path, depth = one.path, 3
    while not path.endswith("()") and depth:
        depth -= 1
        bounds = next((found for scope in one.scopes if (found := scope.bindings.get(path))), None)
        only = bounds[0] if bounds is not None and len(bounds) == 1 else None
        if not isinstance(only, Assigned) or not isinstance(only.value, Path):
            return ""
        path = only.value.text
    return path.removesuffix("()") if path.endswith("()") else ""


def _is_response(project: Project, document: str, one: Streamed) -> bool:
    name = names.Resolver(project).name(document, one.to, one.scopes) or ""
    return name in RESPONSES or name.removesuffix("()") in RESPONSES


def _is_view(graph: CallGraph, document: str, one: Streamed) -> bool:
    return len(one.scopes[0].decorators) <= 1 and _are_views(graph.entries.get((document, one.function), ()))


def _are_views(entries: tuple[Entry, ...]) -> bool:
    return bool(entries) and all(entry.kind == "view" for entry in entries)


def _missing(
    project: Project, graph: CallGraph, key: Key, level: int = 0, chain: tuple[Key, ...] = ()
) -> tuple[Need, tuple[Key, ...]] | None:
    """The first use in a function that lacks its context, entered in that of ``level``, and the functions on the way
    there."""
    said = graph.said.get(key, NOTHING_SAID)
    level = through_decorators(graph, said, level)
    if level < 0:
        return None
    for need in said.needs:
        if 0 <= need.through[level] < need.level and databases.asks_context(project, need.name):
            return need, chain
    if len(chain) < _MOST_CALLS:
        for site in said.calls:
            now = site.through[level]
            if now >= 0 and site.callee not in (*chain, key) and not graph.is_replaced(site.by):
                found = _missing(project, graph, site.callee, now, (*chain, site.callee))
                if found is not None:
                    return found
    return None
