"""What runs without the context that it needs, seen from where the project is entered.

Only what is known counts: a way over a decorator, a context manager or an object that we do not see is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from flask_lsp.project import config, databases, fixtures, kinds
from flask_lsp.project.call_graph import CallGraph, call_graph
from flask_lsp.project.call_model import MODULE, Entry, Need, Site
from flask_lsp.project.importers import maybe_imported_in_context
from flask_lsp.project.needs import Level
from flask_lsp.project.reaching import (
    BACKGROUND,
    MAY_PUSH,
    MOST_STEPS,
    Step,
    called_by_others,
    is_bare,
    is_live,
    is_reached,
    level_of_tasks,
    started_by_others,
    through_decorators,
)
from flask_lsp.project.route_model import Key
from flask_lsp.project.templates import url_built

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_SQLALCHEMY = "flask_sqlalchemy."
URL_FOR = "flask.url_for"


class Failing(NamedTuple):
    """Something runs in a context that it cannot do with."""

    entry: Entry
    function: Key
    """The function that is entered."""
    steps: tuple[Step, ...]
    """The calls that lead from it to the use, outermost first."""
    where: Key
    """The function that holds the use."""
    need: Need
    level: Level
    """The context that is there."""
    page: str = ""
    """The template that builds a URL, where that is what fails."""

    @property
    def of_url(self) -> bool:
        """There is an application, and nothing that tells for which server a URL is built."""
        return bool(self.page) or (self.level is Level.APP and self.need.name == URL_FOR)


def failing(project: Project) -> tuple[Failing, ...]:
    """The first thing on each way into the project that lacks its context: what follows does not run."""
    if not project.complete:
        return ()
    graph = call_graph(project)
    known = graph.kept.get(failing)
    made = project.parts(databases.made_with_app)
    grounds = (project.answers, project.versions, made, project.pages, *fixtures.grounds(project))
    if known is None or cast("tuple[object, object]", known)[0] != tuple(map(id, grounds)):
        found = tuple(_Search(project, graph).run())
        known = graph.kept[failing] = tuple(map(id, grounds)), found, grounds
    return cast("tuple[object, tuple[Failing, ...]]", known)[1]


class _Search:
    def __init__(self, project: Project, graph: CallGraph) -> None:
        self.project = project
        self.graph = graph
        self.marks = frozenset[str]().union(*[said.marks for said in map(graph.said.__getitem__, graph.marked)])
        self.replaced = frozenset[Key]().union(*[graph.said[key].replaced for key in graph.marked])
        self.is_old = databases.is_old(project)
        self.seen: set[tuple[Key, int]] = set()
        self.clean: set[tuple[Key, int]] = set()
        """The functions, with the contexts in which they are entered, from which nothing is reached that fails."""
        self.is_cut = False
        """Something was not followed that others may follow."""

    def run(self) -> Iterator[Failing]:
        every = [(key, entry) for key in self.graph.started for entry in dict.fromkeys(self.graph.entries[key])]
        every += started_by_others(self.graph)
        every += [(key, entry) for key in self.graph.modules for entry in self.graph.entries[key][:1]]
        for key, entry in sorted(every, key=lambda each: (each[0], each[1].said, each[1].at, each[1].kind)):
            level = self.level(key, entry)
            if level is None:
                continue
            self.seen, self.is_cut = set(), False
            found = self.enter(entry, key, key, level, ())
            if found is None and not self.is_cut:
                self.clean |= self.seen
            if found is None or (entry.kind == "import" and maybe_imported_in_context(self.project, key[0])):
                continue
            yield found

    def level(self, key: Key, entry: Entry) -> Level | None:
        """The context that a function is entered in; ``None`` where that cannot be told or does not matter here."""
        if self.graph.is_replaced(entry.by):
            return None
        if entry.kind in ("test", "fixture"):
            if "pushed" in self.marks:
                return None  # what one module pushes on import is there for all tests
            return fixtures.level_of_test(self.project, self.graph, key) if entry.kind == "test" else None
        if entry.kind == "import":
            return self.level_on_import(key[0])
        if entry.kind not in BACKGROUND or kinds.is_test(self.project, entry.said[0]):
            return None
        if entry.kind == "task":
            level = level_of_tasks(self.graph)
            return level if level is not Level.NONE or is_live(self.graph, key, entry, False) else None
        if self.may_push(entry):
            return None
        if entry.kind == "process" and (entry.at < 0 or not is_bare(self.graph, entry.said)):
            return None  # a process that is forked goes on with the context of its parent
        return entry.level if is_live(self.graph, key, entry, False) else None

    def may_push(self, entry: Entry) -> bool:
        """Something may give what is entered so a context, and we do not see where."""
        if entry.kind in ("task", "job"):
            return not self.marks.isdisjoint(MAY_PUSH)
        return entry.kind in ("script", "atexit", "signal handler") and "pushed" in self.marks

    def level_on_import(self, document: str) -> Level | None:
        """The context in which a module is imported that calls functions of others."""
        said = self.graph.said[document, MODULE]
        if all(site.callee[0] == document for site in said.calls) or "pushed" in self.marks:
            return None
        return None if kinds.is_test(self.project, document) else Level.NONE

    def enter(self, entry: Entry, root: Key, key: Key, level: int, steps: tuple[Step, ...]) -> Failing | None:
        """Into a function, through its decorators."""
        said = self.graph.said.get(key)
        if key in self.replaced:
            return None  # who knows what it is by then
        if said is None or len(steps) > MOST_STEPS or (said.generator and steps):
            self.is_cut |= len(steps) > MOST_STEPS
            return None
        if entry.kind == "test" and "patched" in said.marks:
            self.is_cut = True  # what it calls may be something else then
            return None
        level = through_decorators(self.graph, said, level)
        if level < 0 or (key, level) in self.seen or ((key, level) in self.clean and steps):
            return None
        self.seen.add((key, level))
        places: list[Site | Need] = sorted(
            (*said.calls, *said.needs, *called_by_others(self.graph, said)), key=lambda place: place.at
        )
        for place in places:
            now = place.through[level]
            if now < 0:
                continue
            if isinstance(place, Site) and self.graph.is_replaced(place.by):
                continue  # who knows whose method it is
            if isinstance(place, Need):
                if self.fails(place, now, entry):
                    page = page_with_url(self.project, place) if now == Level.APP else ""
                    return Failing(entry, root, steps, key, place, Level(now), page)
            elif found := self.enter(entry, root, place.callee, now, (*steps, Step(key, place.at, place.sure))):
                return found
        return None

    def fails(self, need: Need, level: int, entry: Entry) -> bool:
        if need.name.startswith(_SQLALCHEMY) and self.is_old and not databases.asks_context(self.project, need.name):
            return False
        if level == Level.APP and (need.name == URL_FOR or page_with_url(self.project, need)):
            return not _has_server_name(self.project, of_tests=entry.kind == "test")
        return level < need.level


def page_with_url(project: Project, need: Need) -> str:
    """The template that builds a URL whenever that of a use is shown, empty for none."""
    found = url_built(project, need.template) if need.template else None
    return found[0] if found is not None else ""


def wants_server(project: Project, need: Need) -> bool:
    """Its template builds URLs, and nothing tells for which server."""
    return bool(page_with_url(project, need)) and not _has_server_name(project, of_tests=False)


def _has_server_name(project: Project, *, of_tests: bool) -> bool:
    """URLs can be built without a request, as far as we see; what tests configure is there for tests only."""
    question = config.may_set if of_tests else config.may_set_outside_tests
    asked = (question, "", ("SERVER_NAME",))
    if asked not in project.answers:
        project.answers[asked] = question(project, "", "SERVER_NAME")
    return bool(project.answers[asked])


def is_without_session(project: Project, key: Key) -> bool:
    """Whoever enters a function has no application context, so that its session fails whatever it does."""
    graph = call_graph(project)
    search = _Search(project, graph)
    if search.is_old:
        return False
    if key[1] == MODULE:
        return "pushed" not in search.marks and not maybe_imported_in_context(project, key[0])

    def good(entry: Entry, level: int) -> bool:
        if entry.kind == "import":
            return False
        return level != Level.NONE or search.may_push(entry) or (entry.kind == "task" and "task app" in search.marks)

    return not is_reached(graph, key, good) and is_reached(graph, key, lambda _, level: level == Level.NONE)
