"""All that runs in a project while its applications are put together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.project.evaluation import Evaluation, Unit
from flask_lsp.project.kinds import is_test
from flask_lsp.project.route_model import Key
from flask_lsp.project.things import AppThing, Args, FunctionValue

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_NOBODY = Args((), {}, all=False)
"""The arguments of a function that we do not see called."""


class Collecting:
    """The units of a project, collected when it is made."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.evaluation = Evaluation(project)
        self.units: dict[int, tuple[Unit, bool]] = {}
        """All that runs, and whether it does so in any case."""
        self.dispatches = False
        """A middleware puts applications below paths."""
        self.collect()

    def collect(self) -> None:
        """All that runs: the modules, what they call, the factories that nobody is seen to call, and last the
        functions of which we do not see whether they run."""
        documents = [document for document in self.project.files if not is_test(self.project, document)]
        ran: set[Key] = set()
        for document in documents:
            script = self.evaluation.script(document)
            if script is not None and script.dispatches:
                self.dispatches = True
            self.reach(self.evaluation.module(document), True, ran)
        idle = [function for document in documents for function in self.functions(document)]
        for factories in (True, False):
            roots = [each for each in idle if each.code.makes_app is factories and _key(each) not in ran]
            units = [(each, self.evaluation.call(each, Args() if factories else _NOBODY)) for each in roots]
            inner = {key for _, unit in units for each, _ in unit.calls for key in _ran(each)}
            for function, unit in units:
                if _key(function) not in inner:
                    self.reach(unit, factories, ran)
            if factories:
                self.collect_classes(documents, ran)

    def collect_classes(self, documents: list[str], ran: set[Key]) -> None:
        """The classes of applications of which nobody is seen to make one."""
        scripts = [(document, script) for document in documents if (script := self.evaluation.script(document))]
        bases = frozenset[str]().union(*(script.bases for _, script in scripts))
        for document, script in scripts:
            for kind in script.classes:
                if kind.name not in bases and (document, f"{kind.name}.__init__") not in ran:
                    unit = self.evaluation.app_class(document, kind)
                    if unit is not None:
                        self.reach(unit, True, ran)

    def functions(self, document: str) -> Iterator[FunctionValue]:
        """The functions and methods of a module that may have a say."""
        script = self.evaluation.script(document)
        if script is None:
            return
        for name, step in script.functions:
            yield FunctionValue(document, name, step)

    def reach(self, unit: Unit, sure: bool, ran: set[Key]) -> None:
        """Notes a unit and all that it calls, each once."""
        todo = [(unit, sure)]
        while todo:
            each, certain = todo.pop()
            certain = certain or _makes_app(each)  # there is no such application otherwise
            before = self.units.get(id(each))
            if before is not None and (before[1] or not certain):
                continue
            self.units[id(each)] = each, certain
            ran |= each.ran
            todo += [(inner, certain and always) for inner, always in reversed(each.calls)]


def units_of(unit: Unit) -> Iterator[Unit]:
    """A unit and all that it calls."""
    todo, seen = [unit], set[int]()
    while todo:
        each = todo.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            todo += [inner for inner, _ in each.calls]


def _key(function: FunctionValue) -> Key:
    return function.document, function.name


def _makes_app(unit: Unit) -> bool:
    return any(isinstance(effect, AppThing) for effect in unit.effects)


def _ran(unit: Unit) -> set[Key]:
    return {key for each in units_of(unit) for key in each.ran}
