"""What modules add to a global application while they are imported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.importing import SETUP, Called, Fork, Steps, Within
from flask_lsp.facts.model import Import
from flask_lsp.project import kinds, own_app, routes
from flask_lsp.project.execution_model import Site
from flask_lsp.project.import_graph import layout_of, program_of
from flask_lsp.project.own_app import OwnApp, Setting
from flask_lsp.project.route_model import Factory

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


class Added(NamedTuple):
    """A call that adds something to a global application which another module makes."""

    site: Site
    name: str
    """How the application is called here."""
    method: str
    blueprint: str
    """What is registered, as it is written; empty for anything else."""
    app: OwnApp
    factory: Factory


def added_at_import(project: Project, document: str) -> tuple[Added, ...]:
    """What a file adds to an application that it imports, in a project with a factory. A question for
    ``Context.ask``."""
    if not project.complete or kinds.is_test(project, document):
        return ()
    return tuple(_added(project, document))


def _added(project: Project, document: str) -> Iterator[Added]:
    known: dict[str, tuple[OwnApp, Factory] | None] = {}
    for block, steps in enumerate(program_of(project, document)):
        for step in _at_import(steps):
            name, _, method = step.path.partition(".")
            if not SETUP.search(step.path) or "." in method:
                continue
            if name not in known:
                known[name] = _imported(project, document, name)
            if (found := known[name]) is not None:
                blueprint = step.argument if method == "register_blueprint" else ""
                yield Added(Site(document, block, step.at), name, method, blueprint, *found)


def _at_import(steps: Steps) -> Iterator[Called]:
    for step in steps:
        match step:
            case Called():
                yield step
            case Fork(test, bodies) if test in ("unknown", "first"):
                for body in bodies[: 1 if test == "first" else None]:
                    yield from _at_import(body)
            case Within(body=body):
                yield from _at_import(body)
            case _:
                pass


def _imported(project: Project, document: str, name: str) -> tuple[OwnApp, Factory] | None:
    """The application that a name of the module brings from another one, and a factory beside it."""
    ats = project.files[document].facts.bindings.get(name, ())
    bound = ats[0].bound if len(ats) == 1 else None
    if not isinstance(bound, Import) or bound.attribute is None or bound.attribute == "*":
        return None
    app = own_app.imported_app(project, document, bound.module, bound.attribute, bound.level)
    if app is None or app.setting is not Setting.FACTORY:
        return None
    layout = layout_of(project)
    factory = next(
        (
            each
            for each in routes.factories(project, document)
            if layout.base(each.key[0]) == layout.base(app.document) and not kinds.is_test(project, each.key[0])
        ),
        None,
    )
    return None if factory is None else (app, factory)
