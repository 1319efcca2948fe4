"""Classes and modules that are configuration: what they bind, and which of them an expression means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flask_lsp.facts.configuring import Scope
from flask_lsp.facts.interface import keys_of_instances
from flask_lsp.facts.model import (
    OTHER,
    Assigned,
    Bind,
    Bound,
    ClassDefined,
    Defined,
    Either,
    Import,
    Joined,
    Literal,
    Pairs,
    Path,
    Value,
)
from flask_lsp.facts.traverse import every_event, returns
from flask_lsp.frozen import frozen
from flask_lsp.project.places import place
from flask_lsp.project.stages import Stage, stage_of

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_MOST_STEPS = 20
_READERS = ("environ.get()", "getenv()", "environ[]", "config()", "env()", "env.str()")
_ABSTRACT = frozenset({"object", "ABC", "abc.ABC", "Generic"})
_SETTINGS = frozenset({"BaseSettings", "pydantic.BaseSettings", "pydantic_settings.BaseSettings"})


class Target(NamedTuple):
    """A class, or a module, that is read as configuration."""

    document: str
    name: str
    """Empty: the module."""

    def stage(self, label: str = "") -> Stage:
        """For which environment it is, by the key that it goes by, by its own name, or by that of its module."""
        module = self.document.rpartition("/")[2].removesuffix(".py")
        return stage_of(label) or stage_of(self.name) or stage_of(module)


class Choice(NamedTuple):
    """One of the objects that may be read."""

    label: str
    """The key of the dict that it stands in."""
    target: Target

    @property
    def stage(self) -> Stage:
        return self.target.stage(self.label)


@frozen()
class Choices:
    """The objects that an expression may mean."""

    found: tuple[Choice, ...] = ()
    complete: bool = True
    """There are no others."""

    def __add__(self, other: Choices) -> Choices:
        return Choices(tuple(dict.fromkeys((*self.found, *other.found))), self.complete and other.complete)

    def of(self, stage: Stage) -> tuple[Choice, ...]:
        """Those that the environment uses: the ones named after it, else those that are for no other one."""
        named = tuple(each for each in self.found if each.stage == stage)
        others = {each.target for each in self.found if each.stage not in ("", stage)}
        neutral = tuple(each for each in self.found if not each.stage and each.target not in others)
        return named or neutral or self.found


NOTHING = Choices((), False)


_Inner: TypeAlias = "Callable[[Value], Choices]"


class Attribute(NamedTuple):
    """A key that a class or module binds."""

    key: str
    value: Value
    owner: Target
    sure: bool = True


# -- what they bind ----------------------------------------------------------------------------------------------------


def attributes(project: Project, target: Target) -> tuple[tuple[Attribute, ...], bool]:
    """The keys of a class or module, those of bases first so that later ones win, and whether there are no others."""
    key = (attributes, target)
    if key not in project.answers:
        found = _of_class(project, target, 0) if target.name else _of_module(project, target.document, 0)
        project.answers[key] = found
    return project.answers[key]  # type: ignore[return-value]


def _of_class(project: Project, target: Target, depth: int) -> tuple[tuple[Attribute, ...], bool]:
    defined = class_at(project, target)
    if defined is None or depth > _MOST_STEPS:
        return (), False
    found: list[Attribute] = []
    complete = True
    fields = any(isinstance(base, Path) and base.text in _SETTINGS for base in defined.bases)
    for base in reversed(defined.bases):
        text = base.text if isinstance(base, Path) else ""
        if text in _ABSTRACT or text in _SETTINGS:
            continue
        inner = object_at(project, target.document, text) if text else None
        if inner is None or not inner.name:
            complete = False
            continue
        inherited, whole = _of_class(project, inner, depth + 1)
        found += inherited
        complete = complete and whole
    for event in every_event(defined.body):
        if isinstance(event, Bind) and event.bound.name.isupper():
            value = event.bound.value if isinstance(event.bound, Assigned) else OTHER
            found.append(Attribute(event.bound.name, value, target, not fields))
    own, whole = keys_of_instances(defined)
    found += [Attribute(key, value, target, sure=False) for key, value in own]
    return tuple(found), complete and whole


def _of_module(project: Project, document: str, depth: int) -> tuple[tuple[Attribute, ...], bool]:
    if document not in project.files:
        read = project.sources.get(document)
        values = read.values if read is not None else ()
        return tuple(Attribute(key, value, Target(document, "")) for key, value in values), read is not None
    bindings, found, complete = project.files[document].facts.bindings, list[Attribute](), True
    stars = bindings.get("*", ())
    for at in stars:
        module = None
        if isinstance(at.bound, Import):
            module = project.module(document, at.bound.module, at.bound.level)
        if module is None or module == document or depth > _MOST_STEPS:
            complete = False
        else:
            inner, whole = _of_module(project, module, depth + 1)
            found += inner
            complete = complete and whole
    for name, ats in bindings.items():
        if name.isupper():
            for at in ats:
                value = at.bound.value if isinstance(at.bound, Assigned) else OTHER
                found.append(Attribute(name, value, Target(document, ""), len(ats) == 1))
    return tuple(found), complete


def class_at(project: Project, target: Target) -> ClassDefined | None:
    match _bounds(project, target.document, target.name):
        case [ClassDefined() as defined]:
            return defined
        case _:
            return None


def _bounds(project: Project, document: str, name: str) -> list[Bound]:
    file = project.files.get(document)
    return [] if file is None else [at.bound for at in file.facts.bindings.get(name, ())]


def bases(project: Project, target: Target) -> Iterator[Target]:
    """The class and all it is derived from in the project."""
    seen, todo = set[Target](), [target]
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        yield here
        defined = class_at(project, here) if here.name else None
        for base in defined.bases if defined is not None else ():
            inner = object_at(project, here.document, base.text) if isinstance(base, Path) else None
            if inner is not None:
                todo.append(inner)


# -- which one is meant ------------------------------------------------------------------------------------------------


def choices(project: Project, document: str, value: Value, scope: Scope | None = None, depth: int = 0) -> Choices:
    """The objects that the argument of ``from_object`` may be."""
    if depth > _MOST_STEPS:
        return NOTHING

    def inner(value: Value) -> Choices:
        return choices(project, document, value, scope, depth + 1)

    match value:
        case Path(text="__name__"):
            return Choices((Choice("", Target(document, "")),))
        case Literal(value=str(text)):
            found = by_dotted_name(project, document, text)
            return NOTHING if found is None else Choices((Choice("", found),))
        case Either(values=values):
            return sum(map(inner, values), Choices())
        case Joined(parts=(Literal(value=str(start)), *_)):
            module = project.module(document, start.rpartition(".")[0], 0) if "." in start else None
            return NOTHING if module is None else Choices(tuple(_classes_of(project, module)), False)
        case Path(text=text, args=args, keywords=keywords, key=key):
            if text.endswith(_READERS) and not text.startswith("config"):
                given = [*args[1:2], *(each for name, each in keywords if name == "default")]
                return sum(map(inner, given), NOTHING)
            if text.startswith(("import_string()", "werkzeug.utils.import_string()")) and args:
                return inner(args[0])
            if (mapping := _mapping(project, document, text, scope)) is not None:
                return _picked(project, mapping, args[0] if key is None and args else key)
            return _by_name(project, document, text, scope, inner)
        case _:
            return NOTHING


def _by_name(project: Project, document: str, text: str, scope: Scope | None, inner: _Inner) -> Choices:
    bare = text.removesuffix("()")
    if scope is not None and bare.isidentifier():
        for name, default in scope.parameters:
            if name == bare:
                given = default is not None and default != Literal(None)
                return inner(default) if default is not None and given else NOTHING
        for name, values in scope.locals:
            if name == bare:
                return sum((inner(value) for value in values if value != Path(text)), Choices())
    found = object_at(project, document, bare)
    if found is not None:
        return Choices((Choice("", found),))
    at = place(project, document, bare)
    match at.bound if at is not None else None:
        case Defined(function=function) if text.endswith("()") and at is not None:
            given_back = [value for value in returns(function) if value != Literal(None)]
            here = Scope("", tuple((each.name, each.default) for each in function.parameters), ())
            return sum((choices(project, at.document, value, here, 5) for value in given_back), Choices())
        case Assigned(value=value) if at is not None and not isinstance(value, Path | Literal):
            return choices(project, at.document, value, None, 5)
        case _:
            return NOTHING


def _mapping(project: Project, document: str, text: str, scope: Scope | None) -> tuple[str, Mapping[str, Value]] | None:
    """The dict that ``text``, an item or a call of ``get``, is read from, with the file it stands in."""
    for end in ("[]", ".get()"):
        if not text.endswith(end):
            continue
        name = text.removesuffix(end)
        values = dict(scope.locals).get(name, ()) if scope is not None else ()
        if len(values) == 1 and (pairs := _pairs(values[0])):
            return document, pairs
        at = place(project, document, name)
        if at is not None and isinstance(at.bound, Assigned) and (pairs := _pairs(at.bound.value)):
            return at.document, pairs
    return None


def _pairs(value: Value) -> dict[str, Value]:
    match value:
        case Pairs(items=items):
            return {str(key.value): each for key, each in items if isinstance(key, Literal)}
        case Path(text="dict()", args=(), keywords=keywords):
            return {key: each for key, each in keywords if key != "**"}
        case _:
            return {}


def _picked(project: Project, mapping: tuple[str, Mapping[str, Value]], key: Value | None) -> Choices:
    document, pairs = mapping
    if isinstance(key, Literal) and str(key.value) in pairs:
        pairs = {str(key.value): pairs[str(key.value)]}
    found = Choices()
    for label, value in pairs.items():
        one = choices(project, document, value, None, 5)
        found = found + Choices(tuple(each._replace(label=label) for each in one.found), one.complete)
    return found


def _classes_of(project: Project, document: str) -> Iterator[Choice]:
    for name, ats in project.files[document].facts.bindings.items():
        if any(isinstance(at.bound, ClassDefined) for at in ats):
            yield Choice("", Target(document, name))


def by_dotted_name(project: Project, document: str, text: str) -> Target | None:
    """What ``from_object("config.ProductionConfig")`` reads."""
    parent, _, name = text.replace(":", ".").rpartition(".")
    if (module := project.module(document, text, 0)) is not None:
        return Target(module, "")
    module = project.module(document, parent, 0) if parent else None
    if module is None:
        return None
    if class_at(project, Target(module, name)) is not None:
        return Target(module, name)
    return object_at(project, module, name)


def object_at(project: Project, document: str, path: str) -> Target | None:
    """The class, or the module, that a path such as ``config.Config`` means."""
    for _ in range(_MOST_STEPS):
        name, _, rest = path.partition(".")
        match _bounds(project, document, name):
            case [ClassDefined()] if not rest:
                return Target(document, name)
            case [Assigned(value=Path(text=text))] if not rest and text not in (name, path):
                path = text.removesuffix("()")
            case [Import(module=module, attribute=attribute, level=level)]:
                found = project.module(document, f"{module}.{attribute or ''}".strip("."), level)
                if found is not None and not rest:
                    return Target(found, "")
                if found is None:
                    found, rest = project.module(document, module, level), f"{attribute or ''}.{rest}".strip(".")
                if found is None:
                    return None
                while rest and (deeper := _submodule(project, found, rest)) is not None:
                    found, rest = deeper
                if not rest:
                    return Target(found, "")
                document, path = found, rest
            case _:
                return None
    return None


def _submodule(project: Project, document: str, rest: str) -> tuple[str, str] | None:
    """The module in a package that ``rest`` begins with, and what is left of it."""
    name, _, after = rest.partition(".")
    if not document.endswith("/__init__.py") or name in project.files[document].facts.bindings:
        return None
    inner = project.module(document, name, 1)
    return None if inner is None or inner == document else (inner, after)
