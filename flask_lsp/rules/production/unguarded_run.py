"""The development server is started by whatever imports the module.

`app.run()` in the body of a module runs at import. gunicorn, uWSGI, a test or a script that imports the application
then hangs there, with a development server on port 5000 instead of what it wanted to do. Only the `flask` command
ignores the call. Under `if __name__ == "__main__":` it runs when the file itself is run, and never else.

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello"


app.run()
```

Better:

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    app.run()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.imports import imports_of
from flask_lsp.facts.model import Defined, Import
from flask_lsp.project import config
from flask_lsp.project.deployment import served
from flask_lsp.project.project import Project
from flask_lsp.rules._servers import APP_RUN, SOCKETIO_RUN
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.parse import Block

rule = Rule("FL801", "unguarded-run", Level.ERROR, words=(".run",))

_MESSAGE = 'Whatever imports this module starts a development server here: put it under `if __name__ == "__main__":`.'
_SCRIPT = 'If anything ever imports this file, it hangs here in a server: put it under `if __name__ == "__main__":`.'


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "run" or ctx.is_test:
        return
    if ctx.name(node.func) not in (APP_RUN, SOCKETIO_RUN) or not _runs_at_import(node, ctx):
        return
    is_script = ctx.ask(_is_run_script)
    if is_script is None or (is_script and ctx.ask(config.is_for_development, "")):
        return
    message, level = (_SCRIPT, Level.INFORMATION) if is_script else (_MESSAGE, None)
    yield ctx.finding(node, message, level=level, fixes=[] if _shares_line(node, ctx) else [_guard(node, ctx)])


def _runs_at_import(node: ast.AST, ctx: Context) -> bool:
    """The node is evaluated whenever the module is, as far as the conditions around it tell."""
    child = node
    for parent in ctx.ancestors(node):
        match parent:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return False
            case ast.If(test=test) | ast.While(test=test):
                if not isinstance(test, ast.Constant) or not test.value or child not in parent.body:
                    return False
            case ast.ExceptHandler() | ast.For() | ast.Match() | ast.IfExp() | ast.BoolOp():
                return False
            case _:
                pass
        child = parent
    return True


def _shares_line(node: ast.Call, ctx: Context) -> bool:
    """Another statement stands on the line, so that no guard can be put around this one."""
    span, source = ctx.span(ctx.statement(node)), ctx.block.source
    first, last = source.line_span(source.line_at(span.start)), source.line_span(source.line_at(span.end - 1))
    before, after = source.text[first.start : span.start], source.text[span.end : last.end]
    return bool(before.strip()) or after.lstrip().startswith(";")


def _is_run_script(project: Project, document: str) -> bool | None:
    """The file does no more than run an application that others make, and nothing imports it, no server either;
    ``None``: it is only ever run."""
    name = document.rpartition("/")[2]
    if name == "__main__.py":
        return None
    if document in served(project):
        return False
    bounds = [at.bound for ats in project.files[document].facts.bindings.values() for at in ats]
    makes_app = any(isinstance(one, Import) and one.attribute == "Flask" for one in bounds)
    has_views = any(isinstance(one, Defined) and one.function.decorators for one in bounds)
    if makes_app or has_views or name in ("wsgi.py", "asgi.py", "__init__.py"):
        return False
    for other, file in project.files.items():
        for _, block in file.facts.blocks:
            for one in imports_of(block):
                targets = (one.module, f"{one.module}.{one.attribute}".lstrip("."))
                if other != document and any(project.module(other, each, one.level) == document for each in targets):
                    return False
    return True


def _guard(node: ast.Call, ctx: Context) -> Fix:
    statement = ctx.statement(node)
    top = isinstance(ctx.parent(statement), ast.Module)

    def change(editing: Editing) -> None:
        header = f"if __name__ == {editing.string('__main__')}:"
        if top:
            editing.wrap(_after(statement, editing), header)
        else:
            editing.wrap_statement(statement, header)

    return Fix('Put it under `if __name__ == "__main__":`', True, change)


def _after(statement: ast.stmt, editing: Editing) -> list[tuple[int, Block, ast.stmt]]:
    """The statement and, if nothing but calls follows it to the end of the file, these: they run when the server has
    ended, and not at import."""
    placed = [(start, block, node) for (start, block), node in editing.file.tree.statements()]
    at = next(index for index, (_, _, node) in enumerate(placed) if node is statement)
    after = placed[at + 1 :]
    return placed[at:] if all(isinstance(node, ast.Expr) for _, _, node in after) else placed[at : at + 1]
