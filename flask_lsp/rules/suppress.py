"""Comments that hide findings: ``# noqa``, ``# noqa: FL402`` and ``# flask-lsp: ignore-file[FL402]``."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from typing import NamedTuple

from flask_lsp.project.project import File
from flask_lsp.rules.base import Finding
from flask_lsp.syntax.parse import Block, walk
from flask_lsp.syntax.strings import string_parts
from flask_lsp.text import Edit, Span

_NOQA = re.compile(r"#\s*noqa(?P<codes>\s*:\s*(?P<list>[A-Z]+[0-9]*(?:[\s,]+[A-Z]+[0-9]+)*))?", re.IGNORECASE)
_IGNORE_FILE = re.compile(r"^[^\S\r\n]*#\s*flask-lsp:\s*ignore-file(?:\[(?P<list>[^\]\r\n]*)\])?", re.MULTILINE)
_CODE = re.compile(r"[A-Za-z]+[0-9]+")


class Noqa(NamedTuple):
    """A ``# noqa`` comment: its span and the codes it names, none for all."""

    span: Span
    codes: tuple[str, ...]

    def hides(self, code: str) -> bool:
        return not self.codes or any(code.startswith(prefix) for prefix in self.codes)


def suppressed(file: File, finding: Finding) -> bool:
    """A comment hides the finding."""
    if _hidden_in_file(file, finding.rule.code):
        return True
    if "noqa" not in file.source.text and "NOQA" not in file.source.text:
        return False
    first = file.source.line_at(finding.span.start)
    lines = {first, _comment_line(file, finding.span)}
    return any(noqa.hides(finding.rule.code) for line in lines if (noqa := noqa_on(file, line)) is not None)


def noqa_on(file: File, line: int) -> Noqa | None:
    """The ``# noqa`` comment of a line; one inside a string is none."""
    start, _ = file.source.line_span(line)
    text = file.source.line_text(line)
    for found in _NOQA.finditer(text):
        if not _in_string(file, start + found.start()):
            codes = tuple(code.upper() for code in _CODE.findall(found.group("list") or ""))
            if found.group("list") and not codes:
                continue
            return Noqa(Span(start + found.start(), start + found.end()), codes)
    return None


def disable_line(file: File, finding: Finding) -> tuple[Edit, ...]:
    """The edit that hides a finding by a comment on its line, or at the end of its statement if the line cannot carry
    one."""
    code = finding.rule.code
    line = _comment_line(file, finding.span)
    noqa = noqa_on(file, line)
    if noqa is not None and noqa.codes:
        return (Edit(Span(noqa.span.end, noqa.span.end), f", {code}"),)
    start, end = file.source.line_span(line)
    text = file.source.text[start:end]
    return (Edit(Span(start + len(text.rstrip()), end), f"  # noqa: {code}"),)


def disable_file(file: File, finding: Finding) -> tuple[Edit, ...]:
    """The edit that hides a rule in the whole file: a comment at its head, below a shebang and an encoding."""
    code, text = finding.rule.code, file.source.text
    for found in _IGNORE_FILE.finditer(text):
        if found.group("list") is not None and not _in_string(file, found.start()):
            end = found.end() - 1
            return (Edit(Span(end, end), f", {code}" if found.group("list").strip() else code),)
    line = 0
    while line < min(2, file.source.line_count) and re.match(r"#!|#.*coding[:=]", file.source.line_text(line)):
        line += 1
    at = file.source.line_starts[line] if line < file.source.line_count else len(text)
    newline = file.source.newline
    before = newline if at and text[at - 1] not in "\r\n" else ""
    return (Edit(Span(at, at), f"{before}# flask-lsp: ignore-file[{code}]{newline}"),)


def _hidden_in_file(file: File, code: str) -> bool:
    text = file.source.text
    if "ignore-file" not in text:
        return False
    for found in _IGNORE_FILE.finditer(text):
        if not _in_string(file, found.start()):
            codes = found.group("list")
            if codes is None or any(code.startswith(prefix.upper()) for prefix in _CODE.findall(codes)):
                return True
    return False


def _comment_line(file: File, span: Span) -> int:
    """The line on which a comment about ``span`` can stand: its first, or the last of its statement where the first
    ends in a backslash or inside a string."""
    line = file.source.line_at(span.start)
    _, end = file.source.line_span(line)
    if not file.source.line_text(line).endswith("\\") and not _in_string(file, end):
        return line
    start, block = _block_at(file, span.start)
    inside = Span(span.start - start, span.start - start)
    found = [node for node in walk(block.tree.body) if isinstance(node, ast.stmt) and block.span(node).contains(inside)]
    if not found:
        return line
    statement = found[-1]
    last = block.span(statement).end
    body: list[ast.stmt] = getattr(statement, "body", [])
    if body:  # a header ends before its body begins
        last = block.source.line_starts[body[0].lineno - 1] - 1
    return file.source.line_at(start + last)


def _in_string(file: File, offset: int) -> bool:
    """The offset is strictly inside a string literal."""
    start, block = _block_at(file, offset)
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


def _block_at(file: File, offset: int) -> tuple[int, Block]:
    blocks = file.tree.blocks
    if not blocks:
        return 0, Block("", ast.Module(body=[], type_ignores=[]), frozenset())
    index = bisect_right(blocks, offset, key=lambda placed: placed.start) - 1
    return blocks[max(index, 0)]
