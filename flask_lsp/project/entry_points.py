"""Where a program begins: what a server, ``python``, ``flask`` or a test runner is told to run.

What deployment files say comes first. Besides, a module counts as an entry point by its name, by its ``__main__`` part,
or as a test. Modules that other programs import are run by way of these.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.importing import Fork, Load, Steps
from flask_lsp.facts.launching import FACTORIES
from flask_lsp.project import kinds
from flask_lsp.project.deployment import Launch, launches_of
from flask_lsp.project.execution_model import Start
from flask_lsp.project.layout import INIT, Layout

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_BY_NAME = re.compile(r"(?:^|/)(?:(?:auto|my)?app|application|wsgi|asgi|run|server|main|manage|api|index)\.py$")
_TEST = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$")


class Entry(NamedTuple):
    """How a program starts."""

    start: Start
    how: str
    """For a message: ``python app.py``."""
    others: tuple[Start, ...] = ()
    """Nobody can tell whether the program starts in one of these ways instead."""


def entry_points(
    project: Project,
    layout: Layout,
    programs: dict[str, tuple[Steps, ...]],
    outside: frozenset[str],
    inside: frozenset[str],
    imported: frozenset[str],
    nested: frozenset[str],
) -> tuple[Entry, ...]:
    """The entry points among ``programs``. Of these, ``imported`` are imported by others, ``outside`` from outside of
    their own circle, ``inside`` by others of a circle that has such a one, ``nested`` by way of a folder that is no
    package."""
    root = (project.root or "").rstrip("/")
    found = [entry for launch in launches_of(project) for entry in _launched(layout, launch, root, programs)]
    tests: dict[str, list[str]] = {}
    for document, steps in programs.items():
        if not steps or kinds.is_migration(project, document):
            continue
        base = layout.base(document)
        roots = tuple(dict.fromkeys((base, root, f"{root}/src")))
        if _TEST.search(document) or document.endswith("/conftest.py"):
            if document not in imported:
                tests.setdefault(base, []).append(document)
        elif document not in outside and document not in nested:
            of_circle = document.endswith(INIT) and document in inside  # which begins elsewhere
            found += () if of_circle else _of_module(project, document, base, roots, has_main_part(steps))
    if starts := list(_of_tests(tests, programs, root)):
        found.append(Entry(starts[0], "pytest", tuple(starts[1:])))
    unique: dict[Start, Entry] = {}
    for entry in found:
        unique.setdefault(entry.start, entry)
    return tuple(unique.values())


def _of_tests(tests: dict[str, list[str]], programs: dict[str, tuple[Steps, ...]], root: str) -> Iterator[Start]:
    """What pytest may import first. That is ``conftest.py`` of a folder that all tests stand below; without one, much
    decides about the order: which tests are asked for, what they are called, plugins."""
    everything = [document for documents in tests.values() for document in documents]
    for base, documents in tests.items():
        roots = tuple(dict.fromkeys((base, root, f"{root}/src")))
        first = [each for each in documents if each.endswith("/conftest.py") and _is_above(each, everything)]
        if first:
            yield Start(tuple(sorted(first, key=len)), roots)
            return
    for base, documents in tests.items():
        if _uses_pytest(programs, documents):
            roots = tuple(dict.fromkeys((base, root, f"{root}/src")))
            yield from (Start((document,), roots) for document in documents)


def _is_above(conftest: str, documents: list[str]) -> bool:
    folder = conftest.removesuffix("conftest.py")
    return all(document.startswith(folder) for document in documents)


def _launched(layout: Layout, launch: Launch, root: str, programs: Collection[str]) -> Iterator[Entry]:
    """What a deployment file starts, if it is there."""
    folder = posixpath.normpath(f"{root}/{launch.folder}")
    for first, document in _candidates(layout, launch, folder):
        if document in programs:
            roots = tuple(dict.fromkeys((first, folder, root, f"{root}/src")))
            yield Entry(Start((document,), roots, launch.script, launch.package, launch.calls), launch.how)
            return


def _candidates(layout: Layout, launch: Launch, folder: str) -> Iterator[tuple[str, str]]:
    """The files that may be meant, each with the folder that comes first on ``sys.path``."""
    path = posixpath.normpath(f"{folder}/{launch.target}")
    if launch.script:
        yield path.rpartition("/")[0], path
    elif path.endswith(".py"):
        yield layout.base(path), path
        package = path.removesuffix(".py") + INIT  # of flask, which imports it
        yield layout.base(package), package
    else:
        for first in (folder, f"{folder}/src"):
            module = f"{first}/{launch.target.replace('.', '/')}"
            yield first, module + ("/__main__.py" if launch.package else INIT)
            yield first, f"{module}.py"
        for document in (path + INIT, f"{path}.py"):  # of flask: src/shop
            yield layout.base(document), document


def _of_module(project: Project, document: str, base: str, roots: tuple[str, ...], main: bool) -> list[Entry]:
    found: list[Entry] = []
    in_package = document.removesuffix(INIT).rpartition("/")[0] != base
    path = project.path(document)
    if document.endswith("/__main__.py"):
        found.append(Entry(Start((document,), roots, package=True), f"python -m {path.rpartition('/')[0]}"))
    elif main and not in_package and not document.endswith(INIT):
        found.append(Entry(Start((document,), roots, script=True), f"python {path}"))
    if (_BY_NAME.search(document) and not in_package) or (document.endswith(INIT) and not in_package):
        found.append(Entry(Start((document,), roots, calls=FACTORIES), f"import {_dotted(document, base)}"))
    return found


def has_main_part(steps: tuple[Steps, ...]) -> bool:
    """The module has something to do under ``if __name__ == "__main__":``."""
    return any(isinstance(step, Fork) and step.test == "main" for block in steps for step in block)


def _uses_pytest(programs: dict[str, tuple[Steps, ...]], documents: list[str]) -> bool:
    """The tests are run by pytest, not by a script of the project's own that imports other things first."""
    if any(document.endswith("/conftest.py") for document in documents):
        return True
    return any(loads_pytest(programs[document]) for document in documents)


def loads_pytest(steps: tuple[Steps, ...]) -> bool:
    return any(isinstance(step, Load) and step.module == "pytest" for block in steps for step in block)


def _dotted(document: str, base: str) -> str:
    return document[len(base) + 1 :].removesuffix(INIT).removesuffix(".py").replace("/", ".")
