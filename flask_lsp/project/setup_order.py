"""What is added to a blueprint after it was registered, by the order in which the modules run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from flask_lsp.facts.importing import SETUP, Called, Function_, Load, Steps
from flask_lsp.project import names
from flask_lsp.project.entry_points import Entry
from flask_lsp.project.execution import run
from flask_lsp.project.execution_model import Late, Start
from flask_lsp.project.import_graph import every_step, layout_of, program_of
from flask_lsp.project.importers import reach
from flask_lsp.project.imports import entries_of, world_of
from flask_lsp.project.places import place

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

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
    for document in project.files:
        program = program_of(project, document)
        if not _registers(program):
            continue
        names = {step.name for steps in program for step in steps if isinstance(step, Function_) and step.runs}
        roots = (layout_of(project).base(document),)
        for calls in ((), *((name,) for name in sorted(names))):
            yield from run(world_of(project, frozenset((document,))), Start((document,), roots, calls=calls)).late


def _registers(program: tuple[Steps, ...]) -> bool:
    """Somewhere a blueprint is registered, and something else is set up by the same file."""
    paths = [step.path for steps in program for step in every_step(steps) if isinstance(step, Called)]
    registered = any(path.endswith(_REGISTERS) for path in paths)
    return registered and any(SETUP.search(path) and not path.endswith(_REGISTERS) for path in paths)


def _across_files(project: Project) -> Iterator[Late]:
    """Modules that set up a blueprint which another one makes: whether they run in time, the entry points tell."""
    if len(project.files) > _MOST_FILES or not any(_sets_up_another(project, each) for each in project.files):
        return
    entries: list[Entry] = [each for each in entries_of(project) if each.how != "pytest"]
    for entry in entries[:_MOST_ENTRIES]:
        yield from run(world_of(project, None), entry.start).late


def _sets_up_another(project: Project, document: str) -> bool:
    """The file adds to a blueprint of a module that does not import it, so that it may come too late."""
    taken: set[str] = set()
    seen: set[str] = set()
    for steps in program_of(project, document):
        for step in steps:
            if isinstance(step, Load):
                taken |= {bound for _, bound in step.names}
            elif isinstance(step, Called) and SETUP.search(step.path):
                root = step.path.partition(".")[0]
                if root in taken and root not in seen and _may_be_late(project, document, root):
                    return True
                seen.add(root)
    return False


def _may_be_late(project: Project, document: str, name: str) -> bool:
    if names.canonical(project, document, name) != "flask.Blueprint()":
        return False
    made = place(project, document, name)
    return made is not None and document not in reach(project, made.document, at_once=True)
