"""What calls, decorators and assignments to attributes do while applications are put together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Literal, Path
from flask_lsp.facts.model import Value as Written
from flask_lsp.facts.script import Code, Set, Steps
from flask_lsp.project import making, registering
from flask_lsp.project.arguments import bind, memorable
from flask_lsp.project.evaluation import Frame
from flask_lsp.project.names import is_standard
from flask_lsp.project.quiet import adds_no_routes
from flask_lsp.project.route_model import UNKNOWN, Reason, Unknown
from flask_lsp.project.things import (
    THINGS,
    ApiThing,
    AppThing,
    Args,
    BlueprintThing,
    ClassValue,
    Dict,
    FunctionValue,
    Growing,
    Instance,
    Many,
    Method,
    Module,
    Opened,
    Outer,
    Router,
    Super,
    Tail,
    Thing,
    Value,
    ViewMaker,
    ViewValue,
)

if TYPE_CHECKING:
    from flask_lsp.project.running import Running


def call(running: Running, callee: Value, args: Args, text: str, hint: str) -> Value:
    """What a call gives. ``text`` is what is called, as it is written; what it makes is named ``hint``."""
    match callee:
        case Method(of=of, name=name):
            return registering.apply(running, of, name, args, text)
        case FunctionValue():
            return _function(running, callee, args)
        case ClassValue():
            return making.construct(running, callee, args, hint)
        case ViewMaker(class_=kind):
            name = args.text(0, "name")
            return ViewValue(UNKNOWN if name is None else name, kind)
        case Growing():
            return _grown(running, callee, args)
        case Outer():
            return _outer(running, callee, args, text, hint)
        case Super(of=of) if isinstance(of, THINGS):
            return UNKNOWN
        case _:
            escaped(running, args, text)
            return UNKNOWN


def _outer(running: Running, callee: Outer, args: Args, text: str, hint: str) -> Value:
    """A call of something of a package."""
    name = callee.name
    if name == "builtins.super":
        return Super(_self(running))
    if name in ("importlib.import_module", "builtins.__import__", "werkzeug.utils.import_string"):
        return _imported(running, args)
    if name in ("builtins.list", "builtins.tuple", "builtins.reversed", "builtins.sorted") and len(args.values) == 1:
        return args.values[0]
    if name == "builtins.enumerate" and len(args.values) == 1 and isinstance(args.values[0], Many):
        return Many([Many([Literal(index), value]) for index, value in enumerate(args.values[0].values)])
    if name == "builtins.getattr" and len(args.values) >= 2 and isinstance(args.values[1], Literal):
        return running.attribute(args.values[0], str(args.values[1].value))
    if name in ("os.path.join", "posixpath.join") and args.values:
        end = args.values[-1]
        return Tail("/" + end.value) if isinstance(end, Literal) and isinstance(end.value, str) else UNKNOWN
    if name == "typing.cast" and len(args.values) == 2:
        return args.values[1]
    made = making.construct_outer(running, callee, args, hint)
    if made is not None:
        return made
    if not (is_standard(name) or adds_no_routes(name)):
        escaped(running, args, text)
    return Outer(f"{name}()", callee.document)


def _grown(running: Running, method: Growing, args: Args) -> Value:
    """``append`` and its kin; what may not happen makes a list one that cannot be told."""
    match method.of, method.name:
        case Many(values=values), "append" | "extend" | "insert":
            given = args.values[-1] if args.values else UNKNOWN
            more = given.values if method.name == "extend" and isinstance(given, Many) else [given]
            at = 0 if method.name == "insert" else len(values)
            values[at:at] = more if running.frame.sure else [UNKNOWN]
        case Dict(values=values), "items":
            return Many([Many([key, value]) for key, value in values.items()])
        case Dict(values=values), "values":
            return Many(list(values.values()))
        case Dict(values=values), "keys":
            return Many(list(values))
        case Dict(values=values), "get" if args.values:
            return values.get(args.values[0], UNKNOWN)
        case _:
            pass
    return UNKNOWN


def _imported(running: Running, args: Args) -> Value:
    name = args.text(0, "name")
    if not isinstance(name, str):
        return UNKNOWN
    level = len(name) - len(name.lstrip("."))
    name, _, attribute = name.partition(":")
    module = running.evaluation.find(running.frame.document, name.lstrip("."), level)
    if module is not None:
        return running.member(module, attribute) if attribute else Module(module)
    outer, _, inner = name.rpartition(".")  # ``import_string`` also takes ``module.name``
    module = running.evaluation.find(running.frame.document, outer, 0) if outer else None
    return UNKNOWN if module is None else running.member(module, inner)


def escaped(running: Running, args: Args, text: str) -> None:
    """Notes that somebody unknown may add routes to what is handed over."""
    for thing in _things(args.every()):
        opened(running, thing, f"`{text}` may add routes")


def opened(running: Running, thing: Thing | None, what: str, *, registers: bool = False) -> None:
    running.frame.unit.effects.append(Opened(thing, Reason(running.frame.document, what), registers))


def _things(values: tuple[Value, ...]) -> Iterator[Thing]:
    for value in values:
        if isinstance(value, AppThing | BlueprintThing | ApiThing):
            yield value
        elif isinstance(value, Many):
            yield from _things(tuple(value.values))


def _function(running: Running, function: FunctionValue, args: Args) -> Value:
    code, frame = function.code, running.frame
    if not code.steps:
        return UNKNOWN
    if memorable(function, args):
        unit = running.evaluation.call(function, args)
        frame.unit.calls.append((unit, frame.sure))
        return unit.value
    return inline(running, function, args).given()


def inline(running: Running, function: FunctionValue, args: Args) -> Running:
    """Runs a function as a part of the one that calls it."""
    from flask_lsp.project.running import Running

    upper = running.frame
    env = dict(bind(function, args))
    name = function.name
    frame = Frame(function.document, name, upper.unit, function.frame, env, sure=upper.sure, suffix=upper.suffix)
    inner = Running(running.evaluation, frame)
    inner.depth = running.depth + 1
    if inner.depth < _DEEPEST:
        upper.unit.ran.add((function.document, name))
        inner.set_defaults(function.code)
        inner.run(function.code.steps)
    return inner


_DEEPEST = 20


# -- classes ---------------------------------------------------------------------------------------------------------


def _self(running: Running) -> Value:
    frame: Frame | None = running.frame
    while frame is not None:
        if isinstance(found := frame.env.get("self"), Instance | AppThing | BlueprintThing | ApiThing):
            return found
        frame = frame.outer
    return UNKNOWN


def class_member(running: Running, kind: ClassValue, name: str) -> tuple[ClassValue, Steps] | None:
    """The class on the way up through the bases that binds a name, and how."""
    for each in making.line(running, kind):
        if isinstance(each, ClassValue):
            steps = tuple(step for step in each.kind.body if getattr(step, "name", "") == name)
            if steps:
                return each, steps
    return None


def member(running: Running, kind: ClassValue, name: str, of: Value) -> Value:
    """An attribute of a class, or of an object of it."""
    found = class_member(running, kind, name)
    if found is None:
        return ViewMaker(kind) if name == "as_view" and of is None else UNKNOWN
    home, steps = found
    match steps[-1]:
        case Code() as code:
            static = any(isinstance(each, Path) and each.text == "staticmethod" for each in code.decorators)
            by_class = any(isinstance(each, Path) and each.text == "classmethod" for each in code.decorators)
            bound = None if static else kind if by_class else of
            return FunctionValue(home.document, f"{home.name}.{name}", code, home.frame, bound)
        case Set(value=value):
            return _at(running, home).value(value, f"{home.name}.{name}")
        case _:
            return UNKNOWN


def _at(running: Running, home: ClassValue) -> Running:
    from flask_lsp.project.running import Running

    unit = running.frame.unit
    return Running(running.evaluation, home.frame or Frame(home.document, home.name, unit, sure=running.frame.sure))


def method(running: Running, of: Value, name: str) -> Value:
    """An attribute of a thing, or of ``super()`` in one."""
    thing = of.of if isinstance(of, Super) else of
    if not isinstance(thing, THINGS):
        if isinstance(of, Super) and isinstance(thing, Instance):
            bases = making.line(running, thing.class_)[1:]
            upper = next((each for each in bases if isinstance(each, ClassValue)), None)
            return UNKNOWN if upper is None else member(running, upper, name, thing)
        return UNKNOWN
    kept = running.frame.unit.attached.get((thing, name))
    if kept is not None:
        return kept
    key = getattr(thing, "class_", None)
    if key is not None and not isinstance(of, Super):
        kind = making.class_at(running, key)
        if isinstance(kind, ClassValue) and (found := class_member(running, kind, name)) is not None:
            return member(running, kind, name, thing) if found else UNKNOWN
    return Method(thing, name)


def attach(running: Running, owner: Value, name: str, value: Value, text: str) -> None:
    """``owner.name = value``."""
    if isinstance(owner, Instance):
        owner.attributes[name] = value
    elif isinstance(owner, THINGS):
        if name == "wsgi_app":
            return
        if name in ("static_folder", "static_url_path", "url_map", "view_functions", "url_rule_class"):
            opened(running, owner, f"`{text}` is set later")
        running.frame.unit.attached[owner, name] = value
    elif isinstance(owner, FunctionValue | ClassValue) and name == "methods":
        running.frame.unit.attached[owner.document, owner.name] = value
    elif isinstance(owner, Method) and owner.name == "url_map" and isinstance(owner.of, AppThing):
        opened(running, owner.of, f"`{text}` is set")


# -- decorators ------------------------------------------------------------------------------------------------------


def decorate(running: Running, what: FunctionValue | ClassValue, decorators: tuple[Written, ...]) -> Value:
    """Does what decorators do, the lowest first; a function may go by another's name afterwards."""
    name: str | Unknown = what.name.rpartition(".")[2]
    for written in reversed(decorators):
        decorator = running.value(written)
        match decorator:
            case Router():
                registering.route(running, decorator, what, name)
            case Method(of=of, name=how):
                registering.apply(running, of, how, Args((what,)), how)
            case FunctionValue(code=code):
                name = _name_after(code.gives, name)
            case _:
                if isinstance(written, Path) and written.text.endswith("()"):
                    name = _name_after_call(running, written, name)
    return what


def _name_after(gives: tuple[str | None, ...], name: str | Unknown) -> str | Unknown:
    """The name of what a decorator gives, see ``Code.gives``."""
    if not gives or gives[0] == "":
        return name
    return UNKNOWN if gives[0] is None else gives[0]


def _name_after_call(running: Running, written: Path, name: str | Unknown) -> str | Unknown:
    """``@decorator(...)`` of the project: the name of what its inner function gives back."""
    maker = running.value(Path(written.text.removesuffix("()")))
    return _name_after(maker.code.gives[1:], name) if isinstance(maker, FunctionValue) else name
