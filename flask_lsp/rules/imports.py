"""Edits that add imports and take out those that lost their last use."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_lsp.project.project import File
from flask_lsp.syntax.nodes import walk
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Edit, Span

_FIRST = re.compile(r"#!|#.*?coding[:=]")
_STDLIB = sys.stdlib_module_names


def settle(
    file: File, needed: Iterable[tuple[str, str | None]], left_over: Iterable[str], edits: Sequence[Edit]
) -> list[Edit]:
    """The edits of the import statements that go with ``edits``."""
    gone = {name for name in left_over if not _still_used(file, name, edits)}
    first = min((edit.span.start for edit in edits), default=0)
    statements = list(_imports(file))
    added: dict[int, list[str]] = {}
    fresh: list[tuple[str, str | None]] = []
    for module, name in sorted(needed, key=lambda pair: (pair[0], pair[1] or "")):
        takes = (at for at, (start, _, node) in enumerate(statements) if start <= first and _takes(node, module))
        index = next(takes, None)
        if index is None or name is None:
            fresh.append((module, name))
        else:
            added.setdefault(index, []).append(name)
    result: list[Edit] = []
    for index, (start, block, node) in enumerate(statements):
        keep = [alias for alias in node.names if _local(node, alias) not in gone]
        if len(keep) < len(node.names) or index in added:
            changes = _rewritten(file, block, node, keep, added.get(index, []))
            result += [_with_blank_line(file, Edit(edit.span.shift(start), edit.text)) for edit in changes]
    for edit in _fresh_lines(file, fresh):
        _take_in(result, edit)
    return result


def _take_in(edits: list[Edit], fresh: Edit) -> None:
    """Adds an edit that inserts lines; behind a statement that goes, they take its place."""
    at = fresh.span.start
    for index, edit in enumerate(edits):
        if not edit.text and edit.span.start < at <= edit.span.end:
            edits[index] = Edit(Span(edit.span.start, at), fresh.text)
            return
    edits.append(fresh)


def without(file: File, start: int, block: Block, node: ast.ImportFrom, alias: ast.alias) -> list[Edit]:
    """The edits that take a name out of an import statement of a block, and the statement with its last name."""
    changes = _rewritten(file, block, node, [each for each in node.names if each is not alias], [])
    return [_with_blank_line(file, Edit(edit.span.shift(start), edit.text)) for edit in changes]


def _imports(file: File) -> Iterator[tuple[int, Block, ast.Import | ast.ImportFrom]]:
    """The import statements that stand at the top level, with the offset and block they are in."""
    for (start, block), statement in file.tree.statements():
        if isinstance(statement, ast.Import | ast.ImportFrom) and not block.is_mended(block.span(statement)):
            yield start, block, statement


def _takes(node: ast.Import | ast.ImportFrom, module: str) -> bool:
    """A name of ``module`` can be added to the statement."""
    if not isinstance(node, ast.ImportFrom) or node.names[0].name == "*":
        return False
    return "." * node.level + (node.module or "") == module


def _local(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    return alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)


def _still_used(file: File, name: str, edits: Sequence[Edit]) -> bool:
    """Some use of the name is left when the edits are made, or it may be used from elsewhere."""
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
    if any(word.search(edit.text) for edit in edits):
        return True
    if file.document.endswith("/__init__.py"):
        return True  # others may import it from here
    for start, block in file.tree.blocks:
        if name not in block.text:
            continue
        if block.mended or re.search(rf"#\s*type:.*(?<![\w.]){re.escape(name)}(?!\w)", block.text):
            return True
        for node in walk(block.tree.body):
            if isinstance(node, ast.Name) and node.id == name:
                span = block.span(node).shift(start)
                if not any(edit.span.contains(span) and span.start < edit.span.end for edit in edits):
                    return True
            elif isinstance(node, ast.Constant) and node.value == name:
                return True  # in __all__, or another way to name it
            elif any(word.search(annotation) for annotation in _quoted_annotations(node)):
                return True
    return False


def _quoted_annotations(node: ast.AST) -> Iterator[str]:
    """The strings in the annotation that a node holds."""
    for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
        for part in walk([annotation]) if isinstance(annotation, ast.expr) else ():
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def _rewritten(
    file: File, block: Block, node: ast.Import | ast.ImportFrom, keep: list[ast.alias], added: list[str]
) -> list[Edit]:
    """The edits, counted from the block, that leave ``keep`` of an import statement and add names to it."""
    spans = [block.span(alias) for alias in node.names]
    if not keep:
        inner = Span(spans[0].start, spans[-1].end)
        return [Edit(inner, ", ".join(added)) if added else _without_line(block, block.span(node))]
    order = _order([alias.name for alias in node.names])
    before: dict[int, list[str]] = {}
    for name in sorted(added, key=order or _by_kind):
        place = next((at for at, alias in enumerate(keep) if order and order(alias.name) > order(name)), len(keep))
        before.setdefault(place, []).append(name)
    layout = _Rows(file, block, spans) if _in_rows(block, spans) else _Line(block, spans)
    kept = [node.names.index(alias) for alias in keep]
    edits = layout.without([at for at in range(len(spans)) if at not in kept], kept[-1])
    for place, names in before.items():
        edits += layout.before(kept[place], names) if place < len(kept) else layout.after(kept[-1], names)
    return edits


def _in_rows(block: Block, spans: list[Span]) -> bool:
    """Each name stands in a line of its own."""
    lines = [block.source.line_at(span.start) for span in spans]
    first = [block.text[block.source.line_starts[line] : span.start] for line, span in zip(lines, spans, strict=True)]
    return len(set(lines)) == len(lines) and not any(text.strip() for text in first)


@dataclass(frozen=True)
class _Line:
    """Names one after the other, in one line or wrapped."""

    block: Block
    spans: list[Span]

    def without(self, removed: list[int], last_kept: int) -> list[Edit]:
        edits: list[Edit] = []
        for at in removed:
            if at < last_kept:
                comma = self.block.text.index(",", self.spans[at].end) + 1
                beside = self.spans[at + 1].start
                commented = "#" in self.block.text[comma:beside]
                edits.append(Edit(Span(self.spans[at].start, comma if commented else beside), ""))
        if last_kept + 1 < len(self.spans):
            edits.append(Edit(Span(self.spans[last_kept].end, self.spans[-1].end), ""))
        return edits

    def before(self, at: int, names: list[str]) -> list[Edit]:
        start = self.spans[at].start
        return [Edit(Span(start, start), "".join(f"{name}, " for name in names))]

    def after(self, at: int, names: list[str]) -> list[Edit]:
        end = self.spans[at].end
        return [Edit(Span(end, end), "".join(f", {name}" for name in names))]


@dataclass(frozen=True)
class _Rows:
    """Each name in a line of its own, with the comment behind it."""

    file: File
    block: Block
    spans: list[Span]

    def without(self, removed: list[int], _last_kept: int) -> list[Edit]:
        source = self.block.source
        lines = [source.line_at(self.spans[at].start) for at in removed]
        return [Edit(Span(source.line_starts[line], source.line_starts[line + 1]), "") for line in lines]

    def before(self, at: int, names: list[str]) -> list[Edit]:
        start = self.block.source.line_starts[self.block.source.line_at(self.spans[at].start)]
        rows = "".join(f"{self._indent(at)}{name},{self.file.source.newline}" for name in names)
        return [Edit(Span(start, start), rows)]

    def after(self, at: int, names: list[str]) -> list[Edit]:
        source, newline = self.block.source, self.file.source.newline
        last = self.spans[at].end
        end = source.line_span(source.line_at(last)).end
        comma = self.block.text[last:end].lstrip().startswith(",")
        rows = ",".join(f"{newline}{self._indent(at)}{name}" for name in names) + ("," if comma else "")
        if comma:
            return [Edit(Span(end, end), rows)]
        if end == last:
            return [Edit(Span(last, last), "," + rows)]
        return [Edit(Span(last, last), ","), Edit(Span(end, end), rows)]

    def _indent(self, at: int) -> str:
        line = self.block.source.line_text(self.block.source.line_at(self.spans[at].start))
        return line[: len(line) - len(line.lstrip())]


def _with_blank_line(file: File, edit: Edit) -> Edit:
    """A statement that goes takes the blank line after it along where one stands before it, or nothing."""
    start, end = edit.span
    line = file.source.line_at(start)
    below = file.source.line_at(end)
    if edit.text or file.source.line_starts[line] != start or file.source.line_starts[below] != end or below == line:
        return edit
    alone = line == 0 or not file.source.line_text(line - 1).strip()
    if alone and below + 1 < file.source.line_count and not file.source.line_text(below).strip():
        return Edit(Span(start, file.source.line_starts[below + 1]), "")
    return edit


def _without_line(block: Block, span: Span) -> Edit:
    source = block.source
    line = source.line_at(max(span.end - 1, span.start))
    begin, end = source.line_starts[source.line_at(span.start)], source.line_span(line).end
    if block.text[begin : span.start].strip():
        return Edit(span, "pass")
    rest = re.match(r"[ \t]*;[ \t]*", block.text[span.end : end])
    if rest:
        return Edit(Span(span.start, span.end + rest.end()), "")
    return Edit(Span(begin, source.line_starts[line + 1] if line + 1 < source.line_count else end), "")


def _fresh_lines(file: File, needed: list[tuple[str, str | None]]) -> list[Edit]:
    """New import lines, each in its group: the standard library before packages, both after ``__future__``."""
    grouped: dict[str, list[str]] = {}
    for module, name in needed:
        grouped.setdefault(module, []).extend([name] if name else [])
    edits: dict[tuple[int, bool], list[str]] = {}
    for module, names in grouped.items():
        lines = edits.setdefault((_place(file, module), module.partition(".")[0] in _STDLIB), [])
        if (module, None) in needed:
            lines.append(f"import {module}")
        if names:
            lines.append(f"from {module} import {', '.join(names)}")
    return [_lines_at(file, at, stdlib, lines) for (at, stdlib), lines in edits.items()]


def _lines_at(file: File, at: int, stdlib: bool, lines: list[str]) -> Edit:
    """The lines; where they begin a group of their own, a blank line parts them from their neighbours."""
    newline, text = file.source.newline, file.source.text
    block = newline.join(lines) + newline
    if at and text[at - 1] not in "\r\n":
        return Edit(Span(at, at), newline + block.removesuffix(newline))
    if at == len(text):
        is_first = bool(text.strip()) and not any(_imports(file))
        return Edit(Span(at, at), (newline if is_first else "") + block)
    if not any(_in_stdlib(node) == stdlib and not _is_future(node) for _, _, node in _imports(file)):
        line = file.source.line_at(at)
        before = newline if line and file.source.line_text(line - 1).strip() else ""
        return Edit(Span(at, at), before + block + (newline if file.source.line_text(line).strip() else ""))
    return Edit(Span(at, at), block)


def _in_stdlib(node: ast.Import | ast.ImportFrom) -> bool:
    name = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
    return (name or "").partition(".")[0] in _STDLIB and not getattr(node, "level", 0)


def _is_future(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _place(file: File, module: str) -> int:
    """Where the line that imports ``module`` goes."""
    head, stdlib, other_first, other_last = 0, None, None, None
    for (start, block), statement in file.tree.statements():
        begin = start + block.source.line_starts[statement.lineno - 1]
        end = _line_end(file, start + block.span(statement).end)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if _is_future(statement):
                head = end
            elif _in_stdlib(statement):
                stdlib = end
            else:
                other_first = begin if other_first is None else other_first
                other_last = end
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and not head:
            head = end
        else:
            break
    if module.partition(".")[0] in _STDLIB:
        return stdlib if stdlib is not None else other_first if other_first is not None else head or _top(file)
    return next((at for at in (other_last, stdlib) if at is not None), head or _top(file))


def _top(file: File) -> int:
    """The head of a file that has neither docstring nor imports: below its leading comments if a blank line ends them,
    else below what has to stand in the first lines."""
    source = file.source
    line = 0
    while line < source.line_count and source.line_text(line).startswith("#"):
        line += 1
    if line < source.line_count and source.line_text(line).strip():
        line = sum(bool(_FIRST.match(source.line_text(number))) for number in range(min(line, 2)))
    return source.line_starts[line] if line < source.line_count else len(source.text)


def _line_end(file: File, offset: int) -> int:
    line = file.source.line_at(max(offset - 1, 0))
    return file.source.line_starts[line + 1] if line + 1 < file.source.line_count else len(file.source.text)


def _order(names: list[str]) -> Callable[[str], Any] | None:
    """The order the names of an import stand in, if any: constants, classes, functions, or plainly by letter."""
    orders: tuple[Callable[[str], Any], ...] = (_by_kind, str.lower)
    return next((order for order in orders if len(names) > 1 and names == sorted(names, key=order)), None)


def _by_kind(name: str) -> tuple[int, str]:
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name.lower())
