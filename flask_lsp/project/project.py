"""An immutable snapshot of a project: its files, its settings, the versions it runs with, how it is started."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import count
from operator import is_not
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from weakref import ref

from flask_lsp.deployment_files import Kind, is_gunicorn, kind_of
from flask_lsp.facts.config_file import ConfigFile
from flask_lsp.facts.deployment import DeploymentFacts, Piece, deployment_facts, gunicorn_facts
from flask_lsp.facts.file import FileFacts, other_bodies
from flask_lsp.facts.pages import Page
from flask_lsp.facts.words import refused_keys, says_tables, telling_lines
from flask_lsp.project.deployment import Deployment, says_the_same
from flask_lsp.project.modules import Modules
from flask_lsp.project.packages import Packages
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings
from flask_lsp.syntax.parse import Tree, parse_file
from flask_lsp.text import Source

_Part = TypeVar("_Part")
_NOTHING = object()
_numbers = count()


class _Parts(NamedTuple):
    """What the files of a snapshot say of one thing; it keeps neither the snapshot nor its files."""

    number: int
    """Of the snapshot."""
    refs: dict[str, ref[File]]
    values: dict[str, Any]


class Since(NamedTuple):
    """What a file shares with the one it was edited from. Blocks go by their numbers."""

    head: int
    """Blocks at the start."""
    tail: int
    """Blocks at the end."""
    moved: int
    """How far their numbers have moved."""
    blocks: int
    """How many there are now."""
    kept: dict[object, Any]
    """What others made of the earlier file."""

    @property
    def new(self) -> range:
        """The blocks that are new."""
        return range(self.head, self.blocks - self.tail)

    def still(self, numbers: Iterable[int]) -> Iterator[int]:
        """The numbers that blocks of the earlier file have now, of those that are still there."""
        for number in numbers:
            if number < self.head:
                yield number
            elif number + self.moved >= self.blocks - self.tail:
                yield number + self.moved


class File:
    """One file: everything in it is a function of its text."""

    def __init__(self, document: str, source: Source, before: File | None = None, kind: Kind | None = None) -> None:
        self.document = document
        self.source = source
        self.kind: Kind = kind or kind_of(document) or "python"
        self.is_deployment = self.kind != "python" or is_gunicorn(document)
        """It says how the project is deployed; as Python it says nothing, unless it is gunicorn's configuration."""
        self.kept: dict[object, Any] = {}
        """What others made of it, each under a key of its own; it goes when the file goes."""
        self.since: Since | None = None
        """Known once the facts are."""
        self.ref = ref(self)
        """The one reference to the file that does not keep it."""
        self._before = before
        known = before.__dict__.get("deployment") if before is not None and before.kind == self.kind else None
        self._pieces: Mapping[str, Piece] = known.pieces if isinstance(known, DeploymentFacts) else {}

    @cached_property
    def tree(self) -> Tree:
        if self.kind != "python":
            return parse_file("")
        return parse_file(self.source.text, self._before.tree if self._before else None)

    @cached_property
    def facts(self) -> FileFacts:
        tree, before = self.tree, self._before
        self._before = None  # else every text ever typed would be kept
        if before is None:
            return FileFacts(tree)
        count = len(tree.blocks)
        self.since = Since(*tree.shared, count - len(before.tree.blocks), count, before.kept)
        return FileFacts(tree, before.facts)

    @cached_property
    def deployment(self) -> DeploymentFacts:
        """What it says of how the project is started."""
        if self.kind == "python":
            return gunicorn_facts(self.facts, self.source.text)
        pieces, self._pieces = self._pieces, {}
        return deployment_facts(self.kind, self.document, self.source.text, pieces)

    def settle(self) -> None:
        """Reads what others may ask for and lets go of the tree: files that nobody has open are asked, not shown. It is
        made again when it is needed."""
        self.facts.settle()
        if self.is_deployment:
            _ = self.deployment
        self.__dict__.pop("tree", None)


class _Watched(dict[str, File]):
    """The files of a snapshot, that note who is asked for."""

    read: set[str]

    def __getitem__(self, document: str) -> File:
        self.read.add(document)
        return super().__getitem__(document)

    def get(self, document: str, default: Any = None) -> Any:
        self.read.add(document)
        return super().get(document, default)


class Project:
    """A snapshot. Every change gives a new one that shares all it did not touch."""

    def __init__(self, root: str | None, settings: Settings, versions: Versions) -> None:
        self.root = root
        """The folder as a document id, ``None`` for text without one."""
        self.settings = settings
        self.versions = versions
        self.deployment = Deployment()
        self.complete = root is None
        """Every file of the project is in; before that, what rests on other files is unknown."""
        self.pages: Mapping[str, Page] = {}
        """What templates and scripts say, by document. The same object for as long as none says anything else."""
        self.sources: Mapping[str, ConfigFile | None] = {}
        """The files that configurations are filled from and that are no modules, by document; ``None`` for those that
        are not there or cannot be read."""
        self.packages = Packages()
        """What names of installed packages mean; what it lacks is noted there."""
        self.texts: Mapping[str, Source] = {}
        """Files of the project's folder that are no Python and that fixes may write to, by document id."""
        self._files: dict[str, File] = {}
        self._modules = Modules((), root)
        self.answers: dict[object, object] = {}
        """What was asked of the project so far. Snapshots share one dict for as long as no answer can have changed, so
        its identity tells whether anything but the text of a body is new."""
        self.bodies_read: set[str] = set()
        """The names of the functions whose bodies these answers rest on: who follows calls during an import adds to
        it."""
        self._number = next(_numbers)
        self._edited: tuple[int, str] | None = None
        """The number of the snapshot that this one was made of, and the only document that is another there."""
        self._parts: dict[object, _Parts] = {}
        self._kept: dict[object, tuple[tuple[object, ...], Any]] = {}

    def parts(self, part: Callable[[File], _Part]) -> Mapping[str, _Part]:
        """What each file says of one thing, without spans. It is one object for as long as no file says anything else,
        so that ``kept`` can tell."""
        known = self._parts.get(part)
        if known is not None and known.number == self._number:
            return known.values
        refs, values = (known.refs, known.values) if known is not None else ({}, {})
        if known is not None and self._edited is not None and known.number == self._edited[0]:
            document = self._edited[1]  # who types shall not pay for the number of files
            now = refs | {document: self._files[document].ref}
            new = {document: part(self._files[document])}
        else:
            now = {name: file.ref for name, file in self._files.items()}
            new = {name: part(self._files[name]) for name, ref in now.items() if refs.get(name) is not ref}
        if len(values) != len(now) or any(values.get(name, _NOTHING) != value for name, value in new.items()):
            values = {name: new[name] if name in new else values[name] for name in now}
        self._parts[part] = _Parts(self._number, now, values)
        return values

    def kept(self, question: Callable[[Project], _Part], *grounds: object) -> _Part:
        """The answer to a question about the whole project, for as long as its grounds are the same objects: what it
        reads of files (``parts``), ``modules``, ``versions``, ``deployment``, ``packages``."""
        known = self._kept.get(question)
        if known is None or len(known[0]) != len(grounds) or any(map(is_not, known[0], grounds)):
            known = self._kept[question] = grounds, question(self)
        return known[1]

    def grown(self, question: Callable[[Project, _Part | None], _Part]) -> _Part:
        """The answer to a question about the whole project that is made of the last answer, whichever snapshot that
        was given for. It is asked once for each snapshot."""
        known = self._kept.get(question)
        if known is None or known[0][0]() is not self:  # type: ignore[operator]
            answer = question(self, None if known is None else known[1])
            known = self._kept[question] = (ref(self),), answer
        return known[1]

    def watched(self, read: set[str]) -> Project:
        """This snapshot, for who wants to know what an answer rests on: the documents whose files are asked for are
        added to ``read``."""
        files = _Watched(self._files)
        files.read = read
        return self._copy(files, self.answers)

    @property
    def is_watched(self) -> bool:
        """Somebody wants to know which files are asked for: what is known already may not be taken as it is."""
        return isinstance(self._files, _Watched)

    @cached_property
    def files(self) -> Mapping[str, File]:
        return MappingProxyType(self._files)

    def with_text(self, document: str, text: str | Source, kind: Kind | None = None) -> Project:
        """The project with a file added or replaced; ``kind`` where its name does not tell."""
        source = text if isinstance(text, Source) else Source(text)
        before = self._files.get(document)
        if before is not None and before.source.text == source.text:
            return self
        file = File(document, source, before, kind or (before.kind if before is not None else None))
        same = before is not None and self._says_the_same(before, file)
        edited = document if before is not None else None
        return self._copy({**self._files, document: file}, self.answers if same else {}, edited=edited)

    def _says_the_same(self, before: File, now: File) -> bool:
        """No answer can be another one."""
        if before.is_deployment and not says_the_same(self, before, now):
            return False
        return _says_the_same(before.facts, now.facts, self.bodies_read) and _same_words(before, now)

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

    def with_deployment(self, deployment: Deployment) -> Project:
        if deployment == self.deployment:
            return self
        project = self._copy(self._files, {})
        project.deployment = deployment
        return project

    def with_pages(self, pages: Mapping[str, Page]) -> Project:
        if pages == self.pages:
            return self
        project = self._copy(self._files, {})
        project.pages = pages
        return project

    def with_sources(self, sources: Mapping[str, ConfigFile | None]) -> Project:
        if sources == self.sources:
            return self
        project = self._copy(self._files, {})
        project.sources = sources
        return project

    def with_texts(self, texts: Mapping[str, Source]) -> Project:
        """No answer rests on them."""
        project = self._copy(self._files, self.answers)
        project.texts = texts
        return project

    def source(self, document: str) -> Source:
        """The text of a file, one that is no Python too."""
        return self._files[document].source if document in self._files else self.texts[document]

    def has_text(self, document: str) -> bool:
        """Lines can be added to the file: it is there, or stands in an editor."""
        return document in self._files or document in self.texts

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
        edited: str | None = None,
    ) -> Project:
        project = Project(self.root, settings or self.settings, versions or self.versions)
        project.complete = self.complete
        project.packages, project.deployment, project.pages = self.packages, self.deployment, self.pages
        project.texts, project.sources = self.texts, self.sources
        project._files = files
        project._edited = (self._number, edited) if edited is not None else None
        same = edited is not None or files.keys() == self._files.keys()
        project._modules = self._modules if same else Modules(frozenset(files), self.root)
        project.answers = answers
        if answers is self.answers:
            project.bodies_read = self.bodies_read
        project._parts, project._kept = self._parts, self._kept
        return project


def _says_the_same(before: FileFacts, now: FileFacts, bodies_read: set[str]) -> bool:
    """No answer can be another one."""
    try:
        return before.interface == now.interface and other_bodies(before, now).isdisjoint(bodies_read)
    except RecursionError:  # deeper than any program: take it for new
        return False


def _same_words(before: File, now: File) -> bool:
    """What an edit took away and what it put there both bring tables, or neither does, hold the same telling
    lines and refuse the same secrets, see ``facts.words``."""
    if now.since is None:
        old, new = [before.source.text], [now.source.text]
    else:
        head, tail, moved, count, _ = now.since
        old = [block.text for _, block in before.tree.blocks[head : count - moved - tail]]
        new = [block.text for _, block in now.tree.blocks[head : count - tail]]
    if any(map(says_tables, old)) != any(map(says_tables, new)) or _telling(old) != _telling(new):
        return False
    return frozenset[str]().union(*map(refused_keys, old)) == frozenset[str]().union(*map(refused_keys, new))


def _telling(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in telling_lines(text)]
