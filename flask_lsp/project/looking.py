"""What names and imports are, seen from a frame of an evaluation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Import
from flask_lsp.facts.script import Bring, Step
from flask_lsp.project import links
from flask_lsp.project.names import home
from flask_lsp.project.route_model import UNKNOWN
from flask_lsp.project.things import (
    Module,
    Outer,
    Value,
)
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.evaluation import Evaluation, Frame

_MOST_STARS = 50
"""Modules that are looked through for a name by star imports."""


class Later:
    """A module-level name that nobody has asked for yet."""

    __slots__ = ("step",)

    def __init__(self, step: Step) -> None:
        self.step = step


class Looking(ABC):
    """One frame of an evaluation; ``running`` runs it."""

    def __init__(self, evaluation: Evaluation, frame: Frame) -> None:
        self.evaluation = evaluation
        self.frame = frame
        self.depth = 0
        """How many calls it is below the body of its unit."""

    @abstractmethod
    def bound(self, step: Step) -> Value:
        """What a step binds its name to."""

    def lookup(self, name: str) -> Value:
        if name == "super":
            return Outer("builtins.super")
        frame: Frame | None = self.frame
        while frame is not None:
            if name in frame.env:
                return self._from(frame, name)
            if not frame.name:
                break
            frame = frame.outer
        if name == "__name__":
            return UNKNOWN
        return self.global_(self.frame.document, name)

    def _from(self, frame: Frame, name: str) -> Value:
        value = frame.env[name]
        if isinstance(value, Later):
            frame.env[name] = UNKNOWN  # while it is read
            value = frame.env[name] = self.settled(value)
        return value

    def settled(self, value: Value | Later) -> Value:
        return self.bound(value.step) if isinstance(value, Later) else value

    def global_(self, document: str, name: str) -> Value:
        """What a name of a module is."""
        if self.evaluation.bindings(document, name):
            return self.evaluation.name(document, name)
        found = self.starred(document, name, {document})
        return Outer(f"builtins.{name}") if found is None else found

    def starred(self, document: str, name: str, seen: set[str]) -> Value | None:
        """What star imports of a module, and those of what they import, say of a name; ``None``: nothing."""
        for star in reversed(self.evaluation.bindings(document, "*")):
            if isinstance(star, Bring):
                module = self.evaluation.find(document, star.module, star.level)
                if module is None or len(seen) > _MOST_STARS:
                    return UNKNOWN
                if module in seen:
                    continue
                seen.add(module)
                if self.evaluation.bindings(module, name):
                    found = self.evaluation.name(module, name)
                else:
                    found = self.starred(module, name, seen)
                if found is not UNKNOWN and found is not None:
                    return found
        return None

    def brought(self, bring: Bring) -> Value:
        """What an import brings."""
        document = self.frame.document
        module = self.evaluation.find(document, bring.module, bring.level)
        if bring.attribute is None:
            return Outer(bring.module, document) if module is None else Module(module)
        inner = self.evaluation.find(document, f"{bring.module}.{bring.attribute}".lstrip("."), bring.level)
        if module is not None:  # ``from . import name`` in the package itself binds the module to that name
            return Module(inner) if module == document and inner is not None else self.member(module, bring.attribute)
        imported = Import("", bring.module, bring.attribute, bring.level, Span(0, 0))
        match links.follow(self.evaluation.project, document, imported, ""):
            case links.Inside(found, "", _):
                return Module(found)
            case links.Outside(path):
                return Outer(home(path), document)
            case _:
                return UNKNOWN

    def member(self, module: str, name: str) -> Value:
        """A name of a module of the project, or a module in it."""
        if self.evaluation.bindings(module, name):
            return self.evaluation.name(module, name)
        if module.endswith("/__init__.py") and (inner := self.evaluation.find(module, name, 1)) is not None:
            return Module(inner)
        if self.evaluation.bindings(module, "*"):
            found = self.global_(module, name)
            return UNKNOWN if isinstance(found, Outer) and found.name.startswith("builtins.") else found
        return UNKNOWN
