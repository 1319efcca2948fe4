"""Runs the rules over a file: from blocks to findings, with what has not changed kept."""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.project import File, Project
from flask_lsp.rules.base import Finding, Registered, Related
from flask_lsp.rules.context import Context, answered
from flask_lsp.rules.registry import rules
from flask_lsp.rules.suppress import suppressed
from flask_lsp.syntax.parse import Block, walk

log = logging.getLogger(__name__)

Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class _Kept:
    """The findings of a block and the answers they rest on."""

    document: str
    answers: object
    """The answers of the snapshot in which ``reads`` were last seen to hold."""
    reads: dict[tuple[Callable[..., object], tuple[object, ...]], object]
    findings: tuple[Finding, ...]


_kept: WeakKeyDictionary[Block, _Kept] = WeakKeyDictionary()


def check(project: Project, document: str, cancelled: Cancelled = lambda: False) -> tuple[Finding, ...]:
    """All findings of a file that its user wants to see, in the order of the text, spans counted from the file.

    Gives up with what it has when ``cancelled`` says so.
    """
    file = project.files.get(document)
    if file is None:
        return ()
    path = project.path(document)
    shown: list[Finding] = []
    for finding in _all(project, file, cancelled):
        level = project.settings.level_of(finding.rule, path, finding.level)
        if level is not None and not suppressed(file, finding):
            shown.append(finding if level == finding.level else replace(finding, level=level))
    return tuple(sorted(shown, key=lambda finding: (finding.span, finding.rule.code)))


def _all(project: Project, file: File, cancelled: Cancelled) -> Iterator[Finding]:
    for start, block in file.tree.blocks:
        if cancelled():
            return
        for finding in _block_findings(project, file, block):
            yield finding if not start else _shifted(finding, start)
    context = Context(project, file, None)
    for registered in _by_type().get(FileFacts, ()):
        for finding in _run(registered, file.facts, context):
            if not _in_mended(file, finding):
                yield finding


def _block_findings(project: Project, file: File, block: Block) -> tuple[Finding, ...]:
    """The findings of a block, spans counted from it; kept while the answers they read stay the same."""
    kept = _kept.get(block)
    if kept is not None:
        if kept.document == file.document and kept.answers is project.answers:
            return kept.findings
        if all(answered(project, file.document, *read) == answer for read, answer in kept.reads.items()):
            _kept[block] = _Kept(file.document, project.answers, kept.reads, kept.findings)
            return kept.findings
    context = Context(project, file, block)
    findings: list[Finding] = []
    try:
        for node in walk(block.tree.body):
            for registered in _by_type().get(type(node), ()):
                findings += _run(registered, node, context)
    except RecursionError:  # deeper than any program
        log.warning("%s: nested too deep to be checked", file.document)
    shown = tuple(finding for finding in findings if not block.is_mended(finding.span))
    _kept[block] = _Kept(file.document, project.answers, context.reads, shown)
    return shown


def _run(registered: Registered, fired_by: Any, context: Context) -> Iterable[Finding]:
    """What one rule finds; a bug in it costs what this rule says of this text, and a line in the log."""
    context.rule = registered.rule
    try:
        return tuple(registered.check(fired_by, context))
    except RecursionError:
        raise
    except Exception:
        log.exception("%s failed in %s", registered.rule.code, context.file.document)
        return ()


@cache
def _by_type() -> dict[type, tuple[Registered, ...]]:
    found: dict[type, tuple[Registered, ...]] = {}
    for registered in rules():
        for kind in registered.fires_on:
            if not issubclass(kind, ast.AST | FileFacts):
                raise TypeError(f"{registered.module} fires on {kind}, which nobody offers")
            found[kind] = (*found.get(kind, ()), registered)
    return found


def _shifted(finding: Finding, by: int) -> Finding:
    related = tuple(_shifted_related(one, by) for one in finding.related)
    return replace(finding, span=finding.span.shift(by), related=related)


def _shifted_related(related: Related, by: int) -> Related:
    return related if related.span is None else replace(related, span=related.span.shift(by))


def _in_mended(file: File, finding: Finding) -> bool:
    for start, block in file.tree.blocks:
        if start <= finding.span.start < start + max(len(block.text), 1):
            return block.is_mended(finding.span.shift(-start))
    return False
