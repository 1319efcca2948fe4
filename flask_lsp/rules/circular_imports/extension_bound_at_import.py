"""An extension is bound to one application while its module is imported.

`db = SQLAlchemy(app)` needs an application before anything else can be imported: the module that makes `db` has to
import `app`, the models import `db`, and the application needs the models, in a circle. And where a factory makes the
applications, `db` knows only one of them: every other, that of the tests above all, goes without. Make the object
without an application, and give it to each one in the factory.

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"

    @app.get("/")
    def index():
        return str(db.session.execute(db.text("SELECT 42")).scalar())

    return app


app = create_app()
db = SQLAlchemy(app)
```

Better:

```python
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)

    @app.get("/")
    def index():
        return str(db.session.execute(db.text("SELECT 42")).scalar())

    return app


app = create_app()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project import extensions
from flask_lsp.project.extensions import Binding
from flask_lsp.project.known_extensions import CLASSES
from flask_lsp.project.project import Project
from flask_lsp.project.routes import Key
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.circular_imports._extension import name_bound_to
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.own_modules import module_name, runs
from flask_lsp.rules.set_up import add_line, initialises

rule = Rule("FL306", "extension-bound-at-import", Level.WARNING, words=tuple(f"{name}(" for name in sorted(CLASSES)))


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    name = name_bound_to(node, ctx)
    if name is None or ctx.is_test:
        return
    binding = ctx.ask(extensions.bound_at_import, name)
    if binding is None:
        return
    app = binding.made.app.text if binding.made.app is not None else "app"
    advice = f"make `{name}` without it, and call `{name}.init_app({app.rpartition('.')[2]})` where `{app}` is made."
    match binding.why:
        case "imported":
            message = f"`{name}` needs `{app}` to be imported first, which leads to circular imports: {advice}"
        case "factory":
            factory = binding.factory.rpartition(".")[2] or "a factory"
            message = f"`{name}` knows this application alone, not others that `{factory}()` makes: {advice}"
        case _:
            message = f"`{name}` is bound to `{app}` on import: {advice}"
    related: list[Related] = []
    if binding.app is not None and binding.app[0] != ctx.file.document:
        related.append(
            Related("The application is made here", document=binding.app[0], name=binding.app[1].partition(".")[0])
        )
    fixes = list(_fixes(node, name, binding, ctx))
    strict = binding.why == "plain"
    level = Level.HINT if strict else Level.WARNING
    yield ctx.finding(node, message, level=level, fixes=fixes, related=related, strict=strict)


def _fixes(node: ast.Call, name: str, binding: Binding, ctx: Context) -> Iterator[Fix]:
    made, app = binding.made, binding.app
    others = [*node.args[1:], *(keyword for keyword in node.keywords if keyword.arg != "app")]
    if app is None or made.app is None or not _is_movable(node):
        return
    here = app[0] == ctx.file.document
    if made.extension.moves and others and not here:
        return  # what they are made of would have to be imported too
    if not here and ("." in app[1] or not ctx.ask(_has_a_name_in, app[0])):
        return  # the factory, which is called on import here, cannot import from here
    if not here and ctx.ask(_needs_more_of, app):
        return  # the application's module, half-way through, would import this one

    def change(editing: Editing) -> None:
        given = _without_app(editing, node)
        moved = given if made.extension.moves else []
        if "." in app[1] and here:
            _move_up(editing, node, name, app[1].partition(".")[0], [] if moved else given, ctx)
        else:
            _take_out(editing, node, moved=bool(moved))
            editing.orphan(made.app.text if made.app is not None else "app")

        def line(thing: str, application: str) -> str:
            return f"{thing}.init_app({', '.join([application, *moved])})"

        add_line(editing, app, (initialises,), made.key, line)

    yield Fix(f"Make `{name}` without the application and call `init_app`", False, change)


def _has_a_name_in(project: Project, document: str, other: str) -> bool:
    """The other file can import this one."""
    return module_name(project, other, document) is not None


def _needs_more_of(project: Project, document: str, app: Key) -> bool:
    """The file imports more than the application from the application's module, itself or by way of others."""
    module, name = app
    for each in project.files[document].facts.imports:
        found = project.module(document, each.module, each.level)
        if found == module and each.attribute not in (None, name):
            return True
        if found not in (None, module, document) and runs(project, str(found), module):
            return True
    return False


def _is_movable(node: ast.Call) -> bool:
    """What is given behind the application can be named."""
    named = any(keyword.arg == "app" for keyword in node.keywords)
    return named or len(node.args) < 2 or (len(node.args) == 2 and _class_of(node) in _SECOND)


def _without_app(editing: Editing, node: ast.Call) -> list[str]:
    """The arguments but the application, as they are written; positional ones get their names."""
    given: list[str] = []
    named = any(keyword.arg == "app" for keyword in node.keywords)
    for position, argument in enumerate(node.args):
        if named:
            given.append(editing.text(argument))
        elif position:
            given.append(f"{_SECOND[_class_of(node)]}={editing.text(argument)}")
    return given + [editing.text(keyword) for keyword in node.keywords if keyword.arg != "app"]


_SECOND = {"Migrate": "db", "Security": "datastore", "PyMongo": "uri", "Babel": "date_formats", "AppBuilder": "session"}
"""The names of the arguments that follow the application's."""


def _class_of(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _take_out(editing: Editing, node: ast.Call, *, moved: bool) -> None:
    """Takes the application out of the call, and with ``moved`` all that it is given."""
    span = editing.span(node)
    if moved:
        editing.replace(span, f"{editing.text(node.func)}()")
        return
    keyword = next((each for each in node.keywords if each.arg == "app"), None)
    if keyword is not None:
        editing.remove_argument(node, keyword)
        return
    editing.remove_argument(node, node.args[0])
    for argument in node.args[1:2]:
        editing.insert(editing.span(argument).start, f"{_SECOND[_class_of(node)]}=")


def _move_up(editing: Editing, node: ast.Call, name: str, factory: str, given: list[str], ctx: Context) -> None:
    """Binds the name before the factory, which needs it, instead of behind the application that it makes."""
    editing.delete_statement(ctx.statement(node))
    for (start, block), statement in editing.file.tree.statements():
        if isinstance(statement, ast.FunctionDef) and statement.name == factory:
            other = editing.elsewhere(editing.file.document, start + block.span(statement).start)
            text = f"{name} = {editing.text(node.func)}({', '.join(given)})"
            other.insert_before(statement, text, "", "")
            return
    editing.impossible = True
