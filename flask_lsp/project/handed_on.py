"""Where an object of a module goes besides the places that name it: handed on as it is, or with its module."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.model import Assigned, Import, Path
from flask_lsp.project import kinds, links
from flask_lsp.project.places import imported, place
from flask_lsp.project.routes import Key

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


def escapes(project: Project, key: Key) -> bool:
    """The object, or the module it is in, goes somewhere as it is."""
    document, name = key
    aliases = _names_of(project, name)
    for other, file in project.files.items():
        if kinds.is_test(project, other):
            continue
        handed, reached, lent = file.facts.handed
        for each in aliases & handed:
            at = place(project, other, each)
            if at is None or at.key == key:
                return True
        for module, attribute, level in lent:
            if attribute in aliases:
                at = imported(project, other, module, attribute, level, "")
                if at is None or at.key == key:
                    return True
        if other != document and _hands_on_module(project, other, file.facts, document, handed | reached):
            return True
    return False


def _hands_on_module(project: Project, other: str, facts: FileFacts, document: str, named: frozenset[str]) -> bool:
    """A file imports the module as an object and does something with it."""
    for name in named:
        for at in facts.bindings.get(name, ()):
            if isinstance(at.bound, Import) and _is_module(project, other, at.bound, document):
                return True
    return any(
        project.module(other, ".".join(filter(None, (each.module, each.attribute))), each.level) == document
        for each in facts.imports
        if each.function
    )


def _is_module(project: Project, document: str, bound: Import, module: str) -> bool:
    match links.follow(project, document, bound, ""):
        case links.Inside(found, "", _):
            return found == module
        case _:
            return False


def _names_of(project: Project, name: str) -> frozenset[str]:
    """The names by which what has this name somewhere may go elsewhere."""
    renames = _renames(project)
    found, todo = {name}, [name]
    while todo:
        for other in renames.get(todo.pop(), ()):
            if other not in found:
                found.add(other)
                todo.append(other)
    return frozenset(found)


def _renames(project: Project) -> dict[str, set[str]]:
    """The other names that imports of the project give to things, by the names these have at home."""
    known = project.answers.get(_renames)
    if known is None:
        found: dict[str, set[str]] = {}
        for file in project.files.values():
            for ats in file.facts.bindings.values():
                for at in ats:
                    match at.bound:
                        case Import(name=name, attribute=str(attribute)) if name != attribute:
                            found.setdefault(attribute, set()).add(name)
                        case Assigned(name=name, value=Path(text=text)) if not text.endswith(")"):
                            found.setdefault(text.rpartition(".")[2], set()).add(name)
                        case _:
                            pass
        known = project.answers[_renames] = found
    return cast("dict[str, set[str]]", known)


def is_used(project: Project, key: Key) -> bool:
    """Some file reads something of the object, or a function of it imports it."""
    aliases = _names_of(project, key[1])
    for other, file in project.files.items():
        if kinds.is_test(project, other):
            continue
        for each in aliases & file.facts.handed[1]:
            at = place(project, other, each)
            if at is not None and at.key == key:
                return True
        for each in file.facts.imports:
            if each.function and each.attribute in aliases:
                at = imported(project, other, each.module, each.attribute, each.level, "")
                if at is not None and at.key == key:
                    return True
    return False
