"""The rules that the APIs of Flask-RESTful and Flask-RESTX make of their resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flask_lsp.project.rest import dashed
from flask_lsp.project.route_model import Key, Mount, Route, RouteMap, Text, Unknown
from flask_lsp.project.things import (
    ApiThing,
    AppThing,
    BlueprintThing,
    Given,
    Placed,
    ResourceSaid,
    SpaceThing,
)
from flask_lsp.syntax.urlrule import join, parse_rule

_Places = Mapping[Key, Iterable[Placed]]
_GET = frozenset({"GET"})


def routes(said: Iterable[ResourceSaid], places: _Places, made: RouteMap) -> Iterator[Route]:
    """All of them, with those of the documentation."""
    taken: dict[Key, set[str]] = {}
    resources = tuple(said)
    for one in resources:
        if isinstance(one.owner, ApiThing):
            yield from _resource(one, one.owner, None, "", one.sure, places, made, taken)
            continue
        for placed in places.get(one.owner.key, ()):
            if isinstance(placed.owner, ApiThing):
                path = one.owner.path if placed.path is None else placed.path
                sure = one.sure and placed.sure
                yield from _resource(one, placed.owner, one.owner, path, sure, places, made, taken)
    documentation: list[Route] = []
    for api in {placed.thing for every in places.values() for placed in every if isinstance(placed.thing, ApiThing)}:
        if api.kind == "flask_restx":
            documentation += _documentation(api, places, made)
    yield from dict.fromkeys(documentation)


def _resource(
    said: ResourceSaid,
    api: ApiThing,
    space: SpaceThing | None,
    path: Text,
    sure: bool,
    places: _Places,
    made: RouteMap,
    taken: dict[Key, set[str]],
) -> Iterator[Route]:
    endpoint = _endpoint(said, api, space, taken.setdefault(api.key, set()))
    for url in said.urls:
        if isinstance(url, Unknown) or isinstance(path, Unknown) or isinstance(endpoint, Unknown):
            continue
        whole = path.rstrip("/") + url
        for placed in places.get(api.key, ()):
            yield from _on(api, placed, whole, endpoint, said, sure and placed.sure, made)


def _endpoint(said: ResourceSaid, api: ApiThing, space: SpaceThing | None, taken: set[str]) -> Text:
    if said.endpoint is not None:
        return said.endpoint
    if api.kind == "flask_restful":
        return said.name.lower()
    name = dashed(said.name)
    if space is not None:
        if isinstance(space.name, Unknown):
            return space.name
        name = f"{space.name}_{name}"
    whole, count = name, 1
    while whole in taken:
        count += 1
        whole = f"{name}_{count}"
    taken.add(whole)
    return whole


def _on(
    api: ApiThing, placed: Placed, rule: str, endpoint: str, said: ResourceSaid, sure: bool, made: RouteMap
) -> Iterator[Route]:
    """A resource where an API is put on an application or blueprint."""
    if isinstance(api.prefix, Unknown):
        return
    rule = api.prefix + rule
    view, methods = said.view, said.methods
    yield from _at(placed, rule, endpoint, methods, said.document, view, sure, made)


def _at(
    placed: Placed,
    rule: str,
    endpoint: str,
    methods: frozenset[str] | None,
    document: str,
    view: Key | None,
    sure: bool,
    made: RouteMap,
) -> Iterator[Route]:
    owner = placed.owner
    if isinstance(owner, AppThing) or owner is None:
        app = None if owner is None else owner.key
        where = document if owner is None else placed.document
        yield Route(app, where, parse_rule(rule), endpoint, methods, True, True, app, document, view, (), None, sure)
    elif isinstance(owner, BlueprintThing):
        for mount in made.mounts.get(owner.key, ()):
            yield from _mounted(owner, mount, rule, endpoint, methods, document, view, sure)


def _mounted(
    owner: BlueprintThing,
    mount: Mount,
    rule: str,
    endpoint: str,
    methods: frozenset[str] | None,
    document: str,
    view: Key | None,
    sure: bool,
) -> Iterator[Route]:
    if isinstance(mount.prefix, Unknown) or isinstance(mount.name, Unknown):
        return
    whole = (mount.prefix or "") + rule
    subdomain: Given = mount.subdomain
    yield Route(
        mount.app,
        mount.document,
        parse_rule(whole),
        f"{mount.name}.{endpoint}",
        methods,
        True,
        subdomain is None,
        owner.key,
        document,
        view,
        mount.chain,
        subdomain if isinstance(subdomain, str) else None,
        sure and mount.sure,
    )


def _documentation(api: ApiThing, places: _Places, made: RouteMap) -> Iterator[Route]:
    """What Flask-RESTX adds by itself."""
    if isinstance(api.prefix, Unknown) or api.documented is None:
        return
    for placed in places.get(api.key, ()):
        document = placed.document
        rules = [(api.prefix or "/", "root"), (f"{api.prefix}/swagger.json", "specs")]
        if api.documented:
            rules.append(("/", "doc"))
        for rule, endpoint in rules:
            if isinstance(placed.owner, BlueprintThing):
                for mount in made.mounts.get(placed.owner.key, ()):
                    if isinstance(mount.prefix, str | None) and isinstance(mount.name, str):
                        whole, name = parse_rule(join(mount.prefix, rule)), f"{mount.name}.{endpoint}"
                        yield Route(
                            mount.app,
                            document,
                            whole,
                            name,
                            _GET,
                            True,
                            True,
                            placed.owner.key,
                            document,
                            None,
                            mount.chain,
                        )
                        yield _assets(mount.app, document)
            else:
                app = None if placed.owner is None else placed.owner.key
                yield Route(app, document, parse_rule(rule), endpoint, _GET, True, True, app, document)
                yield _assets(app, document)


def _assets(app: Key | None, document: str) -> Route:
    rule = parse_rule("/swaggerui/<path:filename>")
    document = document if app is None else app[0]
    return Route(app, document, rule, "restx_doc.static", _GET, True, True, app, document)
