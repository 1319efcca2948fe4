"""What the methods of applications and blueprints add: rules, blueprints, hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_lsp.facts.model import Literal
from flask_lsp.facts.script import HOOKS, ROUTERS
from flask_lsp.project import making, rest
from flask_lsp.project.route_model import UNKNOWN, Hook, Key, Text, Unknown
from flask_lsp.project.things import (
    ApiThing,
    AppThing,
    Args,
    BlueprintThing,
    ClassValue,
    FunctionValue,
    Given,
    Outer,
    Registered,
    Router,
    RuleSaid,
    SpaceThing,
    Thing,
    Value,
    ViewValue,
)

if TYPE_CHECKING:
    from flask_lsp.project.running import Running

_PLAIN = frozenset({"rule", "endpoint", "methods", "strict_slashes", "view_func", "provide_automatic_options"})
_ERRORS = frozenset({"errorhandler", "app_errorhandler", "register_error_handler"})
_LATER = frozenset({"record", "record_once", "register"})


def apply(running: Running, thing: Thing | None, name: str, args: Args, text: str) -> Value:
    """A call of a method of a thing."""
    if isinstance(thing, ApiThing | SpaceThing):
        return rest.apply(running, thing, name, args, text)
    if name in ROUTERS:
        return Router(thing, name, args)
    if name == "add_url_rule":
        return _add_url_rule(running, thing, args)
    if name == "register_blueprint":
        return register(running, thing, args, text)
    if name in HOOKS:
        return _hook(running, thing, name, args)
    if name in _LATER and isinstance(thing, BlueprintThing):
        from flask_lsp.project import calling

        if name == "register":  # bp.register(app, options)
            calling.escaped(running, args, text)
        else:
            calling.opened(running, thing, f"what `{text}` is given runs when the blueprint is registered")
        return UNKNOWN
    if text.endswith("url_map.add"):
        from flask_lsp.project import calling

        calling.opened(running, thing, f"`{text}` adds a rule")
    return Outer(f"flask.{'Flask' if isinstance(thing, AppThing) else 'Blueprint'}().{name}()")


# -- rules -----------------------------------------------------------------------------------------------------------


def route(running: Running, router: Router, what: FunctionValue | ClassValue, name: Text) -> None:
    """``@owner.route(...)`` over a function; over a class in Flask-RESTX and Flask-Smorest."""
    of, args = router.of, router.args
    if router.how in _ERRORS:
        _hooked(running, of, router.how, what, _error(args))
        return
    if isinstance(of, ApiThing | SpaceThing):
        rest.route(running, of, what, args)
        return
    methods = frozenset({"GET"})
    if router.how != "route":
        methods = frozenset({router.how.upper()})
    elif args.get(None, "methods") != Literal(None):
        methods = making.methods_from(args.get(None, "methods"))
    elif isinstance(what, ClassValue):
        methods = making.methods_of(running, what)
    elif (kept := running.frame.unit.attached.get((what.document, what.name))) is not None:
        methods = making.methods_from(kept)
    endpoint = args.text(None, "endpoint")
    _say(running, of, args, name if endpoint is None else endpoint, methods, (what.document, what.name))


def _add_url_rule(running: Running, thing: Thing | None, args: Args) -> Value:
    view = args.get(2, "view_func")
    endpoint: Given = args.text(1, "endpoint")
    methods: frozenset[str] | None = None
    key: Key | None = None
    name: Text = UNKNOWN
    match view:
        case FunctionValue():
            key, name, methods = (view.document, view.name), view.name.rpartition(".")[2], frozenset({"GET"})
            if name == "<lambda>":
                name = UNKNOWN
            kept = running.frame.unit.attached.get(key)
            methods = methods if kept is None else making.methods_from(kept)
        case ViewValue(name=name, class_=kind):
            key, methods = kind.key, making.methods_of(running, kind)
        case Literal(value=None):
            methods = frozenset({"GET"})
        case _:
            pass
    if args.get(None, "methods") != Literal(None):
        methods = making.methods_from(args.get(None, "methods"))
    _say(running, thing, args, name if endpoint is None else endpoint, methods, key)
    return UNKNOWN


def _say(
    running: Running, thing: Thing | None, args: Args, endpoint: Text, methods: frozenset[str] | None, view: Key | None
) -> None:
    rule = args.text(0, "rule")
    frame = running.frame
    plain = args.all and not set(args.keywords) - _PLAIN
    strict = args.get(None, "strict_slashes") in (Literal(None), Literal(True))
    subdomain = args.text(None, "subdomain")
    if not args.all and rule is None:
        rule = UNKNOWN
    said: Text = UNKNOWN if rule is None else rule
    frame.unit.effects.append(
        RuleSaid(thing, frame.document, said, endpoint, methods, strict, plain, view, subdomain, frame.sure)
    )


# -- blueprints ------------------------------------------------------------------------------------------------------


def register(running: Running, owner: Thing | None, args: Args, text: str) -> Value:
    """``owner.register_blueprint(...)``."""
    from flask_lsp.project import calling

    blueprint = args.get(0, "blueprint")
    frame = running.frame
    if not isinstance(blueprint, BlueprintThing):
        calling.opened(running, owner, f"`{text}` registers a blueprint that cannot be told", registers=True)
        return UNKNOWN
    if blueprint.class_ is not None and making.has_own_registration(running, blueprint.class_):
        calling.opened(running, blueprint, "its class has its own way to add routes")
    prefix, name, subdomain = (args.text(None, each) for each in ("url_prefix", "name", "subdomain"))
    plain = args.all and args.get(None, "url_defaults") == Literal(None)
    key = (owner, blueprint, frame.document, frame.name, prefix, name)
    again = frame.unit.counts[key] = frame.unit.counts.get(key, -1) + 1
    frame.unit.effects.append(
        Registered(
            owner, blueprint, frame.document, frame.name, prefix, name, subdomain, plain, frame.sure, again, args.first
        )
    )
    return UNKNOWN


# -- hooks -----------------------------------------------------------------------------------------------------------


def _hook(running: Running, thing: Thing | None, how: str, args: Args) -> Value:
    """A hook that is given its function, or waits for it as a decorator."""
    if how in _ERRORS:
        if how == "register_error_handler":
            _hooked(running, thing, how, args.get(1, "f"), _error(args))
            return UNKNOWN
        return Router(thing, how, args)
    function = args.get(0, "f")
    if isinstance(function, Literal):
        return UNKNOWN
    _hooked(running, thing, how, function, None)
    return function


def _error(args: Args) -> str | Unknown:
    match args.get(0, "code_or_exception"):
        case Literal(value=int() as code):
            return str(code)
        case Outer(name=name):
            return name.removeprefix("builtins.")
        case ClassValue(name=name):
            return name
        case _:
            return UNKNOWN


def _hooked(running: Running, thing: Thing | None, how: str, function: Value, error: str | Unknown | None) -> None:
    frame = running.frame
    everywhere = "app" in how.split("_") or not isinstance(thing, BlueprintThing) or how == "teardown_appcontext"
    key = (function.document, function.name) if isinstance(function, FunctionValue) else None
    frame.unit.effects.append(
        Hook(None if thing is None else thing.key, how, everywhere, frame.document, key, error, frame.sure, frame.name)
    )
