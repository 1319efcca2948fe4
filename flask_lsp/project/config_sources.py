"""The files and variables that fill configurations: ``from_file``, ``from_pyfile``, ``from_envvar`` and
``from_prefixed_env``.

Which files there may be says ``wanted``, a pure function of the snapshot; whoever gathers a project reads those that
are no modules, and hands them over (``Project.sources``). What is not found leaves a configuration open.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.configuring import Step
from flask_lsp.facts.model import OTHER, Literal, Path, Value
from flask_lsp.project.config_objects import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask_lsp.facts.configuring import Scope
    from flask_lsp.project.project import File, Project

FILES = ("from_file", "from_pyfile", "from_json")
"""The methods of a configuration that are given the path of a file."""
_MOST_WANTED = 50


def source_at(project: Project, document: str, step: Step) -> Target | None:
    """The file that a step reads, a module of the project or one of ``Project.sources``."""
    for path in _paths(project, document, step):
        if path in project.files or project.sources.get(path) is not None:
            return Target(path, "")
    return None


def wanted(project: Project, steps: Iterable[tuple[str, Scope, Step]]) -> tuple[str, ...]:
    """The files that configurations may be filled from and that the project has no text of."""
    found = [path for document, _, step in steps if step.how == "source" for path in _paths(project, document, step)]
    return tuple(dict.fromkeys(path for path in found if path not in project.files))[:_MOST_WANTED]


def may_differ(step: Step) -> bool:
    """Whoever deploys may bring another file than the one that is seen here."""
    return step.silent or step.method == "from_envvar"


def _paths(project: Project, document: str, step: Step) -> Iterator[str]:
    """Where the file of a step may be: beside the module, or in an instance folder."""
    if step.method == "from_envvar":
        names = _pointed_to(project, step.value)
    else:
        names = (_name(step.value),) if step.method in FILES else ()
    folder = document.rpartition("/")[0]
    for name in names:
        if name and not name.startswith(("/", "~", "$")) and ":" not in name:
            for base in (folder, f"{folder}/instance", f"{folder.rpartition('/')[0]}/instance"):
                yield posixpath.normpath(f"{base}/{name}")
            if step.method == "from_envvar":
                yield posixpath.normpath(f"{project.root or folder}/{name}")


def _name(value: Value) -> str:
    """The path of a file, as far as it is written: of ``os.path.join(app.root_path, "config.toml")`` the end."""
    match value:
        case Literal(value=str(name)):
            return name
        case Path(text=text, args=(_, *rest)) if text.endswith("path.join()"):
            parts = [each.value for each in rest if isinstance(each, Literal) and isinstance(each.value, str)]
            return "/".join(parts) if len(parts) == len(rest) else ""
        case _:
            return ""


def _pointed_to(project: Project, value: Value) -> tuple[str, ...]:
    """The files that deployment files give as the value of a variable."""
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        return ()
    said = project.parts(_variables).values()
    return tuple(dict.fromkeys(text for each in said for name, text in each if name == value.value and text))


def from_environment(project: Project, step: Step) -> Iterator[tuple[str, Value, str]]:
    """The keys that ``from_prefixed_env`` takes from what deployment files set, with the files. There may be more."""
    prefix = step.value.value if isinstance(step.value, Literal) else None
    if step.method != "from_prefixed_env" or not isinstance(prefix, str) or not prefix:
        return
    for document, variables in project.parts(_variables).items():
        for name, _ in variables:
            key = name.removeprefix(f"{prefix}_")
            if key and key != name and "__" not in key:
                yield key, OTHER, document


def _variables(file: File) -> tuple[tuple[str, str | None], ...]:
    """The variables that a deployment file sets, with those values that are kept."""
    if not file.is_deployment:
        return ()
    said = (each for part in file.deployment.parts for each in part.piece.variables)
    return tuple(dict.fromkeys((each.name, each.value) for each in said))
