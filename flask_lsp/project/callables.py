"""Which function, class or object of the project is called by a path? ``names`` says what kind of thing of a package a
path is; this follows it into the project: functions, methods on ``self`` and on instances of known classes.

What is read of other files is part of their interfaces (``facts/interface``): only bindings, bases, the names of
members, decorators, and what functions return.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    Body,
    Bound,
    ClassDefined,
    Defined,
    Function,
    Import,
    Literal,
    Parameter,
    Path,
)
from flask_lsp.facts.traverse import attributes, every_event, returns
from flask_lsp.project import links
from flask_lsp.project.names import attributes_of
from flask_lsp.project.route_model import Key

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_MOST_STEPS = 40


class FunctionAt(NamedTuple):
    """A function or method of the project."""

    key: Key
    bound: bool = False
    """Its first parameter is given by what it is taken from."""


class ClassAt(NamedTuple):
    key: Key


class Instance(NamedTuple):
    """An object of a class of the project."""

    key: Key


class ModuleAt(NamedTuple):
    document: str


class Outside(NamedTuple):
    """Something of a package, or that is made by one."""

    path: str


Callable_: TypeAlias = "FunctionAt | ClassAt | Instance | ModuleAt | Outside | None"


class Scope(NamedTuple):
    """A function around a place."""

    function: Function
    name: str
    """Qualified."""
    of_class: str = ""
    """The qualified name of the class whose method it is."""


Scopes: TypeAlias = "tuple[Scope, ...]"
ClassThing: TypeAlias = "Callable[..., Any]"
"""Takes a question about a class with its key, and what else it needs."""


class Tracer:
    """Follows paths; ``module_thing`` is asked for what the scopes around a path do not answer, ``imported_thing`` for
    what an import in one of them brings, ``class_thing`` for what a class of a module has: those who keep what they are
    told have to know what it rests on."""

    def __init__(
        self,
        project: Project,
        module_thing: Callable[[str, str], Callable_] | None = None,
        imported_thing: Callable[[Import, str], Callable_] | None = None,
        class_thing: ClassThing | None = None,
        own: str = "",
    ) -> None:
        self.project = project
        self._module_thing = module_thing
        self._imported_thing = imported_thing
        self._class_thing = class_thing
        self._own = own
        """The file for which things are asked: no interface tells what is inside of its functions and classes."""
        self._steps = 0

    def trace(self, document: str, path: str, scopes: Scopes = ()) -> Callable_:
        """What a path is where it stands; ``None`` where that is unknown or not one thing."""
        self._steps = 0
        return self._trace(document, path, scopes)

    def imported(self, document: str, bound: Import, rest: str) -> Callable_:
        self._steps = 0
        return self._linked(links.follow(self.project, document, bound, rest))

    def class_at(self, key: Key) -> tuple[ClassDefined, Scopes] | None:
        """The class with a qualified name, and the functions it stands in."""
        found = self._at(key)
        return (found[0], found[1]) if found is not None and isinstance(found[0], ClassDefined) else None

    def function_at(self, key: Key) -> tuple[Function, Scopes] | None:
        """The function with a qualified name, and the functions it stands in."""
        found = self._at(key)
        return (found[0].function, found[1]) if found is not None and isinstance(found[0], Defined) else None

    def _at(self, key: Key) -> tuple[Bound, Scopes] | None:
        document, qualified = key
        file = self.project.files.get(document)
        if file is None:
            return None
        first, *rest = qualified.split(".")
        ats = file.facts.bindings.get(first, ())
        bound = ats[0].bound if len(ats) == 1 else None
        scopes: Scopes = ()
        name, class_ = first, ""
        for part in rest:
            found: list[Bound] = []
            if isinstance(bound, Defined):
                scopes, class_ = (Scope(bound.function, name, class_), *scopes), ""
                found = list(bound.function.bindings.get(part, ()))
            elif isinstance(bound, ClassDefined):
                class_ = name
                found = self._members(document, bound).get(part, [])
            bound, name = (found[0] if len(found) == 1 else None), f"{name}.{part}"
        return None if bound is None else (bound, scopes)

    def member(self, key: Key, name: str, depth: int = 8) -> Callable_:
        """A member of a class, its own or of its bases in their order."""
        found = self.class_at(key)
        if found is None or not depth:
            return None
        class_, scopes = found
        bounds = self._members(key[0], class_).get(name)
        if bounds:
            bound = bounds[0]
            if len(bounds) > 1 or isinstance(bound, Import):
                return None
            if isinstance(bound, Defined):
                plain = any(
                    isinstance(value, Path) and value.text == "staticmethod" for value, _ in bound.function.decorators
                )
                return FunctionAt((key[0], f"{key[1]}.{name}"), bound=not plain)
            if isinstance(bound, ClassDefined):
                return ClassAt((key[0], f"{key[1]}.{name}"))
            if isinstance(bound, Assigned) and isinstance(bound.value, Path):
                return self._trace(key[0], bound.value.text, scopes)
            return None
        outside: Outside | None = None
        for base in class_.bases:
            at = self._trace(key[0], base.text, scopes) if isinstance(base, Path) else None
            if at is None:
                return None
            if isinstance(at, Outside):
                outside = outside or Outside(f"{at.path}().{name}")
            elif isinstance(at, ClassAt) and at.key != key:
                inner = self._member_at(at.key, name, depth - 1)
                if inner is not _MISSING:
                    return inner if outside is None or _MIXIN.match(outside.path) else None
        return outside or _MISSING

    def _member_at(self, key: Key, name: str, depth: int = 8) -> Callable_:
        if self._class_thing is None or self._is_inner(key):
            return self.member(key, name, depth)
        return self._class_thing("_member", key, name, depth)

    def _is_inner(self, key: Key) -> bool:
        return key[0] == self._own and "." in key[1]

    def _trace(self, document: str, path: str, scopes: Scopes) -> Callable_:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            return None
        if path.startswith("super().") and (owner := next((s.of_class for s in scopes if s.of_class), "")):
            return self._inherited((document, owner), path.removeprefix("super()"))
        root, rest = links.split(path)
        for depth, scope in enumerate(scopes):
            if root in scope.function.outer:
                continue
            if bounds := scope.function.bindings.get(root):
                return self._all_same(document, bounds, rest, scopes[depth:], scope.name)
        if self._module_thing is not None:
            return self._module_thing(document, path)
        return self._in_module(document, root, rest)

    def _in_module(self, document: str, root: str, rest: str) -> Callable_:
        self._steps += 1
        file = self.project.files.get(document)
        if file is None or self._steps > _MOST_STEPS:
            return None
        bindings = file.facts.bindings
        if ats := bindings.get(root):
            return self._all_same(document, [at.bound for at in ats], rest, (), "")
        link = links.starred(self.project, document, root) if "*" in bindings else links.ABSENT
        if link is links.ABSENT:
            return Outside(f"builtins.{root}{rest}")
        return self._linked(link, rest)

    def _all_same(self, document: str, bounds: Sequence[Bound], rest: str, scopes: Scopes, around: str) -> Callable_:
        if len(bounds) == 1:  # nearly always
            return self._bound(document, bounds[0], rest, scopes, around)
        if len(bounds) > 8 or sum(isinstance(bound, Defined | ClassDefined) for bound in bounds) > 1:
            return None
        found = {self._bound(document, bound, rest, scopes, around) for bound in bounds}
        return found.pop() if len(found) == 1 else None

    def _bound(self, document: str, bound: Bound, rest: str, scopes: Scopes, around: str) -> Callable_:
        qualified = f"{around}.{bound.name}" if around else bound.name
        match bound:
            case Import() if self._imported_thing is not None:
                return self._imported_thing(bound, rest)
            case Import():
                return self._linked(links.follow(self.project, document, bound, rest))
            case Assigned(value=Path(text=text)):
                return self._trace(document, text + rest, scopes)
            case Defined(function=function):
                return self._function(document, qualified, function, rest, scopes)
            case ClassDefined():
                return self._rest(ClassAt((document, qualified)), rest)
            case Parameter():
                return self._parameter(document, bound, rest, scopes)
            case _:
                return None

    def _parameter(self, document: str, bound: Parameter, rest: str, scopes: Scopes) -> Callable_:
        scope = scopes[0]
        first = scope.function.parameters[0] if scope.function.parameters else None
        if scope.of_class and first is not None and first.name == bound.name and not first.stars:
            decorators = {value.text for value, _ in scope.function.decorators if isinstance(value, Path)}
            if "staticmethod" not in decorators:
                key = (document, scope.of_class)
                return self._rest(ClassAt(key) if "classmethod" in decorators else Instance(key), rest)
        if isinstance(bound.annotation, str):
            return self._trace(document, f"{bound.annotation}(){rest}", scopes[1:])
        return None

    def _inherited(self, key: Key, rest: str) -> Callable_:
        """What ``rest`` of ``super()`` in a method of a class is."""
        found = self.class_at(key)
        for base in found[0].bases if found is not None else ():
            at = self._trace(key[0], base.text, found[1]) if found and isinstance(base, Path) else None
            if isinstance(at, Outside):
                return Outside(f"{at.path}(){rest}")
            inner = self._rest(Instance(at.key), rest) if isinstance(at, ClassAt) and at.key != key else None
            if inner is not None or at is None:
                return inner
        return None

    def _attribute(self, key: Key, name: str, after: str) -> Callable_:
        """What ``after`` of an attribute is that the methods of a class, and of those that it derives from, give to its
        objects, all the same way."""
        things = self._attributes_at(key, name, after, 8)
        return next(iter(things)) if things is not None and len(things) == 1 else None

    def _attributes_at(self, key: Key, name: str, after: str, depth: int) -> frozenset[Callable_] | None:
        if self._class_thing is None or self._is_inner(key):
            return self.attributes(key, name, after, depth)
        return self._class_thing("_attributes", key, name, after, depth)

    def attributes(self, key: Key, name: str, after: str, depth: int) -> frozenset[Callable_] | None:
        """All that the attribute may be; ``None`` where that cannot be told."""
        found = self.class_at(key)
        if found is None or not depth:
            return None
        bounds = self._members(key[0], found[0]).get(name, ())
        if any(not isinstance(bound, Assigned) or bound.value != Literal(None) for bound in bounds):
            return None  # more than the ``None`` that stands there before
        things: set[Callable_] = set()
        for method, value in attributes_of(self.project, key[0], found[0]).get(name, ()):
            if method is None or value == Literal(None):
                continue
            scopes: Scopes = (Scope(method, f"{key[1]}.{method.name}", key[1]), *found[1])
            things.add(self._trace(key[0], value.text + after, scopes) if isinstance(value, Path) else None)
        for base in found[0].bases:
            at = self._trace(key[0], base.text, found[1]) if isinstance(base, Path) else None
            if isinstance(at, ClassAt) and at.key != key:
                inner = self._attributes_at(at.key, name, after, depth - 1)
                if inner is None:
                    return None
                things |= inner
        return frozenset(things)

    def _members(self, document: str, class_: ClassDefined) -> dict[str, list[Bound]]:
        """What the body of a class binds, by name."""
        kept = cast("dict[int, dict[str, list[Bound]]]", self.project.files[document].kept.setdefault(Tracer, {}))
        if (known := kept.get(id(class_))) is None:
            known = kept[id(class_)] = {}
            for bound in _bound_in(class_.body):
                known.setdefault(bound.name, []).append(bound)
        return known

    def _linked(self, link: links.Link | links.Absent | None, rest: str = "") -> Callable_:
        match link:
            case links.Inside(found, "", after) if after + rest:
                inner = links.member(self.project, found, after + rest)
                named = inner is not None and inner.name
                return self._in_module(inner.document, inner.name, inner.rest) if inner and named else None
            case links.Inside(found, "", _):
                return ModuleAt(found)
            case links.Inside(found, name, after):
                return self._in_module(found, name, after + rest)
            case links.Outside(path):
                return Outside(path + rest)
            case _:
                return None

    def _function(self, document: str, name: str, function: Function, rest: str, scopes: Scopes) -> Callable_:
        if not rest:
            return FunctionAt((document, name))
        if not rest.startswith("()") or function.decorators or function.is_async:
            return None
        inner = (Scope(function, name), *scopes)
        values = returns(function)
        found = {
            self._trace(document, value.text + rest[2:], inner) if isinstance(value, Path) else None for value in values
        }
        return found.pop() if len(found) == 1 else None

    def _rest(self, of: ClassAt | Instance, rest: str) -> Callable_:
        """What ``rest`` of a class or an instance is."""
        if not rest:
            return of
        if rest.startswith("()"):
            return self._rest(Instance(of.key), rest[2:]) if isinstance(of, ClassAt) else None
        if not rest.startswith("."):
            return None
        name, after = links.split(rest[1:])
        found = self._member_at(of.key, name)
        if isinstance(of, Instance) and (found is None or isinstance(found, Outside)):
            given = self._attribute(of.key, name, after)
            if given is not None:
                return given
        if found is _MISSING:
            return None
        match found:
            case FunctionAt(key, bound):
                found_at = self.class_at((key[0], key[1].rpartition(".")[0]))
                if after or found_at is None:
                    return None
                return FunctionAt(key, bound and isinstance(of, Instance))
            case ClassAt() | Instance():
                return self._rest(found, after)
            case Outside(path):
                return Outside(path + after)
            case _:
                return None


_MIXIN = re.compile(r"[\w.]*Mixin\(\)\.")
"""A mixin of a package has the few members that it is known for: what a class of the project has is that one's."""
_MISSING = Outside("")
"""No class that we see has the member."""


def members(class_: ClassDefined) -> frozenset[str]:
    """The names that a class binds, and that its methods give its objects."""
    return frozenset([*(bound.name for bound in _bound_in(class_.body)), *attributes(class_)])


def _bound_in(body: Body) -> Iterable[Bound]:
    return [event.bound for event in every_event(body) if isinstance(event, Bind)]
