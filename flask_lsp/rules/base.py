"""What a rule is, what it says, and all it may touch.

A rule is one module: its docstring documents it, ``rule = Rule(...)`` names it, and the annotation of the first
parameter of ``check`` says what it fires on: an ``ast`` node class, a union of them, or a class of facts. What follows
calls through the project takes long and stands in ``in_pause``, which is given the file: it is asked when nobody types,
and what it said last stays until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from flask_lsp.frozen import frozen
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.rules.editing import Editing


class Level(IntEnum):
    """How bad a finding is; the numbers are those of LSP's ``DiagnosticSeverity``."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3
    HINT = 4


Tag = Literal["unnecessary", "deprecated"]


@frozen()
class Rule:
    """The identity of a rule. ``strict`` rules are on only in the preset of that name."""

    code: str
    name: str
    level: Level
    strict: bool = False
    since: str = "0.1.0"
    words: tuple[str, ...] = ()
    """The cheap guard: a rule that fires on nodes is only asked about blocks that hold one of these, or whose file
    imports one of them by another name."""


@frozen()
class Documentation:
    """A rule's module docstring, taken apart by ``flask_lsp.rules.documentation``."""

    title: str
    why: str
    """Markdown, one paragraph or more."""
    example: str
    better: str
    beside: tuple[tuple[str, str], ...] = ()
    """Other files of the example, with their names; its own is ``example.py``."""
    better_beside: tuple[tuple[str, str], ...] = ()

    def files(self, *, better: bool = False) -> dict[str, str]:
        """All files of the example, or of the better one, by their names."""
        text, beside = (self.better, self.better_beside) if better else (self.example, self.beside)
        return {"example.py": text, **dict(beside)}


@frozen()
class Related:
    """A place that explains a finding: a span of the finding's own file, a span of another one, or a name bound in
    some module."""

    message: str
    span: Span | None = None
    """Counted like the span of the finding; with ``document``, from that file. Only rules that fire on files may show
    spans of other files: they look again at every keystroke, what blocks say is kept."""
    document: str = ""
    name: str = ""
    """With ``document``: the module-level name whose binding is shown; found again when the finding is shown, so
    that it never goes stale."""


@frozen()
class Fix:
    """One way to mend a finding; ``change`` writes the edits for the text as it is when it is asked for.

    A safe fix changes nothing but the mistake, so it may be applied without a look.
    """

    title: str
    safe: bool
    change: Callable[[Editing], None] = field(compare=False)


@frozen()
class Finding:
    """One mistake. The span counts from the block for rules that fire on nodes, else from the file; ``run`` makes
    all of them count from the file before anybody else sees them."""

    rule: Rule
    span: Span
    message: str
    level: Level
    fixes: tuple[Fix, ...] = ()
    """The preferred one first."""
    related: tuple[Related, ...] = ()
    tags: tuple[Tag, ...] = ()
    strict: bool = False
    """Only for the preset of that name, whatever its rule is."""
    patient: bool = False
    """It was found by ``in_pause``; ``run`` says so."""


Check: TypeAlias = "Callable[[Any, Any], Iterator[Finding]]"


@frozen()
class Registered:
    """A rule with its check, as found by walking the package."""

    rule: Rule
    check: Check
    fires_on: tuple[type, ...]
    """Nothing for a rule that is asked in pauses only."""
    module: str
    in_pause: Check | None = None
