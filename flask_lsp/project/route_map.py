"""Joins what the files of a project do (``evaluation``) to its route map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from flask_lsp.project import joining, resources
from flask_lsp.project.collecting import Collecting, units_of
from flask_lsp.project.evaluation import Unit
from flask_lsp.project.joining import Sorted, Table
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
    RouteMap,
    Unknown,
)
from flask_lsp.project.things import (
    ApiThing,
    AppThing,
    BlueprintThing,
    Effect,
    Given,
    Opened,
    Placed,
    Registered,
    ResourceSaid,
    SpaceThing,
    Thing,
)
from flask_lsp.syntax.urlrule import nest

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_MOST_NESTED = 4
"""Blueprints on blueprints go no deeper."""
_E = TypeVar("_E", Registered, Placed, ResourceSaid, Hook)


def route_map(project: Project) -> RouteMap:
    """The routes of a snapshot, made once for as long as no answer can have changed."""
    known = project.answers.get(RouteMap)
    if not isinstance(known, RouteMap):
        known = project.answers[RouteMap] = _Linking(project).map()
    return known


class _Linking:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.made = RouteMap()
        self.apps: dict[Key, AppThing] = {}
        self.makers: dict[Key, list[Unit]] = {}
        """The units that make an application."""
        self.blueprints: dict[Key, BlueprintThing] = {}
        self.registered: dict[Key, dict[Registered, bool]] = {}
        self.placed: dict[Key, dict[Placed, bool]] = {}
        self.resources: dict[ResourceSaid, bool] = {}
        self.reasons: dict[Thing | None, dict[Reason, None]] = {}
        self.hooks: dict[Hook, bool] = {}
        self.rules: dict[Key | None, list[tuple[Sorted, Thing | None, bool]]] = {}
        self.doubts: dict[Key, dict[Reason, None]] = {}

    def map(self) -> RouteMap:
        collected = Collecting(self.project)
        self.made.dispatched = collected.dispatches
        for unit, sure in collected.units.values():
            self.take(unit, sure)
        made = self.made
        made.hooks, made.said = _settled(self.hooks), self.rules
        for key, thing in self.blueprints.items():
            reasons = tuple(self.reasons.get(thing, ()))
            static = thing.static is not None
            made.blueprints[key] = Blueprint(key, thing.name, thing.prefix, static, thing.subdomain, reasons)
            registered = self.hosted(_settled(self.registered.get(key, {})))
            made.registrations[key] = tuple([_registration(one) for one in registered])
        for key in self.blueprints:
            made.mounts[key] = tuple(dict.fromkeys(self.mounted(key, ())))
        made.factories = tuple([Factory(app.factory, app.key) for app in self.apps.values() if app.factory is not None])
        self.note_routed()
        self.doubts = {key: {} for key in self.apps}
        self.join()
        self.open()
        return made

    # -- what was done ---------------------------------------------------------------------------------------------

    def take(self, unit: Unit, sure: bool) -> None:
        of = joining.sorted_effects(unit)
        for owner in of.rules:
            key = None if owner is None else owner.key
            self.note(owner)
            self.rules.setdefault(key, []).append((of, owner, sure))
            if key is not None:
                self.made.owners.setdefault(unit.document, set()).add(key)
        for effect in of.rest:
            self.take_other(effect, unit, sure)

    def take_other(self, effect: Effect, unit: Unit, sure: bool) -> None:
        match effect:
            case AppThing():
                self.note(effect)
                self.makers.setdefault(effect.key, []).append(unit)
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
            if isinstance(one.owner, ApiThing | SpaceThing):
                yield from (replace(one, owner=owner) for owner in self.hosts(one.owner))
            else:
                yield one

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
            here = Mount(one.owner, one.document, prefix, own, name, (key,), subdomain, one.sure)
            if one.owner is None or one.owner not in self.made.blueprints:
                yield here
            elif one.owner not in inside and len(inside) < _MOST_NESTED:
                for outer in self.mounted(one.owner, (*inside, key)):
                    yield _nested(outer, here)

    def note_routed(self) -> None:
        routed = self.made.routed
        routed |= {key for key in self.rules if key is not None}
        routed |= {owner.key for said in self.resources for owner in self.hosts(said.owner) if owner is not None}
        for _ in range(_MOST_NESTED):
            routed |= {one.owner for key in tuple(routed) for one in self.made.registrations.get(key, ()) if one.owner}

    # -- routes ----------------------------------------------------------------------------------------------------

    def join(self) -> None:
        for app in self.apps.values():
            self.add(app.key, joining.static_of_app(app))
        for owner, parts in self.rules.items():
            mounts = (None,) if owner is None or owner not in self.blueprints else self.made.mounts[owner]
            for mount in mounts:
                found = [joining.joined(of, thing, mount, sure) for of, thing, sure in parts]
                for table in found if len(found) == 1 else joining.once(found):
                    self.add(owner if mount is None else mount.app, table)
        for key, thing in self.blueprints.items():
            for mount in self.made.mounts[key]:
                self.add(mount.app, joining.static_of_blueprint(thing, mount))
        placed = {key: _settled(every) for key, every in self.placed.items()}
        for app, table in joining.tables_of(resources.routes(_settled(self.resources), placed, self.made)):
            self.add(app, table)

    def add(self, app: Key | None, table: Table) -> None:
        if table.routes:
            self.made.tables.setdefault(app, []).append(table.routes)
        if table.doubts:
            self.doubt(app, *table.doubts)

    # -- openness --------------------------------------------------------------------------------------------------

    def doubt(self, app: Key | None, *reasons: Reason) -> None:
        """Notes why an application may have more routes; without one, why any of them may."""
        for key in self.apps if app is None else (app,):
            if key in self.doubts:
                self.doubts[key].update(dict.fromkeys(reasons))

    def open(self) -> None:
        for thing, reasons in self.reasons.items():
            for app in self.apps_under(thing):
                self.doubt(app, *reasons)
        for key, mounts in self.made.mounts.items():
            for mount in mounts:
                if isinstance(mount.prefix, Unknown) or isinstance(mount.name, Unknown):
                    what = f"the name or prefix of the blueprint `{key[1]}` cannot be told"
                    self.doubt(mount.app, Reason(mount.document, what))
        for key, thing in self.apps.items():
            makers = self.makers.get(key, [])
            if len(makers) > 1 and len({_does(unit) for unit in makers}) > 1:
                self.made.various.add(key)
                self.doubt(key, Reason(key[0], f"`{key[1]}` is made in more than one way"))
            if thing.static is UNKNOWN:
                self.doubt(key, Reason(key[0], "the URL of its static files cannot be told"))
            self.made.apps[key] = App(key, thing.factory, tuple(self.doubts[key]))

    def apps_under(self, thing: Thing | None) -> list[Key | None]:
        """The applications that something on ``thing`` comes to."""
        match thing:
            case AppThing(key=key):
                return [key]
            case BlueprintThing(key=key):
                return [mount.app for mount in self.made.mounts.get(key, ())]
            case ApiThing() | SpaceThing():
                return [app for host in self.hosts(thing) for app in self.apps_under(host)]
            case None:
                return [None]


def _does(unit: Unit) -> frozenset[Effect]:
    return frozenset(effect for each in units_of(unit) for effect in each.effects)


def _note(known: dict[_E, bool], effect: _E, sure: bool) -> None:
    """Notes an effect; it is sure if any of its doings is."""
    plain = effect if effect.sure else replace(effect, sure=True)
    known[plain] = known.get(plain, False) or (sure and effect.sure)


def _settled(known: dict[_E, bool]) -> tuple[_E, ...]:
    return tuple([effect if sure else replace(effect, sure=False) for effect, sure in known.items()])


def _registration(one: Registered) -> Registration:
    owner = None if one.owner is None else one.owner.key
    key, where = one.blueprint.key, (one.document, one.function)
    return Registration(owner, key, *where, one.prefix, one.name, one.subdomain, one.sure, one.again, one.given)


def _nested(outer: Mount, here: Mount) -> Mount:
    """The way of a blueprint that is registered on another."""
    prefix: Given = UNKNOWN
    if not isinstance(here.prefix, Unknown) and not isinstance(outer.prefix, Unknown):
        prefix = nest(outer.prefix, here.prefix)
    unnamed = isinstance(here.name, Unknown) or isinstance(outer.name, Unknown)
    name = UNKNOWN if unnamed else f"{outer.name}.{here.name}"
    subdomain = here.subdomain if outer.subdomain is None else outer.subdomain
    if isinstance(here.subdomain, str) and isinstance(outer.subdomain, str):
        subdomain = f"{here.subdomain}.{outer.subdomain}"
    own, sure = here.own and outer.prefix is None, here.sure and outer.sure
    return Mount(outer.app, outer.document, prefix, own, name, (*outer.chain, *here.chain), subdomain, sure)
