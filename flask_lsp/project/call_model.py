"""What the call graph of a project is made of. Nothing here holds a span: a place in a function goes by its number,
``call_graph.span_of`` finds it when somebody looks.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from flask_lsp.frozen import frozen
from flask_lsp.project.needs import Level
from flask_lsp.project.route_model import Key

MODULE = ""
"""The qualified name of a module body, as it runs on import."""
SCRIPT = "__main__"
"""The qualified name of what stands under ``if __name__ == "__main__"``."""

PUSHED = "#pushed"
"""Instead of a document in ``Said.wraps``: a decorator that pushes the context named behind it (``APP``)."""

GETS_FIXTURE = ".getfixturevalue"
"""How a path ends that takes another fixture of pytest by its name, which need not be written there."""

NEVER, UNKNOWN = -2, -1
Through: TypeAlias = "tuple[int, int, int]"
"""The context at a place of a function, by the context in which the function is entered (``Level``): a ``Level``,
``UNKNOWN``, or ``NEVER`` where the place is not reached then."""
AS_ENTERED: Through = (0, 1, 2)


def compose(first: tuple[int, ...], second: tuple[int, ...]) -> Through:
    """The context at a place, by that before what leads there."""
    one, two, three = (now if now < 0 else second[now] for now in first)
    return one, two, three


By: TypeAlias = "tuple[Key, str]"
"""A class and the name of a member: a method is looked up on an object of it, which a class that derives from it may
have replaced."""


class Site(NamedTuple):
    """A call of a function of the project."""

    at: int
    """The number of the place in the function that calls."""
    callee: Key
    through: Through = AS_ENTERED
    """The context in which it is called."""
    sure: bool = True
    """It is reached whenever the function runs."""
    by: By | None = None


class Handed(NamedTuple):
    """A function of the project is handed on, to be called later."""

    at: int
    function: Key
    kind: str
    """As in ``Entry``; empty where it goes to something that we cannot see: then it may be called in any context."""
    level: Level | None
    """The context in which it will be called, ``None`` where that cannot be told."""
    to: tuple[Key, str] | None = None
    """The function of the project that it is given to, and the name of the parameter."""
    through: Through = AS_ENTERED
    """The context in which it is handed on."""
    by: By | None = None


class Given(NamedTuple):
    """A function calls or hands on what a parameter of it, or of a function around it, is."""

    owner: str
    """The qualified name of the function whose parameter it is."""
    parameter: str
    within: str
    """The qualified name of the function that calls it."""
    at: int
    kind: str = ""
    """As in ``Handed``; empty for a call."""
    level: Level | None = None
    through: Through = AS_ENTERED


class Need(NamedTuple):
    """Something needs a context."""

    at: int
    name: str
    """Canonical."""
    written: str
    level: Level
    through: Through = AS_ENTERED
    sure: bool = True
    template: str = ""
    """What is shown, where it is a literal: it may build URLs, which needs a request or ``SERVER_NAME`` besides."""


class Place(NamedTuple):
    key: Key
    at: int
    """The number of the place in the function."""


class Entry(NamedTuple):
    """A way by which a function is called from outside of the project."""

    kind: str
    """``view``, ``hook``, ``error handler``, ``template``, ``command``, ``shell``, ``signal``, ``teardown``,
    ``thread``, ``timer``, ``process``, ``executor``, ``spawned`` (a greenlet), ``task``, ``job``, ``scheduled``,
    ``atexit``, ``signal handler``, ``test``, ``fixture``, ``import``, ``script``, ``callback``, ``handed on``."""
    level: Level | None
    """The context that is there; ``None`` where it cannot be told."""
    said: Key
    """The function in which it is said: for a decorator the one around the function."""
    at: int
    """The number of the place there, negative for a decorator."""
    via: Place | None = None
    """Where it is given to the function of the project in which that is said; the function itself where a decorator of
    the project starts it."""
    by: By | None = None


class Derived(NamedTuple):
    """A class that derives from others of the project."""

    name: str
    """Qualified."""
    bases: tuple[Key, ...]
    members: frozenset[str]
    """What it binds and its methods give its objects."""


@frozen()
class Said:
    """What the body of one function, or of a module, says."""

    calls: tuple[Site, ...] = ()
    handed: tuple[Handed, ...] = ()
    needs: tuple[Need, ...] = ()
    unseen: tuple[str, ...] = ()
    """Calls of what is neither the project's nor a package's that we know, and those that end with ``GETS_FIXTURE``, as
    they are written."""
    entries: tuple[Entry, ...] = ()
    """How it is entered, by its decorators, its name or its class."""
    given: tuple[Given, ...] = ()
    wraps: tuple[Key | None, ...] = ()
    """The decorators of the project on it, innermost first; ``None`` is one that we do not know."""
    generator: bool = False
    """A call does not run the body yet."""
    parameters: tuple[str, ...] = ()
    pushes: tuple[int, int] = (0, 0)
    """The context that it has pushed where it yields, and in the end (``facts.pushes``)."""
    marks: frozenset[str] = frozenset()
    """``pushed``: the module body leaves a context pushed; ``task class``: what may give tasks a context is made;
    ``task app``: a class of tasks pushes that of the application; ``worker``: a worker for jobs is made; ``autouse``,
    ``wide``, ``use:NAME`` and ``given:NAME``: of fixtures and tests (``call_tests``), or of all tests of a module;
    ``plugins``: fixtures come from elsewhere; ``patched``: it puts something else in a place, for a test; ``skipped``:
    a test is not meant to work; ``same``: it gives back its first argument; ``replaces``: see below."""
    ends: Through = AS_ENTERED
    """Of a module body: the context that is left in the end."""
    pushed: tuple[Through, ...] = ()
    """Of a module body: the contexts before each push that is left."""
    pops: int = 0
    """Of a module body: how many that were pushed before it are popped."""
    inner: tuple[str, ...] = ()
    """The functions that are defined in it, by qualified name."""
    derived: tuple[Derived, ...] = ()
    """The classes that are defined in it."""
    replaced: frozenset[Key] = frozenset()
    """The functions of the project in whose place it puts something else: ``mail.send = quiet``."""
    before: tuple[Key, ...] = ()
    """Of a test: the functions that run before it, such as ``setUp``."""


NOTHING_SAID = Said()
