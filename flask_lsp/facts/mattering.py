"""Which calls, values and bodies may have a say in how applications are put together, by what they look like."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    Body,
    Branch,
    Call,
    ClassDefined,
    Defined,
    Items,
    Leave,
    Path,
    Store,
    Try,
    Use,
    Value,
    With,
)
from flask_lsp.facts.script import HOOKS, ROUTERS
from flask_lsp.facts.traverse import inner_bodies

_KEPT = HOOKS | {
    *("add_url_rule", "register_blueprint", "add_resource", "add_namespace", "init_app", "record", "record_once"),
    *("add_view", "add_views", "add_view_no_menu", "add_api", "register_api", "add_routes", "register_view"),
}
_DECORATING = ROUTERS | HOOKS | {"resource"}
_THING = re.compile(
    r"(?i)(?<![a-z])(?:app|api|bp|ns|blp|web|site)s?(?![a-z])|blueprint|bps?$|flask|application|admin|server"
)
_WEAK = re.compile(
    r"(?i)regist|init|set_?up|route|view|blueprint|url|create|make|load|config|mount|attach|install|add|append|extend"
)
_STORED = re.compile(r"(?i)url_map|static|view_functions|wsgi_app|^self\.\w+$|\.(?:methods|api|blueprint|bp)$")
_CLASS = re.compile(r"(?:^|\.)[A-Z]\w*\(\)$")
_NAMED = (Path("__name__"), Path("__package__"))


def matters(call: Path) -> bool:
    """A call that may add something, by its name or by what it is given."""
    if _is_kept(call.text):
        return True
    for arg in call.args:
        if is_thing(arg):
            return True
    for _, value in call.keywords:  # noqa: SIM110 - a generator for each call of a program takes its time
        if is_thing(value):
            return True
    return False


@lru_cache(1 << 16)
def _is_kept(text: str) -> bool:
    name = text[:-2].rpartition(".")[2]
    return name in _KEPT or text.endswith((".route()()", ".__init__()", "url_map.add()"))


def is_thing(value: Value) -> bool:
    """A value that looks like an application, a blueprint or the like, or a list of them."""
    if isinstance(value, Path):
        return _names_thing(value.text)
    return isinstance(value, Items) and any(is_thing(inner) for inner in value.values)


@lru_cache(1 << 16)
def _names_thing(text: str) -> bool:
    return "[" not in text and bool(_THING.search(text))


def stored(target: Path) -> bool:
    """What is assigned to this attribute matters."""
    return bool(_STORED.search(target.text))


@lru_cache(1 << 16)
def is_weak(text: str) -> bool:
    """A call by which a function that puts an application together may hand on the work."""
    return bool(_WEAK.search(text)) and "(" not in text[:-2]


def may_matter(body: Body) -> bool:
    """Something in the body matters: most functions end here."""
    for event in body:
        kind = type(event)
        if kind is Use:
            continue
        if kind is Call:
            if matters(event.value):  # type: ignore[union-attr]
                return True
        elif kind in _LOOKS:
            if _LOOKS[kind](event):
                return True
        elif any(map(may_matter, inner_bodies(event))):
            return True
    return False


def _may_bind(event: Bind) -> bool:
    bound = event.bound
    if isinstance(bound, Defined):
        return bool(bound.function.decorators) or may_matter(bound.function.body)
    if isinstance(bound, ClassDefined):
        return bool(bound.decorators)
    return isinstance(bound, Assigned) and isinstance(bound.value, Path) and makes(bound.value)


_LOOKS: dict[type, Callable[[Any], bool]] = {
    Bind: _may_bind,
    Leave: lambda event: is_thing(event.value),
    Store: lambda event: stored(event.target),
}


def makes_app(body: Body) -> bool:
    """By the look of it, a function with this body makes an application."""
    for event in body:
        match event:
            case Call(value=Path(text=text, args=args)):
                if text.endswith("Flask()") or (args[:1] and args[0] in _NAMED and _CLASS.search(text)):
                    return True
            case With(body=inner) | Try(body=inner):
                if makes_app(inner):
                    return True
            case Branch(bodies=bodies):
                if any(makes_app(inner) for inner in bodies):
                    return True
            case _:
                pass
    return False


def decorates(decorator: Path) -> bool:
    """It adds a rule or a hook."""
    return decorator.text.removesuffix("()").rpartition(".")[2] in _DECORATING


def makes(value: Path) -> bool:
    """It makes an application, a blueprint or the like."""
    return value.text.endswith("()") and (bool(_THING.search(value.text)) or any(each in value.args for each in _NAMED))
