"""Runs the rules over a file: from blocks to findings, with what has not changed kept."""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from flask_lsp.facts.deployment import DeploymentFacts
from flask_lsp.facts.file import FileFacts
from flask_lsp.project import config, kinds
from flask_lsp.project.project import File, Project
from flask_lsp.rules.base import Check, Finding, Registered, Related
from flask_lsp.rules.context import Context, answered
from flask_lsp.rules.registry import rules
from flask_lsp.rules.suppress import ignored_in, suppressed
from flask_lsp.syntax.parse import Block

log = logging.getLogger(__name__)

Cancelled = Callable[[], bool]

_Reads: TypeAlias = "Mapping[tuple[Callable[..., object], tuple[object, ...]], object]"
"""Questions with their keys, and the answers."""

_MOST_PLACES = 32


class _Checked(NamedTuple):
    """What is kept of a file for the next keystroke, which changes few of its blocks."""

    answers: object
    spoken: frozenset[Registered]
    """The rules that any of its blocks may have something for."""
    noted: tuple[int, ...]
    """The numbers of the blocks with findings."""


@dataclass(slots=True)
class _Kept:
    """The findings of a block and the answers they rest on."""

    document: str
    answers: object
    """The answers of the snapshot in which ``reads`` were last seen to hold."""
    reads: _Reads
    findings: tuple[Finding, ...]
    """Spans counted from the block."""
    context: Context | None
    """What their fixes may ask; nothing where there are none."""
    placed: dict[int, tuple[Finding, ...]] = field(default_factory=dict[int, "tuple[Finding, ...]"])
    """The findings with spans counted from the file, by the offset at which the block stands."""


def check(
    project: Project,
    document: str,
    cancelled: Cancelled = lambda: False,
    *,
    said: Iterable[Finding] | None = None,
) -> tuple[Finding, ...]:
    """All findings of a file that its user wants to see, in the order of the text, spans counted from the file.

    Gives up with what it has when ``cancelled`` says so. While somebody types, ``said`` is what was said in the last
    pause, see ``carried``: who is asked in pauses only is not asked then.
    """
    file = project.files.get(document)
    if file is None:
        return ()
    ignored = ignored_in(file)
    shown: list[Finding] = []
    of_python = _all(project, file, cancelled, said is not None) if file.kind == "python" else ()
    found = [*_of_deployment(project, file), *of_python]
    if said is not None:
        places = {(finding.rule.code, finding.span) for finding in found}
        again = (finding for finding in said if (finding.rule.code, finding.span) not in places)
        found += _outside_of_mended(file, again)
    for finding in found:
        level = project.settings.level_of(finding.rule, document, finding.level, strict=finding.strict)
        if level is not None and not finding.rule.code.startswith(ignored) and not suppressed(file, finding):
            shown.append(finding if level is finding.level else replace(finding, level=level))
    return tuple(sorted(shown, key=lambda finding: (finding.span, finding.rule.code)))


def rehearse(project: Project, document: str) -> Iterator[None]:
    """Asks all that ``check`` will ask, rule by rule, so that a check has little left to do. Yields between the steps,
    for who has something more urgent."""
    file = project.files[document]
    for _ in _of_deployment(project, file):
        yield
    for _, block in file.tree.blocks:
        _block_findings(project, file, block)
        yield
    context = Context(project, file, None)
    for registered in _by_type(answered(project, document, _wanted, ())).get(FileFacts, ()):
        _run(registered.check, registered, file.facts, context)
        yield
    for registered, in_pause in _in_pause(answered(project, document, _wanted, ())):
        _run(in_pause, registered, file.facts, context)
        yield


def _all(project: Project, file: File, cancelled: Cancelled, is_hurried: bool) -> Iterator[Finding]:
    _, since, blocks = file.facts, file.since, file.tree.blocks
    known: _Checked | None = since.kept.get(_Checked) if since is not None else None
    if since is None or known is None or known.answers is not project.answers:
        since, known = None, _Checked(project.answers, frozenset(), ())
    new = [(number, blocks[number].block) for number in (since.new if since else range(len(blocks)))]
    # Few sets are different: most blocks say what others say.
    spoken = known.spoken.union(*{_spoken_of(block) for _, block in new})
    spoken &= answered(project, file.document, _wanted, ())
    if not spoken:
        return  # a file without Flask costs nothing
    noted = list(since.still(known.noted)) if since else []
    for number, block in new:
        if cancelled():
            return
        if _block_findings(project, file, block).findings:
            noted.append(number)
    for start, block in [blocks[number] for number in noted]:
        kept = _block_findings(project, file, block)
        if kept.context is not None:
            kept.context.move(project, file)
        yield from _placed(kept, start)
    file.kept[_Checked] = _Checked(project.answers, spoken, tuple(noted))
    context = Context(project, file, None)
    for registered in _by_type(spoken).get(FileFacts, ()):
        yield from _outside_of_mended(file, _run(registered.check, registered, file.facts, context))
    for registered, in_pause in () if is_hurried else _in_pause(spoken):
        yield from _outside_of_mended(file, _patient(_run(in_pause, registered, file.facts, context)))


def _patient(findings: Iterable[Finding]) -> Iterator[Finding]:
    return (replace(finding, patient=True) for finding in findings)


def _outside_of_mended(file: File, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Nothing is said of lines that are broken."""
    for finding in findings:
        begin, block = file.tree.at(finding.span.start)
        if not block.is_mended(finding.span.shift(-begin)):
            yield finding


def _of_deployment(project: Project, file: File) -> Iterator[Finding]:
    """What rules find in a deployment file; they see the whole of it, on every keystroke."""
    if not file.is_deployment:
        return
    chosen = _by_type(answered(project, file.document, _wanted, ())).get(DeploymentFacts, ())
    if not chosen or file.deployment.is_silent:
        return
    context = Context(project, file, None)
    if context.ask(config.is_foreign):
        return
    for registered in chosen:
        yield from _run(registered.check, registered, file.deployment, context)


def _block_findings(project: Project, file: File, block: Block) -> _Kept:
    """The findings of a block, kept while the answers they read stay the same."""
    # Nothing found holds no offsets: it is good for every text that is mended to this one.
    kept: _Kept | None = block.kept.get(_Kept) or block.parsed.kept.get((_Kept, block.mended))
    if kept is not None:
        if kept.answers is project.answers and kept.document == file.document:
            block.kept[_Kept] = kept
            return kept
        if _hold(project, file.document, kept.reads):
            kept.document, kept.answers = file.document, project.answers
            block.kept[_Kept] = kept
            return kept
    context = Context(project, file, block)
    findings: list[Finding] = []
    by_type = _by_type((_spoken_of(block) | _renamed_of(context.ask(kinds.renamed))) & context.ask(_wanted))
    if by_type.keys() - {FileFacts, DeploymentFacts}:
        for node in block.nodes.order:
            for registered in by_type.get(type(node), ()):
                findings += _run(registered.check, registered, node, context)
    once = {_mistake(finding): finding for finding in reversed(findings) if not block.is_mended(finding.span)}
    shown = tuple([finding for finding in findings if once.get(_mistake(finding)) is finding])
    kept = _Kept(file.document, project.answers, context.reads, shown, context if shown else None)
    block.kept[_Kept] = kept
    if not shown:
        block.parsed.kept[_Kept, block.mended] = kept
    return kept


def _mistake(finding: Finding) -> object:
    """Equal for findings of one mistake: what is put into a name goes several ways, and is wrong once."""
    return finding.rule.code, finding.span, tuple([fix.title for fix in finding.fixes]) or finding.message


def _hold(project: Project, document: str, reads: _Reads) -> bool:
    """The answers are what they were."""
    try:
        return all(answered(project, document, *read) == answer for read, answer in reads.items())
    except Exception:  # whoever asks again gets to know  # noqa: BLE001
        return False


def _placed(kept: _Kept, start: int) -> tuple[Finding, ...]:
    """The findings of a block where it stands: a keystroke moves few blocks, and new findings cost time."""
    placed = kept.placed.get(start)
    if placed is None:
        if len(kept.placed) >= _MOST_PLACES:
            kept.placed.clear()
        placed = kept.placed[start] = tuple(_shifted(finding, start) for finding in kept.findings)
    return placed


def _run(check: Check, registered: Registered, fired_by: Any, context: Context) -> Iterable[Finding]:
    """What one rule finds; a bug in it costs what this rule says of this text, and a line in the log."""
    context.rule = registered.rule
    try:
        return tuple(check(fired_by, context))
    except RecursionError:  # deeper than any program
        log.debug("%s: nested too deep for %s", context.file.document, registered.rule.code)
        return ()
    except Exception:
        log.exception("%s failed in %s", registered.rule.code, context.file.document)
        return ()


def _wanted(project: Project, document: str) -> frozenset[Registered]:
    """The rules that the user wants to hear of; the others cost nothing."""
    if document and not project.settings.per_file_ignores:
        return answered(project, "", _wanted, ())  # the same for all files
    return frozenset(one for one in rules() if project.settings.may_show(one.rule, document))


def _spoken_of(block: Block) -> frozenset[Registered]:
    """The rules that a block may have something for, by its words; most blocks have nothing for any."""
    known: frozenset[Registered] | None = block.kept.get(_spoken_of)
    if known is None:
        text = block.text
        said = frozenset([word for word in _words() if word in text])
        known = block.kept[_spoken_of] = _by_words(said)
    return known


@cache
def _words() -> tuple[str, ...]:
    """The words of all rules; many rules share some."""
    return tuple(dict.fromkeys(word for one in rules() for word in one.rule.words))


@cache
def _by_words(said: frozenset[str]) -> frozenset[Registered]:
    """The rules that have one of the words, or none at all."""
    return frozenset(one for one in rules() if not one.rule.words or not said.isdisjoint(one.rule.words))


def _renamed_of(renamed: frozenset[str]) -> frozenset[Registered]:
    """The rules whose words are said in other names, those that the file gives to what it imports."""
    return frozenset(one for one in rules() if not renamed.isdisjoint(one.rule.words)) if renamed else frozenset()


@cache
def _by_type(chosen: frozenset[Registered]) -> dict[type, tuple[Registered, ...]]:
    """The rules to ask about each type of node or facts."""
    found: dict[type, tuple[Registered, ...]] = {}
    for registered in sorted(chosen, key=lambda one: one.rule.code):
        for kind in registered.fires_on:
            if not issubclass(kind, ast.AST | FileFacts | DeploymentFacts):
                raise TypeError(f"{registered.module} fires on {kind}, which nobody offers")
            found[kind] = (*found.get(kind, ()), registered)
    return found


@cache
def _in_pause(chosen: frozenset[Registered]) -> tuple[tuple[Registered, Check], ...]:
    """The rules to ask about files when nobody types."""
    found = [(registered, registered.in_pause) for registered in chosen if registered.in_pause is not None]
    return tuple(sorted(found, key=lambda one: one[0].rule.code))


def _shifted(finding: Finding, by: int) -> Finding:
    related = tuple(_shifted_related(one, by) for one in finding.related)
    return replace(finding, span=finding.span.shift(by), related=related)


def _shifted_related(related: Related, by: int) -> Related:
    if related.span is None or related.document:
        return related
    return replace(related, span=related.span.shift(by))
