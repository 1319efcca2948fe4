"""What a developer wants to see of a view, an endpoint, a blueprint or an application at a glance, in Markdown.

What cannot be told is said so, or left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from flask_lsp.features.entity import Application, BlueprintHere, Endpoint, Entity, View
from flask_lsp.features.naming import MOST_PLACES, Naming
from flask_lsp.features.wording import Line, code, fence, methods_text, more
from flask_lsp.project import routes
from flask_lsp.project.before import before
from flask_lsp.project.project import Project
from flask_lsp.project.route_model import UNKNOWN, Blueprint, Hook, Key, Route, Unknown
from flask_lsp.project.unplaced import Unplaced, unplaced
from flask_lsp.syntax.urlrule import join

_MOST_HOOKS = 10
_MOST_READ = 100
"""So many routes are put into words, of which those that are equal are shown once."""


def describe(project: Project, document: str, entity: Entity) -> str | None:
    """The text about what stands somewhere, None where nothing is known of it."""
    match entity:
        case View():
            parts = _Page(project, document).view(entity)
        case Endpoint():
            parts = _Page(project, document).endpoint(entity)
        case BlueprintHere():
            parts = _Page(project, document).blueprint(entity)
        case Application():
            parts = _Page(project, document).application(entity)
    return "\n\n".join(part for part in parts if part) or None


class _Page(Naming):
    """Writes about one thing of one snapshot."""

    # -- views and endpoints ---------------------------------------------------------------------------------------

    def view(self, entity: View) -> Iterator[str]:
        found = [
            route
            for route in routes.routes_to(self.project, self.document, entity.key)
            if entity.method is None or route.methods is None or entity.method in route.methods
        ]
        loose = [
            rule
            for rule in unplaced(self.project, self.document)
            if rule.view == entity.key
            and (entity.method is None or rule.methods is None or entity.method in rule.methods)
        ]
        yield from self.urls(found, loose, entity.method)
        chains = dict.fromkeys(route.chain for route in found if route.chain)
        yield "\n".join(f"- {self.chain(chain)}" for chain in list(chains)[:MOST_PLACES])
        yield from self.why_loose(loose)
        yield from self.before(found)
        yield self.openness({route.app for route in found if route.app is not None})

    def endpoint(self, entity: Endpoint) -> Iterator[str]:
        project, document = self.project, self.document
        every = [route for name in entity.names for route in routes.endpoint(project, document, name)]
        here = routes.apps_of(project, document)
        loose = [
            rule
            for rule in unplaced(project, document)
            if self.endpoint_of(rule) in entity.names and (not here or self.app_of(rule) in (None, *here))
        ]
        found = [route for route in every if not here or route.app is None or route.app in here]
        if not every and not loose:
            yield from self.missing(entity, here)
            return
        if not found and not loose:
            yield f"In another application: {self.things(route.app for route in every if route.app)}."
            found = every
        yield from self.urls(found, loose)
        views = dict.fromkeys(each.view for each in (*found, *loose) if each.view is not None)
        yield "\n".join(f"- {self.at(view)}" for view in list(views)[:MOST_PLACES])
        if any(route.view is None and route.endpoint.rpartition(".")[2] == "static" for route in found):
            yield "Static files, sent by Flask."
        yield from self.why_loose(loose)

    def missing(self, entity: Endpoint, apps: Collection[Key]) -> Iterator[str]:
        """Nobody is seen to have the endpoint."""
        known = [app for key in sorted(apps) if (app := routes.app(self.project, self.document, key)) is not None]
        names = " or ".join(f"`{code(name)}`" for name in entity.names)
        if any(app.open for app in known):
            yield f"Endpoint {names}: not among the routes that are seen."
            yield self.openness(apps)
        elif known:
            yield f"No route of {self.things(apps)} has the endpoint {names}."

    def urls(self, found: Sequence[Route], loose: Sequence[Unplaced] = (), method: str | None = None) -> Iterator[str]:
        """The URLs in fences, one for each application where there are several."""
        items: dict[Key | None, list[Route | Unplaced]] = {}
        for route in found:
            items.setdefault(route.app, []).append(route)
        for rule in loose:
            items.setdefault(self.app_of(rule), []).append(rule)
        tables: dict[str, list[Key]] = {}
        for app, every in items.items():
            lines = [self.line(one, method) for one in every[:_MOST_READ]]
            table = tables.setdefault(fence(lines, max(len(every) - _MOST_READ, 0)), [])
            table += [app] if app is not None else []
        for table, apps in tables.items():
            if len(items) > 1:
                yield f"In {self.things(apps)}:" if apps else "In no application that can be told:"
            yield table

    def line(self, one: Route | Unplaced, method: str | None) -> Line:
        """A rule, with dots for what cannot be told of it."""
        if isinstance(one, Route):
            host = f"{one.subdomain}. " if one.subdomain else ""
            note = "" if one.sure else "(conditional)"
            return Line(methods_text(one.methods, method), host + one.rule.text, one.endpoint, note)
        blueprint = self.blueprint_at(one.owner)
        prefix = None if blueprint is None else blueprint.prefix if one.mount is None else one.mount.prefix
        own = "…" if isinstance(one.rule, Unknown) else one.rule
        url = f"…{join('/', own)}" if isinstance(prefix, Unknown) else join(prefix, own) if prefix else own
        return Line(methods_text(one.methods, method), url, self.endpoint_of(one))

    def app_of(self, rule: Unplaced) -> Key | None:
        if self.blueprint_at(rule.owner) is None:
            return rule.owner
        return None if rule.mount is None else rule.mount.app

    def endpoint_of(self, rule: Unplaced) -> str:
        """The endpoint of a rule, with dots for what is not known of it."""
        blueprint = self.blueprint_at(rule.owner)
        name = "" if blueprint is None else blueprint.name if rule.mount is None else rule.mount.name
        parts = ("…" if isinstance(part, Unknown) else part for part in (name, rule.endpoint) if part != "")
        return ".".join(parts)

    def why_loose(self, loose: Sequence[Unplaced]) -> Iterator[str]:
        """Why the URLs of some rules are not known in full."""
        found: dict[str, None] = {}
        for rule in loose:
            unread = [name for name, said in (("rule", rule.rule), ("endpoint", rule.endpoint)) if said is UNKNOWN]
            if unread:
                found[f"{' and '.join(unread)} not known: it does not stand in the code"] = None
            if rule.mount is not None:
                found[self.chain(rule.mount.chain)] = None
            elif rule.owner is not None and self.blueprint_at(rule.owner) is not None:
                found[f"{self.label(rule.owner)}: {self.unregistered()}"] = None
        yield "\n".join(f"- {line}" for line in list(found)[:MOST_PLACES])

    # -- hooks -----------------------------------------------------------------------------------------------------

    def before(self, found: Sequence[Route]) -> Iterator[str]:
        """What runs before the view, once where it is the same for all of its routes."""
        groups: dict[tuple[str, bool], dict[str, None]] = {}
        apps = {route.app for route in found}
        for route in found[:_MOST_READ]:
            where = f" in {self.label(route.app)}" if len(apps) > 1 and route.app is not None else ""
            runs = before(self.project, self.document, route)
            group = self.hooks(runs.hooks, number=True), runs.ordered
            groups.setdefault(group, {})[f"`{code(route.endpoint)}`{where}"] = None
        for (hooks, ordered), endpoints in groups.items():
            if hooks:
                of = "" if len(groups) == 1 else f" ({', '.join(endpoints)})"
                doubt = "" if ordered else ", not surely in this order"
                yield f"Before it{of}{doubt}:\n\n{hooks}"

    def hooks(self, hooks: Sequence[Hook], *, number: bool = False) -> str:
        lines = [
            f"{f'{at}.' if number else '-'} {self.hook(hook, plain=number)}"
            for at, hook in enumerate(hooks[:_MOST_HOOKS], 1)
        ]
        return "\n".join([*lines, *more(len(hooks), _MOST_HOOKS)])

    def hook(self, hook: Hook, *, plain: bool) -> str:
        """``plain``: that it runs before the request needs no saying."""
        how = hook.how
        if hook.error is not None:
            how += f"({'…' if isinstance(hook.error, Unknown) else hook.error})"
        if hook.function is not None:
            what = self.at(hook.function)
        else:
            what = f"a function that is not known (`{self.project.path(hook.document)}`)"
        says_how = not plain or "before" not in how
        return (f"`{how}`: " if says_how else "") + what + ("" if hook.sure else ", under a condition")

    # -- blueprints ------------------------------------------------------------------------------------------------

    def blueprint(self, entity: BlueprintHere) -> Iterator[str]:
        project, document = self.project, self.document
        for key in entity.keys[:MOST_PLACES]:
            blueprint = self.blueprint_at(key)
            if blueprint is not None:
                yield self.title(blueprint)
        registered = [one for key in entity.keys for one in routes.all_registrations(project, document).get(key, ())]
        if registered:
            lines = list(dict.fromkeys(f"- {self.registered(one)}" for one in registered))
            yield "\n".join([*lines[:MOST_PLACES], *more(len(lines), MOST_PLACES)])
        else:
            yield f"{self.unregistered().capitalize()}."
        keys = frozenset(entity.keys)
        found = routes.routes_through(project, document, keys)
        loose = [rule for rule in unplaced(project, document) if rule.owner in keys]
        yield from self.urls(found, loose)
        yield self.hooks([hook for hook in routes.hooks(project, document) if hook.owner in keys])
        yield self.openness({route.app for route in found if route.app is not None})

    def title(self, blueprint: Blueprint) -> str:
        name = "whose name is not known" if isinstance(blueprint.name, Unknown) else f"`{code(blueprint.name)}`"
        title = f"**Blueprint {name}**"
        if isinstance(blueprint.prefix, Unknown):
            return f"{title}, prefix not known{self.written_prefix(blueprint)}"
        return f"{title}, prefix `{code(blueprint.prefix)}`" if blueprint.prefix else title

    # -- applications ----------------------------------------------------------------------------------------------

    def application(self, entity: Application) -> Iterator[str]:
        project, document = self.project, self.document
        app = routes.app(project, document, entity.key)
        if app is None:
            return
        made = f", made by `{app.factory[1]}`" if app.factory is not None else ""
        yield f"**Application {self.at(app.key)}**{made}"
        yield from self.urls(routes.routes(project, document, app.key))
        yield self.hooks([hook for hook in routes.hooks(project, document) if hook.owner == app.key])
        yield self.openness((app.key,))
