"""Where an import leads: to a name of a module of the project, to such a module itself, or out of the project."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flask_lsp.facts.model import Assigned, Import, Items, Literal

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


class Absent(Enum):
    ABSENT = "no star import brings the name"


ABSENT = Absent.ABSENT
_MOST_STARS = 8
"""Star imports of modules that have star imports themselves."""

_IN_FLASK = """
    Blueprint Config Flask Markup Request Response abort after_this_request appcontext_popped appcontext_pushed
    appcontext_tearing_down before_render_template copy_current_request_context current_app escape flash g
    get_flashed_messages get_template_attribute got_request_exception has_app_context has_request_context jsonify
    make_response message_flashed redirect render_template render_template_string request request_finished
    request_started request_tearing_down send_file send_from_directory session stream_template stream_template_string
    stream_with_context template_rendered url_for
"""
_FLASK = frozenset(_IN_FLASK.split())
"""What ``from flask import *`` brings, in all its versions; this is asked of no package that may not be installed."""
_BY_THE_WAY = (
    "annotations app blueprints cli config ctx globals helpers json logging sansio sessions signals t templating"
)
_FLASK_MODULES = frozenset((_BY_THE_WAY + " typing wrappers signals_available").split())
"""What it brings in some of them, without meaning to."""
_KEPT = frozenset(
    {"bool", "bytes", "dict", "float", "frozenset", "int", "isinstance", "len", "list", "set", "str", "tuple", "type"}
)
"""The builtins in whose place no package puts anything else."""


@lru_cache(4096)
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
            return member(project, module, rest)
        return _in_namespace(project, document, bound.module, rest) or Outside(bound.module + rest)
    bindings = project.files[module].facts.bindings if module is not None else {}
    # In a package, "from . import a" itself binds the name.
    if module is not None and module != document and bound.attribute in bindings:
        return Inside(module, bound.attribute, rest)
    if inner := project.module(document, f"{bound.module}.{bound.attribute}".lstrip("."), bound.level):
        return member(project, inner, rest)
    if module is not None and bound.attribute in bindings:
        return Inside(module, bound.attribute, rest)
    if module is not None:
        return Inside(module, bound.attribute, rest) if "*" in bindings else None
    return None if bound.level else Outside(f"{bound.module}.{bound.attribute}{rest}")


def starred(project: Project, document: str, name: str, most: int = _MOST_STARS) -> Link | Absent | None:
    """Where a name leads that only a star import of the file can bind; the last star that has it counts."""
    for at in reversed(project.files[document].facts.bindings.get("*", ())):
        if not isinstance(at.bound, Import):
            continue
        module = project.module(document, at.bound.module, at.bound.level)
        if module is not None:
            found = _of_module(project, module, name, most)
        else:
            found = None if at.bound.level else _of_package(project, at.bound.module, name)
        if found is not ABSENT:
            return found
    return ABSENT


def _of_module(project: Project, module: str, name: str, most: int) -> Link | Absent | None:
    """What a star import of a module of the project makes of a name."""
    public = _public(project, module)
    if name not in public if public is not None else name.startswith("_"):
        return ABSENT
    if name in project.files[module].facts.bindings:
        return Inside(module, name, "")
    if public is not None and module.endswith("/__init__.py") and (inner := project.module(module, name, 1)):
        return Inside(inner, "", "")
    return starred(project, module, name, most - 1) if most else None


def _public(project: Project, module: str) -> frozenset[str] | None:
    """The names in ``__all__``; ``None`` where there is none, or none that can be read."""
    ats = project.files[module].facts.bindings.get("__all__", ())
    bound = ats[0].bound if len(ats) == 1 else None
    if not isinstance(bound, Assigned) or not isinstance(bound.value, Items):
        return None
    names = [each.value for each in bound.value.values if isinstance(each, Literal) and isinstance(each.value, str)]
    return frozenset(names) if len(names) == len(bound.value.values) else None


def _of_package(project: Project, package: str, name: str) -> Link | Absent | None:
    """What a star import of a package makes of a name."""
    if package == "flask" and name not in _FLASK_MODULES:
        return Outside(f"flask.{name}") if name in _FLASK else ABSENT
    found = project.packages.starred(package, name)
    if found is None and name in _KEPT:
        return ABSENT
    return ABSENT if found == "" else None if found is None else Outside(found)


def member(project: Project, module: str, rest: str) -> Inside | None:
    """``rest`` of a module of the project: one of its names, or a module in it."""
    if not rest.startswith("."):
        return None if rest else Inside(module, "", "")
    root, after = split(rest[1:])
    bindings = project.files[module].facts.bindings
    if root in bindings:
        return Inside(module, root, after)
    inner = project.module(module, root, 1) if module.endswith("/__init__.py") else None
    if inner is None:
        return Inside(module, root, after) if "*" in bindings else None
    return member(project, inner, after)


def _in_namespace(project: Project, document: str, package: str, rest: str) -> Inside | None:
    """A module that ``rest`` goes on into from a package without ``__init__.py``."""
    while rest.startswith("."):
        part, rest = split(rest[1:])
        package = f"{package}.{part}"
        if module := project.module(document, package, 0):
            return member(project, module, rest)
    return None
