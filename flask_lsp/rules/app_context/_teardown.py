"""The fix that closes at the end of a request what is kept on ``g``."""

from __future__ import annotations

import ast

from flask_lsp.facts.model import Defined
from flask_lsp.project import names, routes
from flask_lsp.project.project import Project
from flask_lsp.project.route_model import Key
from flask_lsp.rules import set_up
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

_HOOKS = {"flask.Flask()": "teardown_appcontext", "flask.Blueprint()": "teardown_app_request"}


def close_at_the_end(node: ast.AST, name: str, ctx: Context) -> list[Fix]:
    """Adds a teardown function behind the function that holds the node, where an application or blueprint is at hand,
    or registers it where the one application is set up."""
    top = ctx.block.tree.body
    function = next((each for each in ctx.ancestors(node) if isinstance(each, ast.stmt) and each in top), None)
    called = f"close_{name.strip('_') or name}"
    if function is None or ctx.ask(binds_any, called):
        return []
    owner = ctx.ask(hook_of)
    app = None if owner is not None else ctx.ask(only_app, called)
    if owner is None and app is None:
        return []

    def change(editing: Editing) -> None:
        g = editing.imported("flask", "g")
        lines = [f"@{owner[0]}.{owner[1]}"] if owner is not None else []
        lines += closing(name, called, g, editing)
        editing.insert_after(function, "", "", *lines)
        if app is not None:
            thing = (ctx.document, called)
            register = (set_up.initialises, set_up.registers)
            set_up.add_line(editing, app, register, thing, lambda it, app: f"{app}.teardown_appcontext({it})")

    return [Fix(f"Add `{called}()`, which closes it when the request ends", False, change)]


def register_closer(closer: Key, ctx: Context) -> list[Fix]:
    """Registers a function that closes: by a decorator where an application or blueprint is at hand, else with the one
    application of the project."""
    title = f"Register `{closer[1]}()`, which closes it when the request ends"
    if not ctx.ask(takes_error, *closer):
        return []
    if closer[0] == ctx.document and (owner := ctx.ask(hook_of)) is not None:
        return [Fix(title, False, lambda editing: _decorate(editing, closer[1], f"@{owner[0]}.{owner[1]}"))]
    if (app := ctx.ask(app_for, *closer)) is None:
        return []

    def change(editing: Editing) -> None:
        register = (set_up.initialises, set_up.registers)
        set_up.add_line(editing, app, register, closer, lambda it, app: f"{app}.teardown_appcontext({it})")

    return [Fix(title, False, change)]


def _decorate(editing: Editing, name: str, decorator: str) -> None:
    for (start, block), statement in editing.file.tree.statements():
        if isinstance(statement, ast.FunctionDef) and statement.name == name and not statement.decorator_list:
            at = start + block.span(statement).start
            editing.at(at)
            editing.insert(at - start, f"{decorator}{editing.newline}")
            return
    editing.impossible = True


def takes_error(project: Project, _document: str, document: str, name: str) -> bool:
    """The function can be called with one argument, as a teardown is. A question for ``Context.ask``."""
    bounds = project.files[document].facts.bindings.get(name, ())
    bound = bounds[0].bound if len(bounds) == 1 else None
    return isinstance(bound, Defined) and bool(bound.function.parameters)


def app_for(project: Project, _document: str, document: str, name: str) -> Key | None:
    """As ``only_app``, for a function of another file. A question for ``Context.ask``."""
    return only_app(project, document, name)


def closing(name: str, called: str, g: str, editing: Editing) -> list[str]:
    """The function that closes ``g.name``."""
    step, local = editing.indent, name.strip("_") or name
    return [
        f"def {called}(error=None):",
        f"{step}{local} = {g}.pop({editing.string(name)}, None)",
        f"{step}if {local} is not None:",
        f"{step}{step}{local}.close()",
    ]


def only_app(project: Project, document: str, called: str) -> Key | None:
    """The one application of the project, where a function of the file can be registered with it. A question for
    ``Context.ask``."""
    apps = routes.apps(project, document)
    if len(apps) != 1 or not set_up.can_add(project, document, apps[0].key, called):
        return None
    return apps[0].key


def hook_of(project: Project, document: str) -> tuple[str, str] | None:
    """An application or blueprint that the module binds once, and its decorator. A question for ``Context.ask``."""
    for name, ats in project.files[document].facts.bindings.items():
        if len(ats) == 1 and name != "*":
            kind = names.canonical(project, document, name)
            if kind in _HOOKS:
                return name, _HOOKS[kind]
    return None


def binds_any(project: Project, document: str, *called: str) -> bool:
    """The module binds one of the names already. A question for ``Context.ask``."""
    return not project.files[document].facts.bindings.keys().isdisjoint(called)
