"""All rules, found by walking the package: a module with a ``rule`` is one."""

from __future__ import annotations

import importlib
import pkgutil
import types
import typing
from collections.abc import Iterator
from functools import cache

import flask_lsp.rules
from flask_lsp.rules.base import Check, Finding, Registered, Rule


@cache
def rules() -> tuple[Registered, ...]:
    """Every rule, by code."""
    found: list[Registered] = []
    for info in pkgutil.walk_packages(flask_lsp.rules.__path__, "flask_lsp.rules."):
        if info.ispkg or info.name.count(".") < 3:
            continue  # a rule lives in the folder of its family
        module = importlib.import_module(info.name)
        rule = getattr(module, "rule", None)
        if isinstance(rule, Rule):
            check, in_pause = getattr(module, "check", _nothing), getattr(module, "in_pause", None)
            found.append(Registered(rule, check, _fires_on(check), info.name, in_pause))
    return tuple(sorted(found, key=lambda registered: registered.rule.code))


@cache
def by_code() -> dict[str, Registered]:
    return {registered.rule.code: registered for registered in rules()}


def _nothing(_: object, __: object) -> Iterator[Finding]:
    return iter(())


def _fires_on(check: Check) -> tuple[type, ...]:
    """The classes that the first parameter of a check is annotated with."""
    if check is _nothing:
        return ()
    hints = typing.get_type_hints(check)
    parameter = check.__code__.co_varnames[0]
    annotation = hints[parameter]
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return typing.get_args(annotation)
    return (annotation,)
