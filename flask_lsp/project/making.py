"""Makes applications, blueprints and APIs of calls of their classes, those of packages and those of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_lsp.facts.model import Items, Literal, Path
from flask_lsp.facts.script import Code, Do, Set
from flask_lsp.project.names import is_standard
from flask_lsp.project.quiet import adds_no_routes
from flask_lsp.project.route_model import UNKNOWN, Key, Reason, Text, Unknown
from flask_lsp.project.things import (
    THINGS,
    ApiThing,
    AppThing,
    Args,
    BlueprintThing,
    ClassValue,
    FunctionValue,
    Given,
    Instance,
    Many,
    Opened,
    Outer,
    SpaceThing,
    Tail,
    Value,
)

if TYPE_CHECKING:
    from flask_lsp.project.running import Running

APPS = frozenset({"flask.Flask", "quart.Quart", "flask_openapi3.OpenAPI", "apiflask.APIFlask"})
WRAPPERS = frozenset({"connexion.App", "connexion.FlaskApp", "connexion.apps.flask.FlaskApp"})
BLUEPRINTS = frozenset({"flask.Blueprint", "flask_smorest.Blueprint", "flask_smorest.blueprint.Blueprint"})
APIS = {
    "flask_restful.Api": "flask_restful",
    "flask_restx.Api": "flask_restx",
    "flask_restplus.Api": "flask_restx",
    "flask_restx.api.Api": "flask_restx",
    "flask_smorest.Api": "flask_smorest",
}
SPACES = frozenset({"flask_restx.Namespace", "flask_restplus.Namespace", "flask_restx.namespace.Namespace"})
VIEWS = {
    "flask.views.View": frozenset({"GET"}),
    "flask.views.MethodView": None,
    "flask_restful.Resource": None,
    "flask_restx.Resource": None,
    "flask_restplus.Resource": None,
    "flask_restx.resource.Resource": None,
}
"""The views of packages, and their methods if they have some of their own."""
_HTTP = ("get", "post", "head", "options", "delete", "put", "trace", "patch")
_REGISTERS = ("register", "route", "add_url_rule", "make_setup_state", "record")


def line(running: Running, kind: ClassValue) -> list[Value]:
    """A class, its bases, their bases, depth first; what cannot be told is ``UNKNOWN``."""
    found: list[Value] = []
    todo: list[Value] = [kind]
    while todo and len(found) < 30:
        each = todo.pop(0)
        found.append(each)
        if isinstance(each, ClassValue):
            todo = [_base(running, each, base) for base in each.kind.bases] + todo
    return found


def _base(running: Running, kind: ClassValue, base: object) -> Value:
    from flask_lsp.project.evaluation import Frame
    from flask_lsp.project.running import Running

    if not isinstance(base, Path) or base.text.endswith("()"):
        return UNKNOWN
    if base.text == kind.kind.name and kind.frame is None:  # class Flask(Flask): the one that was imported
        steps = [step for step in running.evaluation.bindings(kind.document, base.text) if not _is(step, kind)]
        at = Running(running.evaluation, Frame(kind.document, "", running.frame.unit))
        return at.bound(steps[0]) if steps else UNKNOWN
    inner = kind.frame or Frame(kind.document, "", running.frame.unit)
    return Running(running.evaluation, inner).value(base)


def _is(step: object, kind: ClassValue) -> bool:
    return step is kind.kind or step == kind.kind


def root_of(running: Running, kind: ClassValue) -> str | None:
    """The class of a package that an application, blueprint or API of the project derives from."""
    for each in line(running, kind):
        if isinstance(each, Outer) and (each.name in APPS | BLUEPRINTS | SPACES or each.name in APIS):
            return each.name
    return None


def class_at(running: Running, key: Key) -> Value:
    document, name = key
    return running.global_(document, name) if "." not in name else UNKNOWN


# -- of packages -----------------------------------------------------------------------------------------------------


def construct_outer(running: Running, callee: Outer, args: Args, hint: str) -> Value | None:
    """An application, blueprint, API or namespace; ``None`` for anything else."""
    return _made(running, callee.name, args, hint, None)


def _made(running: Running, name: str, args: Args, hint: str, kind: ClassValue | None) -> Value | None:
    hint = hint or f"<{name.rpartition('.')[2]}>"
    if name in APPS:
        return _app(running, args, hint, kind)
    if name in WRAPPERS:
        return _wrapped(running, name, hint)
    if name in BLUEPRINTS:
        return _blueprint(running, args, hint, kind)
    if name in APIS:
        return _api(running, APIS[name], args, hint)
    if name in SPACES:
        given, path = args.text(0, "name"), args.text(2, "path")
        text: Text = UNKNOWN if given is None else given
        if path is None:
            path = UNKNOWN if text is UNKNOWN else f"/{text}"
        return SpaceThing(running.frame.key(hint), text, path)
    return None


def _app(running: Running, args: Args, hint: str, kind: ClassValue | None) -> Value:
    frame = running.frame
    url, folder = args.text(1, "static_url_path"), args.get(2, "static_folder")
    if "static_folder" not in args.keywords and len(args.values) < 3 and args.all:
        folder = Literal("static")
    static = _static(url, folder)
    factory = (frame.document, frame.name) if frame.name else None
    thing = AppThing(frame.key(hint), factory, static, None if kind is None else kind.key)
    frame.unit.effects.append(thing)
    return thing


def _wrapped(running: Running, name: str, hint: str) -> Value:
    """A thing that holds an application as ``app`` and adds routes to it that stand in no code: taken for that one."""
    frame = running.frame
    factory = (frame.document, frame.name) if frame.name else None
    thing = AppThing(frame.key(hint), factory, _static(None, Literal("static")))
    frame.unit.effects.append(thing)
    reason = Reason(frame.document, f"`{name.partition('.')[0]}` adds the routes of its specification")
    frame.unit.effects.append(Opened(thing, reason))
    return thing


def _static(url: Given, folder: Value) -> Given:
    """The rule of static files, after any prefix."""
    if folder == Literal(None):
        return None
    if url is None:
        match folder:
            case Literal(value=str() as text) | Tail(text=text):
                url = "/" + text.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
            case _:
                return UNKNOWN
    return UNKNOWN if isinstance(url, Unknown) else f"{url.rstrip('/')}/<path:filename>"


def _blueprint(running: Running, args: Args, hint: str, kind: ClassValue | None) -> BlueprintThing:
    name, prefix = args.text(0, "name"), args.text(None, "url_prefix")
    if len(args.values) > 5:
        prefix = args.text(5, "url_prefix")
    static = _static(args.text(3, "static_url_path"), args.get(2, "static_folder"))
    plain = args.get(None, "url_defaults") == Literal(None)
    subdomain = args.text(6, "subdomain")
    key = running.frame.key(hint)
    text: Text = UNKNOWN if name is None else name
    return BlueprintThing(key, text, prefix, static, subdomain, plain, None if kind is None else kind.key)


def _api(running: Running, package: str, args: Args, hint: str) -> ApiThing:
    from flask_lsp.project import rest

    thing = rest.api(package, args, running.frame.key(hint))
    target = args.get(0, "app")
    if target == Literal(None) and "blueprint" in args.keywords:
        target = args.keywords["blueprint"]
    if target != Literal(None):
        rest.place(running, thing, target, args)
    return thing


# -- of the project --------------------------------------------------------------------------------------------------


def construct(running: Running, kind: ClassValue, args: Args, hint: str) -> Value:
    """An object of a class of the project."""
    from flask_lsp.project import calling

    root = root_of(running, kind)
    found = calling.class_member(running, kind, "__init__")
    init = found[1][-1] if found is not None else None
    home = found[0] if found is not None else kind
    function = (
        FunctionValue(home.document, f"{home.name}.__init__", init, home.frame) if isinstance(init, Code) else None
    )
    if root is None:
        made: Value = Instance(kind, {})
        if function is None or not function.code.steps:
            if not _is_known(running, kind):
                calling.escaped(running, args, kind.kind.name)
            return made
    elif function is None:
        made = _made(running, root, args, hint, kind)
    else:
        made = _made(running, root, _handed_up(running, function, args), hint, kind)
    if function is not None and function.code.steps:
        calling.inline(running, function, Args((made, *args.values), args.keywords, args.all))
    return made


def _is_known(running: Running, kind: ClassValue) -> bool:
    """All of its bases are the project's, or of packages that add no routes."""
    return all(isinstance(each, ClassValue) or _is_quiet(each) for each in line(running, kind))


def _is_quiet(base: Value) -> bool:
    return isinstance(base, Outer) and (is_standard(base.name) or adds_no_routes(base.name))


def _handed_up(running: Running, function: FunctionValue, args: Args) -> Args:
    """The arguments that a constructor hands on to the one above."""
    from flask_lsp.project.arguments import bind
    from flask_lsp.project.evaluation import Frame
    from flask_lsp.project.running import Running

    if not function.code.steps:
        return Args((), {}, all=False)
    env = bind(function, Args((UNKNOWN, *args.values), args.keywords, args.all))
    frame = Frame(function.document, function.name, running.frame.unit, function.frame, dict(env))
    inner = Running(running.evaluation, frame)
    inner.set_defaults(function.code)
    for step in function.code.steps:
        match step:
            case Do(call=Path(text=text) as up) if text.endswith(".__init__()"):
                handed = inner.args(up)
                values = handed.values if text == "super().__init__()" else handed.values[1:]
                return Args(values, handed.keywords, handed.all)
            case Set():
                inner.step(step)
            case _:
                pass
    return Args((), {}, all=False)


def has_own_registration(running: Running, key: Key) -> bool:
    """A class of the project changes how its blueprints are registered."""
    from flask_lsp.project import calling

    kind = class_at(running, key)
    if not isinstance(kind, ClassValue):
        return True
    return any(calling.class_member(running, kind, name) is not None for name in _REGISTERS)


# -- views -----------------------------------------------------------------------------------------------------------


def methods_of(running: Running, kind: ClassValue) -> frozenset[str] | None:
    """The methods that a class-based view answers."""
    found: set[str] = set()
    for each in line(running, kind):
        if isinstance(each, ClassValue):
            for step in each.kind.body:
                if isinstance(step, Set) and step.name == "methods":
                    return methods_from(running.value(step.value)) if isinstance(step.value, Items) else None
                if isinstance(step, Code) and step.name in _HTTP:
                    found.add(step.name.upper())
        elif isinstance(each, Outer) and each.name in VIEWS:
            own = VIEWS[each.name]
            if own is not None:
                return own
        elif not (isinstance(each, Outer) and each.name.startswith(("builtins.", "typing.", "abc."))):
            return None
    return frozenset(found) or frozenset({"GET"})


def methods_from(value: Value) -> frozenset[str] | None:
    if not isinstance(value, Many):
        return None
    names = [each.value for each in value.values if isinstance(each, Literal)]
    return frozenset(str(name).upper() for name in names) if len(names) == len(value.values) else None


def is_thing(value: Value) -> bool:
    return isinstance(value, THINGS)
