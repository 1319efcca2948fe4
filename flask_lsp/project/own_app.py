"""The application of the project that a file imports, and what the project is like: questions for ``Context.ask``."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.model import Import
from flask_lsp.project import links, names, routes
from flask_lsp.project.import_graph import layout_of
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_ENTRY_POINT = re.compile(
    r"(?:^|/)(?:(?:\w+_)?(?:wsgi|asgi)|__main__|manage|manager|main|cli|setup|gunicorn\w*|uwsgi\w*|shell|conftest"
    r"|(?:celery|rq|huey|dramatiq)?_?workers?|\w+_worker|(?:run|start|serve)(?:_?\w+)?|\w*server|celery(?:_app)?)\.py$",
    re.IGNORECASE,
)


_MOST_STEPS = 10
"""Modules that only pass a name on."""


class Setting(Enum):
    """What else there is where an application is made."""

    FACTORY = "a function makes applications"
    BLUEPRINTS = "there are blueprints"
    ALONE = "neither"


class OwnApp(NamedTuple):
    document: str
    name: str
    """The module-level name in that file."""
    setting: Setting


def is_entry_point(document: str) -> bool:
    """A server, a worker or a person starts the program here, by the name of the file."""
    return bool(_ENTRY_POINT.search(document))


def imports_app(project: Project, document: str) -> bool:
    """Some import of the file brings an application of the project. A cheap guard: imports seldom change."""
    each = {(one.module, one.attribute, one.level) for one in project.files[document].facts.imports}
    return any(
        attribute not in (None, "*") and imported_app(project, document, module, attribute, level) is not None
        for module, attribute, level in each
    )


def imported_app(project: Project, document: str, module: str, attribute: str, level: int) -> OwnApp | None:
    """The application that an import brings, if it is one of the project; nothing before all files are known."""
    if not project.complete or names.imported(project, document, module, attribute, level, "") != "flask.Flask()":
        return None
    link = links.follow(project, document, Import("", module, attribute, level, Span(0, 0)), "")
    for _ in range(_MOST_STEPS):
        if not isinstance(link, links.Inside) or link.document == document:
            return None
        bounds = project.files[link.document].facts.bindings.get(link.name, ())
        bound = bounds[0].bound if bounds else None
        if bound is None:
            starred = links.starred(project, link.document, link.name)
            link = None if isinstance(starred, links.Absent) else starred
        elif isinstance(bound, Import):
            link = links.follow(project, link.document, bound, "")
        else:
            return OwnApp(link.document, link.name, _setting(project, link.document))
    return None


def _setting(project: Project, document: str) -> Setting:
    base = _base(project, document)
    made = [factory.key[0] for factory in routes.factories(project, document)]
    if any(_base(project, other) == base for other in made):
        return Setting.FACTORY
    others = [blueprint.key[0] for blueprint in routes.blueprints(project, document)]
    return Setting.BLUEPRINTS if any(_base(project, other) == base for other in others) else Setting.ALONE


def _base(project: Project, document: str) -> str:
    """The folder from which a file is imported: a repository may hold several applications."""
    return layout_of(project).base(document)
