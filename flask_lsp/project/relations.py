"""Which instances of models still need their session once they are loaded: questions for ``Context.ask``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.interface import cleared, results_changed
from flask_lsp.facts.model import Assigned, Bind, ClassDefined, Literal, Path, Value
from flask_lsp.facts.traverse import every_event
from flask_lsp.project.databases import DATABASE
from flask_lsp.project.names import canonical
from flask_lsp.project.places import place

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

_LATER = re.compile(r"(?:^|\.)(?:relationship|dynamic_loader|deferred|association_proxy)\(\)$")
_AT_ONCE = frozenset({"joined", "selectin", "subquery", "immediate"})
_MOST_BASES = 12


def loads_later(project: Project, document: str, model: str) -> bool:
    """An instance of the model asks its session for something: a relationship, a deferred column. Where not all of the
    class is seen it may."""
    if not project.complete:
        return False
    todo, seen = [(document, model)], set[tuple[str, str]]()
    while todo and len(seen) < _MOST_BASES:
        home, path = todo.pop()
        if path.endswith(".Model") and canonical(project, home, path) == f"{DATABASE}.Model":
            continue
        found = place(project, home, path)
        if found is None or not isinstance(found.bound, ClassDefined):
            return True
        if found.key in seen:
            continue
        seen.add(found.key)
        if _has_later(found.bound) or any(found.name in names for names in project.parts(_given_back).values()):
            return True
        todo += [(found.document, base.text) for base in found.bound.bases if isinstance(base, Path)]
    return False


def is_changed(project: Project, _document: str, function: str) -> bool:
    """Somebody changes an attribute of what a function of that name gives back."""
    return any(function in names for names in project.parts(_changed).values())


def is_cleared(project: Project, _document: str, function: str) -> bool:
    """Somebody deals with the cache of a function of that name."""
    return not project.complete or any(function in names for names in project.parts(_cleared).values())


def _has_later(model: ClassDefined) -> bool:
    return any(
        isinstance(event, Bind) and isinstance(event.bound, Assigned) and _is_later(event.bound.value)
        for event in every_event(model.body)
    )


def _is_later(value: Value) -> bool:
    if not isinstance(value, Path) or not _LATER.search(value.text):
        return False
    lazy = value.keyword("lazy")
    return not (isinstance(lazy, Literal) and lazy.value in _AT_ONCE)


def _given_back(file: File) -> frozenset[str]:
    """The models that get a relationship by that of another one: ``relationship("Post", backref="author")``."""
    if "backref" not in file.source.text:
        return frozenset()
    found: set[str] = set()
    for ats in file.facts.bindings.values():
        for at in ats:
            if isinstance(at.bound, ClassDefined):
                found.update(_gives_back(at.bound))
    return frozenset(found)


def _gives_back(model: ClassDefined) -> Iterator[str]:
    for event in every_event(model.body):
        match event:
            case Bind(bound=Assigned(value=Path(text=text, args=[first, *_]) as value)) if _LATER.search(text):
                if value.keyword("backref") is not None:
                    name = first.text if isinstance(first, Path) else first.value if isinstance(first, Literal) else ""
                    yield str(name).rpartition(".")[2]
            case _:
                pass


def _changed(file: File) -> frozenset[str]:
    return frozenset(
        name
        for _, facts in file.facts.blocks
        for function in facts.functions.values()
        for name in results_changed(function)
    )


def _cleared(file: File) -> frozenset[str]:
    return frozenset(
        name
        for _, facts in file.facts.blocks
        for body in (facts.body, *(function.body for function in facts.functions.values()))
        for event in every_event(body)
        if (name := cleared(event)) is not None
    )
