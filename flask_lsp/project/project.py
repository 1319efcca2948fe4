"""An immutable snapshot of a project: its files, its settings, the versions it runs with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType

from flask_lsp.facts.file import FileFacts, file_facts
from flask_lsp.facts.interface import Interface
from flask_lsp.project.modules import Modules
from flask_lsp.project.packages import Packages
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings
from flask_lsp.syntax.parse import Tree, parse_file
from flask_lsp.text import Source


class File:
    """One file: everything in it is a function of its text."""

    def __init__(self, document: str, source: Source, before: Tree | None = None) -> None:
        self.document = document
        self.source = source
        self._before = before

    @cached_property
    def tree(self) -> Tree:
        tree = parse_file(self.source.text, self._before)
        self._before = None  # else every text ever typed would be kept
        return tree

    @cached_property
    def facts(self) -> FileFacts:
        return file_facts(self.tree)

    def settle(self) -> None:
        """Reads all that others may ask for and lets go of the tree, which is many times larger: files that nobody has
        open are asked, not shown. It is made again when it is needed."""
        _ = self.facts.blocks, self.facts.interface
        self.__dict__.pop("tree", None)


class Project:
    """A snapshot. Every change gives a new one that shares all it did not touch."""

    def __init__(self, root: str | None, settings: Settings, versions: Versions) -> None:
        self.root = root
        """The folder as a document id, ``None`` for text without one."""
        self.settings = settings
        self.versions = versions
        self.complete = root is None
        """Every file of the project is in; before that, what rests on other files is unknown."""
        self.packages = Packages()
        """What names of installed packages mean; what it lacks is noted there."""
        self._files: dict[str, File] = {}
        self._modules = Modules((), root)
        self.answers: dict[object, object] = {}
        """What was asked of the project so far. Snapshots share one dict for as long as no answer can have changed, so
        its identity tells whether anything but the text of a body is new."""

    @property
    def files(self) -> Mapping[str, File]:
        return MappingProxyType(self._files)

    def with_text(self, document: str, text: str | Source) -> Project:
        """The project with a file added or replaced."""
        source = text if isinstance(text, Source) else Source(text)
        before = self._files.get(document)
        if before is not None and before.source.text == source.text:
            return self
        file = File(document, source, before.tree if before else None)
        same = before is not None and _equal(before.facts.interface, file.facts.interface)
        return self._copy({**self._files, document: file}, self.answers if same else {})

    def with_files(self, files: Iterable[File]) -> Project:
        """The project with many files added or replaced at once."""
        return self._copy({**self._files, **{file.document: file for file in files}}, {})

    def without(self, document: str) -> Project:
        if document not in self._files:
            return self
        return self._copy({key: file for key, file in self._files.items() if key != document}, {})

    def with_settings(self, settings: Settings) -> Project:
        return self._copy(self._files, {}, settings=settings)

    def with_versions(self, versions: Versions) -> Project:
        return self._copy(self._files, {}, versions=versions)

    def with_packages(self, packages: Packages) -> Project:
        project = self._copy(self._files, {})
        project.packages = packages
        return project

    def with_complete(self, complete: bool) -> Project:
        project = self._copy(self._files, {})
        project.complete = complete
        return project

    def path(self, document: str) -> str:
        """The document's path below the root, with ``/``; the document itself where it is not below."""
        if self.root is not None and document.startswith(self.root.rstrip("/") + "/"):
            return document[len(self.root.rstrip("/")) + 1 :]
        return document

    @property
    def modules(self) -> Modules:
        """The same object for as long as no file comes or goes."""
        return self._modules

    def module(self, document: str, name: str, level: int) -> str | None:
        """The file that an import names, see ``Modules.find``."""
        return self._modules.find(document, name, level)

    def _copy(
        self,
        files: dict[str, File],
        answers: dict[object, object],
        settings: Settings | None = None,
        versions: Versions | None = None,
    ) -> Project:
        project = Project(self.root, settings or self.settings, versions or self.versions)
        project.complete = self.complete
        project.packages = self.packages
        project._files = files
        same = files.keys() == self._files.keys()
        project._modules = self._modules if same else Modules(files.keys(), self.root)
        project.answers = answers
        return project


def _equal(one: Interface, other: Interface) -> bool:
    try:
        return one == other
    except RecursionError:  # deeper than any program: take it for new
        return False
