"""The projects behind the open documents. Everything here belongs to the working thread, disk and all; the event loop
asks for it through ``Schedule``.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from flask_lsp.facts.config_file import ConfigFile
from flask_lsp.facts.pages import SILENT, Page
from flask_lsp.project import files
from flask_lsp.project.ahead import read_ahead
from flask_lsp.project.config_model import sources_wanted
from flask_lsp.project.packages import Packages
from flask_lsp.project.project import File, Project
from flask_lsp.project.versions import Versions
from flask_lsp.project.walk import is_page
from flask_lsp.rules.base import Finding
from flask_lsp.rules.carried import carried
from flask_lsp.rules.run import check, rehearse
from flask_lsp.server.configuration import INTERPRETER
from flask_lsp.server.disk import apart, from_disk
from flask_lsp.server.documents import Documents, Open
from flask_lsp.server.packages import Lookup
from flask_lsp.server.schedule import Token
from flask_lsp.server.uris import is_below, is_file
from flask_lsp.settings import Settings, merge
from flask_lsp.text import Source

log = logging.getLogger(__name__)

Layers = Mapping[str, Mapping[str, object]]
"""What the editor has set, by workspace folder; ``""`` for what lies in none."""

_NOTHING: Mapping[str, object] = {}
_TOO_LONG = Source("")
_NO_ROOT = ""
"""Where documents live that are no files."""


class _Findings(NamedTuple):
    """What is found in a document."""

    project: Project
    findings: tuple[Finding, ...]
    is_hurried: bool
    """Nobody was asked who waits for a pause."""


class Projects:
    """One project for each root: a workspace folder, or a project of its own inside one."""

    def __init__(self, documents: Documents, lookup: Lookup | None = None) -> None:
        self._documents = documents
        self._lookup = lookup
        """Has names of installed packages looked up, for ``learn``."""
        self._environments: dict[str, tuple[tuple[str, int], ...]] = {}
        """By root, the site-packages folders and when they were changed last."""
        self._projects: dict[str, Project] = {}
        self._folders: tuple[str, ...] = ()
        self._layers: Layers = {}
        self._indexed: set[str] = set()
        """The folders whose every file is in."""
        self._roots: dict[str, str] = {}
        """The root of the files directly in a folder."""
        self._findings: dict[str, _Findings] = {}
        self._gathered: dict[str, File] = {}
        """What the index has read so far."""
        self._sources: dict[str, dict[str, tuple[int, ConfigFile | None]]] = {}
        """By root, the files that fill configurations, with the time of their last change in nanoseconds."""
        self._disturbed: set[str] = set()
        """The roots in which an edit may have changed the findings of other files."""
        self._told: set[str] = set()

    def set_up(self, folders: Iterable[str], layers: Layers) -> None:
        """Takes in the workspace folders and the settings of the editor, and reads those on disk again."""
        self._folders, self._layers = tuple(folders), layers
        self._indexed &= set(self._folders)
        self._roots.clear()
        self._told.clear()
        outside = [
            (root, document)
            for root, project in self._projects.items()
            for document in project.files
            if self.root_of(document) != root
        ]
        for root, document in outside:  # a folder came, went, or holds a project of its own now
            self._projects[root] = self._projects[root].without(document)
        for root, project in self._projects.items():
            new = self._equipped(root, project.with_settings(self._settings(root)))
            self._projects[root] = new.with_complete(self._is_complete(root))

    def root_of(self, document: str) -> str:
        """The root of a document's project: the nearest that the command line would find, but none above the
        workspace folder.
        """
        if not is_file(document):
            return _NO_ROOT
        here = os.path.dirname(document)
        if here not in self._roots:
            folder = max((each for each in self._folders if is_below(here, each)), key=len, default="")
            root = files.marked_root(here) or folder or here
            self._roots[here] = root if is_below(root, folder) or not folder else folder
        return self._roots[here]

    def project_of(self, document: str) -> Project:
        """The project that holds the document, or would."""
        root = self.root_of(document)
        if root not in self._projects:
            project = self._equipped(root, Project(root or None, self._settings(root), Versions()))
            self._projects[root] = project.with_complete(self._is_complete(root)) if root else project
        return self._projects[root]

    def synced(self, state: Open) -> Project:
        """The project with this state of the document, and the newest of all others that are open.

        Only what is current is kept: a request about an older text must not undo a newer edit.
        """
        root = self.root_of(state.document)
        project = self.project_of(state.document)
        for other in self._documents:
            if other.document != state.document and self.root_of(other.document) == root:
                project = project.with_text(other.document, self._source(other), other.kind)
        self._keep(root, project)
        before = project.files.get(state.document)
        project = project.with_text(state.document, self._source(state), state.kind)
        if self._documents.get(state.document) is state:
            self._keep(root, project)
            if before is not None:
                _release(before, project.files[state.document])
        return project

    def all(self) -> tuple[Project, ...]:
        """Every project, by root, with the newest texts of what is open."""
        for state in {self.root_of(each.document): each for each in self._documents}.values():
            self.synced(state)
        return tuple(project for _, project in sorted(self._projects.items()))

    def findings(
        self, project: Project, document: str, token: Token | None = None, *, is_hurried: bool = False
    ) -> tuple[Finding, ...]:
        """The findings in a document; those of the last snapshot are kept, for requests ask again. Who is hurried gets
        what was said in the last pause."""
        known = self._findings.get(document)
        findings = known.findings if known is not None else ()
        if known is None or known.project is not project or (known.is_hurried and not is_hurried):
            token = token or Token()
            before = known.project.files.get(document) if known is not None else None
            is_hurried &= before is not None
            now = project.files[document].source.text
            said = tuple(carried(findings, before.source.text, now)) if before is not None and is_hurried else None
            findings = check(project, document, lambda: token.cancelled, said=said)
            if not token.cancelled:
                self._findings[document] = _Findings(project, findings, is_hurried)
            if self._lookup is not None and (wanted := project.packages.wanted.take()):
                root = self.root_of(document)
                self._lookup.ask(root, tuple(folder for folder, _ in self._environments.get(root, ())), wanted)
        return findings

    def learn(self, root: str, known: Mapping[str, str]) -> list[Open]:
        """Takes in what names of installed packages mean; the open documents of the project, if that is news."""
        project = self._projects.get(root)
        packages = project.packages.with_more(known) if project else None
        if project is None or packages is None or packages is project.packages:
            return []
        self._projects[root] = project.with_packages(packages)
        return self._open_in(root)

    def _open_in(self, root: str) -> list[Open]:
        """The open documents of a project."""
        return [each for each in self._documents if self.root_of(each.document) == root]

    def disturbed(self, document: str) -> list[Open]:
        """The other open documents of the project, if their findings may have changed since this was asked last."""
        root = self.root_of(document)
        if root not in self._disturbed:
            return []
        self._disturbed.discard(root)
        return [each for each in self._open_in(root) if each.document != document]

    def close(self, document: str) -> None:
        """Goes back to the text on disk, for files of a workspace folder; drops any other document."""
        self._findings.pop(document, None)
        root = self.root_of(document)
        if self._documents.get(document) is not None or root not in self._projects:
            return
        if self._in_workspace(document) and document in self._projects[root].files:
            self.read(document)
        else:
            self._keep(root, self._projects[root].without(document))

    def read_again(self, changed: Iterable[str]) -> None:
        """Files have changed on disk; only those that the projects hold are of interest."""
        for document in changed:
            if is_page(document):
                self._read_pages([document])
            elif document in self._gathered:
                del self._gathered[document]
                self._gather(document)
            elif document in self.project_of(document).files:
                self.read(document)

    def changed_since(self, moment: float) -> Iterator[str]:
        """The files on disk, and those about settings, that have changed after a moment; the empty string for each
        that has not.
        """
        for root, project in tuple(self._projects.items()):
            about = [f"{root}/{name}" for name in (".gitignore", *files.settings_files(root))] if root else []
            for document in (*about, *project.files, *project.pages):
                yield document if files.changed_since(document, moment) else ""

    def read(self, document: str) -> None:
        """Takes in a file from disk; one that is gone or cannot be read is dropped."""
        if self._documents.get(document) is not None:
            return
        root, project = self.root_of(document), self.project_of(document)
        file = from_disk(document)
        self._keep(root, project.without(document) if file is None else project.with_text(document, file.source))

    def read_sources(self, document: str) -> None:
        """Takes in the files that fill configurations of the document's project and that are no modules, where one is
        another than the last time. There are few, so that it can be asked in each pause."""
        self._read_sources(self.root_of(document))

    def _read_sources(self, root: str) -> None:
        project = self._projects.get(root)
        if project is None or not project.complete or not root:
            return
        known, read = self._sources.get(root, {}), dict[str, tuple[int, ConfigFile | None]]()
        for path in sources_wanted(project):
            moment = files.changed_at(path)
            before = known.get(path)
            read[path] = before if before is not None and before[0] == moment else (moment, files.source(path))
        self._sources[root] = read
        self._keep(root, project.with_sources({path: source for path, (_, source) in read.items()}))

    def _read_pages(self, paths: Iterable[str]) -> None:
        """Takes in templates and scripts from disk, one after the other; those that say nothing are dropped."""
        for path in paths:
            root = self.root_of(path)
            if (project := self._projects.get(root)) is not None:
                said = files.page(path)
                others = {name: page for name, page in project.pages.items() if name != path}
                self._keep(root, project.with_pages({**others, path: said} if said != SILENT else others))

    def known(self, document: str) -> bool:
        """Whether the project holds the document already."""
        return document in self.project_of(document).files

    def index(self, report: Callable[[int], None], done: Callable[[], None], token: Token) -> Iterator[None]:
        """Brings the projects in line with the folders on disk, file by file; stops between two when cancelled."""
        count = 0
        for folder in (*self._folders, *self._lone_roots()):
            found: set[str] = set()
            settings = self._settings(folder)
            # A file that is in no project, perhaps in the home folder: its neighbours will do, as on the command line.
            exclude = settings.exclude if self._is_project(folder) else ("*/",)
            pages: dict[str, Page] = {}
            for path in apart(files.walk([folder], exclude, settings.root, pages=True), token):
                yield
                if token.cancelled:
                    return
                if is_page(path):
                    pages[path] = files.page(path)
                elif path and self._wanted(path):
                    found.add(path)
                    count += self._gather(path)
                    report(count)
            self._take_in_pages(folder, pages)
            yield from self._rehearsed(token)
            self._take_in()
            self._forget_all_but(found, folder)
            self._indexed.add(folder)
            for root, project in tuple(self._projects.items()):
                if project.complete != self._is_complete(root):
                    self._projects[root] = project.with_complete(self._is_complete(root))
                self._read_sources(root)
            yield
        done()

    def _take_in_pages(self, folder: str, pages: Mapping[str, Page]) -> None:
        """Gives each project below the folder what its templates and scripts say, all at once."""
        by_root: dict[str, dict[str, Page]] = {}
        for path, page in pages.items():
            if page != SILENT and self._wanted(path):
                by_root.setdefault(self.root_of(path), {})[path] = page
        for root, project in tuple(self._projects.items()):
            if root in by_root or (project.pages and is_below(root, folder)):
                self._keep(root, project.with_pages(by_root.get(root, {})))

    def is_lone(self, document: str) -> bool:
        """The document is a file outside of all workspace folders, and the files of its root are not in yet."""
        return is_file(document) and not self._in_workspace(document) and not self._is_complete(self.root_of(document))

    def _lone_roots(self) -> list[str]:
        return sorted({self.root_of(each.document) for each in self._documents if self.is_lone(each.document)})

    def _is_project(self, folder: str) -> bool:
        if folder in self._folders:
            return True
        # These may well be under version control.
        is_home = os.path.dirname(folder) == folder or folder == files.absolute(os.path.expanduser("~"))
        return not is_home and files.marked_root(folder) is not None

    def _source(self, state: Open) -> Source:
        """The text of an open document; nothing where it is longer than what we read from disk."""
        if len(state.source.text) <= files.MAX_BYTES:
            return state.source
        self._tell(f"{state.document} is longer than {files.MAX_BYTES} characters: not checked")
        return _TOO_LONG

    def _keep(self, root: str, project: Project) -> None:
        before = self._projects.get(root)
        # Snapshots share their answers for as long as none can have changed.
        if before is not None and before.answers is not project.answers:
            self._disturbed.add(root)
        self._projects[root] = project

    def _gather(self, path: str) -> bool:
        """Reads a closed file for the index, in one slice, so that no question about the project pays for it later."""
        if self.known(path) or (file := from_disk(path)) is None:
            return False
        read_ahead(file)
        file.settle()
        self._gathered[path] = file
        return True

    def _rehearsed(self, token: Token) -> Iterator[None]:
        """Checks the open documents with what was gathered, step by step: the first question about a whole project
        takes long, and who types shall not wait for it. Snapshots pass on what it finds out."""
        for root, new in self._gathered_by_root().items():
            project = self.project_of(new[0].document).with_files(new).with_complete(True)
            for state in self._documents:
                if self.root_of(state.document) == root and state.document in project.files:
                    for _ in rehearse(project, state.document):
                        yield
                        if token.cancelled:
                            return

    def _gathered_by_root(self) -> dict[str, list[File]]:
        by_root: dict[str, list[File]] = {}
        for document, file in self._gathered.items():
            if not self.known(document):
                by_root.setdefault(self.root_of(document), []).append(file)
        return by_root

    def _take_in(self) -> None:
        """Adds what was gathered, all at once: file by file, each would disturb whoever types."""
        for root, new in self._gathered_by_root().items():
            self._keep(root, self.project_of(new[0].document).with_files(new))
        self._gathered.clear()

    def _wanted(self, path: str) -> bool:
        settings = self.project_of(path).settings
        return not (settings.exclude and settings.excludes(path))

    def _forget_all_but(self, found: set[str], folder: str) -> None:
        for root, project in tuple(self._projects.items()):
            for document in project.files:
                gone = is_below(document, folder) and document not in found
                if gone and self._documents.get(document) is None:
                    self._projects[root] = self._projects[root].without(document)

    def _equipped(self, root: str, project: Project) -> Project:
        """The project with the versions in its environment; what names of its packages mean is asked again where that
        has changed."""
        chosen = project.settings.environment
        folders = files.site_packages(root, environment=chosen)
        state = tuple((folder, files.changed_at(folder)) for folder in folders)
        if self._environments.get(root) != state:
            self._environments[root] = state
            if self._lookup is not None:
                self._lookup.forget(folders)
            project = project.with_packages(Packages())
        project = project.with_versions(files.versions_of(root, environment=chosen))
        return project.with_deployment(files.deployment_of(root)).with_texts(files.texts_of(root)) if root else project

    def _is_complete(self, root: str) -> bool:
        return not root or any(is_below(root, folder) for folder in self._indexed)

    def _in_workspace(self, document: str) -> bool:
        return any(is_below(document, folder) for folder in self._folders)

    def _settings(self, root: str) -> Settings:
        """The settings for a root, the editor's above those of the nearest pyproject.toml that has ours."""
        path, section = "", _NOTHING
        if root:
            path, section = files.usable_settings(root, lambda error: self._tell(f"{error.path} {error.reason}"))
        folder = max((each for each in self._layers if each and is_below(root, each)), key=len, default="")
        layer = dict(self._layers.get(folder, _NOTHING))
        chosen = {"environment": layer.pop(INTERPRETER, None)}
        for name, each in ((path, section), ("the editor's settings", layer)):
            for problem in merge(each)[1]:
                self._tell(f"{name}: {problem}")
        return merge(chosen, section, layer, root=os.path.dirname(path) or root)[0]

    def _tell(self, problem: str) -> None:
        """Logs a problem once, however many roots it touches."""
        if problem not in self._told:
            self._told.add(problem)
            log.warning("%s", problem)


def _release(before: File, now: File) -> None:
    """Lets go of what is kept of the blocks that an edit removed: findings know their block and hang on it, and until
    somebody looks for such cycles each keystroke would leave a snapshot behind.
    """
    if now.since is not None:
        head, tail, moved, count, _ = now.since
        held = {id(block) for _, block in now.tree.blocks[head : count - tail]}
        for _, block in before.tree.blocks[head : count - moved - tail]:
            if id(block) not in held:
                block.kept.clear()
