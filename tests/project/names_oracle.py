"""jedi as the judge of ``project.names``: what both make of every name in the files of a project.

jedi reads the project's own files here, with the environment that the bridge gives it. Compared are the names on which
rules depend: names, attributes of modules, calls of them. What is read from a value (``request.args``) goes by the
value's name with us, by the class that defines it with jedi; the value itself is compared.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_lsp.facts.values import path_of
from flask_lsp.project import files, jedi_bridge
from flask_lsp.project.names import home
from flask_lsp.project.project import File, Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.context import Context
from flask_lsp.settings import Settings
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Source

TELLING = re.compile(
    r"flask\.(?:Flask|Blueprint)(?:\(\))?|flask_sqlalchemy\.SQLAlchemy(?:\(\))?"
    r"|flask\.(?:current_app|g|request|session|url_for|redirect|abort|jsonify|make_response|flash|render_template\w*"
    r"|send_\w+|stream_\w+)"
)
"""What rules look for: where jedi says one of these and we know nothing, that is a miss."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One name in a file, and what jedi takes for the same: definitions, and classes of values with ``()``."""

    place: str
    """Path below the root, and line."""
    written: str
    ours: str | None
    means: frozenset[str]
    """What jedi makes of our answer, where it is the path to something of a package."""
    jedi: frozenset[str]
    """What jedi makes of the name; empty where it knows no more than where it is bound."""

    @property
    def agrees(self) -> bool:
        if self.ours is None:
            return not any(TELLING.fullmatch(name) for name in self.jedi)
        if not self.jedi or not self.means:
            return True  # jedi does not say
        return bool(self.means & self.jedi) or any(_same(self.ours, name) for name in self.jedi)

    @property
    def settled(self) -> bool:
        """Both say something."""
        return self.ours is not None and bool(self.jedi and self.means)


def judged(root: Path, package: str, cache: Path, every: int = 1) -> Iterator[Judged]:
    """Every n-th name of the package in ``root``, or of all files where ``package`` is empty."""
    project = _project(root, package)
    oracle = _Oracle(root, cache)
    count = 0
    for document, file in sorted(project.files.items()):
        for start, block, node in _names(file):
            count += 1
            if count % every:
                continue
            ours = Context(project, file, block).name(node)
            line, column = file.source.position(start + block.span(node).end)
            judge = oracle.names(document, file.source.text, line + 1, column)
            place = f"{project.path(document)}:{line + 1}"
            yield Judged(place, ast.unparse(node), ours, oracle.means(ours), judge)


def _project(root: Path, package: str) -> Project:
    folder = str(root / package) if package else str(root)
    found = [File(path, Source(files.read(path))) for path in files.walk([folder], root=str(root))]
    return Project(str(root), Settings(), Versions()).with_files(found).with_complete(True)


def _names(file: File) -> Iterator[tuple[int, Block, ast.expr]]:
    """The names that are read, each once: ``a.b.c`` gives ``a``, and ``a.b`` where ``a`` is imported as a module."""
    for start, block in file.tree.blocks:
        for node in block.nodes.order if not block.mended else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield start, block, node
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and path_of(node):
                bound = file.facts.bindings.get(node.value.id, ())
                if len(bound) == 1 and getattr(bound[0].bound, "attribute", "") is None:
                    yield start, block, node


class _Oracle:
    """jedi with the project's own files."""

    def __init__(self, root: Path, cache: Path) -> None:
        self._site = files.site_packages("", {"VIRTUAL_ENV": sys.prefix})
        self._jedi: Any = jedi_bridge._Jedi((str(root), *self._site), str(cache))
        self._scripts: dict[str, Any] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._ancestors: dict[str, set[str]] = {}

    def names(self, document: str, text: str, line: int, column: int) -> frozenset[str]:
        """What stands at a place of a file."""
        if document not in self._scripts:
            self._scripts = {document: self._script(text, document)}
        return self._at(self._scripts[document], line, column)

    def means(self, ours: str | None) -> frozenset[str]:
        """What our name for something stands for."""
        if ours is None or "[" in ours:
            return frozenset()  # items of values are no names
        if ours not in self._known:
            self._known[ours] = frozenset({ours}) if ours.startswith("<") else self._of(ours)
        return self._known[ours]

    def _of(self, path: str) -> frozenset[str]:
        path = path.removeprefix("builtins.")
        code = f"{self._jedi._import(path)}\n{path}" if "." in path else path
        line, column = code.count("\n") + 1, len(code.rpartition("\n")[2])
        if not path.endswith("()"):
            return self._at(self._script(code, None), line, column)
        return self._at(self._script(f"{code.rpartition(path)[0]}value = {path}\nvalue", None), line + 1, 5)

    def _script(self, text: str, document: str | None) -> Any:
        return self._jedi._jedi.Script(
            text, path=document, project=self._jedi._project, environment=self._jedi._environment
        )

    def _at(self, script: Any, line: int, column: int) -> frozenset[str]:
        found: set[str] = set()
        for target in script.goto(line, column, follow_imports=True):
            name = home(target.full_name or "")
            if target.type in ("function", "class", "module") or TELLING.fullmatch(name):
                found.add(name)
        for value in script.infer(line, column):
            if value.type in ("class", "instance", "function", "module") and value.full_name:
                end = "()" if value.type == "instance" else ""
                found |= {home(name) + end for name in self._classes(value)}
        return frozenset(found)

    def _classes(self, value: Any, most: int = 6) -> set[str]:
        """The names of a class and of all it derives from."""
        name, found = value.full_name, {value.full_name}
        if value.type not in ("class", "instance") or not most or value.module_path is None or value.line is None:
            return found
        if name not in self._ancestors:
            self._ancestors[name] = found
            file = str(value.module_path)
            for line, column in self._jedi._bases_in(file).get(value.line, ()):
                for base in self._jedi._jedi.Script(
                    path=file, project=self._jedi._project, environment=self._jedi._environment
                ).infer(line, column):
                    if base.full_name:
                        self._ancestors[name] = self._ancestors[name] | self._classes(base, most - 1)
        return self._ancestors[name]


def _same(ours: str, jedi: str) -> bool:
    """The same thing of the project: ours says the module and the name, jedi also what lies around them."""
    called, parts = jedi.endswith("()"), jedi.removesuffix("()").split(".")
    module, _, name = ours.removesuffix("()").partition(">.")
    if ours.endswith("()") is not called or name != parts[-1]:
        return False
    return module[1:] in (*parts, "__init__", "__main__")
