"""What the APIs of Flask-RESTful, Flask-RESTX and Flask-Smorest add."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Literal
from flask_lsp.project import making
from flask_lsp.project.route_model import UNKNOWN, Key, Text
from flask_lsp.project.things import (
    ApiThing,
    AppThing,
    Args,
    BlueprintThing,
    ClassValue,
    FunctionValue,
    Given,
    Outer,
    Placed,
    ResourceSaid,
    Router,
    SpaceThing,
    Value,
)

if TYPE_CHECKING:
    from flask_lsp.project.running import Running

_QUIET = frozenset(
    {
        *(
            "model",
            "expect",
            "marshal_with",
            "marshal_list_with",
            "doc",
            "response",
            "param",
            "header",
            "hide",
            "parser",
        ),
        *(
            "schema_model",
            "clone",
            "inherit",
            "errorhandler",
            "representation",
            "abort",
            "produces",
            "vendor",
            "add_model",
        ),
        *(
            "as_list",
            "arguments",
            "alt_response",
            "paginate",
            "etag",
            "deprecated",
            "unauthorized",
            "make_response",
            "url_for",
        ),
        *("payload", "extend", "output", "definition", "register_converter", "register_field", "logger", "payload"),
    }
)


def api(package: str, args: Args, key: Key) -> ApiThing:
    """An API as its constructor makes it."""
    prefix = args.text(None, "prefix") if package != "flask_restful" else args.text(1, "prefix")
    documented: bool | None = True
    if package == "flask_restx":
        doc, specs = args.get(None, "doc"), args.get(None, "add_specs")
        documented = True if doc in (Literal(None), Literal("/")) and specs in (Literal(None), Literal(True)) else None
        if doc == Literal(False) and specs in (Literal(None), Literal(True)):
            documented = False
    text: Text = "" if prefix is None else prefix
    default = args.text(None, "default")
    return ApiThing(key, package, text, documented, "default" if default is None else default)


def place(running: Running, thing: ApiThing, target: Value, args: Args) -> None:
    """``Api(app)``, ``api.init_app(app)``."""
    from flask_lsp.project import calling

    frame = running.frame
    if isinstance(target, AppThing | BlueprintThing):
        frame.unit.effects.append(Placed(target, thing, frame.document, None, frame.sure))
    else:
        frame.unit.effects.append(Placed(None, thing, frame.document, None, frame.sure))
        calling.escaped(running, args, thing.kind)


def apply(running: Running, thing: ApiThing | SpaceThing, name: str, args: Args, text: str) -> Value:
    """A call of a method of an API or a namespace."""
    from flask_lsp.project import calling, registering

    if name == "init_app" and isinstance(thing, ApiThing):
        place(running, thing, args.get(0, "app"), args)
    elif name == "add_resource":
        _add_resource(running, thing, args)
    elif name in ("route", "resource"):
        return Router(thing, name, args)
    elif name == "add_namespace" and isinstance(thing, ApiThing):
        _add_namespace(running, thing, args, text)
    elif name == "namespace" and isinstance(thing, ApiThing):
        return _namespace(running, thing, args)
    elif name == "register_blueprint" and isinstance(thing, ApiThing):
        return registering.register(running, thing, args, text)
    elif name not in _QUIET:
        calling.opened(running, thing, f"`{text}` is not understood")
    return Outer(f"{name}()")


def _add_resource(running: Running, thing: ApiThing | SpaceThing, args: Args) -> None:
    resource = args.values[0] if args.values else UNKNOWN
    _resource(running, thing, resource, Args(args.values[1:], args.keywords, args.all))


def route(running: Running, thing: ApiThing | SpaceThing, what: FunctionValue | ClassValue, args: Args) -> None:
    """``@api.route("/x")`` or ``@api.resource("/x")`` over a class."""
    _resource(running, thing, what, args)


def _resource(running: Running, thing: ApiThing | SpaceThing, resource: Value, args: Args) -> None:
    from flask_lsp.project import calling

    frame = running.frame
    if not isinstance(resource, ClassValue) or not args.all:
        calling.opened(running, thing, "a resource that cannot be told is added")
        return
    urls = tuple(text for text in (_text(url) for url in args.values))
    endpoint = args.text(None, "endpoint")
    methods = making.methods_of(running, resource)
    if args.get(None, "methods") != Literal(None):
        methods = making.methods_from(args.get(None, "methods"))
    name = resource.name.rpartition(".")[2]
    frame.unit.effects.append(
        ResourceSaid(thing, frame.document, urls, endpoint, resource.key, name, methods, frame.sure)
    )


def _text(value: Value) -> Text:
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else UNKNOWN


def _add_namespace(running: Running, thing: ApiThing, args: Args, text: str) -> None:
    from flask_lsp.project import calling

    space = args.get(0, "ns")
    if not isinstance(space, SpaceThing):
        calling.opened(running, thing, f"`{text}` adds a namespace that cannot be told")
        return
    frame = running.frame
    path = args.text(1, "path")
    frame.unit.effects.append(Placed(thing, space, frame.document, path, frame.sure))


def _namespace(running: Running, thing: ApiThing, args: Args) -> SpaceThing:
    """``api.namespace("users", path="/users")`` makes one and adds it."""
    name, path = args.text(0, "name"), args.text(None, "path")
    text: Text = UNKNOWN if name is None else name
    whole: Given = path if path is not None else UNKNOWN if text is UNKNOWN else f"/{text}"
    frame = running.frame
    space = SpaceThing(frame.key(f"<namespace {text}>"), text, whole)
    frame.unit.effects.append(Placed(thing, space, frame.document, None, frame.sure))
    return space


def dashed(name: str) -> str:
    """``UserList`` as Flask-RESTX writes it in an endpoint: ``user_list``."""
    first = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", first).replace("-", "_").lower()
