"""Where an import leads: to a name of a module of the project, to such a module itself, or out of the project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flask_lsp.facts.model import Import

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_ROOT = re.compile(r"[^.(\[]+")


class Inside(NamedTuple):
    """A name in the scope of a module of the project, and what of the path is left to read from it."""

    document: str
    name: str
    """Empty: the module itself."""
    rest: str


class Outside(NamedTuple):
    """A path that begins with a package that is not the project's."""

    path: str


Link: TypeAlias = "Inside | Outside"


def split(path: str) -> tuple[str, str]:
    """The first name of a path and the rest: ``a.b()`` gives ``a`` and ``.b()``."""
    found = _ROOT.match(path)
    root = found.group() if found else path
    return root, path[len(root) :]


def follow(project: Project, document: str, bound: Import, rest: str) -> Link | None:
    """Where ``rest`` of what an import binds leads to, ``None`` if unknown."""
    module = project.module(document, bound.module, bound.level)
    if bound.attribute is None:
        if module is not None:
            return _member(project, module, rest)
        return _in_namespace(project, document, bound.module, rest) or Outside(bound.module + rest)
    bindings = project.files[module].facts.bindings if module is not None else {}
    if module is not None and bound.attribute in bindings:
        return Inside(module, bound.attribute, rest)
    if inner := project.module(document, f"{bound.module}.{bound.attribute}".lstrip("."), bound.level):
        return _member(project, inner, rest)
    if module is not None:
        return Inside(module, bound.attribute, rest) if "*" in bindings else None
    return None if bound.level else Outside(f"{bound.module}.{bound.attribute}{rest}")


def _member(project: Project, module: str, rest: str) -> Inside | None:
    """``rest`` of a module of the project: one of its names, or a module in it."""
    if not rest.startswith("."):
        return None if rest else Inside(module, "", "")
    root, after = split(rest[1:])
    if root in project.files[module].facts.bindings:
        return Inside(module, root, after)
    inner = project.module(module, root, 1) if module.endswith("/__init__.py") else None
    return None if inner is None else _member(project, inner, after)


def _in_namespace(project: Project, document: str, package: str, rest: str) -> Inside | None:
    """A module that ``rest`` goes on into from a package without ``__init__.py``."""
    while rest.startswith("."):
        part, rest = split(rest[1:])
        package = f"{package}.{part}"
        if module := project.module(document, package, 0):
            return _member(project, module, rest)
    return None
