"""Is a blueprint registered by nobody? A question for ``Context.ask``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_lsp.project import kinds, routes
from flask_lsp.project.extensions import escapes
from flask_lsp.project.importers import imports_by_name, reach
from flask_lsp.project.routes import Key, Reference

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


def homes(project: Project, document: str, reference: Reference) -> tuple[Key, ...]:
    """The applications that a blueprint is meant for, where it has routes and surely none of them gets it; else
    nothing."""
    if not project.complete or kinds.is_test(project, document) or not routes.has_routes(project, document, reference):
        return ()
    blueprint = routes.blueprint(project, document, reference)
    if blueprint is None or routes.registrations(project, document, reference):
        return ()
    if routes.registers_unknown(project, document) or imports_by_name(project):
        return ()
    apps = [app for app in routes.apps(project, document) if _is_home(project, app.key[0], document)]
    if not apps or any(app.open for app in apps) or escapes(project, blueprint.key):
        return ()
    return tuple(sorted(app.key for app in apps))


def _is_home(project: Project, app: str, document: str) -> bool:
    """The file lies beside or below that of the application, or is run by it."""
    return document.startswith(app.rpartition("/")[0] + "/") or document in reach(project, app)
