"""The routes that the project's files show: which rule leads to which endpoint of which application.

Only what stands there in full counts: a rule, prefix, name or owner that cannot be read is ``UNKNOWN``, and a route
that rests on it is left out. Everything is a function of the interfaces of the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from flask_lsp.facts.imports import imports_of
from flask_lsp.facts.model import Assigned, Bound, Defined, Function, Import, Items, Literal, Path, Value
from flask_lsp.facts.routing import Said, routing_of
from flask_lsp.project.kinds import is_test
from flask_lsp.project.names import Resolver
from flask_lsp.project.places import Place, imported, literal, place
from flask_lsp.syntax.urlrule import UrlRule, Variable, join, match, nest, parse_rule

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


_MOST_NESTED = 4
"""Blueprints on blueprints go no deeper."""


class Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
Text: TypeAlias = "str | Unknown"
Key: TypeAlias = "tuple[str, str]"
"""The document in which an application or blueprint is made, and its qualified name there."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    key: Key
    name: Text
    prefix: str | Unknown | None
    static: bool
    """It has a folder of static files, which is a route too."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One way by which a blueprint comes to an application, all nesting included."""

    app: Key | None
    """``None`` is an application that we cannot tell, for instance a parameter."""
    document: str
    """Where that is registered."""
    prefix: str | Unknown | None
    own: bool
    """The prefix begins with that of the blueprint's constructor."""
    name: Text


@dataclass(frozen=True, slots=True)
class Route:
    """A rule of an application."""

    app: Key | None
    document: str
    """Where it is added to the application."""
    rule: UrlRule
    """With all prefixes."""
    endpoint: str
    methods: frozenset[str] | None
    """``None`` where they cannot be told."""
    strict_slashes: bool
    plain: bool
    """Nothing but a rule: no defaults, no host, no redirect."""


@dataclass(slots=True)
class RouteMap:
    """All routes of a project, made once for a snapshot."""

    apps: set[Key] = field(default_factory=set[Key])
    blueprints: dict[Key, Blueprint] = field(default_factory=dict[Key, Blueprint])
    mounts: dict[Key, tuple[Mount, ...]] = field(default_factory=dict[Key, tuple[Mount, ...]])
    routes: list[Route] = field(default_factory=list[Route])
    routed: set[Key] = field(default_factory=set[Key])
    """Applications and blueprints that have a route, known in full or not."""
    owners: dict[str, set[Key]] = field(default_factory=dict[str, set[Key]])
    """By document, the applications and blueprints that it adds routes to."""
    dispatched: bool = False
    """A middleware puts applications below paths, so a path does not tell whose it is."""
    reach: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])


# -- questions -------------------------------------------------------------------------------------------------------


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
    must take one of them. A question for ``Context.ask``; the path may hold ``urlrule.HOLE``s."""
    routes = route_map(project)
    if not project.complete or routes.dispatched:
        return Nowhere.UNTOLD
    found: set[Target] = set()
    apps = apps_of(project, document)
    if not apps and len(routes.apps) > 1:
        return Nowhere.NO_ROUTE
    for app in apps or {None}:
        candidates = [route for route in routes.routes if _belongs(project, route, app)]
        matching = list(_matching(candidates, path, methods))
        static = [one for one in matching if not one.values]
        best = set(static or matching)
        if len(best) != 1:
            return Nowhere.NO_ROUTE
        found |= best
    return found.pop() if len(found) == 1 else Nowhere.NO_ROUTE


Reference: TypeAlias = "tuple[str, str] | tuple[str, str | None, int, str]"
"""How a block names a thing: ``("module", path)`` in the module's scope, ``("local", qualified name)`` for what a
function binds, or what a function imports: module, attribute, level and the rest of the path."""


def mounts(project: Project, document: str, reference: Reference) -> tuple[Mount, ...]:
    """How a blueprint is registered, as far as that is seen; nothing while the project is not read in full. A question
    for ``Context.ask``."""
    key = _referred(project, document, reference)
    return () if key is None else route_map(project).mounts.get(key, ())


def has_routes(project: Project, document: str, reference: Reference) -> bool:
    """An application or blueprint is seen to have a route, or a blueprint on it has. A question for ``Context.ask``."""
    key, routes = _referred(project, document, reference), route_map(project)
    return key is not None and (key in routes.routed or _has_static(routes, key))


def is_from_package(project: Project, document: str, path: str) -> bool:
    """What the path names is imported from a package: no subclass of the project's. A question for ``Context.ask``."""
    found = place(project, document, path)
    return found is not None and isinstance(found.bound, Import)


def _referred(project: Project, document: str, reference: Reference) -> Key | None:
    if not project.complete:
        return None
    match reference:
        case ("local", str() as name):
            return document, name
        case (_, str() as path):
            found = place(project, document, path)
        case (module, attribute, level, rest):
            found = imported(project, document, module, attribute, level, rest)
    return None if found is None else found.key


def _has_static(routes: RouteMap, key: Key) -> bool:
    blueprint = routes.blueprints.get(key)
    return blueprint is not None and blueprint.static


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


def apps_of(project: Project, document: str) -> frozenset[Key]:
    """The applications that a file belongs to: it adds routes to them or their blueprints, or they import it, or it
    imports them."""
    routes = route_map(project)
    owned: set[Key] = set()
    for key in routes.owners.get(document, ()):
        if key in routes.apps:
            owned.add(key)
        owned |= {mount.app for mount in routes.mounts.get(key, ()) if mount.app is not None}
    if owned:
        return frozenset(owned)
    reached = {app for app in routes.apps if document in _reach(project, app[0])}
    return frozenset(reached or {app for app in routes.apps if app[0] in _reach(project, document)})


def _reach(project: Project, document: str) -> frozenset[str]:
    """The files that are imported from a file, directly or not, and itself."""
    known = route_map(project).reach
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


def _imported(project: Project, document: str) -> Iterator[str]:
    """The files of the project that a file imports, wherever in it."""
    for _, facts in project.files[document].facts.blocks:
        for each in imports_of(facts):
            for name in (each.module, f"{each.module}.{each.attribute}".lstrip(".")):
                found = project.module(document, name, each.level)
                if found is not None:
                    yield found


# -- making the map --------------------------------------------------------------------------------------------------


def route_map(project: Project) -> RouteMap:
    """The routes of a snapshot, made once for as long as no answer can have changed."""
    known = project.answers.get(RouteMap)
    if not isinstance(known, RouteMap):
        known = project.answers[RouteMap] = _Making(project).map()
    return known


@dataclass(frozen=True, slots=True)
class _Registered:
    owner: Key | None
    document: str
    prefix: str | Unknown | None
    name: str | Unknown | None


class _Making:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.made = RouteMap()
        self.registered: dict[Key, list[_Registered]] = {}
        self.said: list[tuple[Key | None, str, Said]] = []

    def map(self) -> RouteMap:
        for document, file in self.project.files.items():
            if is_test(self.project, document):
                continue
            self.apps_in(document)
            for _, block in file.tree.blocks:
                for said in routing_of(block):
                    self.note(document, said)
        made = self.made
        for key in made.blueprints:
            made.mounts[key] = tuple(self.mounted(key, ()))
        for _ in range(_MOST_NESTED):
            made.routed |= {
                one.owner for key in made.routed for one in self.registered.get(key, ()) if one.owner is not None
            }
        for owner, document, said in self.said:
            made.routes += self.routes(owner, document, said)
        return made

    def apps_in(self, document: str) -> None:
        """Notes applications, also those on which nothing is seen to be routed, and what makes paths ambiguous."""
        for name, ats in self.project.files[document].facts.bindings.items():
            for at in ats:
                match at.bound:
                    case Import(attribute="DispatcherMiddleware"):
                        self.made.dispatched = True
                    case Defined(function=function):
                        for local, bounds in function.bindings.items():
                            if any(_makes_app(bound) for bound in bounds):
                                self.thing(document, local, (function,))
                    case bound if _makes_app(bound):
                        self.thing(document, name, ())
                    case _:
                        pass

    def note(self, document: str, said: Said) -> None:
        owner = self.thing(document, said.owner, said.scopes)
        if said.how == "register_blueprint":
            given = said.argument(0, "blueprint")
            blueprint = self.thing(document, given.text, said.scopes) if isinstance(given, Path) else None
            if blueprint is not None:
                prefix = self.text(document, said, said.call.keyword("url_prefix"))
                name = self.text(document, said, said.call.keyword("name"))
                self.registered.setdefault(blueprint, []).append(_Registered(owner, document, prefix, name))
            return
        if owner is None and not self.may_be_app(document, said):
            return
        self.said.append((owner, document, said))
        if owner is not None:
            self.made.routed.add(owner)
            self.made.owners.setdefault(document, set()).add(owner)

    def may_be_app(self, document: str, said: Said) -> bool:
        """The owner is an application by its type, though we cannot tell which one."""
        return Resolver(self.project).name(document, said.owner, said.scopes) in ("flask.Flask()", "flask.current_app")

    def thing(self, document: str, path: str, scopes: tuple[Function, ...]) -> Key | None:
        """The application or blueprint that a path means, noted with what its constructor says."""
        found = place(self.project, document, path, scopes)
        if found is None or not isinstance(found.bound, Assigned) or not isinstance(found.bound.value, Path):
            return None
        if found.key in self.made.apps or found.key in self.made.blueprints:
            return found.key
        kind = Resolver(self.project).name(found.document, found.bound.value.text, found.scopes)
        if kind == "flask.Flask()":
            self.made.apps.add(found.key)
        elif kind == "flask.Blueprint()":
            self.made.blueprints[found.key] = self.blueprint(found, found.bound.value)
        else:
            return None
        return found.key

    def blueprint(self, at: Place, made: Path) -> Blueprint:
        of = place(self.project, at.document, made.text.removesuffix("()"), at.scopes)
        if of is None or not isinstance(of.bound, Import) or "**" in dict(made.keywords):
            return Blueprint(at.key, UNKNOWN, UNKNOWN, False)  # a subclass may do anything with its arguments
        name = made.keyword("name") or (made.args[0] if made.args else None)
        text = _text(self.project, at.document, name, at.scopes)
        prefix = _text(self.project, at.document, made.keyword("url_prefix"), at.scopes)
        static = made.keyword("static_folder") not in (None, Literal(None))
        return Blueprint(at.key, UNKNOWN if text is None else text, UNKNOWN if len(made.args) > 2 else prefix, static)

    def text(self, document: str, said: Said, value: Value | None) -> str | Unknown | None:
        if "**" in dict(said.call.keywords):
            return UNKNOWN
        return _text(self.project, document, value, said.scopes)

    def mounted(self, key: Key, inside: tuple[Key, ...]) -> Iterator[Mount]:
        blueprint = self.made.blueprints[key]
        for one in self.registered.get(key, ()):
            own = one.prefix is None
            prefix = blueprint.prefix if own else one.prefix
            name = blueprint.name if one.name is None else one.name
            if one.owner is None or one.owner not in self.made.blueprints:
                yield Mount(one.owner, one.document, prefix, own, name)
            elif one.owner not in inside:
                for outer in self.mounted(one.owner, (*inside, key)):
                    yield _nested(outer, prefix, own, name)

    def routes(self, owner: Key | None, document: str, said: Said) -> Iterator[Route]:
        rule = self.text(document, said, said.argument(0, "rule"))
        endpoint = self.endpoint(document, said)
        if not isinstance(rule, str) or not isinstance(endpoint, str):
            return
        methods, plain = self.methods(said), not set(dict(said.call.keywords)) - _PLAIN
        strict = said.call.keyword("strict_slashes") in (None, Literal(True), Literal(None))
        if owner is None or owner not in self.made.blueprints:
            yield Route(owner, document, parse_rule(rule), endpoint, methods, strict, plain)
            return
        all_mounts = self.made.mounts[owner]
        for mount in all_mounts:
            alone = sum(other.app == mount.app for other in all_mounts) == 1
            if alone and not isinstance(mount.prefix, Unknown) and not isinstance(mount.name, Unknown):
                whole = parse_rule(join(mount.prefix, rule))
                yield Route(mount.app, mount.document, whole, f"{mount.name}.{endpoint}", methods, strict, plain)

    def endpoint(self, document: str, said: Said) -> str | Unknown | None:
        by_hand = said.how == "add_url_rule"
        given = self.text(document, said, said.argument(1, "endpoint") if by_hand else said.call.keyword("endpoint"))
        if given is not None or said.function:
            return said.function if given is None else given
        view = said.argument(2, "view_func")
        found = place(self.project, document, view.text, said.scopes) if isinstance(view, Path) else None
        return found.bound.name if found is not None and isinstance(found.bound, Defined) else UNKNOWN

    def methods(self, said: Said) -> frozenset[str] | None:
        if said.how not in ("route", "add_url_rule"):
            return frozenset({said.how.upper()})
        match said.call.keyword("methods"):
            case None:
                return frozenset({"GET"}) if said.how == "route" else None
            case Items(values=values):
                names = [value.value for value in values if isinstance(value, Literal)]
                return frozenset(str(name).upper() for name in names) if len(names) == len(values) else None
            case _:
                return None


def _makes_app(bound: Bound) -> bool:
    return isinstance(bound, Assigned) and isinstance(bound.value, Path) and bound.value.text.endswith("Flask()")


_PLAIN = frozenset({"rule", "endpoint", "methods", "strict_slashes", "view_func", "provide_automatic_options"})


def _nested(outer: Mount, prefix: str | Unknown | None, own: bool, name: Text) -> Mount:
    full = UNKNOWN if isinstance(prefix, Unknown) or isinstance(outer.prefix, Unknown) else nest(outer.prefix, prefix)
    path = UNKNOWN if isinstance(name, Unknown) or isinstance(outer.name, Unknown) else f"{outer.name}.{name}"
    return Mount(outer.app, outer.document, full, own and outer.prefix is None, path)


def _text(project: Project, document: str, value: Value | None, scopes: tuple[Function, ...]) -> str | Unknown | None:
    """The text that an argument is; ``None`` where it is not given, or is ``None``."""
    found = Literal(None) if value is None else literal(project, document, value, scopes)
    return found.value if found is not None and isinstance(found.value, str | None) else UNKNOWN
