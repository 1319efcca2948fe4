"""What a run of imports is made of: how it starts, what it holds while it goes on, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from flask_lsp.facts.importing import Function_, Out, Steps
from flask_lsp.project.layout import Layout

MAIN = "#main"
"""Behind the document of a module that runs as ``__main__``."""


class Site(NamedTuple):
    """A step that has a number: the document, the block among those that have steps, the number in it."""

    document: str
    block: int
    at: int


class Failure(NamedTuple):
    """An exception that ends the import."""

    kind: str
    """The name of its class."""
    name: str
    """What is missing."""
    module: str
    """Where it is missing, or the module that is not there."""
    partial: bool
    """That module is still running."""
    site: Site | None
    trail: tuple[tuple[Site, str], ...]
    """The imports that are under way, outermost first, with the modules they run."""


class Early(NamedTuple):
    """A name is taken from a module that still runs, and was bound just in time."""

    site: Site
    name: str
    module: str
    trail: tuple[tuple[Site, str], ...]


class Late(NamedTuple):
    """A blueprint is set up after it was registered."""

    site: Site
    method: str
    registered: Site


class Verdict(NamedTuple):
    """How the run of an entry point ends; ``known`` is false where the ways differ."""

    known: bool
    failure: Failure | None
    early: tuple[Early, ...] = ()
    late: tuple[Late, ...] = ()


class Module_(NamedTuple):  # noqa: N801
    """What a value is: a module."""

    key: str


class Callable_(NamedTuple):  # noqa: N801
    """What a value is: a function of the project, where it was defined."""

    key: str
    block: int
    step: Function_


class Made(NamedTuple):
    """What a value is: an object that a call made."""

    key: str
    name: str
    serial: int


class Other(NamedTuple):
    what: str


OTHER = Other("bound to something")
MAYBE = Other("maybe bound")
Value: TypeAlias = "Module_ | Callable_ | Made | Other"
Program: TypeAlias = "tuple[Steps, ...]"
Ended: TypeAlias = "Failure | Out | None"
Running: TypeAlias = "Generator[str, Failure | None, Ended]"


class Broken(NamedTuple):
    """A module that is not there, in a package that is."""

    chain: tuple[str, ...]
    rest: str


@dataclass(slots=True)
class Module:
    key: str
    chain: tuple[str, ...]
    """The packages it is in and itself."""
    names: dict[str, Value] = field(default_factory=dict[str, "Value"])
    running: bool = True
    open: bool = False
    """It may have names that we do not know."""
    is_main: bool = False
    listed: tuple[str, ...] | None = None

    @property
    def document(self) -> str:
        return self.key.removesuffix(MAIN)


@dataclass(slots=True)
class Frame:
    """Where a body runs."""

    module: Module
    block: int
    document: str
    scope: dict[str, Value] | None = None
    """The names of a class body or function; None for the module's own."""
    around: dict[str, Value] | None = None
    """The names of the function around a class body."""
    outer: frozenset[str] = frozenset()
    depth: int = 0
    """Calls under way."""
    in_function: bool = False


@dataclass(slots=True)
class World:
    """What every run of a project shares."""

    layout: Layout
    program: Callable[[str], Program]
    """The steps of a document, block by block."""
    find: Callable[[str, str], tuple[str, ...] | None] = lambda _document, _name: None
    """Where else an absolute name may lead to from a document, with the packages on the way."""
    within: frozenset[str] | None = None
    """The modules whose bodies are run; the others are taken as they are in the end."""
    all_names: Callable[[str], tuple[frozenset[str], bool]] = lambda _: (frozenset[str](), True)
    """The names of a module that is not run, and whether there may be more."""
    trusting: bool = True
    """Modules of the project that are not there are taken to be made by something else."""
    entered: set[str] = field(default_factory=set[str])
    """The names of the functions that were run."""


class Start(NamedTuple):
    """What is run, in one process: modules that are imported, or a script."""

    documents: tuple[str, ...]
    roots: tuple[str, ...]
    """The folders on ``sys.path``."""
    script: bool = False
    """The document runs as ``__main__`` from its folder."""
    package: bool = False
    """As with ``python -m``: it runs as ``__main__`` in its package."""
    calls: tuple[str, ...] = ()
    """The functions of the last document that are called in the end."""
