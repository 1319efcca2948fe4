"""Edits that add imports and take out those that lost their last use."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flask_lsp.project.project import File
from flask_lsp.syntax.parse import Block, walk
from flask_lsp.text import Edit, Span

_STDLIB = sys.stdlib_module_names


def settle(file: File, needed: Iterable[tuple[str, str | None]], left_over: Iterable[str], edits: Sequence[Edit]) -> list[Edit]:
    """The edits of the import statements that go with ``edits``."""
    gone = {name for name in left_over if not _still_used(file, name, edits)}
    result: list[Edit] = []
    by_statement: dict[int, tuple[list[str], list[str]]] = {}
    statements = {index: found for index, found in enumerate(_imports(file))}
    fresh: list[tuple[str, str | None]] = []
    for module, name in sorted(needed, key=lambda pair: (pair[0], pair[1] or "")):
        index = next((i for i, (_, _, node) in statements.items() if name and _takes(node, module)), None)
        if index is None or name is None:
            fresh.append((module, name))
        else:
            by_statement.setdefault(index, ([], []))[0].append(name)
    for index, (_, _, node) in statements.items():
        for alias in node.names:
            if _local(node, alias) in gone:
                by_statement.setdefault(index, ([], []))[1].append(_local(node, alias))
    for index, (added, removed) in by_statement.items():
        start, block, node = statements[index]
        edits_here = _rewritten(file, block, node, added, removed)
        result += [_with_blank_line(file, Edit(edit.span.shift(start), edit.text)) for edit in edits_here]
    result += _fresh_lines(file, fresh)
    return result


def _imports(file: File) -> Iterator[tuple[int, Block, ast.Import | ast.ImportFrom]]:
    """The import statements that stand at the top level, with the offset and block they are in."""
    for (start, block), statement in file.tree.statements():
        if isinstance(statement, ast.Import | ast.ImportFrom) and not block.is_mended(block.span(statement)):
            yield start, block, statement


def _takes(node: ast.Import | ast.ImportFrom, module: str) -> bool:
    """A name of ``module`` can be added to the statement."""
    return isinstance(node, ast.ImportFrom) and node.module == module and not node.level and node.names[0].name != "*"


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
        if block.mended:
            return True
        for node in walk(block.tree.body):
            if isinstance(node, ast.Name) and node.id == name:
                span = block.span(node).shift(start)
                if not any(edit.span.contains(span) and span.start < edit.span.end for edit in edits):
                    return True
            elif isinstance(node, ast.Constant) and node.value == name:
                return True  # in __all__, or another way to name it
    return False


def _rewritten(
    file: File, block: Block, node: ast.Import | ast.ImportFrom, added: list[str], removed: list[str]
) -> list[Edit]:
    """The edits, counted from the block, that add names to an import statement and take names out."""
    keep = [alias for alias in node.names if _local(node, alias) not in removed]
    if not keep and not added:
        return [_without_line(block, block.span(node))]
    spans = [block.span(alias) for alias in node.names]
    inner = Span(spans[0].start, spans[-1].end)
    names = [block.text[span.start : span.end] for span, alias in zip(spans, node.names, strict=True) if alias in keep]
    order = _order([alias.name for alias in node.names])
    separators = {block.text[a.end : b.start] for a, b in zip(spans, spans[1:], strict=False)}
    if (removed and any("#" in separator for separator in separators)) or (len(spans) > 1 and any("#" in s for s in separators)):
        return _beside_comments(block, spans, node, added, removed)
    for name in added:
        position = next((i for i, old in enumerate(names) if order and order(old) > order(name)), len(names))
        names.insert(position, name)
    separator = separators.pop() if len(separators) == 1 else ", "
    text = separator.join(names)
    if len(spans) == 1 and "(" in block.text[block.span(node).start : inner.start] and "\n" in block.text[block.span(node).start : inner.start]:
        line = block.source.line_text(block.source.line_at(inner.start))
        text = f",{file.source.newline}{line[: len(line) - len(line.lstrip())]}".join(names)
    elif len(separators) > 0:
        line = block.source.line_text(block.source.line_at(inner.start))
        text = ", ".join(names)
        if "\n" in block.text[inner.start : inner.end]:
            return _beside_comments(block, spans, node, added, removed)
    return [Edit(inner, text)]


def _beside_comments(
    block: Block, spans: list[Span], node: ast.Import | ast.ImportFrom, added: list[str], removed: list[str]
) -> list[Edit]:
    """Name by name, where the statement is laid out in a way that has to stay."""
    edits: list[Edit] = []
    for index, (span, alias) in enumerate(zip(spans, node.names, strict=True)):
        if _local(node, alias) in removed:
            if index + 1 < len(spans):
                comma = block.text.index(",", span.end)
                rest = block.text[comma + 1 : spans[index + 1].start]
                edits.append(Edit(Span(span.start, comma + 1 if "#" in rest else spans[index + 1].start), ""))
            elif index:
                edits.append(Edit(Span(spans[index - 1].end, span.end), ""))
    last = spans[-1]
    line = block.source.line_text(block.source.line_at(last.start))
    indent = line[: len(line) - len(line.lstrip())]
    own_line = block.text[: last.start].rstrip(" \t").endswith(("\n", "\r"))
    for name in added:
        edits.append(Edit(Span(last.start, last.start), f"{name},\n{indent}" if own_line else f"{name}, "))
    return edits


def _with_blank_line(file: File, edit: Edit) -> Edit:
    """A statement that goes takes the blank line after it along where one stands before it, or nothing."""
    start, end = edit.span
    line = file.source.line_at(start)
    if edit.text or not file.source.line_starts[line] == start or end not in file.source.line_starts[line + 1 : line + 99]:
        return edit
    below = file.source.line_at(end)
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
    if block.text[span.end : end].strip():
        return Edit(Span(span.start, span.end + len(block.text[span.end : end]) - len(block.text[span.end : end].lstrip())), "")
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
        return Edit(Span(at, at), block)
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
    """The head of a file that has neither docstring nor imports: below its leading comments if a blank line ends them."""
    line = 0
    while line < file.source.line_count and file.source.line_text(line).startswith("#"):
        line += 1
    return file.source.line_starts[line] if line < file.source.line_count else len(file.source.text)


def _line_end(file: File, offset: int) -> int:
    line = file.source.line_at(max(offset - 1, 0))
    return file.source.line_starts[line + 1] if line + 1 < file.source.line_count else len(file.source.text)


def _order(names: list[str]) -> Callable[[str], Any] | None:
    """The order the names of an import stand in, if any: constants, classes, functions, or plainly by letter."""
    orders: tuple[Callable[[str], Any], ...] = (_by_kind, str.lower)
    return next((order for order in orders if len(names) > 1 and names == sorted(names, key=order)), None)


def _by_kind(name: str) -> tuple[int, str]:
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name.lower())
