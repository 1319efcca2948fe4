"""Debug mode in a dict that is passed on as ``**options``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.interface import changes
from flask_lsp.facts.model import Assigned, Literal, Pairs, Path
from flask_lsp.facts.traverse import every_event
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Fix, Related
from flask_lsp.rules.context import Context
from flask_lsp.rules.debug._fixes import by_environment
from flask_lsp.rules.editing import Editing


def check(options: ast.keyword, keyword: str, message: str, ctx: Context) -> Iterator[Finding]:
    """``app.run(**options)`` with ``options = {"debug": True}``, written out, local, or in the module."""
    value = options.value
    if not isinstance(value, ast.Name):
        if (on := _on(value, keyword, ctx)) is not None:
            yield ctx.finding(on, message, fixes=[_fix(on)])
    elif (local := ctx.reaching(value)) is not None:
        if (on := _on(local, keyword, ctx)) is not None and not _is_changed(value, ctx):
            yield ctx.finding(options, message, fixes=[_fix(on)], related=[Related("It is on here.", ctx.span(on))])
    elif any(value.id in scope.bindings for scope in ctx.scopes(value)):
        return
    elif ctx.ask(_module_on, value.id, keyword):
        related = Related("The options are made here.", document=ctx.document, name=value.id)
        yield ctx.finding(options, message, fixes=[_module_fix(value.id, keyword)], related=[related])


def _on(value: ast.expr, keyword: str, ctx: Context) -> ast.expr | None:
    """What switches debug mode on in a dict display or a call of ``dict``."""
    given = _given(value, keyword)
    constant = None if given is None else ctx.constant(given)
    return given if constant is not None and constant.value else None


def _given(value: ast.expr, keyword: str) -> ast.expr | None:
    match value:
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            found = [one for key, one in pairs if isinstance(key, ast.Constant) and key.value == keyword]
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            found = [one.value for one in keywords if one.arg == keyword]
        case _:
            found = []
    return found[-1] if found else None


def _is_changed(name: ast.Name, ctx: Context) -> bool:
    """The block changes the dict in place somewhere."""
    for node in ast.walk(ctx.function(name) or ctx.block.tree):
        match node:
            case ast.Subscript(value=ast.Name(id=found), ctx=ast.Store() | ast.Del()) if found == name.id:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found))) if found == name.id:
                return True
            case _:
                pass
    return False


def _module_on(project: Project, document: str, name: str, keyword: str) -> bool:
    """The module binds ``name`` once, to a dict that has debug mode on, and never changes it."""
    facts = project.files[document].facts
    if any(changes(event, name) for _, block in facts.blocks for event in every_event(block.body)):
        return False
    match [at.bound for at in facts.bindings.get(name, ())]:
        case [Assigned(value=Pairs(items=items))]:
            return any(key == Literal(keyword) and _is_on(value) for key, value in items)
        case [Assigned(value=Path(text="dict()", keywords=keywords))]:
            return any(key == keyword and _is_on(value) for key, value in keywords)
        case _:
            return False


def _is_on(value: object) -> bool:
    return isinstance(value, Literal) and bool(value.value)


def _fix(on: ast.expr) -> Fix:
    return Fix(_TITLE, False, lambda editing: editing.replace(on, by_environment(editing)))


def _module_fix(name: str, keyword: str) -> Fix:
    def change(editing: Editing) -> None:
        for (start, _), statement in editing.file.tree.statements():
            match statement:
                case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                    if (given := _given(value, keyword)) is not None:
                        editing.at(start)
                        editing.replace(given, by_environment(editing))
                case _:
                    pass

    return Fix(_TITLE, False, change)


_TITLE = "Read `FLASK_DEBUG` from the environment"
