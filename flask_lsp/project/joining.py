"""Rules with all their prefixes: what one unit says of one owner, for one way to an application. Kept with the unit,
so that an edit joins anew only what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from flask_lsp.frozen import frozen
from flask_lsp.project.evaluation import Unit
from flask_lsp.project.route_model import Key, Mount, Reason, Route, Unknown
from flask_lsp.project.things import AppThing, BlueprintThing, Effect, RuleSaid, Thing
from flask_lsp.syntax.urlrule import join, parse_rule

_GET = frozenset({"GET"})


@frozen()
class Table:
    """Routes, and why there may be more."""

    routes: tuple[Route, ...]
    doubts: tuple[Reason, ...] = ()


@dataclass(slots=True, eq=False)
class Sorted:
    """The effects of a unit by what they are said of."""

    rules: dict[Thing | None, list[RuleSaid]] = field(default_factory=dict["Thing | None", list[RuleSaid]])
    rest: list[Effect] = field(default_factory=list[Effect])
    joined: dict[tuple[object, ...], Table] = field(default_factory=dict[tuple[object, ...], Table])
    """By the owner, the way it comes to an application, and whether it does so in any case."""


def sorted_effects(unit: Unit) -> Sorted:
    """The effects of a unit, sorted once."""
    found = unit.sorted
    if not isinstance(found, Sorted):
        found = unit.sorted = Sorted()
        for effect in unit.effects:
            if isinstance(effect, RuleSaid):
                found.rules.setdefault(effect.owner, []).append(effect)
            else:
                found.rest.append(effect)
    return found


def joined(of: Sorted, thing: Thing | None, mount: Mount | None, sure: bool) -> Table:
    """The rules that a unit says of one owner, as one way brings them to an application."""
    key = (thing, mount, sure)
    known = of.joined.get(key)
    if known is None:
        said = of.rules[thing]
        routes = tuple([route for one in said if (route := _route(one, thing, mount, sure)) is not None])
        unread = [one for one in said if isinstance(one.rule, Unknown) or isinstance(one.endpoint, Unknown)]
        doubts = [Reason(one.document, "a rule is added that cannot be told") for one in unread]
        known = of.joined[key] = Table(routes, tuple(dict.fromkeys([*doubts, *_doubts(routes)])))
    return known


def _route(said: RuleSaid, thing: Thing | None, mount: Mount | None, sure: bool) -> Route | None:
    rule, endpoint, subdomain = said.rule, said.endpoint, said.subdomain
    owner = None if thing is None else thing.key
    if isinstance(rule, Unknown) or isinstance(endpoint, Unknown):
        return None
    app, document, plain, chain = owner, said.document, said.plain, ()
    if mount is not None:
        if isinstance(mount.prefix, Unknown) or isinstance(mount.name, Unknown):
            return None
        rule, endpoint = join(mount.prefix, rule), f"{mount.name}.{endpoint}"
        app, document, chain, sure = mount.app, mount.document, mount.chain, sure and mount.sure
        subdomain = mount.subdomain if subdomain is None else subdomain
        plain = plain and isinstance(thing, BlueprintThing) and thing.plain
    return Route(
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


def once(tables: list[Table]) -> Iterator[Table]:
    """Without what is said again, as by a function that is called twice; it is sure if any of it is."""
    sure = {_identity(route) for table in tables for route in table.routes if route.sure}
    seen = set[tuple[object, ...]]()
    for table in tables:
        new = [
            route
            for route in table.routes
            if _identity(route) not in seen and (route.sure or _identity(route) not in sure)
        ]
        seen.update(map(_identity, new))
        if len(new) == len(table.routes):
            yield table
        else:
            unread = [reason for reason in table.doubts if reason not in _doubts(table.routes)]
            yield Table(tuple(new), (*unread, *_doubts(new)))


def _identity(route: Route) -> tuple[object, ...]:
    return route.rule.text, route.endpoint, route.methods


def _doubts(routes: Iterable[Route]) -> tuple[Reason, ...]:
    found: list[Reason] = []
    for route in routes:
        if route.app is None:
            found.append(Reason(route.said, f"`{route.rule.text}` is added to an application that cannot be told"))
        elif not route.sure:
            what = f"`{route.rule.text}` is added under a condition, or by a function that nobody calls"
            found.append(Reason(route.said, what))
    return tuple(found)


# -- static files ----------------------------------------------------------------------------------------------------


def static_of_app(app: AppThing) -> Table:
    if not isinstance(app.static, str):
        return Table(())
    document = app.key[0]
    return Table((Route(app.key, document, parse_rule(app.static), "static", _GET, True, True, app.key, document),))


def static_of_blueprint(thing: BlueprintThing, mount: Mount) -> Table:
    if thing.static is None:
        return Table(())
    if isinstance(thing.static, Unknown):
        return Table((), (Reason(thing.key[0], f"the static files of `{thing.key[1]}` cannot be told"),))
    said = RuleSaid(thing, thing.key[0], thing.static, "static", _GET)
    route = _route(said, thing, mount, sure=True)
    return Table(() if route is None else (route,))


def tables_of(routes: Iterable[Route]) -> Iterator[tuple[Key | None, Table]]:
    """Each route as a table of its own."""
    for route in routes:
        yield route.app, Table((route,), _doubts((route,)))
