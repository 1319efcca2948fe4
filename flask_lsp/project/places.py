"""Where does this name come from? The place at which what a path means was bound, through aliases, imports and
functions that return it. ``names`` tells what kind of thing it is, a place tells which one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Assigned, Bound, ClassDefined, Defined, Function, Import, Literal, Path, Value
from flask_lsp.facts.traverse import returns
from flask_lsp.project.names import in_namespace, split
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_MOST_STEPS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One binding: an import from a package, an assignment, a function or a class."""

    document: str
    name: str
    """Qualified by the functions around it: ``create_app.app``."""
    bound: Bound
    scopes: tuple[Function, ...]
    """The functions the binding stands in, innermost first."""

    @property
    def key(self) -> tuple[str, str]:
        return self.document, self.name


def place(project: Project, document: str, path: str, scopes: tuple[Function, ...] = ()) -> Place | None:
    """The place that ``path`` leads to from where it stands; ``None`` if unknown, or if there is more than one."""
    return _Tracer(project).trace(document, path, scopes)


def imported(
    project: Project, document: str, module: str, attribute: str | None, level: int, rest: str
) -> Place | None:
    """The place that ``rest`` leads to from an import that stands in a function of the file."""
    return _Tracer(project).follow(document, Import("", module, attribute, level, Span(0, 0)), rest)


def literal(project: Project, document: str, value: Value, scopes: tuple[Function, ...] = ()) -> Literal | None:
    """The constant that a value is, itself or by a name bound to it and nothing else."""
    if isinstance(value, Path):
        found = place(project, document, value.text, scopes)
        value = found.bound.value if found is not None and isinstance(found.bound, Assigned) else value
    return value if isinstance(value, Literal) else None


class _Tracer:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._steps = 0

    def trace(self, document: str, path: str, scopes: tuple[Function, ...]) -> Place | None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            return None
        root, rest = split(path)
        for depth, scope in enumerate(scopes):
            if root not in scope.outer and (bounds := scope.bindings.get(root)):
                return self._only(document, bounds, rest, scopes[depth:])
        return self._in_module(document, root, rest)

    def follow(self, document: str, bound: Bound, rest: str) -> Place | None:
        return self._bound(document, bound, rest, ())

    def _in_module(self, document: str, root: str, rest: str) -> Place | None:
        file = self._project.files.get(document)
        if file is None:
            return None
        if ats := file.facts.bindings.get(root):
            return self._only(document, (at.bound for at in ats), rest, ())
        for star in reversed(file.facts.bindings.get("*", ())):
            if isinstance(star.bound, Import):
                module = self._project.module(document, star.bound.module, star.bound.level)
                if module is not None and root in self._project.files[module].facts.bindings:
                    return self._in_module(module, root, rest)
        return None

    def _only(self, document: str, bounds: Iterable[Bound], rest: str, scopes: tuple[Function, ...]) -> Place | None:
        every = tuple(bounds)
        found = [self._bound(document, bound, rest, scopes) for bound in every[:8]]
        first = found[0] if len(every) <= 8 else None
        same = first is not None and all(one is not None and one.key == first.key for one in found)
        # Assigned more than once, a name has one key and many values.
        return first if same and (len(found) == 1 or not any(isinstance(bound, Assigned) for bound in every)) else None

    def _bound(self, document: str, bound: Bound, rest: str, scopes: tuple[Function, ...]) -> Place | None:
        here = Place(document, ".".join([*(scope.name for scope in reversed(scopes)), bound.name]), bound, scopes)
        match bound:
            case Import():
                return self._import(here, bound, rest)
            case Assigned(value=Path(text=text)) if not text.endswith("()") or rest:
                return self.trace(document, text + rest, scopes)
            case Assigned(value=Path(text=text)):
                made_by = self.trace(document, text.removesuffix("()"), scopes)
                if made_by is not None and isinstance(made_by.bound, Defined):
                    return self.trace(document, text, scopes)
                return here
            case Defined(function=function) if rest.startswith("()"):
                return self._returned(here, function, rest[2:])
            case Assigned() | Defined() | ClassDefined():
                return here if not rest else None
            case _:
                return None

    def _returned(self, here: Place, function: Function, rest: str) -> Place | None:
        """What a call of a function of the project gives."""
        values = set(returns(function))
        value = values.pop() if len(values) == 1 and not function.decorators else None
        if not isinstance(value, Path):
            return None
        return self.trace(here.document, value.text + rest, (function, *here.scopes))

    def _import(self, here: Place, bound: Import, rest: str) -> Place | None:
        document = here.document
        module = self._project.module(document, bound.module, bound.level)
        if module is not None and bound.attribute is None:
            return self._member(module, rest)
        if module is not None and bound.attribute is not None:
            found = self._in_module(module, bound.attribute, rest)
            if found is not None or bound.attribute in self._project.files[module].facts.bindings:
                return found
        if bound.attribute is not None:
            inner = self._project.module(document, f"{bound.module}.{bound.attribute}".lstrip("."), bound.level)
            if inner is not None:
                return self._member(inner, rest)
        if bound.attribute is None and (member := in_namespace(self._project, document, bound.module, rest)):
            return self._member(*member)
        return here if module is None and not bound.level else None

    def _member(self, module: str, rest: str) -> Place | None:
        if not rest.startswith("."):
            return None
        root, after = split(rest[1:])
        if root in self._project.files[module].facts.bindings:
            return self._in_module(module, root, after)
        inner = self._project.module(module, root, 1) if module.endswith("/__init__.py") else None
        return None if inner is None else self._member(inner, after)
