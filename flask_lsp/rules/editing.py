"""The builders with which fixes write: they keep the file's quotes, indentation, line ends and trailing commas."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import cached_property

from flask_lsp.project import names
from flask_lsp.project.project import File, Project
from flask_lsp.syntax.parse import Block, walk
from flask_lsp.text import Edit, Source, Span

_INDENT = re.compile(r"^([ \t]+)\S", re.MULTILINE)
_QUOTE = re.compile(r"[\"']")


class Editing:
    """Collects the edits of one fix for the text as it is now.

    Nodes are those of ``block``, the block the finding is in; spans count from it. Imports are not written here: what
    is needed and what may be left over is noted, and settled once for all fixes that are applied together.
    """

    def __init__(self, project: Project, file: File, start: int, block: Block | None) -> None:
        self.project = project
        self.file = file
        self._start = start
        self._block = block
        self.edits: list[Edit] = []
        self.created: dict[str, str] = {}
        self.needed: set[tuple[str, str | None]] = set()
        """Module and name to import; no name: the module itself."""
        self.left_over: set[str] = set()
        """Imported names that may have lost their last use."""
        self.impossible = False
        """The fix cannot be done in this text; nothing of it is applied."""

    # -- style -----------------------------------------------------------------------------------------------------

    @property
    def newline(self) -> str:
        return self.file.source.newline

    @cached_property
    def indent(self) -> str:
        """One level of indentation as the file has it."""
        found = _INDENT.search(self.file.source.text)
        return "    " if found is None else "\t" if "\t" in found.group(1) else found.group(1)[:8]

    def string(self, value: str) -> str:
        """A string literal with the quotes the file uses most."""
        text = self.file.source.text
        quote = "'" if text.count("'") > text.count('"') else '"'
        if quote in value:
            quote = "'" if quote == '"' else '"'
        escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace(quote, "\\" + quote)
        return f"{quote}{escaped}{quote}"

    # -- the block -------------------------------------------------------------------------------------------------

    @property
    def block(self) -> Block:
        """The block of the finding; a fix of a whole file has none until it calls ``at``."""
        assert self._block is not None
        return self._block

    def at(self, offset: int) -> Block:
        """Makes the block that holds the file's ``offset`` the one that nodes and spans are counted in."""
        for start, block in self.file.tree.blocks:
            if start <= offset < start + len(block.text):
                self._start, self._block = start, block
        return self.block

    def holds(self, node: ast.AST) -> bool:
        """The node is one of the block."""
        return node in self.block.parents

    def span(self, node: ast.AST | Span) -> Span:
        return node if isinstance(node, Span) else self.block.span(node)  # type: ignore[arg-type]

    def text(self, node: ast.AST | Span) -> str:
        span = self.span(node)
        return self.block.text[span.start : span.end]

    def indent_of(self, statement: ast.stmt) -> str:
        """The white space before a statement."""
        line = self.block.source.line_text(self._first_line(statement))
        return line[: len(line) - len(line.lstrip())]

    # -- replacing -------------------------------------------------------------------------------------------------

    def replace(self, node: ast.AST | Span, text: str) -> None:
        self.edits.append(Edit(self.span(node).shift(self._start), text))

    def insert(self, offset: int, text: str) -> None:
        self.replace(Span(offset, offset), text)

    def delete(self, node: ast.AST | Span) -> None:
        self.replace(node, "")

    def delete_statement(self, statement: ast.stmt) -> None:
        """Takes a statement out with its line; the only statement of a body becomes ``pass``."""
        parent = self.block.parents.get(statement)
        for body in (getattr(parent, field, None) for field in ("body", "orelse", "finalbody")):
            if isinstance(body, list) and body == [statement] and not isinstance(parent, ast.Module):
                self.replace(statement, "pass")
                return
        span, source = self.span(statement), self.block.source
        first, last = self._first_line(statement), source.line_at(max(span.end - 1, span.start))
        start, end = source.line_starts[first], source.line_span(last).end
        if self.block.text[start : span.start].strip() or self.block.text[span.end : end].strip():
            if self.block.text[span.end : end].lstrip().startswith("#"):
                self.delete(Span(span.start, span.end))  # a comment stays
            else:
                self._delete_beside(span, start, end)
            return
        after = source.line_starts[last + 1] if last + 1 < source.line_count else end
        self.delete(Span(start, after))

    def _delete_beside(self, span: Span, start: int, end: int) -> None:
        """A statement that shares its line with others, between semicolons."""
        text = self.block.text
        after = re.match(r"[ \t]*;[ \t]*", text[span.end : end])
        before = re.search(r"[ \t]*;[ \t]*$", text[start : span.start])
        if after:
            self.delete(Span(span.start, span.end + after.end()))
        elif before:
            self.delete(Span(start + before.start(), span.end))
        else:
            self.replace(span, "pass")

    # -- inserting -------------------------------------------------------------------------------------------------

    def insert_before(self, statement: ast.stmt, *lines: str) -> None:
        """Puts lines before a statement, at its indentation; further indentation is the caller's (``self.indent``)."""
        start = self.span(statement).start
        first = self.block.source.line_starts[self._first_line(statement)]
        indent = self.block.text[first:start] if not isinstance(statement, _DECORATED) else self.indent_of(statement)
        if indent.strip():  # stands behind something on its line, as in "if x: y"
            self.insert(start, "; ".join(line.strip() for line in lines) + "; ")
            return
        self.insert(first, "".join(indent + line + self.newline if line else self.newline for line in lines))

    def insert_after(self, statement: ast.stmt, *lines: str) -> None:
        """Puts lines after a statement, at its indentation."""
        span, source = self.span(statement), self.block.source
        indent = self.indent_of(statement)
        begin = source.line_starts[self._first_line(statement)]
        if not isinstance(statement, COMPOUND) and self.block.text[begin : span.start].strip():
            self.insert(span.end, "".join("; " + line.strip() for line in lines))
            return
        line = source.line_at(max(span.end - 1, span.start))
        end = source.line_span(line).end
        self.insert(end, "".join(self.newline + indent + text if text else self.newline for text in lines))

    def wrap(self, statements: Sequence[tuple[int, Block, ast.stmt]], header: str) -> None:
        """Puts neighbouring statements, each with its block and that one's offset, under ``header``, one level deeper.

        Lines inside strings stay as they are; what stands between the statements goes along.
        """
        source = self.file.source
        (start, block, node), (last_start, last_block, last_node) = statements[0], statements[-1]
        self._start, self._block = start, block
        indent = self.indent_of(node)
        first = source.line_at(start + block.source.line_starts[self._first_line(node)])
        last = source.line_at(last_start + max(last_block.span(last_node).end - 1, 0))
        own = source.text[source.line_starts[first] : start + block.span(node).start]
        if own.strip() and not isinstance(node, _DECORATED):
            self.impossible = True  # shares its line with something else
            return
        inside = {line for placed in statements for line in _lines_inside_strings(source, *placed)}
        self.edits.append(Edit(Span(source.line_starts[first], source.line_starts[first]), indent + header + self.newline))
        for line in range(first, last + 1):
            if line not in inside and source.line_text(line).strip():
                at = source.line_starts[line]
                self.edits.append(Edit(Span(at, at), self.indent))

    def wrap_statement(self, statement: ast.stmt, header: str) -> None:
        """Puts a statement of the finding's block under ``header``."""
        self.wrap([(self._start, self.block, statement)], header)

    def _first_line(self, statement: ast.stmt) -> int:
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        return min([statement.lineno, *(decorator.lineno for decorator in decorators)]) - 1

    def _last_line(self, statement: ast.stmt) -> int:
        return (statement.end_lineno or statement.lineno) - 1

    # -- arguments -------------------------------------------------------------------------------------------------

    def add_argument(self, call: ast.Call, text: str) -> None:
        """Adds an argument at the end of a call, after the file's manner: a trailing comma stays one."""
        arguments = _arguments(call)
        span = self.span(call)
        if not arguments:
            self.insert(span.end - 1, text)
            return
        last = max(self.span(argument).end for argument in arguments)
        between = self.block.text[last : span.end - 1]
        comma = re.match(r"(?:\s|#[^\r\n]*)*,", between)
        if "\n" not in between and "\r" not in between:
            if comma:  # "f(a, )"
                self.replace(Span(last + comma.end(), span.end - 1), f" {text}")
            else:
                self.insert(last + len(between) if not between.strip() else last, f", {text}")
            return
        line = self.block.source.line_text(self.block.source.line_at(last))
        indent = line[: len(line) - len(line.lstrip())]
        if comma:
            self.insert(last + comma.end(), f"{self.newline}{indent}{text},")
        else:
            self.insert(last, f",{self.newline}{indent}{text}")

    def replace_argument(self, call: ast.Call, keyword: str, text: str) -> None:
        """Sets a keyword argument of a call, adding it where it is missing."""
        for argument in call.keywords:
            if argument.arg == keyword:
                self.replace(argument.value, text)
                return
        self.add_argument(call, f"{keyword}={text}")

    def remove_argument(self, call: ast.Call, argument: ast.expr | ast.keyword) -> None:
        """Takes an argument out of a call, with one comma and the white space that belonged to it."""
        arguments = _arguments(call)
        index = arguments.index(argument)
        span, text = self.span(argument), self.block.text
        if index + 1 < len(arguments):
            following = self.span(arguments[index + 1]).start
            comments = re.search(r"#", text[span.end : following])
            end = following if not comments else span.end + text[span.end : following].index(",") + 1
            self.delete(Span(span.start, end))
        elif index:
            self.delete(Span(self.span(arguments[index - 1]).end, span.end))
        else:
            comma = re.match(r"\s*,", text[span.end : self.span(call).end - 1])
            inner = Span(self.span(call.func).end + 1, self.span(call).end - 1)
            only = not (text[inner.start : span.start] + text[span.end + (comma.end() if comma else 0) : inner.end]).strip()
            self.delete(inner if only and text[inner.start - 1] == "(" else Span(span.start, span.end + (comma.end() if comma else 0)))

    # -- imports ---------------------------------------------------------------------------------------------------

    def imported(self, module: str, name: str | None = None) -> str:
        """How to write ``module.name`` (or ``module``) in this file; the import is added if there is none.

        An import of the module or of the name, whatever it is called here, is used; a name that means something else
        here is reached through its module.
        """
        wanted = f"{module}.{name}" if name else module
        bindings = self.file.facts.bindings
        through = None
        for local, ats in bindings.items():
            for at in ats:
                bound = at.bound
                if isinstance(bound, names.Import) and bound.level == 0 and local != "*":
                    target = ".".join(filter(None, (bound.module, bound.attribute)))
                    if target == wanted and len(ats) == 1:
                        return local
                    if name and target == module and len(ats) == 1:
                        through = f"{local}.{name}"
        if through:
            return through
        if name and name not in bindings and not self._bound_locally(name):
            self.needed.add((module, name))
            return name
        self.needed.add((module, None))
        return wanted

    def orphan(self, path: str) -> None:
        """Notes that the imported name at the head of ``path`` may have lost its last use."""
        self.left_over.add(names.split(path)[0])

    def _bound_locally(self, name: str) -> bool:
        if self._block is None:
            return False
        return any(
            (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))
            or (isinstance(node, ast.arg) and node.arg == name)
            for node in walk(self._block.tree.body)
        )


def _lines_inside_strings(source: Source, start: int, block: Block, statement: ast.stmt) -> set[int]:
    """The lines of the file that begin inside a string of the statement."""
    lines: set[int] = set()
    offset = source.line_at(start)
    for node in walk([statement]):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)):
            lines.update(offset + line for line in range(node.lineno, node.end_lineno or node.lineno))
    return lines


_DECORATED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPOUND = (*_DECORATED, ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def _arguments(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """All arguments in the order of the text."""
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return sorted(arguments, key=lambda argument: (argument.lineno, argument.col_offset))
