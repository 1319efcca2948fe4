"""Where does this name come from? The place at which what a path means was bound, through aliases, imports and
functions that return it. ``names`` tells what kind of thing it is, a place tells which one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask_lsp.facts.model import (
    Assigned,
    Bound,
    ClassDefined,
    Defined,
    Function,
    Import,
    Items,
    Literal,
    Pairs,
    Path,
    Value,
)
from flask_lsp.facts.traverse import returns
from flask_lsp.frozen import frozen
from flask_lsp.project import links
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_MOST_STEPS = 40
_CONTAINERS = frozenset({"dict()", "list()", "set()", "defaultdict()", "OrderedDict()", "deque()"})


@frozen(eq=False)
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


def constant(project: Project, document: str, path: str) -> Literal | None:
    """The constant that a module-level name, or one of an imported module, is bound to and never anything else. A
    question for ``Context.ask``."""
    found = constant_at(project, document, path)
    return None if found is None else found[2]


def constant_at(project: Project, document: str, path: str) -> tuple[str, str, Literal] | None:
    """The file and the name that bind a constant, and what it is. A question for ``Context.ask``."""
    found = place(project, document, path)
    if found is None or not isinstance(found.bound, Assigned) or not isinstance(found.bound.value, Literal):
        return None
    return found.document, found.name, found.bound.value


def is_container(project: Project, document: str, path: str) -> bool:
    """A module-level name is bound to a dict, list or set that is made with the module. A question for
    ``Context.ask``."""
    found = place(project, document, path)
    value = found.bound.value if found is not None and isinstance(found.bound, Assigned) else None
    if isinstance(value, Path):
        return value.text.rpartition(".")[2] in _CONTAINERS
    return isinstance(value, Pairs | Items)


def is_own_class(project: Project, document: str, path: str) -> bool:
    """A path is a class of the project, which may do more than the one it derives from."""
    found = place(project, document, path)
    return found is not None and isinstance(found.bound, ClassDefined)


def function_of(project: Project, document: str, path: str) -> Function | None:
    """The function of the project that a path such as ``helper`` or ``helpers.check`` names in a module's scope."""
    found = place(project, document, path)
    return found.bound.function if found is not None and isinstance(found.bound, Defined) else None


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
        root, rest = links.split(path)
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
        if "*" in file.facts.bindings and isinstance(
            link := links.starred(self._project, document, root), links.Inside
        ):
            return self._in_module(link.document, link.name, link.rest + rest) if link.name else None
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
        match links.follow(self._project, here.document, bound, rest):
            case links.Inside(document, name, after) if name:
                return self._in_module(document, name, after)
            case links.Outside():
                return here
            case _:
                return None
