"""What the rules about code that runs on import share: what they found, and the ways to mend it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

from flask_lsp.facts.model import Defined
from flask_lsp.project import databases, names
from flask_lsp.project.contexts import Missing, while_imported
from flask_lsp.project.needs import Level
from flask_lsp.project.project import File
from flask_lsp.rules.base import Fix, Related
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.parse import Block

_known: WeakKeyDictionary[File, tuple[object, tuple[Missing, ...]]] = WeakKeyDictionary()
"""What was found in a file, with the answers it rests on: three rules ask for it."""


def missing(ctx: Context) -> tuple[Missing, ...]:
    """What lacks its context while the file is imported, without what old versions do without."""
    kept = _known.get(ctx.file)
    if kept is not None and kept[0] is ctx.project.answers:
        return kept[1]
    found = while_imported(ctx.project, ctx.file)
    found = tuple(one for one in found if databases.asks_context(ctx.project, one.name))
    _known[ctx.file] = (ctx.project.answers, found)
    return found


def related(found: Missing) -> list[Related]:
    """The calls that lead to a line, outermost first."""
    return [Related(f"`{step.function}()` is called here, on import", step.span) for step in found.chain]


def what(found: Missing) -> str:
    """What needs the context, for a message."""
    return found.name.removeprefix("flask.") if found.name.startswith("flask.") else found.written


def when(found: Missing) -> str:
    """When the line runs, for a message."""
    if found.chain:
        return f"`{found.chain[0].function}()` is called while the module is imported"
    return "it runs while the module is imported"


def fixes(found: Missing, ctx: Context) -> list[Fix]:
    """The repairs that the statement allows, the preferred one first."""
    placed = _statement_at(ctx.file, found.at)
    if placed is None:
        return []
    statement = placed[2]
    if not found.chain and (default := _default_at(ctx.file, found)):
        return [_into_body(found, default)]
    result = list(_wrap(found, ctx, statement))
    if _is_read(found, placed):
        result.append(_lazily(found))
    # A made-up request is seldom what was meant.
    return result[::-1] if found.need is Level.REQUEST else result


# -- with app.app_context(): -----------------------------------------------------------------------------------------


def _wrap(found: Missing, ctx: Context, statement: ast.stmt) -> Iterator[Fix]:
    if isinstance(statement, ast.ImportFrom | ast.Import):
        return
    if found.need is Level.REQUEST and not _plain(statement):
        return
    app = _application(ctx, found.at)
    if app is None:
        return
    header = f"with {app}.{_method(found)}():"

    def change(editing: Editing) -> None:
        run = _run(ctx, editing.file, found)
        if run:
            editing.wrap(run, header)
        else:
            editing.impossible = True

    safe = "(" not in app and found.need is Level.APP
    yield Fix(f"Wrap in `{header.removesuffix(':')}`", safe, change)


def _method(found: Missing) -> str:
    """The context of the application that what is missing asks for; URLs are built from a request."""
    builds_urls = found.name == "flask.url_for"
    return "test_request_context" if builds_urls or found.need is Level.REQUEST else "app_context"


def _application(ctx: Context, before: int) -> str | None:
    """How to write the application in the module body at an offset: its name, or the call of a factory of the file."""
    for name, ats in ctx.file.facts.bindings.items():
        bounds = [at for at in ats if at.start < before]
        if not bounds or len(bounds) != len(ats) or name == "*":
            continue
        if ctx.ask(names.canonical, name) == "flask.Flask()" and not isinstance(bounds[0].bound, Defined):
            return name
    for name, ats in ctx.file.facts.bindings.items():
        if isinstance(ats[0].bound, Defined) and ctx.ask(names.canonical, f"{name}()") == "flask.Flask()":
            parameters = ats[0].bound.function.parameters
            if ats[0].start < before and not parameters:
                return f"{name}()"
    return None


def _run(ctx: Context, file: File, found: Missing) -> Sequence[tuple[int, Block, ast.stmt]]:
    """The statement, and its neighbours up to the last one that needs the context too."""
    need = {one.at for one in while_imported(ctx.project, file) if _method(one) == _method(found)}
    statements = [(start, block, node) for (start, block), node in file.tree.statements()]
    ats = [start + _begin(block, node) for start, block, node in statements]
    index = next((i for i in range(len(ats) - 1, -1, -1) if ats[i] <= found.at), None)
    if index is None:
        return ()
    first = last = index
    for i in range(index - 1, -1, -1):
        if not _plain(statements[i][2]):
            break
        if _needs(need, statements[i], ats[i]):
            first = i
    for i in range(index + 1, len(statements)):
        if not _plain(statements[i][2]):
            break
        if _needs(need, statements[i], ats[i]):
            last = i
    return statements[first : last + 1]


def _needs(need: set[int], placed: tuple[int, Block, ast.stmt], at: int) -> bool:
    start, block, node = placed
    end = start + block.span(node).end
    return any(at <= offset < end for offset in need)


def _plain(statement: ast.stmt) -> bool:
    """May stand under the ``with`` along with its neighbours."""
    return isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For | ast.If)


# -- other ways ------------------------------------------------------------------------------------------------------


def _is_read(found: Missing, placed: tuple[int, Block, ast.stmt]) -> bool:
    """``NAME = current_app.config["NAME"]``: a value that is read from what is missing. Whatever is made of it would be
    made anew at every use."""
    start, block, statement = placed
    if found.chain or not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return False
    return start + block.span(statement.value).start == found.span.start


def _lazily(found: Missing) -> Fix:
    def change(editing: Editing) -> None:
        block = editing.at(found.at)
        placed = _statement_at(editing.file, found.at)
        if placed is None or not isinstance(placed[2], ast.Assign):
            editing.impossible = True
            return
        value = placed[2].value
        local_proxy = editing.imported("werkzeug.local", "LocalProxy")
        span = block.span(value)
        editing.insert(span.start, f"{local_proxy}(lambda: ")
        editing.insert(span.end, ")")

    return Fix("Look it up when it is used, with `LocalProxy`", False, change)


def _default_at(file: File, found: Missing) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ast.arg, ast.expr] | None:
    """The function, parameter and default value that the use stands in."""
    placed = _statement_at(file, found.at)
    if placed is None:
        return None
    start, block, statement = placed
    use = found.span.shift(-start)
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            args = node.args
            positional = [*args.posonlyargs, *args.args]
            pairs = [*zip(positional[len(positional) - len(args.defaults) :], args.defaults, strict=True)]
            pairs += [(arg, default) for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default]
            for arg, default in pairs:
                if block.span(default).contains(use):
                    return node, arg, default
    return None


def _into_body(found: Missing, default: tuple[ast.FunctionDef | ast.AsyncFunctionDef, ast.arg, ast.expr]) -> Fix:
    def change(editing: Editing) -> None:
        editing.at(found.at)
        now = _default_at(editing.file, found)
        if now is None or not editing.holds(now[0]):
            editing.impossible = True
            return
        function, arg, value = now
        text = editing.text(value)
        editing.replace(value, "None")
        first = function.body[0]
        docstring = ast.get_docstring(function, clean=False) is not None
        lines = (f"if {arg.arg} is None:", f"{editing.indent}{arg.arg} = {text}")
        if docstring and len(function.body) == 1:
            editing.insert_after(first, *lines)
        else:
            editing.insert_before(function.body[1] if docstring else first, *lines)

    return Fix(f"Read the default of `{default[1].arg}` in the body", True, change)


def _statement_at(file: File, offset: int) -> tuple[int, Block, ast.stmt] | None:
    """The top-level statement that holds an offset."""
    for (start, block), statement in file.tree.statements():
        if start + _begin(block, statement) <= offset < start + block.span(statement).end:
            return start, block, statement
    return None


def _begin(block: Block, statement: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    if not decorators:
        return block.span(statement).start
    return block.source.line_starts[min(decorator.lineno for decorator in decorators) - 1]
