"""From fixes to edits: applied together without conflict, with the imports settled once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask_lsp.facts.model import Import
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Fix
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.imports import settle
from flask_lsp.rules.run import check
from flask_lsp.syntax.parse import Tree, parse_file
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
    fixes = list(fixes)
    change = _together(project, document, fixes)
    if change is None or _sound(project, document, change):
        return change
    # Each is right, but not with the others: two that empty a body between them, say.
    chosen: list[tuple[Finding, Fix]] = []
    for fix in fixes:
        tried = _together(project, document, [*chosen, fix])
        if tried is not None and _sound(project, document, tried):
            chosen.append(fix)
    return _together(project, document, chosen)


def _together(project: Project, document: str, fixes: list[tuple[Finding, Fix]]) -> WorkspaceChange | None:
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
    accepted += settle(file, needed, left_over - _imported_elsewhere(project, document), accepted)
    return WorkspaceChange({document: tuple(sorted(accepted, key=lambda edit: edit.span))}, created)


def _imported_elsewhere(project: Project, document: str) -> set[str]:
    """The names that other files import from this one."""
    return {
        at.bound.attribute
        for other, file in project.files.items()
        for ats in (file.facts.bindings.values() if other != document else ())
        for at in ats
        if isinstance(at.bound, Import)
        and at.bound.attribute
        and project.module(other, at.bound.module, at.bound.level) == document
    }


def _sound(project: Project, document: str, change: WorkspaceChange) -> bool:
    """The edits fit together, and the text parses as far as it did before."""
    file = project.files[document]
    try:
        text = apply(file.source.text, change.edits[document])
    except ValueError:  # they overlap
        return False
    after = parse_file(text, file.tree)
    return _broken_lines(after) <= _broken_lines(file.tree)


def _broken_lines(tree: Tree) -> int:
    return sum(len(block.mended) for _, block in tree.blocks)


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
