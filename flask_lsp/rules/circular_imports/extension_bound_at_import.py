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
from collections.abc import Callable, Iterator
from functools import partial

from flask_lsp.project import extensions
from flask_lsp.project.extensions import Binding
from flask_lsp.project.known_extensions import CLASSES
from flask_lsp.project.project import Project
from flask_lsp.project.routes import Key
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.circular_imports._extension import name_bound_to
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.own_modules import can_travel, module_name, runs, written_in
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
    if binding.app is not None and binding.app[0] != ctx.document:
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
    here, in_factory = app[0] == ctx.document, "." in app[1]
    if in_factory and not here and not (can_travel(ctx, [node.func, *others]) and ctx.ask(_has_room, app, name)):
        return
    if not in_factory and not here:
        if made.extension.moves and others:
            return  # what they are made of would have to be imported too
        if not ctx.ask(_has_a_name_in, app[0]) or ctx.ask(_needs_more_of, app):
            return  # the application's module, half-way through, would import this one
    thing = (app[0], name) if in_factory else made.key

    def change(editing: Editing) -> None:
        if in_factory:
            moved = _before_factory(editing, node, name, binding, ctx)
        else:
            given = _without_app(editing, node)
            moved = given if made.extension.moves else []
            _take_out(editing, node, moved=bool(moved))
            editing.orphan(made.app.text if made.app is not None else "app")

        def line(thing: str, application: str) -> str:
            return f"{thing}.init_app({', '.join([application, *moved])})"

        add_line(editing, app, (initialises,), thing, line)

    yield Fix(f"Make `{name}` without the application and call `init_app`", False, change)


def _has_a_name_in(project: Project, document: str, other: str) -> bool:
    """The other file can import this one."""
    return module_name(project, other, document) is not None


def _has_room(project: Project, document: str, app: Key, name: str) -> bool:
    """The object can be made in the module of the factory, and this one can import it from there."""
    there, function = app[0], app[1].partition(".")[0]
    file = project.files[there]
    made = any(isinstance(each, ast.FunctionDef) and each.name == function for _, each in file.tree.statements())
    if not made or name in file.facts.bindings or module_name(project, document, there) is None:
        return False
    return not runs(project, there, document)


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


def _without_app(editing: Editing, node: ast.Call, text: Callable[[ast.AST], str] | None = None) -> list[str]:
    """The arguments but the application, as they are written, or as ``text`` writes them; positional ones get their
    names."""
    given: list[str] = []
    text = text or editing.text
    named = any(keyword.arg == "app" for keyword in node.keywords)
    for position, argument in enumerate(node.args):
        if named:
            given.append(text(argument))
        elif position:
            given.append(f"{_SECOND[_class_of(node)]}={text(argument)}")
    return given + [text(keyword) for keyword in node.keywords if keyword.arg != "app"]


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


def _before_factory(editing: Editing, node: ast.Call, name: str, binding: Binding, ctx: Context) -> list[str]:
    """Binds the name before the factory, which needs it, instead of behind the application that it makes; what it is
    given along with the application."""
    assert binding.app is not None
    document, function = binding.app[0], binding.app[1].partition(".")[0]
    for (start, block), statement in editing.project.files[document].tree.statements():
        if isinstance(statement, ast.FunctionDef) and statement.name == function:
            other = editing.elsewhere(document, start + block.span(statement).start)
            given = _without_app(editing, node, partial(written_in, other, editing))
            moved = given if binding.made.extension.moves else []
            made = f"{written_in(other, editing, node.func)}({', '.join([] if moved else given)})"
            other.insert_before(statement, f"{name} = {made}", "", "")
            editing.delete_statement(ctx.statement(node))
            if other.file is not editing.file:
                for part in ast.walk(node):
                    if isinstance(part, ast.Name):
                        editing.orphan(part.id)
                if _is_wanted(editing, name):
                    module = module_name(editing.project, editing.file.document, document)
                    editing.needed.add((module or "", name))
            return moved
    editing.impossible = True
    return []


def _is_wanted(editing: Editing, name: str) -> bool:
    """The file itself reads the name elsewhere, or another imports it from here."""
    project, here = editing.project, editing.file.document
    handed, reached, _ = editing.file.facts.handed
    return name in handed | reached or any(
        each.attribute in (name, "*", None) and project.module(other, each.module, each.level) == here
        for other, file in project.files.items()
        for each in file.facts.imports
    )
