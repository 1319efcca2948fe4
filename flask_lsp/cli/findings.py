"""Findings as the command line shows them: plain data, paths relative, lines and columns from 1 in code points."""

from __future__ import annotations

from flask_lsp import RULE_ADDRESS
from flask_lsp.cli.load import shown_path
from flask_lsp.frozen import frozen
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Level, Related
from flask_lsp.text import Source, Span


@frozen()
class Place:
    """A path, a line, a column, and what is to be seen there."""

    path: str
    line: int
    column: int
    message: str


@frozen()
class Shown:
    """One finding."""

    path: str
    line: int
    column: int
    code: str
    name: str
    level: Level
    end_line: int
    end_column: int
    """Of the first character after the finding."""
    message: str
    url: str | None
    fixes: tuple[tuple[str, bool], ...]
    """Titles, and whether they are safe; the preferred one first."""
    related: tuple[Place, ...]
    text: str
    """The line it begins on."""

    @property
    def order(self) -> tuple[str, int, int, str]:
        return self.path, self.line, self.column, self.code


def shown(project: Project, document: str, finding: Finding) -> Shown:
    source = project.files[document].source
    start, end = source.position(finding.span.start), source.position(finding.span.end)
    related = (_place(project, document, each) for each in finding.related)
    return Shown(
        path=shown_path(document),
        line=start.line + 1,
        column=start.column + 1,
        code=finding.rule.code,
        name=finding.rule.name,
        level=finding.level,
        end_line=end.line + 1,
        end_column=end.column + 1,
        message=finding.message,
        url=RULE_ADDRESS.format(code=finding.rule.code) or None,
        fixes=tuple((fix.title, fix.safe) for fix in finding.fixes),
        related=tuple(place for place in related if place),
        text=source.line_text(start.line),
    )


def unparsed_line(project: Project, document: str) -> int | None:
    """The first line, from 1, of a file that cannot be parsed; None where all can."""
    file = project.files[document]
    lines = (file.source.line_at(start) + min(block.mended) for start, block in file.tree.blocks if block.mended)
    return next((line + 1 for line in lines), None)


def _place(project: Project, document: str, related: Related) -> Place | None:
    """Where a related information is; None where the name it goes by is not bound any more."""
    document = related.document or document
    file = project.files.get(document)
    if file is None:
        return None
    bound = file.facts.bindings.get(related.name) if related.name else None
    span = bound[-1].span if bound else related.span
    return _at(file.source, document, span, related.message) if span is not None else None


def _at(source: Source, document: str, span: Span, message: str) -> Place:
    line, column = source.position(span.start)
    return Place(shown_path(document), line + 1, column + 1, message)
