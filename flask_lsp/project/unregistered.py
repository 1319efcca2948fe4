"""Is a blueprint registered by nobody? A question for ``Context.ask``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask_lsp.project import kinds, routes
from flask_lsp.project.extensions import registrations_unclear
from flask_lsp.project.handed_on import escapes
from flask_lsp.project.importers import imports_by_name, reach
from flask_lsp.project.route_model import Reason
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
    # What registers it has to get it from somewhere: handed on, or by a module that is imported by name.
    if imports_by_name(project) or escapes(project, blueprint.key):
        return ()
    if blueprint.key[1] in registrations_unclear(project, document):
        return ()
    apps = [app for app in routes.apps(project, document) if _is_home(project, app.key[0], document)]
    if any(_finds_modules(reason) for app in apps for reason in app.open):
        return ()
    return tuple(sorted(_closest(project, [app.key for app in apps], document)))


def _closest(project: Project, apps: list[Key], document: str) -> list[Key]:
    """Of several, those that run the file, or else those in the folder next to it: projects hold other programs too."""
    running = [app for app in apps if document in reach(project, app[0])]
    if running:
        return running
    nearest = max((app[0].rpartition("/")[0] for app in apps), key=len, default="")
    return [app for app in apps if app[0].rpartition("/")[0] == nearest]


def name_is_taken(project: Project, document: str, reference: Reference, app: Key) -> bool:
    """Another blueprint of its name is registered on the application, so this one would need ``name=``."""
    own = routes.blueprint(project, document, reference)
    if own is None:
        return False
    others = (each for each in routes.blueprints(project, document) if each.name == own.name and each.key != own.key)
    registered = (one for each in others for one in routes.registrations(project, each.key[0], ("module", each.key[1])))
    return any(one.owner in (None, app) for one in registered)


_FINDS = re.compile(r"(?i)load|discover|regist|blueprint|plugin|auto|scan|find|modul|entry|component")


def _finds_modules(reason: Reason) -> bool:
    """By its name, what may add routes to the application goes looking for them."""
    return reason.what.endswith("may add routes") and bool(_FINDS.search(reason.what))


def _is_home(project: Project, app: str, document: str) -> bool:
    """The file lies beside or below that of the application, or is run by it."""
    return document.startswith(app.rpartition("/")[0] + "/") or document in reach(project, app)
