"""The builders with which fixes write: they keep the file's quotes, indentation, line ends and trailing commas."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from flask_lsp.facts.model import Bind, Branch, Import, Path
from flask_lsp.project import links
from flask_lsp.project.project import File, Project
from flask_lsp.syntax.nodes import walk
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Edit, Source, Span

_BLANK = r"(?:\s|#[^\r\n]*[\r\n]|\\)*"
_CLOSING = re.compile(_BLANK + r"\)")
_OPENING = re.compile(r"\((?:\s|\\|#[^\r\n]*[\r\n])*$")
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
        self.appended: dict[str, list[str]] = {}
        """Lines to add at the end of files that are no Python."""
        self.needed: set[tuple[str, str | None]] = set()
        """Module and name to import; no name: the module itself."""
        self.left_over: set[str] = set()
        """Imported names that may have lost their last use."""
        self.impossible = False
        """The fix cannot be done in this text; nothing of it is applied."""
        self._others: list[Editing] = []

    # -- other files -----------------------------------------------------------------------------------------------

    def elsewhere(self, document: str, offset: int = 0) -> Editing:
        """What this fix does to another file, or to the block at another offset of this one."""
        other = Editing(self.project, self.project.files[document], 0, None)
        if other.file.source.text:
            other.at(offset)
        self._others.append(other)
        return other

    def parts(self) -> Iterator[Editing]:
        """This editing and those that were made by ``elsewhere``."""
        yield self
        for other in self._others:
            yield from other.parts()

    @property
    def leaves_file(self) -> bool:
        """The fix changes other files too, or makes new ones."""
        return bool(self.created or self.appended) or any(part.file is not self.file for part in self.parts())

    def add_line(self, name: str, line: str) -> None:
        """Adds a line at the end of a file of the project's folder that is no Python, or makes the file with it."""
        if self.project.root is None:
            self.impossible = True
            return
        document = f"{self.project.root.rstrip('/')}/{name}"
        if self.project.has_text(document):
            self.appended.setdefault(document, []).append(line)
        else:
            self.created[document] = self.created.get(document, "") + line + "\n"

    # -- style -----------------------------------------------------------------------------------------------------

    @property
    def newline(self) -> str:
        return self.file.source.newline

    @cached_property
    def indent(self) -> str:
        """One level of indentation as the file has it most often."""
        found = Counter[str]()
        for (_, block), statement in self.file.tree.statements():
            body: list[ast.stmt] = getattr(statement, "body", [])
            if body and body[0].lineno > statement.lineno and not block.mended:
                line = block.source.line_text(body[0].lineno - 1)
                found[line[: len(line) - len(line.lstrip())]] += 1
        return next((indent for indent, _ in found.most_common(1) if indent), "    ")

    def string(self, value: str) -> str:
        """A string literal with the quotes the file uses most."""
        text = self.file.source.text
        quote = "'" if text.count("'") > text.count('"') else '"'
        if quote in value:
            quote = "'" if quote == '"' else '"'
        escaped = value.replace("\\", "\\\\").replace(quote, "\\" + quote)
        return quote + "".join(char if char.isprintable() else ascii(char)[1:-1] for char in escaped) + quote

    # -- the block -------------------------------------------------------------------------------------------------

    @property
    def block(self) -> Block:
        """The block of the finding; a fix of a whole file has none until it calls ``at``."""
        assert self._block is not None
        return self._block

    @property
    def start(self) -> int:
        """Where the block begins in the file."""
        return self._start

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
        if isinstance(statement, _DECORATED):
            span = Span(start + len(self.indent_of(statement)), span.end)
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
            self.impossible |= any(line.endswith(":") for line in lines)
            self.insert(start, "; ".join(line.strip() for line in lines) + "; ")
            return
        if isinstance(statement, ast.If) and self.block.text.startswith("elif", start):
            self.impossible = True
        self.insert(first, "".join(indent + line + self.newline if line else self.newline for line in lines))

    def insert_after(self, statement: ast.stmt, *lines: str) -> None:
        """Puts lines after a statement, at its indentation."""
        span, source = self.span(statement), self.block.source
        indent = self.indent_of(statement)
        begin = source.line_starts[self._first_line(statement)]
        shares = self.block.text[begin : span.start].strip() or re.compile(r"[ \t]*;").match(self.block.text, span.end)
        if not isinstance(statement, COMPOUND) and shares:
            self.impossible |= any(line.endswith(":") for line in lines)
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
        inside = {line for at, _, statement in statements for line in _lines_inside_strings(source, at, statement)}
        begin = source.line_starts[first]
        self.edits.append(Edit(Span(begin, begin), indent + header + self.newline))
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

    # -- arguments -------------------------------------------------------------------------------------------------

    def add_argument(self, call: ast.Call, text: str) -> None:
        """Adds an argument at the end of a call, after the file's manner: a trailing comma stays one."""
        arguments = _arguments(call)
        span, source = self.span(call), self.block.source
        if not arguments:
            self.insert(span.end - 1, text)
            return
        last = self._argument_span(call, arguments[-1])
        if last.end == span.end:  # "f(x for x in y)" has one pair of parentheses for two
            self.insert(last.start, "(")
            self.insert(last.end, f", {text})")
            return
        between = self.block.text[last.end : span.end - 1]
        comma = re.match(_BLANK + ",", between)
        opening = source.line_at(self.span(call.func).end)
        if source.line_at(last.end) == source.line_at(span.end) or opening == source.line_at(last.start):
            if comma and not between[comma.end() :].strip(" "):  # "f(a, )"
                self.replace(Span(last.end + comma.end(), span.end - 1), f" {text}")
            elif comma:
                self.insert(last.end + comma.end(), f" {text},")
            else:
                self.insert(last.end, f", {text}")
            return
        line = source.line_at(last.end + comma.end() if comma else last.end)
        begin = source.line_text(source.line_at(last.start))
        indent = begin[: len(begin) - len(begin.lstrip())]
        if not comma:
            self.insert(last.end, ",")
        self.insert(source.line_span(line).end, f"{self.newline}{indent}{text}{',' if comma else ''}")

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
        span, text, end = self._argument_span(call, argument), self.block.text, self.span(call).end
        comma = re.compile(_BLANK + ",").match(text, span.end, end)
        if end == span.end:  # "f(x for x in y)"
            self.replace(span, "()")
        elif index + 1 < len(arguments):
            following = self._argument_span(call, arguments[index + 1]).start
            assert comma is not None
            self.delete(Span(span.start, comma.end() if "#" in text[span.end : following] else following))
        elif index:
            before = self._argument_span(call, arguments[index - 1]).end
            if "#" not in text[before : span.start]:
                self.delete(Span(before, span.end))
                return
            source = self.block.source  # the comment stays, and the comma before it
            line = source.line_at(span.start)
            begin = source.line_starts[line]
            alone = line > 0 and not text[begin : span.start].strip()
            begin = source.line_span(line - 1).end if alone else span.start
            self.delete(Span(begin, comma.end() if comma else span.end))
        else:
            last = comma.end() if comma else span.end
            begin = len(text[: span.start].rstrip())
            only = text[begin - 1 : begin] == "(" and not text[last : end - 1].strip()
            self.delete(Span(begin, end - 1) if only else Span(span.start, last))

    def _argument_span(self, call: ast.Call, argument: ast.expr | ast.keyword) -> Span:
        """The span of an argument with the parentheses around it."""
        span, text = self.span(argument), self.block.text
        low, high = self.span(call.func).end, self.span(call).end - 1
        if span.end > high:
            return span
        while (after := _CLOSING.match(text, span.end, high)) and (before := _OPENING.search(text[low : span.start])):
            if not text[low : low + before.start()].strip():
                break  # that one belongs to the call
            span = Span(low + before.start(), after.end())
        return span

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
            bound = ats[0].bound
            if len(ats) > 1 or not isinstance(bound, Import) or bound.level or local == "*":
                continue
            target = ".".join(filter(None, (bound.module, bound.attribute)))
            if target in (wanted, module) and self._means_that(local):
                if target == wanted:
                    return local
                through = f"{local}.{name}"
        if through:
            return through
        if name and name not in bindings and not self._bound_locally(name):
            self.needed.add((module, name))
            return name
        root = module.partition(".")[0]
        others = [at.bound for at in bindings.get(root, ())]
        if self._bound_locally(root) or any(not isinstance(bound, Import) or bound.attribute for bound in others):
            self.impossible = True  # neither the name nor its module can be reached by its own name
        self.needed.add((module, None))
        return wanted

    def _means_that(self, local: str) -> bool:
        """The imported name is bound where the code runs and not hidden by one of the block's own."""
        if self._bound_locally(local):
            return False
        return not any(
            isinstance(event, Branch)
            and isinstance(event.test, Path)
            and event.test.text.endswith("TYPE_CHECKING")
            and any(isinstance(inner, Bind) and inner.bound.name == local for inner in event.bodies[0])
            for _, event in self.file.facts.events()
        )

    def orphan(self, path: str) -> None:
        """Notes that the imported name at the head of ``path`` may have lost its last use."""
        self.left_over.add(links.split(path)[0])

    def _bound_locally(self, name: str) -> bool:
        if self._block is None:
            return False
        return any(
            (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))
            or (isinstance(node, ast.arg) and node.arg == name)
            for node in walk(self._block.tree.body)
        )


def _lines_inside_strings(source: Source, start: int, statement: ast.stmt) -> set[int]:
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
