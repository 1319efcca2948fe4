"""The arguments of a call: how parameters get them, and whether a call with them can be kept."""

from __future__ import annotations

from flask_lsp.facts.model import Literal
from flask_lsp.project.route_model import UNKNOWN
from flask_lsp.project.things import Args, Dict, FunctionValue, Instance, Many, Value


def bind(function: FunctionValue, args: Args) -> dict[str, Value]:
    """The parameters of a function by name; those that keep their defaults are left out."""
    values = list(args.values if function.of is None else (function.of, *args.values))
    keywords = dict(args.keywords)
    bound: dict[str, Value] = {}
    for parameter in function.code.parameters:
        name = parameter.name
        if parameter.stars == "*":
            bound[name] = Many(values) if args.all else UNKNOWN
            values = []
        elif parameter.stars == "**":
            bound[name] = Dict({Literal(key): value for key, value in keywords.items()}) if args.all else UNKNOWN
        elif name in keywords:
            bound[name] = keywords.pop(name)
        elif values:
            bound[name] = values.pop(0)
        elif not args.all or parameter.default is None:
            bound[name] = UNKNOWN
    return bound


def frozen_value(value: Value) -> object:
    """A value as a part of a key."""
    match value:
        case Many(values=values):
            return ("many", *map(frozen_value, values))
        case Dict(values=values):
            return ("dict", *((frozen_value(key), frozen_value(inner)) for key, inner in values.items()))
        case _:
            return value


def is_comparable(value: Value) -> bool:
    """Equal values do the same, wherever they are."""
    match value:
        case Instance() | Many() | Dict():
            return False
        case FunctionValue(frame=frame, of=of):
            return frame is None and is_comparable(of)
        case _:
            return True


def memorable(function: FunctionValue, args: Args) -> bool:
    """The call can be a unit of its own."""
    return function.frame is None and all(is_comparable(value) for value in (function.of, *args.every()))
