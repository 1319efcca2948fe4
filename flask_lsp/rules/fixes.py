"""From fixes to edits: applied together without conflict, with the imports settled once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Fix
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.imports import settle
from flask_lsp.rules.run import check
from flask_lsp.text import Edit, Span, apply

_MOST_ROUNDS = 20
"""Fixes that make room for others settle in two or three rounds."""


@dataclass(frozen=True, slots=True)
class WorkspaceChange:
    """What a fix does, by document id: edits that do not overlap, counted in the text as it is, and new files."""

    edits: Mapping[str, tuple[Edit, ...]]
    created: Mapping[str, str] = field(default_factory=dict[str, str])


def edits(project: Project, document: str, fixes: Iterable[tuple[Finding, Fix]]) -> WorkspaceChange | None:
    """The change that applies fixes of findings in one file. Of fixes that would touch the same text the first one
    wins; ``None`` where no fix can be applied."""
    file = project.files[document]
    accepted: list[Edit] = []
    needed: set[tuple[str, str | None]] = set()
    left_over: set[str] = set()
    created: dict[str, str] = {}
    for finding, fix in fixes:
        start, block = file.tree.at(finding.span.start)
        editing = Editing(project, file, start, block)
        fix.change(editing)
        new = [edit for edit in editing.edits if edit not in accepted]  # two findings may share one repair
        if editing.impossible or not (new or editing.created) or _conflict(accepted, new):
            continue
        accepted += new
        needed |= editing.needed
        left_over |= editing.left_over
        created |= editing.created
    if not accepted and not created:
        return None
    accepted += settle(file, needed, left_over, accepted)
    return WorkspaceChange({document: tuple(sorted(accepted, key=lambda edit: edit.span))}, created)


def fix_all(project: Project, document: str, *, unsafe: bool = False) -> str:
    """The text of a file after all safe fixes (or all there are), applied again until nothing is left to do."""
    for _ in range(_MOST_ROUNDS):
        chosen: list[tuple[Finding, Fix]] = []
        for finding in check(project, document):
            fix = next((fix for fix in finding.fixes if fix.safe or unsafe), None)
            if fix is not None:
                chosen.append((finding, fix))
        change = edits(project, document, chosen) if chosen else None
        before = project.files[document].source.text
        if change is None or (after := apply(before, change.edits[document])) == before:
            break
        project = project.with_text(document, after)
    return project.files[document].source.text


def _conflict(accepted: list[Edit], edits: list[Edit]) -> bool:
    return any(_overlap(one.span, other.span) for one in accepted for other in edits)


def _overlap(one: Span, other: Span) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end
