"""The state of a run: which modules are there, and which names are bound."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable

from flask_lsp.facts.importing import Load, Name, Steps
from flask_lsp.project.execution_model import (
    MAYBE,
    OTHER,
    Broken,
    Early,
    Failure,
    Frame,
    Late,
    Made,
    Module,
    Module_,
    Running,
    Site,
    Start,
    Value,
    World,
)
from flask_lsp.project.layout import INIT


class State(ABC):
    """What all parts of a run read and change."""

    def __init__(self, world: World, start: Start, choices: tuple[int, ...]) -> None:
        self.world = world
        self.start = start
        self.choices = choices
        self.chosen: list[tuple[int, int]] = []
        self.modules: dict[str, Module] = {}
        self.trail: list[tuple[Site, str]] = []
        self.early: dict[Early, None] = {}
        self.late: dict[Late, None] = {}
        self.registered: dict[Made, Site] = {}
        self.serial = 0
        self.known = True

    def choose(self, count: int) -> int:
        """One of ``count`` ways; each is taken in some run."""
        at = len(self.chosen)
        choice = self.choices[at] if at < len(self.choices) else 0
        self.chosen.append((choice, count))
        return choice

    @abstractmethod
    def _steps(self, steps: Steps, frame: Frame) -> Running:
        """Runs steps one after the other, until one ends the body."""

    # -- modules -------------------------------------------------------------------------------------------------------

    def _bring(self, chain: Iterable[str]) -> Generator[str, Failure | None, Failure | None]:
        """Imports a module after the packages it is in."""
        links = tuple(chain)
        there = next((at for at in range(len(links) - 1, -1, -1) if links[at] in self.modules), -1)
        for at in range(there + 1, len(links)):
            key = links[at]
            if key in self.modules:  # its package has imported it
                continue
            if self._new(key, links[: at + 1]).running:
                failed = yield key
                if failed is not None:
                    return failed
            if at and (parent := self.modules.get(links[at - 1])) is not None:
                parent.names[short(key)] = Module_(key)
        return None

    def _new(self, key: str, chain: tuple[str, ...]) -> Module:
        module = self.modules[key] = Module(key, chain)
        within = self.world.within
        if not key.endswith(".py"):
            module.running = False  # a package without __init__.py has no body
        elif within is not None and key not in within:
            names, module.open = self.world.all_names(key)
            module.names.update({name: Made(key, name, 0) for name in names})
            module.running = False
        return module

    def _resolve(self, load: Load, frame: Frame) -> tuple[str, ...] | Failure | Broken | None:
        """The chain of a module that an import names; None where it is not the project's."""
        layout, module = self.world.layout, frame.module
        parts = load.module.split(".") if load.module else []
        if load.level:
            package = module.chain if layout.folder(module.chain[-1]) is not None else module.chain[:-1]
            if not package or load.level > len(package):
                return self._failure("ImportError", load.module, "", frame, load.at)
            chain = list(package[: len(package) - load.level + 1])
        else:
            top = layout.top(parts[0], self.start.roots)
            if top is None:
                if parts[0] in sys.stdlib_module_names:
                    return None
                return self.world.find(frame.document, load.module)
            chain = [top]
            del parts[0]
        for index, part in enumerate(parts):
            child = layout.child(chain[-1], part)
            if child is None:
                if self.world.trusting:
                    return None
                return Broken(tuple(chain), ".".join(parts[index:]))
            chain.append(child)
        return tuple(chain)

    # -- names ---------------------------------------------------------------------------------------------------------

    def _name(self, step: Name, frame: Frame) -> None:
        value: Value = OTHER
        if not step.sure:
            value = MAYBE if self._value(step.name, frame) is None else OTHER
        elif step.value.endswith("()"):
            self.serial += 1
            value = Made(frame.module.key, step.name, self.serial)
        elif step.value:
            value = self._value(step.value, frame) or OTHER
        if step.name == "__all__" and frame.scope is None:
            frame.module.listed = step.listed
        self._bind(step.name, value, frame)

    def _bind(self, name: str, value: Value, frame: Frame) -> None:
        if frame.scope is None or name in frame.outer:
            frame.module.names[name] = value
        else:
            frame.scope[name] = value

    def _value(self, path: str, frame: Frame) -> Value | None:
        """What a dotted path is, without a word where it is not bound."""
        root, _, rest = path.partition(".")
        value = self._root(root, frame)
        for name in rest.split(".") if rest else ():
            if not isinstance(value, Module_) or value.key not in self.modules:
                return OTHER if value is not None else None
            value = self.modules[value.key].names.get(name)
        return value

    def _root(self, name: str, frame: Frame) -> Value | None:
        if frame.scope is not None and name in frame.scope and name not in frame.outer:
            return frame.scope[name]
        if frame.around is not None and name in frame.around:
            return frame.around[name]
        return frame.module.names.get(name)

    def _read(self, path: str, frame: Frame, at: int) -> tuple[Value, Failure | None]:
        """What a dotted path is when it is read at import time."""
        root, *rest = path.split(".")
        value = self._root(root, frame) or OTHER
        for name in rest:
            if value is MAYBE:
                self.known = False
            if not isinstance(value, Module_):
                return OTHER, None
            owner = self.modules.get(value.key)
            if owner is None:  # its import failed, and somebody kept it
                return OTHER, None
            found = owner.names.get(name)
            if found is None:
                if self._may_have(owner, name):
                    return OTHER, None
                return OTHER, self._failure("AttributeError", name, owner.key, frame, at)
            if owner.running and not isinstance(found, Module_):
                self._noted_early(name, owner, frame, at)
            value = found
        if value is MAYBE:
            self.known = False
        return value, None

    def _may_have(self, owner: Module, name: str) -> bool:
        """A name that we have not seen bound may be there all the same."""
        if _is_dunder(name):
            return True
        if owner.open or "__getattr__" in owner.names:
            self.known = False
            return True
        return False

    def _noted_early(self, name: str, module: Module, frame: Frame, at: int) -> None:
        if module.key != frame.module.key:
            self.early[Early(Site(frame.document, frame.block, at), name, module.key, tuple(self.trail))] = None

    def _failure(self, kind: str, name: str, module: str, frame: Frame, at: int) -> Failure:
        owner = self.modules.get(module)
        site = Site(frame.document, frame.block, at)
        # A package gets its modules as names when these have run.
        child = self.modules.get(self.world.layout.child(owner.document, name) or "") if owner is not None else None
        partial = any(each is not None and each.running for each in (owner, child))
        return Failure(kind, name, module, partial, site, tuple(self.trail))


def short(key: str) -> str:
    """The last part of a module's name."""
    return key.removesuffix(INIT).removesuffix(".py").rpartition("/")[2]


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
