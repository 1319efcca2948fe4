"""A module that adds routes to a global application becomes a blueprint, which the factory registers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flask_lsp.project.import_time import Added
from flask_lsp.project.layout import INIT
from flask_lsp.project.project import File, Project
from flask_lsp.project.route_map import route_map
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.set_up import add_line, can_add, initialises, registers
from flask_lsp.syntax.parse import Block

_ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete"})
_FOR_ALL = {
    "before_request": "before_app_request",
    "after_request": "after_app_request",
    "teardown_request": "teardown_app_request",
    "errorhandler": "app_errorhandler",
    "context_processor": "app_context_processor",
    "template_filter": "app_template_filter",
    "template_global": "app_template_global",
    "template_test": "app_template_test",
    "url_value_preprocessor": "app_url_value_preprocessor",
    "url_defaults": "app_url_defaults",
}
"""What a blueprint calls the hooks that an application has."""


class _Use(NamedTuple):
    """A decorator of a function of the module: ``app.route``."""

    start: int
    block: Block
    owner: ast.Attribute
    function: ast.FunctionDef | ast.AsyncFunctionDef


class _Naming(NamedTuple):
    """A call ``url_for("index")``."""

    document: str
    start: int
    endpoint: ast.Constant


def to_blueprint(added: Added, ctx: Context) -> Iterator[Fix]:
    """Offered where the application is used for nothing else here, and every place that names one of the endpoints,
    which are others then, can be changed too."""
    project, document, app = ctx.project, ctx.document, added.factory.app
    uses = _uses(ctx.file, added.name)
    name = (document.removesuffix(INIT) if document.endswith(INIT) else document[:-3]).rpartition("/")[2]
    variable = next((each for each in ("bp", f"{name}_bp") if each not in ctx.file.facts.bindings), None)
    if not uses or variable is None or not name.isidentifier() or _is_taken(project, name):
        return
    if _is_passed_on(project, document, added.name) or not can_add(project, document, app, variable):
        return
    endpoints = frozenset(use.function.name for use in uses if use.owner.attr in _ROUTES)
    if not ctx.ask(_can_follow, endpoints):
        return

    def change(editing: Editing) -> None:
        first = min(uses, key=lambda use: (use.start, use.function.lineno))
        here = editing.elsewhere(document, first.start)
        made = f"{variable} = {here.imported('flask', 'Blueprint')}({here.string(name)}, __name__)"
        here.insert_before(first.function, made, "", "")
        here.orphan(added.name)
        for use in uses:
            text = f"{variable}.{_FOR_ALL.get(use.owner.attr, use.owner.attr)}"
            editing.elsewhere(document, use.start).replace(use.owner, text)
        named = _named(editing.project, endpoints)
        editing.impossible |= named is None
        for each in named or ():
            other = editing.elsewhere(each.document, each.start)
            quote = re.search("[\"']", other.text(each.endpoint))
            assert quote is not None
            other.insert(other.span(each.endpoint).start + quote.end(), f"{name}.")
        add_line(
            editing,
            app,
            (registers, initialises),
            (document, variable),
            lambda thing, owner: f"{owner}.register_blueprint({thing})",
        )

    yield Fix(f"Make a blueprint `{name}` of this module, registered in the factory", False, change)


def _uses(file: File, name: str) -> list[_Use] | None:
    """The decorators by which the module adds to the application; ``None`` where it does anything else with it, or
    names an endpoint itself."""
    found: list[_Use] = []
    for start, block in file.tree.blocks:
        for node in block.nodes.order if name in block.text else ():
            if isinstance(node, ast.Name) and node.id == name:
                use = _use(start, block, node)
                if use is None or block.mended:
                    return None
                found.append(use)
    return found


def _use(start: int, block: Block, node: ast.Name) -> _Use | None:
    owner = block.parents[node]
    if not isinstance(owner, ast.Attribute) or owner.attr not in _ROUTES | _FOR_ALL.keys():
        return None
    decorator = block.parents[owner]
    if isinstance(decorator, ast.Call):
        if decorator.func is not owner or any(each.arg in (None, "endpoint") for each in decorator.keywords):
            return None
        function = block.parents[decorator]
    else:
        decorator, function = owner, decorator
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or decorator not in function.decorator_list:
        return None
    return _Use(start, block, owner, function) if isinstance(block.parents[function], ast.Module) else None


def _is_taken(project: Project, name: str) -> bool:
    """A blueprint has this name, or may."""
    return any(not isinstance(each.name, str) or each.name == name for each in route_map(project).blueprints.values())


def _is_passed_on(project: Project, document: str, name: str) -> bool:
    """Another file takes the application from this module."""
    return any(
        each.attribute in (name, "*") and project.module(other, each.module, each.level) == document
        for other, file in project.files.items()
        if other != document
        for each in file.facts.imports
    )


def _can_follow(project: Project, _document: str, endpoints: frozenset[str]) -> bool:
    """All who name one of the endpoints can be changed. A question for ``Context.ask``: it looks at every file, which
    nobody who types shall wait for."""
    return _named(project, endpoints) is not None


def _named(project: Project, endpoints: frozenset[str]) -> list[_Naming] | None:
    """The calls of ``url_for`` that name one of the endpoints; ``None`` where anything else does, or a template."""
    if any(not endpoints.isdisjoint(page.endpoints) for page in project.pages.values()):
        return None
    quoted = re.compile(rf"([\"'])(?:{'|'.join(map(re.escape, sorted(endpoints)))})\1")
    found: list[_Naming] = []
    for document, file in project.files.items() if endpoints else ():
        said = len(quoted.findall(file.source.text))
        if not said:
            continue
        here = [
            _Naming(document, start, argument)
            for start, block in file.tree.blocks
            for argument in _url_for(block)
            if argument.value in endpoints
        ]
        if len(here) != said:
            return None
        found += here
    return found


def _url_for(block: Block) -> Iterator[ast.Constant]:
    for node in block.nodes.order if "url_for" in block.text else ():
        match node:
            case ast.Call(
                func=ast.Name(id="url_for") | ast.Attribute(attr="url_for"),
                args=[ast.Constant(value=str()) as given, *_],
            ):
                yield given
            case _:
                pass
