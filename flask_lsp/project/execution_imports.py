"""Import statements, as Python carries them out."""

from __future__ import annotations

from collections.abc import Generator

from flask_lsp.facts.importing import Load
from flask_lsp.project.execution_model import (
    MAYBE,
    OTHER,
    Broken,
    Failure,
    Frame,
    Module,
    Module_,
    Running,
    Site,
    Value,
)
from flask_lsp.project.execution_state import State, short


class Imports(State):
    """What ``import`` and ``from`` do."""

    def _load(self, load: Load, frame: Frame) -> Running:
        found = self._resolve(load, frame)
        if isinstance(found, Failure):
            return found
        if isinstance(found, Broken):
            failed = yield from self._under(load.at, frame, found.chain)
            return failed or self._failure("ModuleNotFoundError", found.rest, found.chain[-1], frame, load.at)
        if found is None:
            self._foreign(load, frame)
            return None
        failed = yield from self._under(load.at, frame, found)
        if failed is not None:
            return failed
        if not load.names:
            if not load.whole and (failed := (yield from self._under(load.at, frame, found[:1]))) is not None:
                return failed
            self._bind(load.bind, self._attribute(found) if load.whole else Module_(found[0]), frame)
            return None
        module = self.modules[found[-1]]
        failed = yield from self._submodules(load, module, found, frame)
        if failed is not None:
            return failed
        for index, (name, bound) in enumerate(load.names):
            failed = self._take(name, bound, module, frame, load.at + index)
            if failed is not None:
                return failed
        return None

    def _attribute(self, chain: tuple[str, ...]) -> Value:
        """What ``import a.b as c`` binds: the attribute ``b`` of ``a``, whatever that is by now."""
        value: Value = Module_(chain[0])
        for key in chain[1:]:
            owner = self.modules.get(value.key) if isinstance(value, Module_) else None
            if owner is None:
                return OTHER
            found = owner.names.get(short(key))
            if found is None and "__getattr__" in owner.names:
                self.known = False  # it is asked first
            value = found or Module_(key)
        return value

    def _under(self, at: int, frame: Frame, chain: tuple[str, ...]) -> Generator[str, Failure | None, Failure | None]:
        """Imports with the statement noted as under way."""
        self.trail.append((Site(frame.document, frame.block, at), chain[-1]))
        failed = yield from self._bring(chain)
        self.trail.pop()
        return failed

    def _foreign(self, load: Load, frame: Frame) -> None:
        """From a package that is not the project's anything may come."""
        for name, bound in load.names:
            if name == "*":
                frame.module.open = True
            else:
                self._bind(bound, OTHER, frame)
        if not load.names:
            self._bind(load.bind, OTHER, frame)

    def _submodules(
        self, load: Load, module: Module, chain: tuple[str, ...], frame: Frame
    ) -> Generator[str, Failure | None, Failure | None]:
        """What ``from package import name`` imports because the package has no such name."""
        if self.world.layout.folder(module.key) is None:
            return None
        wanted = [(name, index) for index, (name, _) in enumerate(load.names) if name != "*"]
        if len(wanted) < len(load.names) and "__all__" in module.names:
            wanted += [(name, 0) for name in module.listed or ()]
        for name, index in wanted:
            value, child = module.names.get(name), self.world.layout.child(module.key, name)
            if child is None or (value is not None and value is not MAYBE):
                continue
            unsure = value is MAYBE or module.open or "__getattr__" in module.names
            if unsure and child not in self.modules and self.choose(2):
                continue
            failed = yield from self._under(load.at + index, frame, (*chain, child))
            if failed is not None:
                return failed
        return None

    def _take(self, name: str, bound: str, module: Module, frame: Frame, at: int) -> Failure | None:
        """Binds what ``from module import name`` takes."""
        if name == "*":
            return self._star(module, frame, at)
        value = module.names.get(name)
        if value is MAYBE:
            self.known = False
        elif value is None:
            child = self.world.layout.child(module.key, name)
            if child is not None and child in self.modules:
                value = Module_(child)
                if "__getattr__" in module.names:
                    self.known = False  # it is asked first
            elif not self._may_have(module, name):
                return self._failure("ImportError", name, module.key, frame, at)
        elif module.running and not isinstance(value, Module_):
            self._noted_early(name, module, frame, at)
        self._bind(bound, value if value is not None and value is not MAYBE else OTHER, frame)
        return None

    def _star(self, module: Module, frame: Frame, at: int) -> Failure | None:
        target = frame.module
        if "__all__" not in module.names:
            if "__getattr__" in module.names:
                self.known = False  # it is asked for ``__all__``
            target.open |= module.open
            for name, value in list(module.names.items()):
                if not name.startswith("_"):
                    self._bind(name, value if value is not MAYBE or name not in target.names else OTHER, frame)
            return None
        if module.listed is None or module.names["__all__"] is MAYBE:
            target.open = True
            if module.running or not self.world.trusting:
                self.known = False
            return None
        for name in module.listed:
            value = module.names.get(name)
            if value is MAYBE:
                self.known = False
            if value is None and not self._may_have(module, name):
                return self._failure("AttributeError", name, module.key, frame, at)
            self._bind(name, value if value is not None and value is not MAYBE else OTHER, frame)
        return None
