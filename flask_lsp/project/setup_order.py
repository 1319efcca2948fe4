"""What is added to a blueprint after it was registered, by the order in which the modules run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from flask_lsp.facts.importing import SETUP, Called, Function_, Load
from flask_lsp.project import names
from flask_lsp.project.entry_points import Entry
from flask_lsp.project.execution import run
from flask_lsp.project.execution_model import Late, Start
from flask_lsp.project.import_graph import every_step, layout_of, program_of, steps_in
from flask_lsp.project.importers import reach
from flask_lsp.project.imports import entries_of, world_of
from flask_lsp.project.places import place

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

_REGISTERS = ".register_blueprint"
_MOST_ENTRIES = 6
_MOST_FILES = 3000


def late_in(project: Project, document: str) -> tuple[Late, ...]:
    """What a file adds to blueprints that are registered already. A question for ``Context.ask``."""
    if not project.complete:
        return ()
    known = project.answers.get(late_in)
    if known is None:
        found = dict.fromkeys((*_within_files(project), *_across_files(project)))
        known = project.answers[late_in] = tuple(found)
    return tuple(each for each in cast("tuple[Late, ...]", known) if each.site.document == document)


def _within_files(project: Project) -> Iterator[Late]:
    """A file, or one of its functions, registers a blueprint and goes on with it."""
    for document, registers in project.parts(_registers).items():
        if not registers:
            continue
        program = program_of(project, document)
        names = {step.name for steps in program for step in steps if isinstance(step, Function_) and step.runs}
        roots = (layout_of(project).base(document),)
        within = frozenset((document,))
        yield from _late(project, within, Start((document,), roots))
        for name in sorted(names):
            for each in _late(project, within, Start((document,), roots, calls=(name,))):
                if each.site.block == each.registered.block:  # both are the function's own: it may never be called
                    yield each


def _late(project: Project, within: frozenset[str] | None, start: Start) -> tuple[Late, ...]:
    world = world_of(project, within)
    late = run(world, start).late
    project.bodies_read.update(world.entered)
    return late


def _registers(file: File) -> bool:
    """Somewhere a blueprint is registered, and something else is set up by the same file."""
    program = steps_in(file.facts)
    paths = [step.path for steps in program for step in every_step(steps) if isinstance(step, Called)]
    registered = any(path.endswith(_REGISTERS) for path in paths)
    return registered and any(SETUP.search(path) and not path.endswith(_REGISTERS) for path in paths)


def _across_files(project: Project) -> Iterator[Late]:
    """Modules that set up a blueprint which another one makes: whether they run in time, the entry points tell."""
    if len(project.files) > _MOST_FILES:
        return
    added = project.parts(_added).items()
    if not any(_may_be_late(project, document, name) for document, names in added for name in names):
        return
    entries: list[Entry] = [each for each in entries_of(project) if each.how != "pytest"]
    for entry in entries[:_MOST_ENTRIES]:
        yield from _late(project, None, entry.start)


def _added(file: File) -> tuple[str, ...]:
    """The names that the file imports and sets up."""
    taken: set[str] = set()
    found: dict[str, None] = {}
    for steps in steps_in(file.facts):
        for step in steps:
            if isinstance(step, Load):
                taken |= {bound for _, bound in step.names}
            elif isinstance(step, Called) and SETUP.search(step.path):
                root = step.path.partition(".")[0]
                if root in taken:
                    found[root] = None
    return tuple(found)


def _may_be_late(project: Project, document: str, name: str) -> bool:
    """It is a blueprint of a module that does not import the file, so that the file may come too late."""
    if names.canonical(project, document, name) != "flask.Blueprint()":
        return False
    made = place(project, document, name)
    return made is not None and document not in reach(project, made.document, at_once=True)
