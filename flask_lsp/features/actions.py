"""What can be done about findings: their fixes, silencing them, and all safe fixes of a file at once.

An action is listed without its edits. They are computed from the text as it is when the action is chosen; ``Target``
finds the finding again.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from flask_lsp.features.kinds import FIX_ALL, QUICK_FIX
from flask_lsp.project.project import Project
from flask_lsp.rules import fixes, suppress
from flask_lsp.rules.base import Finding
from flask_lsp.rules.fixes import WorkspaceChange
from flask_lsp.text import Edit, Position, Source, Span

_NO_PLACE = Position(0, 0)

What = Literal["fix", "line", "file", "all"]


@dataclass(frozen=True, slots=True)
class Target:
    """Names an action across edits of the text."""

    what: What
    code: str = ""
    place: Position = _NO_PLACE
    """Where the finding began, in code points."""
    text: str = ""
    """The text that the finding underlined."""
    title: str = ""
    """The title of the fix."""


@dataclass(frozen=True, slots=True)
class Action:
    title: str
    kind: str
    target: Target
    finding: Finding | None = None
    preferred: bool = False


def actions(source: Source, findings: Sequence[Finding], span: Span, wanted: Callable[[str], bool]) -> Iterator[Action]:
    """The actions of the ``wanted`` kinds for the findings that ``span`` touches; fixes before silencing."""
    here = [finding for finding in findings if finding.span.touches(span)] if wanted(QUICK_FIX) else []
    for finding in here:
        for number, fix in enumerate(finding.fixes):
            target = _target(source, finding, "fix", fix.title)
            yield Action(fix.title, QUICK_FIX, target, finding, preferred=number == 0)
    for finding in here:
        code = finding.rule.code
        yield Action(f"Disable {code} for this line", QUICK_FIX, _target(source, finding, "line"), finding)
        yield Action(f"Disable {code} for this file", QUICK_FIX, _target(source, finding, "file"), finding)
    if wanted(FIX_ALL) and any(fix.safe for finding in findings for fix in finding.fixes):
        yield Action("Fix all Flask problems that can be fixed safely", FIX_ALL, Target("all"))


def wanted_by(only: Sequence[str] | None) -> Callable[[str], bool]:
    """Whether a kind is asked for: ``source`` asks for ``source.fixAll`` too, ``quickfixes`` not for ``quickfix``."""
    return lambda kind: only is None or any(each in ("", kind) or kind.startswith(each + ".") for each in only)


def change(project: Project, document: str, findings: Sequence[Finding], target: Target) -> WorkspaceChange | None:
    """What the action does to the text as it is; None where its finding or fix is gone."""
    file = project.files[document]
    if target.what == "all":
        text = fixes.fix_all(project, document)
        return WorkspaceChange({document: difference(file.source, text)})
    finding = _find(file.source, findings, target)
    if finding is None:
        return None
    if target.what == "line":
        return WorkspaceChange({document: suppress.disable_line(file, finding)})
    if target.what == "file":
        return WorkspaceChange({document: suppress.disable_file(file, finding)})
    fix = next((fix for fix in finding.fixes if fix.title == target.title), None)
    return None if fix is None else fixes.edits(project, document, [(finding, fix)])


def difference(before: Source, after: str) -> tuple[Edit, ...]:
    """Edits, as small as lines allow, that turn one text into another: the cursor and the marks of the user stay."""
    if before.text == after:
        return ()
    old, new = _lines(before), _lines(Source(after))
    starts = [*before.line_starts, len(before.text)]
    opcodes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(
        Edit(Span(starts[first], starts[last]), "".join(new[low:high]))
        for tag, first, last, low, high in opcodes
        if tag != "equal"
    )


def _target(source: Source, finding: Finding, what: What, title: str = "") -> Target:
    place = source.position(finding.span.start)
    return Target(what, finding.rule.code, place, source.text[slice(*finding.span)], title)


def _find(source: Source, findings: Sequence[Finding], target: Target) -> Finding | None:
    """The finding at its place; else, when edits moved it, the only one of its kind with the same text."""
    alike = [
        finding
        for finding in findings
        if finding.rule.code == target.code and source.text[slice(*finding.span)] == target.text
    ]
    for finding in alike:
        if source.position(finding.span.start) == target.place:
            return finding
    return alike[0] if len(alike) == 1 else None


def _lines(source: Source) -> list[str]:
    ends = [*source.line_starts[1:], len(source.text)]
    return [source.text[start:end] for start, end in zip(source.line_starts, ends, strict=True)]
