"""Why something is a mistake, where it stands and where it is silenced."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask_lsp.project.project import File
from flask_lsp.rules.base import Finding
from flask_lsp.rules.documentation import markdown
from flask_lsp.rules.registry import by_code
from flask_lsp.rules.suppress import noqa_on
from flask_lsp.text import Span

_IGNORE_FILE = re.compile(r"^\s*#\s*flask-lsp:\s*ignore-file\[[^\]]*\]")
_CODE = re.compile(r"FL[0-9]{3}\b", re.IGNORECASE)
_LONG = 10_000
"""Nobody reads comments in longer lines, and looking for them is not free."""


def hover(file: File, findings: Iterable[Finding], offset: int) -> tuple[str, Span] | None:
    """The documentation, in Markdown, of the rules whose findings stand at ``offset``, with the span of the
    innermost; or that of the rule whose code stands there in a comment that silences it.
    """
    here = [finding for finding in findings if finding.span.start <= offset <= finding.span.end]
    if here:
        here.sort(key=lambda finding: finding.span.end - finding.span.start)
        codes = dict.fromkeys(finding.rule.code for finding in here)
        return "\n\n---\n\n".join(markdown(code) for code in codes), here[0].span
    return _silenced(file, offset)


def explain(code: str) -> str | None:
    """The documentation of a rule in Markdown, None where there is no rule of this code."""
    code = code.strip().upper()
    return markdown(code) if code in by_code() else None


def _silenced(file: File, offset: int) -> tuple[str, Span] | None:
    source = file.source
    line = source.line_at(offset)
    start, end = source.line_span(line)
    if end - start > _LONG:
        return None
    noqa = noqa_on(file, line)
    spans = [noqa.span] if noqa is not None else []
    spans += [Span(*found.span()).shift(start) for found in _IGNORE_FILE.finditer(source.text[start:end])]
    for span in spans:
        for code in _CODE.finditer(source.text, span.start, span.end):
            if code.start() <= offset <= code.end() and (text := explain(code.group())):
                return text, Span(*code.span())
    return None
