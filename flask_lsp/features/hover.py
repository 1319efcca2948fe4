"""What a client shows under the cursor: why something is a mistake, where it stands and where it is silenced, and what
Flask makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from flask_lsp.features import deployment
from flask_lsp.features.contexts import contexts
from flask_lsp.features.describe import describe
from flask_lsp.features.describe_setting import describe_setting
from flask_lsp.features.entity import entities_at
from flask_lsp.features.setting import setting_at
from flask_lsp.project.project import File, Project
from flask_lsp.rules.base import Finding
from flask_lsp.rules.documentation import markdown
from flask_lsp.rules.registry import by_code
from flask_lsp.rules.suppress import noqa_on
from flask_lsp.text import Span

_IGNORE_FILE = re.compile(r"^\s*#\s*flask-lsp:\s*ignore-file\[[^\]]*\]")
_CODE = re.compile(r"FL[0-9]{3}\b", re.IGNORECASE)
_RULE = "\n\n---\n\n"
_LONG = 10_000
"""Nobody reads comments in longer lines, and looking for them is not free."""


def hover(project: Project, document: str, findings: Iterable[Finding], offset: int) -> tuple[str, Span] | None:
    """What is known of an offset of a file, in Markdown, with the span of the innermost: the documentation of the rules
    whose findings stand there, or whose code stands there in a comment that silences it, then the thing of Flask.
    """
    file = project.files[document]
    found = list(_mistakes(findings, offset))
    if not found and (silenced := _silenced(file, offset)):
        return silenced
    if file.is_deployment and (said := deployment.hover(project, document, offset)):
        found.append(said)
    if file.kind == "python":
        found += _things(project, document, offset)
        if (reached := contexts(project, document, offset)) is not None:
            found.append(reached)
    return (_RULE.join(text for text, _ in found), found[0][1]) if found else None


def _mistakes(findings: Iterable[Finding], offset: int) -> Iterator[tuple[str, Span]]:
    here = [finding for finding in findings if finding.span.start <= offset <= finding.span.end]
    here.sort(key=lambda finding: finding.span.end - finding.span.start)
    for code in dict.fromkeys(finding.rule.code for finding in here):
        yield markdown(code), here[0].span


def _things(project: Project, document: str, offset: int) -> Iterator[tuple[str, Span]]:
    try:
        here = setting_at(project, document, offset)
        if here is not None and (text := describe_setting(project, here.key)):
            yield text, here.span
        for entity in entities_at(project, document, offset):
            if text := describe(project, document, entity):
                yield text, entity.span
    except RecursionError:  # deeper than any program
        return


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
