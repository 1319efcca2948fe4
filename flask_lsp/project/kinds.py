"""What kind of file this is, by its path and its imports: questions for ``Context.ask``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Import

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project
    from flask_lsp.project.versions import Versions

_TEST = re.compile(r"(?:^|/)(?:tests?|testing|e2e)/|(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests|conftest)\.py$")

_OTHERS = frozenset({"django", "fastapi", "starlette", "tornado", "bottle", "quart", "sanic", "aiohttp", "falcon"})


def versions(project: Project, _document: str) -> Versions:
    return project.versions


def is_test(project: Project, document: str) -> bool:
    return bool(_TEST.search(project.path(document)))


def is_migration(project: Project, document: str) -> bool:
    """Alembic runs it, inside an application context."""
    file = project.files.get(document)
    return file is not None and says_migration(file)


def says_migration(file: File) -> bool:
    """The file imports ``op`` or ``context`` from Alembic, as ``env.py`` and nearly every version do, or says which
    version it is."""
    if {"revision", "down_revision"} <= file.facts.bindings.keys():
        return True
    for bounds in file.facts.bindings.values():
        for at in bounds:
            match at.bound:
                case Import(module="alembic", attribute="op" | "context"):
                    return True
                case _:
                    pass
    return False


def imports_flask(project: Project, document: str) -> bool:
    """The file imports Flask, or an extension of it, and no other framework."""
    file = project.files.get(document)
    roots = {each.module.partition(".")[0] for each in file.facts.imports} if file is not None else set[str]()
    return any(root.startswith("flask") for root in roots) and roots.isdisjoint(_OTHERS)


def renamed(project: Project, document: str) -> frozenset[str]:
    """What the file imports by another name: the names it has at home."""
    file = project.files.get(document)
    found: set[str] = set()
    for imported in file.facts.imports if file is not None else ():
        if imported.renamed:
            found.update((imported.attribute or imported.module).split("."))
    return frozenset(found)
