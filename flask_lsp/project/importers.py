"""Who imports a module, and from where: the imports that may be its first decide in which context it runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.imports import Imported
from flask_lsp.facts.interface import applications
from flask_lsp.facts.model import Bind, Branch, Call, Defined, Path, Value
from flask_lsp.facts.pushes import pushes
from flask_lsp.facts.traverse import every_event, is_main
from flask_lsp.project import kinds, names

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project


def maybe_imported_in_context(project: Project, document: str) -> bool:
    """Some import on the way to the module stands, or may stand, inside a context; also before all files are known."""
    if not project.complete or kinds.is_migration(project, document):
        return True
    pushed = project.parts(_pushes)
    if any(pushed[each] for each in reach(project, document, at_once=True) if each != document):
        return True  # what it imports leaves one pushed, or a function there does
    seen, open_ = {document}, [document]
    while open_:
        module = open_.pop()
        importers = _importers(project).get(module, ())
        if importers and _pushes_for_good(project):
            return True
        alone = not importers and not _is_program(project.files[module])
        if alone and (imports_by_name(project) or _kin_in_context(project, module) or _has_routes(project, module)):
            return True
        for importer, imported in importers:
            if not all(_is_harmless(project, importer, manager) for manager in imported.managers):
                return True
            if imported.function and not _is_factory(project, importer, imported.function):
                return True
            if importer not in seen:
                seen.add(importer)
                open_.append(importer)
    return False


def reach(project: Project, document: str, *, at_once: bool = False) -> frozenset[str]:
    """The files of the project that run when a file does, itself included; with ``at_once`` only those that its import
    runs, else also those that functions import."""
    reached = project.kept(_reached, project.parts(_imports), project.modules)
    known = reached.get((document, at_once))
    if known is None:
        seen, todo = {document}, [document]
        while todo:
            here = todo.pop()
            for found in files_imported(project, here, at_once=at_once):
                if found not in seen:
                    seen.add(found)
                    todo.append(found)
        known = reached[document, at_once] = frozenset(seen)
    return known


def _reached(_: Project) -> dict[tuple[str, bool], frozenset[str]]:
    """What ``reach`` has answered."""
    return {}


def files_imported(project: Project, document: str, *, at_once: bool = False) -> Iterator[str]:
    """The files of the project that the imports of a file run."""
    for imported in project.files[document].facts.imports:
        if not (at_once and imported.function):
            yield from (found for found in _modules(project, document, imported) if found is not None)


def files_of(project: Project, document: str, imported: Imported) -> frozenset[str]:
    """The files of the project that one import runs."""
    return frozenset(found for found in _modules(project, document, imported) if found is not None)


def importers_of(project: Project, document: str) -> frozenset[str]:
    """The other files of the project that import this one."""
    return frozenset(importer for importer, _ in _importers(project).get(document, ()))


def _importers(project: Project) -> dict[str, list[tuple[str, Imported]]]:
    """By module of the project, the imports that may be its first: a package runs before the modules in it, so what
    these import of it is there already."""
    return project.kept(_find_importers, project.parts(_imports), project.modules)


def _imports(file: File) -> tuple[Imported, ...]:
    return file.facts.imports


def _find_importers(project: Project) -> dict[str, list[tuple[str, Imported]]]:
    found: dict[str, list[tuple[str, Imported]]] = {}
    for document, imports in project.parts(_imports).items():
        for imported in imports:
            for module in {*_modules(project, document, imported)} - {None, document}:
                if module is not None and not _is_package_of(module, document):
                    found.setdefault(module, []).append((document, imported))
    return found


def _is_program(file: File) -> bool:
    """Somebody starts the file as a program, wherever else it may be imported."""
    return any(
        isinstance(event, Branch) and is_main(event.test) for _, facts in file.facts.blocks for event in facts.body
    )


def _kin_in_context(project: Project, document: str) -> bool:
    """A module beside this one, in the same folder or in one beside it, is imported inside of a context: so may be this
    one, some day."""
    folder = document.rpartition("/")[0]
    for other, importers in _importers(project).items():
        kin = other.rpartition("/")[0]
        if kin != folder and kin.rpartition("/")[0] != folder.rpartition("/")[0]:
            continue
        for importer, imported in importers:
            if importer != document and not all(_is_harmless(project, importer, each) for each in imported.managers):
                return True
    return False


def _has_routes(project: Project, document: str) -> bool:
    """The module adds views to ``current_app``: it is made to be imported inside of a context, by somebody who is not
    in the project."""
    return any(
        isinstance(event, Bind) and isinstance(event.bound, Defined) and _is_on_proxy(project, document, event.bound)
        for _, facts in project.files[document].facts.blocks
        for event in facts.body
    )


def _is_on_proxy(project: Project, document: str, bound: Defined) -> bool:
    paths = [value.text for value, _ in bound.function.decorators if isinstance(value, Path)]
    owners = [path.removesuffix(".route()") for path in paths if path.endswith(".route()")]
    return any(names.canonical(project, document, owner) == "flask.current_app" for owner in owners)


def _is_package_of(module: str, document: str) -> bool:
    return module.endswith("/__init__.py") and document.startswith(module.removesuffix("__init__.py"))


def _modules(project: Project, document: str, imported: Imported) -> Iterator[str | None]:
    """The modules an import runs: the one it names and, for ``from package import module``, that one."""
    yield project.module(document, imported.module, imported.level)
    if imported.attribute:
        yield project.module(document, f"{imported.module}.{imported.attribute}".lstrip("."), imported.level)
    parts = imported.module.split(".")
    for length in range(1, len(parts)):
        yield project.module(document, ".".join(parts[:length]), imported.level)


_BY_NAME = ("import_module()", "import_string()", "__import__()", "load_module()", "exec_module()", "find_modules()")


def imports_by_name(project: Project) -> bool:
    """Some code imports modules by names that only running it would tell."""
    return any(project.parts(_imports_by_name).values())


def _imports_by_name(file: File) -> bool:
    return any(name[:-2] in file.source.text for name in _BY_NAME) and any(
        isinstance(event, Call) and event.value.text.endswith(_BY_NAME)
        for _, facts in file.facts.blocks
        for body in (facts.body, *(function.body for function in facts.functions.values()))
        for event in every_event(body)
    )


def _pushes_for_good(project: Project) -> bool:
    """Some code leaves a context pushed: an import behind it runs inside of that."""
    return any(pushed and not kinds.is_test(project, each) for each, pushed in project.parts(_pushes).items())


def _pushes(file: File) -> bool:
    if ".push" not in file.source.text:
        return False
    for _, facts in file.facts.blocks:
        calls = [event.value.text for event in every_event(facts.body) if isinstance(event, Call)]
        if any(text.endswith("_context().push()") for text in calls):
            return True
        if any(pushes(function)[1] for function in facts.functions.values()):
            return True
    return False


def _is_factory(project: Project, document: str, path: str) -> bool:
    """The function makes the application, so it runs before there is a context."""
    file = project.files[document]
    for at in file.facts.bindings.get(path.partition(".")[0], ()):
        if isinstance(at.bound, Defined):
            for call in applications(at.bound.function):
                if names.Resolver(project).name(document, call.text, (at.bound.function,)) == "flask.Flask()":
                    return True
    return False


def _is_harmless(project: Project, document: str, manager: Value) -> bool:
    """The context manager is one of Python's own, so it pushes no context."""
    name = names.canonical(project, document, manager.text) if isinstance(manager, Path) else None
    return name is not None and names.is_standard(name)
