"""What runs before a view, as Flask does: ``Flask.preprocess_request`` and what it calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask_lsp.frozen import frozen
from flask_lsp.project import routes
from flask_lsp.project.route_model import Hook, Key, Mount, Route

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_STAGES = ("first_request", "url_value_preprocessor", "request")
"""In the order in which Flask runs them; the first is gone since Flask 2.3."""


@frozen()
class Before:
    """The hooks that run before a view."""

    hooks: tuple[Hook, ...] = ()
    """In order: those of the application, then those of its blueprints from the outermost."""
    ordered: bool = True
    """False where the order of some that belong together cannot be told: they are added in more than one place."""


def before(project: Project, document: str, route: Route) -> Before:
    """What runs before the view of a route. A question for ``Context.ask``."""
    levels: dict[tuple[int, int], list[Hook]] = {}
    mounts = routes.all_mounts(project, document)
    for hook in routes.hooks(project, document):
        stage = _stage(hook.how)
        level = None if stage is None else _level(hook, route, mounts)
        if stage is not None and level is not None:
            levels.setdefault((stage, level), []).append(hook)
    found = tuple(hook for key in sorted(levels) for hook in levels[key])
    return Before(found, all(_in_one_place(each) for each in levels.values()))


def _stage(how: str) -> int | None:
    words = how.replace("_app", "").removeprefix("app_")
    if words == "url_value_preprocessor":
        return 1
    return _STAGES.index(words.removeprefix("before_")) if words in ("before_request", "before_first_request") else None


def _level(hook: Hook, route: Route, mounts: Mapping[Key, tuple[Mount, ...]]) -> int | None:
    """0 for the application, then the blueprints from the outermost; ``None`` where the hook does not run."""
    if hook.owner is None or route.app is None:
        return route.chain.index(hook.owner) + 1 if hook.owner in route.chain and not hook.everywhere else None
    if hook.owner == route.app:
        return 0
    if hook.everywhere:
        return 0 if any(mount.app == route.app for mount in mounts.get(hook.owner, ())) else None
    return route.chain.index(hook.owner) + 1 if hook.owner in route.chain else None


def _in_one_place(hooks: list[Hook]) -> bool:
    """One piece of code adds all, to one owner: what blueprints have for all requests waits for their registration."""
    return len({(hook.document, hook.within, hook.owner) for hook in hooks}) <= 1
