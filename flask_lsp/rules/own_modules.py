"""How a fix writes the name of something that another module of the project binds."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flask_lsp.facts.model import Import
from flask_lsp.project.importers import reach
from flask_lsp.project.places import place
from flask_lsp.project.project import File, Project
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

_INIT = "/__init__.py"


def name_of(editing: Editing, document: str, name: str) -> str:
    """How to write the module-level ``name`` of another file in this one; the import is added if there is none."""
    project, here = editing.project, editing.file.document
    if here == document:
        return name
    wanted = place(project, document, name)
    bindings = editing.file.facts.bindings
    for local, ats in bindings.items():
        if len(ats) == 1 and isinstance(ats[0].bound, Import) and local != "*":
            found = place(project, here, local)
            if found is not None and wanted is not None and found.key == wanted.key:
                return local
    local = free_name(editing, document, name)
    module = module_name(project, here, document)
    if module is None:
        editing.impossible = True
        return name
    editing.needed.add((module, name if local == name else f"{name} as {local}"))
    return local


def import_line(editing: Editing, document: str, name: str) -> tuple[str, str] | None:
    """A statement that imports ``name`` of another file in a function of this one, and how it is called there."""
    module = module_name(editing.project, editing.file.document, document)
    if module is None:
        return None
    local = free_name(editing, document, name)
    renamed = name if local == name else f"{name} as {local}"
    return f"from {module} import {renamed}", local


def can_travel(ctx: Context, parts: Iterable[ast.AST]) -> bool:
    """Expressions of a file can be written in others: all they name is imported from packages."""
    names = {each.id for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)}
    return all(ctx.ask(_is_of_package, name) for name in sorted(names))


def _is_of_package(project: Project, document: str, name: str) -> bool:
    return _package_import(project.files[document], project, name) is not None


def written_in(other: Editing, editing: Editing, node: ast.AST) -> str:
    """How to write an expression that ``can_travel`` in another file; the imports are added there."""
    if other.file is editing.file:
        return editing.text(node)
    text, start = editing.text(node), editing.span(node).start
    names = [(editing.span(each).shift(-start), each.id) for each in ast.walk(node) if isinstance(each, ast.Name)]
    for span, name in sorted(names, reverse=True):
        bound = _package_import(editing.file, editing.project, name)
        if bound is None:
            other.impossible = True
            break
        text = text[: span.start] + other.imported(bound.module, bound.attribute) + text[span.end :]
    return text


def _package_import(file: File, project: Project, name: str) -> Import | None:
    """The import by which the file has a name from a package that is not the project's."""
    ats = file.facts.bindings.get(name, ())
    bound = ats[0].bound if len(ats) == 1 else None
    if isinstance(bound, Import) and not bound.level and project.module(file.document, bound.module, 0) is None:
        return bound
    return None


def free_name(editing: Editing, document: str, name: str) -> str:
    """The name itself, or where it means something else here, one with its module's before it: ``auth_bp``."""
    if name not in editing.file.facts.bindings:
        return name
    parts = document.removesuffix(_INIT).removesuffix(".py").split("/")
    package = parts[-2] if parts[-1] in ("routes", "views", "models", "extensions") and len(parts) > 1 else parts[-1]
    return f"{package}_{name}"


def runs(project: Project, document: str, other: str) -> bool:
    """Importing the file runs the other one: that one cannot import from it at its top."""
    return other in reach(project, document, at_once=True)


def module_name(project: Project, here: str, there: str) -> str | None:
    """The module ``there`` as an import in ``here`` names it, after the manner of the file; ``None`` where no name
    leads there."""
    for each in project.files[here].facts.imports:
        if project.module(here, each.module, each.level) == there:
            return "." * each.level + each.module
    found = _relative(here, there) if _says_dots(project, here, there) else _absolute(project, here, there)
    if found is None:
        return None
    level = len(found) - len(found.lstrip("."))
    return found if project.module(here, found[level:], level) == there else None


def _says_dots(project: Project, here: str, there: str) -> bool:
    """The file imports its package's modules by relative names; one that imports none does as its neighbours."""
    base = _base(project, here)
    if _base(project, there) != base or _package(here) == base:
        return False
    for document in (here, *sorted(project.files)):
        if document.startswith(base + "/") and document in project.files:
            for each in project.files[document].facts.imports:
                if each.level:
                    return True
                if project.module(document, each.module, 0):
                    return False
    return False


def _relative(here: str, there: str) -> str | None:
    package, dots = _package(here), "."
    while not (there.startswith(package + "/")):
        package, dots = package.rpartition("/")[0], dots + "."
        if not package:
            return None
    return dots + _dotted(package, there)


def _absolute(project: Project, here: str, there: str) -> str | None:
    base = _base(project, here)
    if not there.startswith(base + "/"):
        base = _base(project, there)
    name = _dotted(base, there)
    while name and project.module(here, name, 0) != there:
        name = name.partition(".")[2]  # the folder of a project may look like a package
    return name if name.replace(".", "_").isidentifier() else None


def _dotted(folder: str, document: str) -> str:
    path = document.removesuffix(".py")[len(folder) + 1 :]
    return ".".join(part for part in path.split("/") if part != "__init__")


def _package(document: str) -> str:
    return document.rpartition("/")[0]


def _base(project: Project, document: str) -> str:
    """The folder from which the file is imported: the first one upward that is no package, at most the root."""
    folder = _package(document)
    while f"{folder}{_INIT}" in project.files and folder != project.root:
        folder = _package(folder)
    return folder
