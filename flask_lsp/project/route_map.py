"""Joins what the files of a project do (``evaluation``) to its route map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from flask_lsp.facts.assembly import Code, Kind
from flask_lsp.project import resources
from flask_lsp.project.evaluation import Evaluation, Unit
from flask_lsp.project.kinds import is_test
from flask_lsp.project.route_model import (
    UNKNOWN,
    App,
    Blueprint,
    Factory,
    Hook,
    Key,
    Mount,
    Reason,
    Registration,
    Route,
    RouteMap,
    Unknown,
)
from flask_lsp.project.things import (
    ApiThing,
    AppThing,
    Args,
    BlueprintThing,
    FunctionValue,
    Opened,
    Placed,
    Registered,
    ResourceSaid,
    RuleSaid,
    SpaceThing,
    Thing,
)
from flask_lsp.syntax.urlrule import join, nest, parse_rule

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_E = TypeVar("_E", Registered, Placed, ResourceSaid, Hook)
_MOST_NESTED = 4
"""Blueprints on blueprints go no deeper."""


def route_map(project: Project) -> RouteMap:
    """The routes of a snapshot, made once for as long as no answer can have changed."""
    known = project.answers.get(RouteMap)
    if not isinstance(known, RouteMap):
        known = project.answers[RouteMap] = _Linking(project).map()
    return known


@dataclass(slots=True, eq=False)
class _Sorted:
    """The effects of a unit by what they are said of."""

    rules: dict[Thing | None, list[RuleSaid]] = field(default_factory=dict["Thing | None", list[RuleSaid]])
    rest: list[object] = field(default_factory=list[object])
    joined: dict[tuple[object, ...], tuple[Route, ...]] = field(
        default_factory=dict[tuple[object, ...], "tuple[Route, ...]"]
    )
    """The rules of one owner with all prefixes, by the way they come to an application."""


def _sorted(unit: Unit) -> _Sorted:
    if not isinstance(unit.sorted, _Sorted):
        found = unit.sorted = _Sorted()
        for effect in unit.effects:
            if isinstance(effect, RuleSaid):
                found.rules.setdefault(effect.owner, []).append(effect)
            else:
                found.rest.append(effect)
    return unit.sorted


class _Linking:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.evaluation = Evaluation(project)
        self.made = RouteMap()
        self.units: dict[int, tuple[Unit, bool]] = {}
        """All that runs, and whether it does so in any case."""
        self.apps: dict[Key, AppThing] = {}
        self.blueprints: dict[Key, BlueprintThing] = {}
        self.registered: dict[Key, dict[Registered, bool]] = {}
        self.placed: dict[Key, dict[Placed, bool]] = {}
        self.resources: dict[ResourceSaid, bool] = {}
        self.reasons: dict[Thing | None, dict[Reason, None]] = {}
        self.hooks: dict[Hook, bool] = {}
        self.rules: dict[Key | None, list[tuple[_Sorted, Thing | None, bool]]] = {}

    def map(self) -> RouteMap:
        self.collect()
        for unit, sure in self.units.values():
            self.take(unit, sure)
        made = self.made
        made.hooks = _settled(self.hooks)
        for key, thing in self.blueprints.items():
            made.blueprints[key] = Blueprint(
                key,
                thing.name,
                thing.prefix,
                thing.static is not None,
                thing.subdomain,
                tuple(self.reasons.get(thing, ())),
            )
            made.registrations[key] = tuple(
                [_registration(one) for one in self.hosted(_settled(self.registered.get(key, {})))]
            )
        for key in self.blueprints:
            made.mounts[key] = tuple(dict.fromkeys(self.mounted(key, ())))
        made.factories = tuple(Factory(app.factory, app.key) for app in self.apps.values() if app.factory is not None)
        self.note_routed()
        self.join()
        self.open()
        return made

    # -- what was done ---------------------------------------------------------------------------------------------

    def collect(self) -> None:
        """All that runs: the modules, what they call, the factories that nobody is seen to call, and last the
        functions of which we do not see whether they run."""
        documents = [document for document in self.project.files if not is_test(self.project, document)]
        ran: set[Key] = set()
        for document in documents:
            script = self.evaluation.script(document)
            self.made.dispatched = self.made.dispatched or (script is not None and script.dispatches)
            self.reach(self.evaluation.module(document), True, ran)
        idle = [function for document in documents for function in self.functions(document)]
        for factories in (True, False):
            roots = [
                each for each in idle if each.code.makes_app is factories and (each.document, each.name) not in ran
            ]
            units = [(each, self.evaluation.call(each, Args() if factories else _NOBODY)) for each in roots]
            inner = {key for _, unit in units for each, _ in unit.calls for key in _ran(each)}
            for function, unit in units:
                if (function.document, function.name) not in inner:
                    self.reach(unit, factories, ran)

    def functions(self, document: str) -> Iterator[FunctionValue]:
        """The functions and methods of a module that may have a say."""
        script = self.evaluation.script(document)
        if script is None:
            return
        for name, steps in script.script.bindings.items():
            for step in steps:
                if isinstance(step, Code) and step.steps:
                    yield FunctionValue(document, name, step)
                elif isinstance(step, Kind):
                    for inner in step.body:
                        if isinstance(inner, Code) and inner.steps:
                            yield FunctionValue(document, f"{name}.{inner.name}", inner)

    def reach(self, unit: Unit, sure: bool, ran: set[Key]) -> None:
        """Notes a unit and all that it calls, each once."""
        todo = [(unit, sure)]
        while todo:
            each, certain = todo.pop()
            before = self.units.get(id(each))
            if before is not None and (before[1] or not certain):
                continue
            self.units[id(each)] = each, certain
            ran |= each.ran
            todo += [(inner, certain and always) for inner, always in reversed(each.calls)]

    def take(self, unit: Unit, sure: bool) -> None:
        sorted_ = _sorted(unit)
        for owner in sorted_.rules:
            key = None if owner is None else owner.key
            self.note(owner)
            self.rules.setdefault(key, []).append((sorted_, owner, sure))
            if key is not None:
                self.made.owners.setdefault(unit.document, set()).add(key)
        for effect in sorted_.rest:
            match effect:
                case AppThing():
                    self.note(effect)
                case Registered():
                    self.note(effect.owner)
                    self.note(effect.blueprint)
                    _note(self.registered.setdefault(effect.blueprint.key, {}), effect, sure)
                case Placed():
                    self.note(effect.owner)
                    _note(self.placed.setdefault(effect.thing.key, {}), effect, sure)
                case ResourceSaid():
                    _note(self.resources, effect, sure)
                case Opened():
                    self.reasons.setdefault(effect.owner, {})[effect.reason] = None
                    self.made.registers_unknown = self.made.registers_unknown or effect.registers
                case Hook():
                    _note(self.hooks, effect, sure)
                case _:
                    pass

    def note(self, thing: Thing | None) -> None:
        if isinstance(thing, AppThing):
            self.apps[thing.key] = thing
        elif isinstance(thing, BlueprintThing):
            self.blueprints[thing.key] = thing

    # -- blueprints ------------------------------------------------------------------------------------------------

    def hosted(self, registered: Iterable[Registered]) -> Iterator[Registered]:
        """With applications and blueprints as owners, where it was an API on one."""
        for one in registered:
            if not isinstance(one.owner, ApiThing | SpaceThing):
                yield one
                continue
            for owner in self.hosts(one.owner):
                yield Registered(
                    owner,
                    one.blueprint,
                    one.document,
                    one.function,
                    one.prefix,
                    one.name,
                    one.subdomain,
                    one.plain,
                    one.sure,
                )

    def hosts(self, thing: ApiThing | SpaceThing) -> Iterator[AppThing | BlueprintThing | None]:
        """The applications and blueprints that an API or namespace is put on."""
        for placed in self.placed.get(thing.key, ()):
            if isinstance(placed.owner, ApiThing):
                yield from self.hosts(placed.owner)
            elif not isinstance(placed.owner, SpaceThing):
                yield placed.owner

    def mounted(self, key: Key, inside: tuple[Key, ...]) -> Iterator[Mount]:
        blueprint = self.made.blueprints[key]
        for one in self.made.registrations.get(key, ()):
            own = one.prefix is None
            prefix = blueprint.prefix if own else one.prefix
            name = blueprint.name if one.name is None else one.name
            subdomain = blueprint.subdomain if one.subdomain is None else one.subdomain
            if one.owner is None or one.owner not in self.made.blueprints:
                yield Mount(one.owner, one.document, prefix, own, name, (key,), subdomain, one.sure)
            elif one.owner not in inside and len(inside) < _MOST_NESTED:
                for outer in self.mounted(one.owner, (*inside, key)):
                    yield _nested(outer, key, prefix, own, name, subdomain, one.sure)

    def note_routed(self) -> None:
        routed = self.made.routed
        routed |= {key for key in self.rules if key is not None}
        routed |= {owner.key for said in self.resources for owner in self.hosts(said.owner) if owner is not None}
        for _ in range(_MOST_NESTED):
            routed |= {one.owner for key in tuple(routed) for one in self.made.registrations.get(key, ()) if one.owner}

    # -- routes ----------------------------------------------------------------------------------------------------

    def join(self) -> None:
        tables = self.made.tables
        for app in self.apps.values():
            tables[app.key] = [static] if (static := _static_of_app(app)) else []
        for owner, parts in self.rules.items():
            mounts = self.made.mounts.get(owner, ()) if owner in self.blueprints else (None,)  # type: ignore[arg-type]
            for mount in mounts:
                app = owner if mount is None else mount.app
                found = [_joined(sorted_, thing, mount, sure) for sorted_, thing, sure in parts]
                tables.setdefault(app, []).extend(found if len(found) == 1 else _once(found))
        for key, thing in self.blueprints.items():
            for mount in self.made.mounts.get(key, ()):
                if static := _static_of_blueprint(thing, mount):
                    tables.setdefault(mount.app, []).append(static)
        for route in resources.routes(
            _settled(self.resources), {key: _settled(every) for key, every in self.placed.items()}, self.made
        ):
            tables.setdefault(route.app, []).append((route,))

    # -- openness --------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Says of each application what is not known of it."""
        found: dict[Key, dict[Reason, None]] = {key: {} for key in self.apps}
        for thing, reasons in self.reasons.items():
            for app in self.apps_under(thing, next(iter(reasons)).document):
                found.get(app, {}).update(reasons)
        for app, tables in self.made.tables.items():
            whose = [app] if app is not None else list(found)
            for reason in _doubts(tables):
                for each in whose:
                    found.get(each, {})[reason] = None
        for owner, parts in self.rules.items():
            for sorted_, thing, _ in parts:
                for said in sorted_.rules[thing]:
                    if isinstance(said.rule, Unknown) or isinstance(said.endpoint, Unknown):
                        reason = Reason(said.document, "a rule is added that cannot be told")
                        for app in self.apps_under(thing, said.document):
                            found.get(app, {})[reason] = None
            _ = owner
        for key, mounts in self.made.mounts.items():
            for mount in mounts:
                if isinstance(mount.prefix, Unknown) or isinstance(mount.name, Unknown):
                    reason = Reason(mount.document, f"the name or prefix of the blueprint `{key[1]}` cannot be told")
                    for app in [mount.app] if mount.app is not None else list(found):
                        found.get(app, {})[reason] = None
        for key, thing in self.apps.items():
            if thing.static is UNKNOWN:
                found[key][Reason(key[0], "the URL of its static files cannot be told")] = None
            self.made.apps[key] = App(key, thing.factory, tuple(found[key]))

    def apps_under(self, thing: Thing | None, document: str) -> list[Key]:
        """The applications that something on ``thing`` comes to."""
        match thing:
            case AppThing(key=key):
                return [key]
            case BlueprintThing(key=key):
                return [mount.app for mount in self.made.mounts.get(key, ()) if mount.app is not None]
            case ApiThing() | SpaceThing():
                hosts = list(self.hosts(thing))
                return [app for host in hosts for app in self.apps_under(host, document)]
            case None:
                return list(self.apps)


_NOBODY = Args((), {}, all=False)


def _ran(unit: Unit) -> set[Key]:
    found, todo, seen = set[Key](), [unit], set[int]()
    while todo:
        each = todo.pop()
        if id(each) not in seen:
            seen.add(id(each))
            found |= each.ran
            todo += [inner for inner, _ in each.calls]
    return found


def _note(known: dict[_E, bool], effect: _E, sure: bool) -> None:
    """Notes an effect; it is sure if any of its doings is."""
    always = sure and effect.sure
    plain = effect if effect.sure else replace(effect, sure=True)
    known[plain] = known.get(plain, False) or always


def _settled(known: dict[_E, bool]) -> tuple[_E, ...]:
    return tuple([effect if sure else replace(effect, sure=False) for effect, sure in known.items()])


def _registration(one: Registered) -> Registration:
    owner = None if one.owner is None else one.owner.key
    return Registration(
        owner, one.blueprint.key, one.document, one.function, one.prefix, one.name, one.subdomain, one.sure
    )


def _nested(
    outer: Mount, key: Key, prefix: str | Unknown | None, own: bool, name: str | Unknown, subdomain: object, sure: bool
) -> Mount:
    full = UNKNOWN if isinstance(prefix, Unknown) or isinstance(outer.prefix, Unknown) else nest(outer.prefix, prefix)
    path = UNKNOWN if isinstance(name, Unknown) or isinstance(outer.name, Unknown) else f"{outer.name}.{name}"
    own = own and outer.prefix is None
    inner = outer.subdomain
    if isinstance(subdomain, Unknown) or isinstance(inner, Unknown):
        inner = UNKNOWN
    elif isinstance(subdomain, str):
        inner = subdomain if inner is None else f"{subdomain}.{inner}"
    return Mount(outer.app, outer.document, full, own, path, (*outer.chain, key), inner, sure and outer.sure)


def _joined(sorted_: _Sorted, thing: Thing | None, mount: Mount | None, sure: bool) -> tuple[Route, ...]:
    """The rules that a unit says of one owner, as one way brings them to an application."""
    key = (thing, mount, sure)
    known = sorted_.joined.get(key)
    if known is None:
        known = sorted_.joined[key] = tuple(_routes(sorted_.rules[thing], thing, mount, sure))
    return known


def _routes(rules: list[RuleSaid], thing: Thing | None, mount: Mount | None, sure: bool) -> Iterator[Route]:
    owner = None if thing is None else thing.key
    for said in rules:
        rule, endpoint, app, document, plain = said.rule, said.endpoint, owner, said.document, said.plain
        chain: tuple[Key, ...] = ()
        subdomain = said.subdomain
        if isinstance(rule, Unknown) or isinstance(endpoint, Unknown):
            continue
        if mount is not None:
            if isinstance(mount.prefix, Unknown) or isinstance(mount.name, Unknown):
                continue
            rule, endpoint, app, document = (
                join(mount.prefix, rule),
                f"{mount.name}.{endpoint}",
                mount.app,
                mount.document,
            )
            subdomain = mount.subdomain if subdomain is None else subdomain
            chain, sure = mount.chain, sure and mount.sure
            plain = plain and isinstance(thing, BlueprintThing) and thing.plain
        yield Route(
            app,
            document,
            parse_rule(rule),
            endpoint,
            said.methods,
            said.strict_slashes,
            plain and subdomain is None,
            owner,
            said.document,
            said.view,
            chain,
            None if isinstance(subdomain, Unknown) else subdomain,
            said.sure and sure,
        )


_GET = frozenset({"GET"})


def _once(tables: list[tuple[Route, ...]]) -> Iterator[tuple[Route, ...]]:
    """Without what is said again, as by a function that is called twice; it is sure if any of it is."""
    known = {(route.rule.text, route.endpoint, route.methods) for table in tables for route in table if route.sure}
    seen = set[tuple[str, str, "frozenset[str] | None"]]()
    for table in tables:
        keys = [(route.rule.text, route.endpoint, route.methods) for route in table]
        new = [
            route
            for route, key in zip(table, keys, strict=True)
            if key not in seen and (route.sure or key not in known)
        ]
        seen.update(keys[index] for index, route in enumerate(table) if route in new)
        yield table if len(new) == len(table) else tuple(new)


def _static_of_app(app: AppThing) -> tuple[Route, ...]:
    if not isinstance(app.static, str):
        return ()
    document = app.key[0]
    return (Route(app.key, document, parse_rule(app.static), "static", _GET, True, True, app.key, document),)


def _static_of_blueprint(thing: BlueprintThing, mount: Mount) -> tuple[Route, ...]:
    if not isinstance(thing.static, str) or isinstance(mount.prefix, Unknown) or isinstance(mount.name, Unknown):
        return ()
    rule = parse_rule(join(mount.prefix, thing.static))
    subdomain = mount.subdomain if isinstance(mount.subdomain, str) else None
    plain = thing.plain and subdomain is None
    said, name = thing.key[0], f"{mount.name}.static"
    return (
        Route(
            mount.app,
            mount.document,
            rule,
            name,
            _GET,
            True,
            plain,
            thing.key,
            said,
            None,
            mount.chain,
            subdomain,
            mount.sure,
        ),
    )


def _doubts(tables: Iterable[tuple[Route, ...]]) -> Iterator[Reason]:
    for table in tables:
        for route in table:
            if route.app is None:
                yield Reason(route.said, f"`{route.rule.text}` is added to an application that cannot be told")
            elif not route.sure:
                yield Reason(
                    route.said, f"`{route.rule.text}` is added under a condition, or by a function that nobody calls"
                )
