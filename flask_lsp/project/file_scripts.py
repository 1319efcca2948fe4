"""The scripts of files: what their blocks say as one, kept with the facts of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from weakref import WeakKeyDictionary

from flask_lsp.facts.assembly import script_of
from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.model import Path
from flask_lsp.facts.script import Code, Kind, Script, Steps

if TYPE_CHECKING:
    from flask_lsp.project.evaluation import Unit

UnitKey: TypeAlias = "tuple[object, ...]"


@dataclass(slots=True, eq=False)
class FileScript:
    """The script of a file and the units that were done of it."""

    script: Script
    units: dict[UnitKey, Unit] = field(default_factory=dict[UnitKey, "Unit"])

    functions: tuple[tuple[str, Code], ...] = ()
    """The functions and methods that may have a say, by qualified name."""
    classes: tuple[Kind, ...] = ()
    """The classes whose constructor may have a say."""
    bases: frozenset[str] = frozenset()
    """The last names of all bases of classes."""

    @property
    def dispatches(self) -> bool:
        """A middleware is imported that puts applications below paths."""
        return "DispatcherMiddleware" in self.script.bindings


_scripts: WeakKeyDictionary[FileFacts, FileScript] = WeakKeyDictionary()


def file_script(facts: FileFacts) -> FileScript:
    """The scripts of a file's blocks as one."""
    known = _scripts.get(facts)
    if known is None:
        parts = [script_of(block) for _, block in facts.blocks]
        bindings: dict[str, Steps] = {}
        for part in parts:
            for name, steps in part.bindings.items():
                bindings[name] = bindings[name] + steps if name in bindings else steps
        script = Script(tuple([step for part in parts for step in part.steps]), bindings)
        every = [step for steps in bindings.values() for step in steps]
        known = _scripts[facts] = FileScript(
            script,
            functions=tuple(_functions(every)),
            classes=tuple([step for step in every if isinstance(step, Kind) and _sets_up(step)]),
            bases=frozenset(
                base.text.rpartition(".")[2]
                for step in every
                if isinstance(step, Kind)
                for base in step.bases
                if isinstance(base, Path)
            ),
        )
    return known


def _functions(steps: Iterable[object]) -> Iterator[tuple[str, Code]]:
    for step in steps:
        if isinstance(step, Code) and step.steps:
            yield step.name, step
        elif isinstance(step, Kind):
            yield from ((f"{step.name}.{name}", code) for name, code in _functions(step.body))


def _sets_up(kind: Kind) -> bool:
    return any(isinstance(step, Code) and step.name == "__init__" and step.steps for step in kind.body)
