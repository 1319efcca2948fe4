"""From fixes to edits: applied together without conflict, with the imports settled once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask_lsp.facts.model import Import
from flask_lsp.frozen import frozen
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Fix
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.imports import settle
from flask_lsp.rules.run import check
from flask_lsp.syntax.parse import Tree, parse_file
from flask_lsp.text import Edit, Source, Span, apply

_MOST_ROUNDS = 20
"""Fixes that make room for others settle in two or three rounds."""


@frozen()
class WorkspaceChange:
    """What a fix does, by document id: edits that do not overlap, counted in the text as it is, and new files."""

    edits: Mapping[str, tuple[Edit, ...]]
    created: Mapping[str, str] = field(default_factory=dict[str, str])


def edits(
    project: Project, document: str, fixes: Iterable[tuple[Finding, Fix]], *, only_here: bool = False
) -> WorkspaceChange | None:
    """The change that applies fixes of findings in one file. Of fixes that would touch the same text the first one
    wins; ``None`` where no fix can be applied. With ``only_here`` those that change other files are left out."""
    fixes = list(fixes)
    change = _together(project, document, fixes, only_here)
    if change is None or _sound(project, change):
        return change
    # Each is right, but not with the others: two that empty a body between them, say.
    chosen: list[tuple[Finding, Fix]] = []
    for fix in fixes:
        tried = _together(project, document, [*chosen, fix], only_here)
        if tried is not None and _sound(project, tried):
            chosen.append(fix)
    return _together(project, document, chosen, only_here)


@dataclass(slots=True)
class _Part:
    """What is done to one file."""

    edits: list[Edit] = field(default_factory=list[Edit])
    needed: set[tuple[str, str | None]] = field(default_factory=set[tuple[str, "str | None"]])
    left_over: set[str] = field(default_factory=set[str])


def _together(
    project: Project, document: str, fixes: list[tuple[Finding, Fix]], only_here: bool
) -> WorkspaceChange | None:
    file = project.files[document]
    parts: dict[str, _Part] = {}
    created: dict[str, str] = {}
    appended: dict[str, list[str]] = {}
    for finding, fix in fixes:
        start, block = file.tree.at(finding.span.start)
        editing = Editing(project, file, start, block)
        fix.change(editing)
        if _is_possible(editing, parts) and not (only_here and editing.leaves_file):
            for each in editing.parts():
                part = parts.setdefault(each.file.document, _Part())
                part.edits += [edit for edit in each.edits if edit not in part.edits]
                part.needed |= each.needed
                part.left_over |= each.left_over
            created |= editing.created
            for each, lines in editing.appended.items():
                appended.setdefault(each, []).extend(line for line in lines if line not in appended.get(each, ()))
    changed = {each: _settled(project, each, part) for each, part in parts.items() if part.edits or part.needed}
    changed |= {each: (_at_end(project.source(each), lines),) for each, lines in appended.items()}
    return WorkspaceChange(changed, created) if changed or created else None


def _at_end(source: Source, lines: list[str]) -> Edit:
    end, newline = len(source.text), source.newline
    first = newline if source.text and not source.text.endswith(("\n", "\r")) else ""
    return Edit(Span(end, end), first + "".join(line + newline for line in lines))


def _is_possible(editing: Editing, parts: Mapping[str, _Part]) -> bool:
    """The fix does something, and touches no text that was changed before; two findings may share one repair."""
    new = 0
    for each in editing.parts():
        accepted = parts[each.file.document].edits if each.file.document in parts else []
        fresh = [edit for edit in each.edits if edit not in accepted]
        if each.impossible or _conflict(accepted, fresh):
            return False
        new += len(fresh)
    return bool(new or editing.created or editing.appended)


def _settled(project: Project, document: str, part: _Part) -> tuple[Edit, ...]:
    """All edits of a file, those of its imports included, in the order of the text; an import comes before what is
    written at the same place."""
    left_over = part.left_over - _imported_elsewhere(project, document)
    every = settle(project.files[document], part.needed, left_over, part.edits) + part.edits
    return tuple(sorted(every, key=lambda edit: edit.span))


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


def _sound(project: Project, change: WorkspaceChange) -> bool:
    """The edits fit together, and the texts parse as far as they did before."""
    for document, changed in change.edits.items():
        if document in project.texts:
            continue
        file = project.files[document]
        try:
            text = apply(file.source.text, changed)
        except ValueError:  # they overlap
            return False
        if file.kind != "python":
            continue
        if _broken_lines(parse_file(text, file.tree)) > _broken_lines(file.tree):
            return False
    return True


def _broken_lines(tree: Tree) -> int:
    return sum(len(block.mended) for _, block in tree.blocks)


def fix_all(project: Project, document: str, *, unsafe: bool = False) -> str:
    """The text of a file after all safe fixes (or all there are) that change nothing else, applied again until nothing
    is left to do."""
    for _ in range(_MOST_ROUNDS):
        chosen: list[tuple[Finding, Fix]] = []
        for finding in check(project, document):
            fix = next((fix for fix in finding.fixes if fix.safe or unsafe), None)
            if fix is not None:
                chosen.append((finding, fix))
        change = edits(project, document, chosen, only_here=True) if chosen else None
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
