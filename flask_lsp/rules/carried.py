"""What was said in the last pause, moved to the text as it is now, for as long as somebody types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from flask_lsp.rules.base import Finding, Related
from flask_lsp.text import Span


def carried(findings: Iterable[Finding], before: str, now: str) -> Iterator[Finding]:
    """The patient ones of ``findings``, whose spans count from the text ``before``, with spans that
    count from the text ``now``. Those that touch what was edited are left out, and so are fixes: they belong to the
    earlier text.
    """
    patient = [finding for finding in findings if finding.patient]
    if not patient:
        return
    moved = _mover(before, now)
    for finding in patient:
        span = moved(finding.span)
        if span is not None:
            related = tuple(_moved_related(finding.related, moved))
            yield replace(finding, span=span, related=related, fixes=())


def _moved_related(related: Iterable[Related], moved: Callable[[Span], Span | None]) -> Iterator[Related]:
    for one in related:
        if one.document or one.span is None:
            yield one
        elif (span := moved(one.span)) is not None:
            yield replace(one, span=span)


def _mover(before: str, now: str) -> Callable[[Span], Span | None]:
    """Where a span of the one text stands in the other; nowhere if what lies between their common ends touches it."""
    most = min(len(before), len(now))
    head = _longest(most, lambda length: before.startswith(now[:length]))
    tail = _longest(most - head, lambda length: before.endswith(now[len(now) - length :]))

    def moved(span: Span) -> Span | None:
        if span.end < head:
            return span
        return span.shift(len(now) - len(before)) if span.start > len(before) - tail else None

    return moved


def _longest(most: int, holds: Callable[[int], bool]) -> int:
    """The greatest length up to ``most`` that holds, where all shorter ones do."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        if holds(middle):
            least = middle
        else:
            most = middle - 1
    return least
