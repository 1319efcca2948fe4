"""The ways out of an import cycle, as fixes of the import that closes it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_lsp.project import own_app
from flask_lsp.project.known_extensions import CLASSES
from flask_lsp.project.layout import INIT
from flask_lsp.project.project import File, Project
from flask_lsp.rules.app_context._app_uses import has_other_reasons, imports
from flask_lsp.rules.app_context.app_instead_of_current_app import use_current_app
from flask_lsp.rules.base import Fix
from flask_lsp.rules.circular_imports._circles import Import, import_at, module_name
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.imports import without
from flask_lsp.syntax.nodes import FunctionNode
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span


def ways_out(ctx: Context, span: Span, document: str) -> Iterator[Fix]:
    """What can be done about the import of a name, at ``span``, from a module of the project."""
    found = import_at(ctx, span)
    if found is None or found.alias.name == "*":
        return
    by_context = next(_by_context(ctx, span), None)
    if by_context is not None:
        yield by_context
    elif (users := _users(ctx.file, found)) is not None and _is_plain(ctx, found):
        yield _into_functions(found, users)
    moved = [_extension(ctx.project, document, name) for name in _names_of(ctx, found, document)]
    known = [each for each in moved if each is not None]
    if len(known) == len(moved):
        yield _to_extensions(known, document)


def _by_context(ctx: Context, span: Span) -> Iterator[Fix]:
    """``current_app``, where all uses run in a context."""
    for imported in imports(ctx):
        asked = imported.module, imported.attribute, imported.level
        if imported.span == span and ctx.ask(own_app.imported_app, *asked) and not has_other_reasons(ctx, imported):
            yield use_current_app(imported)


def _is_plain(ctx: Context, found: Import) -> bool:
    """The import stands in the module body, and nobody else takes the name from here."""
    if not isinstance(found.block.parents.get(found.node), ast.Module):
        return False
    return not any(
        alias is not found.alias and ctx.project.module(other, node.module or "", node.level) == ctx.document
        for other, node, alias in _imports_of(ctx.project, found.local)
    )


def _names_of(ctx: Context, found: Import, document: str) -> list[str]:
    """What the statement imports and is no module: without these names, the circle is gone."""
    project, here, node = ctx.project, ctx.document, found.node
    inside = f"{node.module}." if node.module else ""
    modules = {each.name: project.module(here, f"{inside}{each.name}", node.level) for each in node.names}
    return [name for name, other in modules.items() if other in (None, document) or name == found.alias.name]


def _imports_of(project: Project, name: str) -> Iterator[tuple[str, ast.ImportFrom, ast.alias]]:
    for other, file in project.files.items():
        if name in file.source.text and any(each.attribute == name for each in file.facts.imports):
            for _, block in file.tree.blocks:
                for node in block.nodes.order if name in block.text else ():
                    if isinstance(node, ast.ImportFrom):
                        yield from ((other, node, alias) for alias in node.names if alias.name == name)


# -- into the functions ----------------------------------------------------------------------------------------------


def _users(file: File, found: Import) -> list[tuple[int, Block, ast.FunctionDef | ast.AsyncFunctionDef]] | None:
    """The functions that use the imported name; ``None`` where the module body does, or where none can import it."""
    users: dict[ast.AST, tuple[int, Block, ast.FunctionDef | ast.AsyncFunctionDef]] = {}
    for start, block in file.tree.blocks:
        if found.local not in block.text:
            continue
        for node in block.nodes.order:
            if isinstance(node, ast.Constant) and node.value == found.local:
                return None  # in __all__, or a quoted annotation
            if not isinstance(node, ast.Name) or node.id != found.local:
                continue
            function = _outermost(block, node)
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or not isinstance(node.ctx, ast.Load):
                return None
            users[function] = start, block, function
    return list(users.values()) or None


def _outermost(block: Block, node: ast.AST) -> FunctionNode | None:
    """The function that holds all others around a node."""
    found = None
    while (function := block.nodes.functions.get(node)) is not None:
        found = node = function
    return found


def _into_functions(found: Import, users: list[tuple[int, Block, ast.FunctionDef | ast.AsyncFunctionDef]]) -> Fix:
    line = f"from {_module(found.node)} import {_said(found.alias)}"

    def change(editing: Editing) -> None:
        editing.edits += without(editing.file, found.start, found.block, found.node, found.alias)
        for start, block, function in users:
            part = editing.elsewhere(editing.file.document, start + block.span(function).start)
            first, *rest = function.body
            docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            if docstring and not rest:
                part.insert_after(first, line)
            else:
                part.insert_before(rest[0] if docstring else first, line)

    many = len(users) > 1
    return Fix(f"Move the import into the function{'s' * many} that use{'s' * (not many)} it", False, change)


def _module(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def _said(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


# -- extensions.py ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Made:
    """The statement ``db = SQLAlchemy()`` of a module."""

    name: str
    start: int
    """The offset of its block."""
    statement: ast.Assign
    given: bool
    """It is given the application."""


def _extension(project: Project, document: str, name: str) -> _Made | None:
    """The statement of a module that makes an extension; nothing where the module is that for extensions already."""
    if document.removesuffix(INIT).removesuffix(".py").endswith("/extensions"):
        return None
    file = project.files.get(document)
    for (start, _), statement in file.tree.statements() if file is not None else ():
        match statement:
            case ast.Assign(targets=[ast.Name(id=bound)], value=ast.Call(func=ast.Name(id=kind)) as call):
                if bound != name or kind not in CLASSES:
                    continue
                given = len(call.args) == 1 and isinstance(call.args[0], ast.Name) and not call.keywords
                return _Made(name, start, statement, given) if given or not (call.args or call.keywords) else None
            case _:
                pass
    return None


def _to_extensions(moved: list[_Made], document: str) -> Fix:
    """Moves extensions into a module that imports nothing of the project."""
    folder = document.rpartition("/")[0]
    target = f"{folder}/extensions.py"

    def change(editing: Editing) -> None:
        project = editing.project
        lines: list[str] = []
        wheres: list[tuple[str, str]] = []
        for each in moved:
            home = editing.elsewhere(document, each.start)
            call = each.statement.value
            assert isinstance(call, ast.Call)
            lines.append(f"{each.name} = {home.text(call.func)}()")
            where = _import_of(project.files[document], home.text(call.func))
            if where is None or f"{folder}/extensions{INIT}" in project.files:
                editing.impossible = True
                return
            wheres.append(where)
            if each.given:
                home.replace(each.statement, f"{each.name}.init_app({home.text(call.args[0])})")
            else:
                home.delete_statement(each.statement)
            home.orphan(home.text(call.func))
            home.needed.add((_extensions_of(project, document), each.name))
        if target in project.files:
            _append(editing, target, lines, wheres)
        else:
            imports = sorted(set(map(_written, wheres)))
            editing.created[target] = editing.newline.join((*imports, "", *lines, ""))
        names = {each.name for each in moved}
        for other, node in _importers_of(project, names, document):
            _redirect(editing, other, node, names, document)

    shown = " and ".join(f"`{each.name}`" for each in moved)
    return Fix(f"Move {shown} to `extensions.py`", False, change)


def _importers_of(project: Project, names: set[str], document: str) -> list[tuple[str, ast.ImportFrom]]:
    """The statements that import one of the names from the module."""
    return list(
        dict.fromkeys(
            (other, node)
            for name in sorted(names)
            for other, node, _ in _imports_of(project, name)
            if project.module(other, node.module or "", node.level) == document
        )
    )


def _append(editing: Editing, target: str, lines: list[str], wheres: list[tuple[str, str]]) -> None:
    other = editing.elsewhere(target)
    text = other.file.source.text
    end = len(text)
    line = other.newline.join(lines)
    if text:
        other.at(end - 1)
        for where in wheres:
            other.imported(*where)
    else:
        imports = other.newline.join(sorted(set(map(_written, wheres))))
        line = f"{imports}{other.newline}{other.newline}{line}"
    start = max((begin for begin, _ in other.file.tree.blocks), default=0)
    before = "" if not text or text.endswith(("\n", "\r")) else other.newline
    if other.needed or _ends_with_import(other.file):
        before += other.newline
    other.insert(end - start, f"{before}{line}{other.newline}")


def _ends_with_import(file: File) -> bool:
    last = None
    for _, statement in file.tree.statements():
        last = statement
    return isinstance(last, ast.Import | ast.ImportFrom)


def _written(where: tuple[str, str]) -> str:
    return f"from {where[0]} import {where[1]}"


def _import_of(file: File, name: str) -> tuple[str, str] | None:
    """The package and name of a class that the file imports."""
    for (_, _), statement in file.tree.statements():
        if isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
            for alias in statement.names:
                if (alias.asname or alias.name) == name and not alias.asname:
                    return statement.module, alias.name
    return None


def _extensions_of(project: Project, document: str) -> str:
    """How the module itself names ``extensions.py`` beside it."""
    file = project.files[document]
    name = module_name(project, document)
    package = name if document.endswith(INIT) else name.rpartition(".")[0]
    if package and any(each.level == 1 for each in file.facts.imports):
        return ".extensions"
    return f"{package}.extensions" if package else "extensions"


_FROM = re.compile(r"from\s*([.\w]+)(?=\s*import\b)")


def _redirect(editing: Editing, other: str, node: ast.ImportFrom, names: set[str], document: str) -> None:
    """Makes an import of the names from the module one from ``extensions``."""
    file = editing.project.files[other]
    for start, block in file.tree.blocks:
        if node not in block.parents:
            continue
        part = editing.elsewhere(other, start)
        module = node.module or ""
        if not document.endswith(INIT):
            module = module.rpartition(".")[0]
        module = "." * node.level + (f"{module}.extensions" if module else "extensions")
        moved = [alias for alias in node.names if alias.name in names]
        written = _FROM.match(block.text, block.span(node).start)
        if len(moved) == len(node.names) and written is not None:
            part.replace(Span(*written.span(1)), module)
        elif len(moved) == 1:
            part.edits += without(file, start, block, node, moved[0])
            part.insert_before(node, f"from {module} import {_said(moved[0])}")
        else:
            part.impossible = True  # several of more: that takes a new statement
        return
