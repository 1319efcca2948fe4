"""Comments that hide findings: ``# noqa``, ``# noqa: FL402`` and ``# flask-lsp: ignore-file[FL402]``."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from flask_lsp.project.project import File
from flask_lsp.rules.base import Finding
from flask_lsp.rules.editing import COMPOUND
from flask_lsp.syntax.nodes import walk
from flask_lsp.syntax.parse import Block
from flask_lsp.syntax.strings import string_parts
from flask_lsp.text import Edit, Span

_NOQA = re.compile(r"#\s*noqa\b(?:\s*:\s*(?P<list>[A-Z]+[0-9]*(?:[\s,]+[A-Z]+[0-9]+)*))?", re.IGNORECASE)
_IGNORE_FILE = re.compile(
    r"(?:^|(?<=[\r\n]))[^\S\r\n]*#\s*flask-lsp:\s*ignore-file(?![\w-])"
    r"(?:[ \t]*\[(?P<list>[^\]\r\n]*)\]|(?![ \t]*[\[:]))"
)
_ENCODING = re.compile(r"[ \t\f]*#.*?coding[:=]")
_CODE = re.compile(r"[A-Za-z]+[0-9]+")


class Noqa(NamedTuple):
    """A ``# noqa`` comment: its span and the codes it names, none for all."""

    span: Span
    codes: tuple[str, ...]

    def hides(self, code: str) -> bool:
        return not self.codes or any(code.startswith(prefix) for prefix in self.codes)


def suppressed(file: File, finding: Finding) -> bool:
    """A ``# noqa`` comment hides the finding."""
    if file.kind != "python":
        lines = _comment_lines(file, finding.span)
        return any(noqa.hides(finding.rule.code) for line in lines if (noqa := noqa_on(file, line)) is not None)
    block = file.tree.at(finding.span.start).block
    has_noqa: bool | None = block.kept.get(Noqa)
    if has_noqa is None:
        has_noqa = block.kept[Noqa] = "noqa" in block.text.lower()
    if not has_noqa:
        return False
    lines = {file.source.line_at(finding.span.start), _comment_line(file, finding.span)}
    return any(noqa.hides(finding.rule.code) for line in lines if (noqa := noqa_on(file, line)) is not None)


def ignored_in(file: File) -> tuple[str, ...]:
    """The beginnings of the codes that comments hide in the whole file; an empty one is all."""
    text = file.source.text
    found: list[str] = []
    for comment in _IGNORE_FILE.finditer(text) if "ignore-file" in text else ():
        if not _in_string(file, comment.end()):
            codes = comment.group("list")
            found += [""] if codes is None else [code.upper() for code in _CODE.findall(codes)]
    return tuple(found)


def noqa_on(file: File, line: int) -> Noqa | None:
    """The ``# noqa`` comment of a line, the codes of several put together; one inside a string is none."""
    start, _ = file.source.line_span(line)
    noqa: Noqa | None = None
    for found in _NOQA.finditer(file.source.line_text(line)):
        codes = tuple(code.upper() for code in _CODE.findall(found.group("list") or ""))
        if (found.group("list") and not codes) or _in_string(file, start + found.start()):
            continue
        span = Span(*found.span()).shift(start)
        if not codes:
            return Noqa(span, ())
        noqa = Noqa(span, codes) if noqa is None else Noqa(noqa.span, noqa.codes + codes)
    return noqa


def disable_line(file: File, finding: Finding) -> tuple[Edit, ...]:
    """The edit that hides a finding by a comment on its line, or at the end of its statement if the line cannot carry
    one."""
    code = finding.rule.code
    if file.kind != "python":
        return _disable_beside(file, finding)
    line = _comment_line(file, finding.span)
    noqa = noqa_on(file, line)
    if noqa is not None and noqa.codes:
        return (Edit(Span(noqa.span.end, noqa.span.end), f", {code}"),)
    start, end = file.source.line_span(line)
    text = file.source.text[start:end]
    return (Edit(Span(start + len(text.rstrip()), end), f"  # noqa: {code}"),)


def _comment_lines(file: File, span: Span) -> tuple[int, ...]:
    """The lines on which a comment about a place in a deployment file counts: the one directly above what is said
    there, if nothing but the comment stands on it, and its own where comments may stand behind something."""
    first = file.source.line_at(file.deployment.begin(span))
    above = first - 1
    beside = (file.source.line_at(span.start), first) if file.deployment.comments_beside else ()
    return (*beside, above) if above >= 0 and file.source.line_text(above).lstrip().startswith("#") else beside


def _disable_beside(file: File, finding: Finding) -> tuple[Edit, ...]:
    code = finding.rule.code
    for line in _comment_lines(file, finding.span):
        if (noqa := noqa_on(file, line)) is not None and noqa.codes:
            return (Edit(Span(noqa.span.end, noqa.span.end), f", {code}"),)
    first = file.source.line_at(file.deployment.begin(finding.span))
    start, end = file.source.line_span(first)
    text = file.source.text[start:end]
    if file.deployment.comments_beside and file.deployment.one_line(finding.span) and "#" not in text:
        return (Edit(Span(start + len(text.rstrip()), end), f"  # noqa: {code}"),)
    indent = text[: len(text) - len(text.lstrip())]
    return (Edit(Span(start, start), f"{indent}# noqa: {code}{file.source.newline}"),)


def disable_file(file: File, finding: Finding) -> tuple[Edit, ...]:
    """The edit that hides a rule in the whole file: a comment at its head, below a shebang and an encoding."""
    code, text = finding.rule.code, file.source.text
    for found in _IGNORE_FILE.finditer(text):
        if found.group("list") is not None and not _in_string(file, found.end()):
            end = found.end() - 1
            return (Edit(Span(end, end), f", {code}" if found.group("list").strip() else code),)
    line = 0
    for number in range(min(2, file.source.line_count)):
        written = file.source.line_text(number)
        if (number == 0 and written.startswith("#!")) or _ENCODING.match(written):
            line = number + 1
        elif written.strip() and not written.lstrip().startswith("#"):
            break
    at = file.source.line_starts[line] if line < file.source.line_count else len(text)
    newline = file.source.newline
    before = newline if at and text[at - 1] not in "\r\n" else ""
    return (Edit(Span(at, at), f"{before}# flask-lsp: ignore-file[{code}]{newline}"),)


def _comment_line(file: File, span: Span) -> int:
    """The line on which a comment about ``span`` can stand: its first, or the last of its statement where the first
    ends in a backslash or inside a string; in the head of a compound statement the next that can."""
    line = file.source.line_at(span.start)
    if _can_carry(file, line):
        return line
    start, block = file.tree.at(span.start)
    inside = Span(span.start - start, span.start - start)
    found = [node for node in walk(block.tree.body) if isinstance(node, ast.stmt) and block.span(node).contains(inside)]
    if found and not isinstance(found[-1], COMPOUND):
        return file.source.line_at(start + block.span(found[-1]).end)
    while line + 1 < file.source.line_count and not _can_carry(file, line):
        line += 1
    return line


def _can_carry(file: File, line: int) -> bool:
    """A comment can be put at the end of the line."""
    _, end = file.source.line_span(line)
    return not file.source.text.endswith("\\", 0, end) and not _in_string(file, end)


def _in_string(file: File, offset: int) -> bool:
    """The offset is strictly inside a string literal."""
    start, block = file.tree.at(offset)
    at = offset - start
    for node in walk(block.tree.body):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)):
            span = block.span(node)
            if span.start < at < span.end and not _between_parts(block, span, at):
                return True
    return False


def _between_parts(block: Block, span: Span, at: int) -> bool:
    """In an implicit concatenation over several lines: outside of the parts, where comments may stand."""
    return not any(part.start < at < part.end for part in string_parts(block.text, span))
