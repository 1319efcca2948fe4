"""What is collected while one function, or the body of a module, is walked."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_lsp.facts.model import Function
from flask_lsp.facts.pushes import pushes
from flask_lsp.project.call_model import AS_ENTERED, MODULE, Derived, Entry, Given, Handed, Need, Said, Site, Through
from flask_lsp.project.call_names import is_generator
from flask_lsp.project.callables import Callable_, Scopes
from flask_lsp.project.route_model import Key
from flask_lsp.text import Span


@dataclass(slots=True)
class Collected:
    name: str
    scopes: Scopes
    state: Through = AS_ENTERED
    calls: list[Site] = field(default_factory=list[Site])
    handed: list[Handed] = field(default_factory=list[Handed])
    needs: list[Need] = field(default_factory=list[Need])
    unseen: list[str] = field(default_factory=list[str])
    entries: list[Entry] = field(default_factory=list[Entry])
    spans: list[Span] = field(default_factory=list[Span])
    pushed: list[Through] = field(default_factory=list["Through"])
    """The contexts before each push that was not popped yet."""
    hidden: frozenset[str] = frozenset()
    """Names of a class body, which are not followed."""
    given: list[Given] = field(default_factory=list[Given])
    wraps: tuple[Key | None, ...] = ()
    function: Function | None = None
    inner: list[str] = field(default_factory=list[str])
    derived: list[Derived] = field(default_factory=list[Derived])
    replaced: set[Key] = field(default_factory=set[Key])
    returned: set[bool] = field(default_factory=set[bool])
    """Whether it gives back its first argument, for each ``return``."""
    marks: set[str] = field(default_factory=set[str])
    before: tuple[Key, ...] = ()
    pops: int = 0
    known: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    """The canonical names of the paths that were asked for."""
    things: dict[str, Callable_] = field(default_factory=dict[str, "Callable_"])
    """What they are, followed into the project."""
    clients: set[str] = field(default_factory=set[str])
    """Names of test clients."""
    made: dict[str, str] = field(default_factory=dict[str, str])
    """The contexts that names and attributes are, by what makes them."""
    forks: int = 0
    """How many branches, loops and handlers we are in, or have left by one of them."""
    keeping: bool = False
    """In ``with client:``, where the context of the last request is kept."""

    def at(self, span: Span) -> int:
        self.spans.append(span)
        return len(self.spans) - 1

    @property
    def now(self) -> tuple[Through, bool]:
        """The context that is there, and whether it comes to it for sure."""
        return self.state, not self.forks

    @property
    def says_something(self) -> bool:
        said = self.spans or self.unseen or self.marks or self.pops or self.derived or self.replaced
        return bool(said) or self.state != AS_ENTERED

    def said(self) -> Said:
        function = self.function
        if self.name == MODULE and any(now > entered for now, entered in zip(self.state, AS_ENTERED, strict=True)):
            self.marks.add("pushed")
        if self.returned == {True}:
            self.marks.add("same")
        if self.replaced:
            self.marks.add("replaces")
        return Said(
            tuple(self.calls),
            tuple(self.handed),
            tuple(self.needs),
            tuple(self.unseen),
            tuple(self.entries),
            tuple(self.given),
            self.wraps,
            function is not None and is_generator(function),
            tuple([parameter.name for parameter in function.parameters]) if function is not None else (),
            pushes(function) if function is not None else (0, 0),
            frozenset(self.marks),
            self.state if self.name == MODULE else AS_ENTERED,
            tuple(self.pushed) if self.name == MODULE else (),
            self.pops,
            tuple(self.inner) if self.name != MODULE else (),
            tuple(self.derived),
            frozenset(self.replaced),
            self.before,
        )
