"""Which models are there when the tables are made? Questions for ``Context.ask``.

``create_all`` makes the tables of the models that have been imported. What cannot be told, such as modules that are
imported by name, counts as imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_lsp.facts.imports import Imported
from flask_lsp.facts.model import ClassDefined, Import, Path
from flask_lsp.facts.words import says_tables
from flask_lsp.frozen import frozen
from flask_lsp.project import kinds, places
from flask_lsp.project.databases import database_of
from flask_lsp.project.importers import files_of, importers_of, imports_by_name, reach
from flask_lsp.project.imports import entries_of
from flask_lsp.project.routes import Key, Reference

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project


@frozen()
class Models:
    """A module that defines models, and their names."""

    document: str
    names: tuple[str, ...]


def never_imported(project: Project, document: str, reference: Reference) -> tuple[Models, ...]:
    """The modules with models of a database that a function or script of the file makes the tables of, where no program
    that comes there imports any of them."""
    key = _database(project, document, reference)
    if key is None or kinds.is_test(project, document) or imports_by_name(project):
        return ()
    models = [one for one in _models(project).get(key, ()) if not kinds.is_test(project, one.document)]
    if not models or any(_brings_tables(project, program) for program in _programs(project, document)):
        return ()
    near = [one for one in models if _is_near(document, one.document)]
    return tuple(sorted(near, key=lambda one: one.document))


def defined_below(project: Project, document: str, name: str, offset: int) -> str | None:
    """The last model of the database ``name`` in the file, where all of them stand behind ``offset`` and none is
    imported before it."""
    key = _database(project, document, ("module", name))
    own = [one for one in _models(project).get(key, ()) if one.document == document] if key is not None else []
    if not own or imports_by_name(project):
        return None
    bindings = project.files[document].facts.bindings
    before = [each.bound for ats in bindings.values() for each in ats if each.start < offset]
    if any(isinstance(bound, ClassDefined) and bound.name in own[0].names for bound in before):
        return None
    if any(isinstance(bound, Import) and _leads_to_tables(project, document, bound) for bound in before):
        return None
    return max(own[0].names, key=lambda model: bindings[model][0].start)


def _leads_to_tables(project: Project, document: str, bound: Import) -> bool:
    imported = Imported(bound.module, bound.attribute, bound.level, (), "", renamed=False)
    found = files_of(project, document, imported) - {document}
    return any(_brings_tables(project, each, but=document) for each in found)


def _programs(project: Project, document: str) -> frozenset[str]:
    """The modules with which the programs begin that come to the file. Where none is known, all that import it and do
    more than define tables."""
    entries = {each.start.documents[-1] for each in entries_of(project) if each.start.documents}
    if document in entries and not importers_of(project, document):
        return frozenset((document,))
    seen, todo = {document}, [document]
    while todo:
        for importer in importers_of(project, todo.pop()) - seen:
            if not kinds.is_test(project, importer) and not kinds.is_migration(project, importer):
                seen.add(importer)
                todo.append(importer)
    tables = project.parts(_has_tables)
    return frozenset(seen & entries or {each for each in seen if each == document or not tables[each]})


def _brings_tables(project: Project, document: str, but: str = "") -> bool:
    """The file, or one that it imports, may define tables."""
    tables = project.parts(_has_tables)
    return any(tables.get(each) for each in reach(project, document) if each != but)


def _has_tables(file: File) -> bool:
    return says_tables(file.source.text)


def _is_near(document: str, other: str) -> bool:
    """The files belong to one program: they share the folder of one of them. Many repositories hold several."""
    here, there = document.rpartition("/")[0], other.rpartition("/")[0]
    return f"{there}/".startswith(f"{here}/") or f"{here}/".startswith(f"{there}/")


def _database(project: Project, document: str, reference: Reference) -> Key | None:
    match reference:
        case ("local", _):
            return None
        case (_, str() as path):
            found = places.place(project, document, path)
        case (module, attribute, level, rest):
            found = places.imported(project, document, module, attribute, level, rest)
    return None if found is None else found.key


def _models(project: Project) -> dict[Key, list[Models]]:
    """The models of each database, by module."""
    parts = (project.parts(_classes), project.parts(_imports), project.parts(_has_tables))
    return project.kept(_find_models, *parts, project.modules)


def _classes(file: File) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The classes of a module body, with the bases that are plain names."""
    return tuple(
        (name, tuple(base.text for base in at.bound.bases if isinstance(base, Path)))
        for name, ats in file.facts.bindings.items()
        for at in ats
        if isinstance(at.bound, ClassDefined)
    )


def _imports(file: File) -> tuple[Imported, ...]:
    return file.facts.imports


def _find_models(project: Project) -> dict[Key, list[Models]]:
    found: dict[Key, list[Models]] = {}
    for document, classes in project.parts(_classes).items():
        if not project.parts(_has_tables)[document]:
            continue
        by_key: dict[Key, list[str]] = {}
        for name, bases in classes:
            key = database_of(project, document, name) if bases else None
            if key is not None:
                by_key.setdefault(key, []).append(name)
        for key, names in by_key.items():
            found.setdefault(key, []).append(Models(document, tuple(names)))
    return found
