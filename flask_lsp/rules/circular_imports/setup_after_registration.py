"""A blueprint is added to after it was registered.

`app.register_blueprint(bp)` copies to the application what the blueprint holds at that moment. A route, hook, error
handler or nested blueprint that comes later would be missing, so Flask raises AssertionError. What counts is the order
in which the modules run: importing the views after the registration is too late as well.

```python
from flask import Blueprint, Flask

app = Flask(__name__)
bp = Blueprint("pages", __name__)
app.register_blueprint(bp)


@bp.get("/")
def index():
    return "hello"
```

Better:

```python
from flask import Blueprint, Flask

app = Flask(__name__)
bp = Blueprint("pages", __name__)


@bp.get("/")
def index():
    return "hello"


app.register_blueprint(bp)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.execution_model import Late
from flask_lsp.project.import_graph import place_of
from flask_lsp.project.project import File, Project
from flask_lsp.project.setup_order import late_in
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.circular_imports._circles import module_name
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.own_modules import runs
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

rule = Rule("FL305", "setup-after-registration", Level.ERROR, words=("import", "register_blueprint"))


def check(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
    if ctx.versions.below("flask", (2, 3)):
        return  # a warning only, or nothing
    late = ctx.ask(late_in)
    for each in late:
        span = place_of(facts, each.site)
        registration = ctx.project.files[each.registered.document].facts
        registered = place_of(registration, each.registered)
        if span is None or registered is None:
            continue
        here = each.registered.document == ctx.document
        where = "above" if here else f"in `{module_name(ctx.project, each.registered.document)}`"
        message = (
            f"The blueprint was registered before this runs ({where}), so `{each.method}` raises AssertionError: "
            "do this first, and register it then."
        )
        related = [Related("It is registered here", registered, each.registered.document)]
        fixes = _fixes(ctx.file, late, each, span, registered) if here else _across(ctx.project, each, registered)
        yield ctx.finding(span, message, fixes=list(fixes), related=related)


def _fixes(file: File, late: tuple[Late, ...], each: Late, span: Span, registered: Span) -> Iterator[Fix]:
    """The registration goes behind the last of the statements that come too late."""
    register = _statement(file, registered)
    same = [other for other in late if other.registered == each.registered]
    places = [place for other in same if (place := place_of(file.facts, other.site)) is not None]
    last = _statement(file, max(places))
    if register is None or last is None or not isinstance(register[2], ast.Expr) or register[2] in last[3]:
        return
    body = _body(register)
    if body is None or body != _body(last):
        return

    def change(editing: Editing) -> None:
        text = editing.at(register[0]).text[slice(*register[1].span(register[2]))]
        editing.delete_statement(register[2])
        blank = isinstance(last[2], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        top = isinstance(last[1].parents.get(last[2]), ast.Module)
        lines = ("", "", text) if blank and top else ("", text) if blank else (text,)
        editing.elsewhere(file.document, span.start if last[0] == register[0] else last[0]).insert_after(
            last[2], *lines
        )

    yield Fix("Register the blueprint after this", False, change)


def _across(project: Project, each: Late, registered: Span) -> Iterator[Fix]:
    """The registration of another module goes behind the imports there that bring what comes too late."""
    file = project.files[each.registered.document]
    register = _statement(file, registered)
    if register is None or not isinstance(register[2], ast.Expr) or _body(register) is None:
        return
    body: list[ast.stmt] = getattr(register[1].parents.get(register[2]), "body", [])
    placed = [(register[0], register[1], statement) for statement in body]
    if _body(register) == "module":
        placed = [(at.start, at.block, statement) for at, statement in file.tree.statements()]
    here = next((i for i, (_, _, statement) in enumerate(placed) if statement is register[2]), len(placed))
    brings = [one for one in placed[here + 1 :] if _brings(project, file.document, one[2], each.site.document)]
    if not brings:
        return
    start, _, last = brings[-1]

    def change(editing: Editing) -> None:
        other = editing.elsewhere(file.document, register[0])
        text = other.block.text[slice(*other.span(register[2]))]
        other.delete_statement(register[2])
        (other if start == register[0] else editing.elsewhere(file.document, start)).insert_after(last, text)

    yield Fix("Register the blueprint behind the import of this module", False, change)


def _brings(project: Project, document: str, statement: ast.stmt, module: str) -> bool:
    """An import that runs the module."""
    match statement:
        case ast.Import(names=names):
            asked = [(alias.name, 0) for alias in names]
        case ast.ImportFrom(module=of, names=names, level=level):
            asked = [(of or "", level), *((f"{of or ''}.{alias.name}".lstrip("."), level) for alias in names)]
        case _:
            return False
    found = [project.module(document, name, level) for name, level in asked]
    return any(each == module or (each is not None and runs(project, each, module)) for each in found)


def _statement(file: File, span: Span) -> tuple[int, Block, ast.stmt, list[ast.AST]] | None:
    """The statement of a module or function body that holds a place, with what is around it; a decorator belongs to
    its function."""
    start, block = file.tree.at(span.start)
    inner = span.shift(-start)
    found = [node for node in block.nodes.order if isinstance(node, ast.stmt) and _holds(block, node, inner)]
    return (start, block, found[-1], list(found[:-1])) if found else None


def _holds(block: Block, node: ast.stmt, inner: Span) -> bool:
    if block.span(node).contains(inner):
        return True
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return any(block.span(decorator).contains(inner) for decorator in decorators)


def _body(found: tuple[int, Block, ast.stmt, list[ast.AST]]) -> object:
    """Which body a statement stands in: the module's, or that of a function by its place."""
    parent = found[1].parents.get(found[2])
    if isinstance(parent, ast.Module):
        return "module"
    return (found[0], found[1].span(parent)) if isinstance(parent, ast.FunctionDef) else None
