"""What is known of a project's routes: questions for ``Context.ask``.

Only what stands there in full counts: a rule, prefix, name or owner that cannot be read is ``UNKNOWN``, a route that
rests on it is left out, and its application is *open*, with a reason. Nothing is known before the project is read in
full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from flask_lsp.facts.model import Import
from flask_lsp.project import route_model as model
from flask_lsp.project.places import imported, place
from flask_lsp.project.route_map import route_map
from flask_lsp.project.route_model import App, Blueprint, Factory, Hook, Key, Mount, Registration, Route, RouteMap
from flask_lsp.syntax.urlrule import Variable, match

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

Reference: TypeAlias = "tuple[str, str] | tuple[str, str | None, int, str]"
"""How a block names a thing: ``("module", path)`` in the module's scope, ``("local", qualified name)`` for what a
function binds, or what a function imports: module, attribute, level and the rest of the path."""

_NOTHING = RouteMap()


def _map(project: Project) -> RouteMap:
    return route_map(project) if project.complete else _NOTHING


# -- applications ----------------------------------------------------------------------------------------------------


def apps(project: Project, _document: str) -> tuple[App, ...]:
    """All applications of the project, those of tests left out."""
    return tuple(_map(project).apps.values())


def app(project: Project, _document: str, key: Key) -> App | None:
    return _map(project).apps.get(key)


def factories(project: Project, _document: str) -> tuple[Factory, ...]:
    """The functions that make an application."""
    return _map(project).factories


def apps_of(project: Project, document: str) -> frozenset[Key]:
    """The applications that a file belongs to: it adds routes to them or their blueprints, or they import it, or it
    imports them."""
    routes = _map(project)
    owned: set[Key] = set()
    for key in routes.owners.get(document, ()):
        if key in routes.apps:
            owned.add(key)
        owned |= {mount.app for mount in routes.mounts.get(key, ()) if mount.app is not None}
    if owned:
        return frozenset(owned)
    reached = {key for key in routes.apps if document in _reach(project, key[0])}
    return frozenset(reached or {key for key in routes.apps if key[0] in _reach(project, document)})


def owned(project: Project, document: str) -> tuple[Key, ...]:
    """The applications and blueprints that a file adds routes to."""
    return tuple(sorted(_map(project).owners.get(document, ())))


def _reach(project: Project, document: str) -> frozenset[str]:
    """The files that are imported from a file, directly or not, and itself."""
    known = _map(project).reach
    if document not in known:
        seen, todo = {document}, [document]
        while todo:
            here = todo.pop()
            for found in _imported(project, here):
                if found not in seen:
                    seen.add(found)
                    todo.append(found)
        known[document] = frozenset(seen)
    return known[document]


def _imported(project: Project, document: str) -> frozenset[str]:
    """The files of the project that a file imports, wherever in it."""
    file, modules = project.files[document], project.modules
    known = file.kept.get(_imported)
    if known is None or known[0] is not modules:
        asked = {
            (name, each.level)
            for each in file.facts.imports
            for name in (each.module, f"{each.module}.{each.attribute}".lstrip("."))
        }
        found = {modules.find(document, name, level) for name, level in asked}
        known = file.kept[_imported] = modules, frozenset(each for each in found if each is not None)
    return known[1]


# -- blueprints ------------------------------------------------------------------------------------------------------


def blueprints(project: Project, _document: str) -> tuple[Blueprint, ...]:
    """All blueprints that have a route or are registered."""
    return tuple(_map(project).blueprints.values())


def blueprint(project: Project, document: str, reference: Reference) -> Blueprint | None:
    keys = _referred(project, document, reference)
    return _map(project).blueprints[keys[0]] if len(keys) == 1 and keys[0] in _map(project).blueprints else None


def keys_of(project: Project, document: str, reference: Reference) -> tuple[Key, ...]:
    """The applications or blueprints that are meant: several where a function makes one for each call."""
    return _referred(project, document, reference)


def registrations(project: Project, document: str, reference: Reference) -> tuple[Registration, ...]:
    """The calls of ``register_blueprint`` about a blueprint."""
    known = _map(project).registrations
    return tuple(one for key in _referred(project, document, reference) for one in known.get(key, ()))


def mounts(project: Project, document: str, reference: Reference) -> tuple[Mount, ...]:
    """How a blueprint comes to applications, all nesting included, as far as that is seen."""
    known = _map(project).mounts
    return tuple(one for key in _referred(project, document, reference) for one in known.get(key, ()))


def all_mounts(project: Project, _document: str) -> Mapping[Key, tuple[Mount, ...]]:
    """How every blueprint comes to applications."""
    return _map(project).mounts


def all_registrations(project: Project, _document: str) -> Mapping[Key, tuple[Registration, ...]]:
    """The calls of ``register_blueprint`` by blueprint."""
    return _map(project).registrations


def repeated(project: Project, document: str, reference: Reference, rule: str) -> str | None:
    """The prefix of a blueprint, with its first slash, with which one of its rules begins once more, whichever way it
    comes to an application."""
    known = _map(project)
    found: set[str | None] = set()
    for key in _referred(project, document, reference):
        for one in known.registrations.get(key, ()):
            own = known.blueprints[key].prefix if one.prefix is None else one.prefix
            found.add(_begin(own, rule) if isinstance(own, str) else None)
    return found.pop() if len(found) == 1 else None


def _begin(prefix: str, rule: str) -> str | None:
    """The prefix, if a rule goes on from it. A page that is named like its section (``/admin`` of ``/admin``) is meant
    to be."""
    prefix, rule = "/" + prefix.strip("/"), "/" + rule.lstrip("/")
    repeats = rule.startswith(f"{prefix}/") and rule != f"{prefix}/"
    return prefix if len(prefix) > 1 and (repeats or (rule == prefix and prefix.count("/") > 1)) else None


def registers_unknown(project: Project, _document: str) -> bool:
    """A blueprint that cannot be told is registered somewhere."""
    return _map(project).registers_unknown


def has_routes(project: Project, document: str, reference: Reference) -> bool:
    """An application or blueprint is seen to have a route, or a blueprint on it has."""
    routes = _map(project)
    keys = _referred(project, document, reference)
    return any(key in routes.routed or (key in routes.blueprints and routes.blueprints[key].static) for key in keys)


def is_from_package(project: Project, document: str, path: str) -> bool:
    """What the path names is imported from a package: no subclass of the project's."""
    found = place(project, document, path)
    return found is not None and isinstance(found.bound, Import)


def _referred(project: Project, document: str, reference: Reference) -> tuple[Key, ...]:
    """The applications or blueprints that are meant: several where a function makes one for each call."""
    routes = _map(project)
    match reference:
        case ("local", str() as name):
            key = (document, name)
        case (_, str() as path):
            found = place(project, document, path)
            key = None if found is None else found.key
        case (module, attribute, level, rest):
            found = imported(project, document, module, attribute, level, rest)
            key = None if found is None else found.key
    if key is None:
        return ()
    if key in routes.apps or key in routes.blueprints:
        return (key,)
    return tuple(each for each in routes.blueprints if each[0] == key[0] and each[1].startswith(f"{key[1]}@"))


# -- routes and hooks ------------------------------------------------------------------------------------------------


def routes(project: Project, _document: str, app: Key) -> tuple[Route, ...]:
    """The routes of an application."""
    return _map(project).of(app)


def routes_of(project: Project, document: str, reference: Reference) -> tuple[Route, ...]:
    """The routes of an application, or those that come through a blueprint."""
    keys = frozenset(_referred(project, document, reference))
    return tuple(route for route in _map(project).routes if route.app in keys or keys & {*route.chain, route.owner})


def routes_to(project: Project, _document: str, view: Key) -> tuple[Route, ...]:
    """The routes that a function or class answers."""
    return tuple(route for route in _map(project).routes if route.view == view)


def routes_through(project: Project, _document: str, blueprints: frozenset[Key]) -> tuple[Route, ...]:
    """The routes that come through one of these blueprints."""
    return tuple(route for route in _map(project).routes if not blueprints.isdisjoint(route.chain))


def endpoint(project: Project, _document: str, name: str) -> tuple[Route, ...]:
    """The routes of an endpoint, in all applications."""
    return tuple(route for route in _map(project).routes if route.endpoint == name)


def hooks(project: Project, _document: str) -> tuple[Hook, ...]:
    """All hooks and error handlers of the project."""
    return _map(project).hooks


@dataclass(frozen=True, slots=True)
class Target:
    """What is known of the route that a path leads to."""

    endpoint: str
    values: tuple[tuple[Variable, str], ...] = ()
    """What the path has where the rule has its variables, in order."""
    only: bool = True
    """No other rule of the endpoint takes these values, so ``url_for`` gives this one."""


class Nowhere(Enum):
    NO_ROUTE = "no route is known"
    UNTOLD = "not to be told: the project is not read in full, or applications are mounted below paths"


def target(project: Project, document: str, path: str, methods: frozenset[str] | None) -> Target | Nowhere:
    """The route that a path leads to, in the application that ``document`` belongs to. With ``methods``, the route
    must take one of them. The path may hold ``urlrule.HOLE``s."""
    routes = _map(project)
    if not project.complete or routes.dispatched:
        return Nowhere.UNTOLD
    found: set[Target] = set()
    owners = apps_of(project, document)
    if not owners and len(routes.apps) > 1:
        return Nowhere.NO_ROUTE
    for app in owners or {None}:
        candidates = [route for route in routes.routes if _belongs(project, route, app)]
        matching = list(_matching(candidates, path, methods))
        static = [one for one in matching if not one.values]
        best = set(static or matching)
        if len(best) != 1:
            return Nowhere.NO_ROUTE
        found |= best
    return found.pop() if len(found) == 1 else Nowhere.NO_ROUTE


def _belongs(project: Project, route: Route, app: Key | None) -> bool:
    if route.app is not None:
        return route.app == app or app is None
    owners = apps_of(project, route.document)
    return app in owners if owners else len(route_map(project).apps) <= 1


def _matching(routes: list[Route], path: str, methods: frozenset[str] | None) -> Iterator[Target]:
    for route in routes:
        if not route.plain or (methods and not (route.methods and route.methods & methods)):
            continue
        values = match(route.rule, path, strict_slashes=route.strict_slashes)
        if values is not None:
            only = not any(other is not route and _stands_in(other, route) for other in routes)
            yield Target(route.endpoint, tuple(zip(route.rule.variables, values, strict=True)), only)


def _stands_in(other: Route, route: Route) -> bool:
    """``url_for`` may give the URL of ``other`` where that of ``route`` is meant."""
    names = {variable.name for variable in route.rule.variables}
    return other.endpoint == route.endpoint and {variable.name for variable in other.rule.variables} <= names


Unknown = model.Unknown
UNKNOWN = model.UNKNOWN
