"""From the paths on the command line to projects with their settings and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from flask_lsp.cli import Failure
from flask_lsp.facts.pages import SILENT, Page
from flask_lsp.frozen import frozen
from flask_lsp.project import files
from flask_lsp.project.config_model import sources_wanted
from flask_lsp.project.project import File, Project
from flask_lsp.project.walk import is_page
from flask_lsp.settings import Settings, merge
from flask_lsp.text import Source

STDIN = "-"
"""The document id of a standard input without a file name."""

Tell = Callable[[str], None]
"""Takes a line about something that is left out or not understood."""

Report = Callable[[str, int, int], None]
"""Takes what is being done, how far it is, and out of how many (0: unknown)."""


@frozen()
class Asked:
    """A project and those of its files that were asked for, in order."""

    project: Project
    documents: tuple[str, ...]


class Loader:
    """Reads projects. Settings and roots are looked up once per folder."""

    def __init__(self, overrides: Mapping[str, object], tell: Tell, report: Report) -> None:
        self._overrides = overrides
        self._tell = tell
        self._report = report
        self._settings: dict[str, Settings] = {}
        self._unusable: set[str] = set()
        self._folders: list[str] = []
        """The folders that were asked for."""
        self._roots: dict[str, str | None] = {}
        self._walked: dict[str, list[str]] = {}

    def paths(self, paths: Iterable[str]) -> list[Asked]:
        """The projects of files and folders. A file named itself counts even where it is excluded.

        Raises Failure where there are files and none can be read: silence would look like a clean result.
        """
        by_root: dict[str, list[str]] = {}
        for document, root in self._asked(paths).items():
            by_root.setdefault(root, []).append(document)
        found = [self._project(root, documents) for root, documents in by_root.items()]
        if found and not any(each.documents for each in found):
            raise Failure("nothing could be checked")
        return found

    def text(self, text: str, name: str | None) -> Asked:
        """The project of a text that stands for the file ``name``, or for none."""
        if name is None:
            settings = self.settings(files.absolute("."))
            versions = files.versions_of(settings.root, environment=settings.environment)
            return Asked(Project(None, settings, versions).with_text(STDIN, text), (STDIN,))
        document = files.absolute(name)
        return self._project(self._root(document) or os.path.dirname(document), [document], text)

    def settings(self, root: str) -> Settings:
        """The settings that hold in a root. Raises Failure where its pyproject.toml is no TOML and may have some, but
        for one further down in a folder that was asked for: it may be a template. There what holds above it holds.
        """
        if root not in self._settings:
            path, section = files.usable_settings(root, self._pass_over)
            settings, problems = merge(section, self._overrides, root=os.path.dirname(path) or root)
            for problem in problems:
                self._tell(f"{shown_path(path)}: {problem}")
            self._settings[root] = settings
        return self._settings[root]

    def _pass_over(self, error: files.Unreadable) -> None:
        """Tells of a settings file that cannot be used, once. Raises Failure where that would lose settings."""
        problem, folder = f"{shown_path(error.path)} {error.reason}", os.path.dirname(error.path)
        below = any(folder.startswith(f"{above.rstrip('/')}/") for above in self._folders)
        if not below and not error.costs_itself and files.names_us(error.path):
            raise Failure(problem) from None
        if error.path not in self._unusable:
            self._unusable.add(error.path)
            self._tell(f"{problem}: passed over")

    def _asked(self, paths: Iterable[str]) -> dict[str, str]:
        """The files to check, each with the root of its project: the nearest that is marked as one, else the folder
        that was asked for.
        """
        roots: dict[str, str] = {}
        for path in map(files.absolute, paths):
            if os.path.isdir(path):
                self._folders.append(path)
                for document in self._walk(path):
                    if is_page(document):
                        continue
                    root = self._root(document) or path
                    if not self._excluded(document, root):
                        roots.setdefault(document, root)
            elif os.path.exists(path):
                roots.setdefault(path, self._root(path) or os.path.dirname(path))
            else:
                raise Failure(f"{shown_path(path)}: no such file or folder")
        return roots

    def _pages(self, root: str) -> dict[str, Page]:
        """What the templates and scripts of a root say; those that say nothing are left out."""
        found = {path: files.page(path) for path in self._others(root, pages=True)}
        return {path: page for path, page in found.items() if page != SILENT}

    def _walk(self, folder: str) -> list[str]:
        """The Python files of a folder and its templates and scripts."""
        if folder not in self._walked:
            settings = self.settings(self._root(folder) or folder)
            found = self._walked[folder] = list[str]()
            for path in files.walk([folder], settings.exclude, settings.root, pages=True):
                found.append(path)
                self._report("Looking for files", len(found), 0)
        return self._walked[folder]

    def _excluded(self, document: str, root: str) -> bool:
        """A project inside the walked one may exclude more."""
        settings = self.settings(root)
        return bool(settings.exclude) and settings.excludes(document)

    def _project(self, root: str, documents: list[str], text: str | None = None) -> Asked:
        """The project in ``root`` with all its files: what is found in one may depend on any other."""
        settings = self.settings(root)
        project = Project(root, settings, files.versions_of(root, environment=settings.environment))
        project = project.with_deployment(files.deployment_of(root)).with_texts(files.texts_of(root))
        wanted = sorted({*self._others(root), *documents})
        read: dict[str, File] = {}
        for count, document in enumerate(wanted):
            self._report("Reading", count, len(wanted))
            given = text if text is not None and document in documents else self._read(document, documents)
            if given is not None:
                read[document] = File(document, Source(given))
        project = project.with_files(read.values())
        if any("flask" in file.source.text for file in read.values()):
            project = project.with_pages(self._pages(root))
        project = project.with_sources({path: files.source(path) for path in sources_wanted(project)})
        project = project.with_complete(True)
        return Asked(project, tuple(document for document in documents if document in read))

    def _others(self, root: str, *, pages: bool = False) -> Iterable[str]:
        """The Python files of a root, or its templates and scripts."""
        if self._root(root) is None and root not in self._walked:
            # A file in a folder that is no project, perhaps the home folder: its neighbours will do.
            found = files.walk([root], ["*/"], root, pages=pages)
        else:
            every = self._walk(root)
            found = (path for path in every if (self._root(path) or root) == root and not self._excluded(path, root))
        return (path for path in found if is_page(path) == pages)

    def _read(self, document: str, asked: list[str]) -> str | None:
        try:
            return files.read(document)
        except files.Unreadable as error:
            if document in asked:
                self._tell(f"{shown_path(document)} {error.reason}")
            return None

    def _root(self, path: str) -> str | None:
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        if folder not in self._roots:
            self._roots[folder] = files.marked_root(folder)
        return self._roots[folder]


def shown_path(path: str) -> str:
    """The path as it is shown: relative to the working directory where that is possible, with ``/``."""
    if path == STDIN:
        return path
    try:
        return os.path.relpath(path).replace(os.sep, "/")
    except ValueError:  # another drive
        return path
