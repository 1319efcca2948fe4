"""Which thing of Flask stands at an offset: a view, an endpoint, a blueprint or an application, as plain data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeAlias

from flask_lsp.facts.model import Function
from flask_lsp.facts.script import ROUTERS
from flask_lsp.facts.values import path_of
from flask_lsp.frozen import frozen
from flask_lsp.project import routes
from flask_lsp.project.places import place
from flask_lsp.project.project import Project
from flask_lsp.project.route_model import Blueprint, Key, Unknown
from flask_lsp.project.unplaced import unplaced
from flask_lsp.rules.context import Context
from flask_lsp.syntax.cursor import decorator_span, nodes_at
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span


@frozen()
class View:
    """A function or class that answers requests."""

    span: Span
    key: Key
    method: str | None = None
    """In a class, the HTTP method that is meant."""


@frozen()
class Endpoint:
    """A string that ``url_for`` is given."""

    span: Span
    names: tuple[str, ...]
    """In full: several where it begins with a dot and the view may answer through more than one blueprint."""


@frozen()
class BlueprintHere:
    span: Span
    keys: tuple[Key, ...]
    """Several where a function makes one for each call."""


@frozen()
class Application:
    span: Span
    key: Key


Entity: TypeAlias = "View | Endpoint | BlueprintHere | Application"

_URL_FOR = frozenset({"flask.url_for", "flask.current_app.url_for", "flask.Flask().url_for"})
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_NAMED = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")
_NOT_FLASK = re.compile(r"^(?!flask|quart|apiflask|<)|^flask\.(?!Flask\(\)|Blueprint\(\))")
"""Canonical names of what has a method such as ``get`` and is no application, blueprint or API."""


def entities_at(project: Project, document: str, offset: int) -> tuple[Entity, ...]:
    """What stands at an offset of a file, the most important first; its spans count from the file. Nothing where the
    text does not parse, and nothing before the project is read in full."""
    start, block = project.files[document].tree.at(offset)
    chain = nodes_at(block, offset - start)
    if not chain:
        return ()
    found = _Finder(project, document, block, chain, offset - start).found()
    return tuple(_moved(each, start) for each in dict.fromkeys(found) if not block.is_mended(each.span))


def _moved(entity: Entity, by: int) -> Entity:
    span = entity.span.shift(by)
    match entity:
        case View(key=key, method=method):
            return View(span, key, method)
        case Endpoint(names=names):
            return Endpoint(span, names)
        case BlueprintHere(keys=keys):
            return BlueprintHere(span, keys)
        case Application(key=key):
            return Application(span, key)


class _Finder:
    """Looks at one place of one file."""

    def __init__(self, project: Project, document: str, block: Block, chain: list[ast.AST], offset: int) -> None:
        self.project = project
        self.document = document
        self.block = block
        self.chain = chain
        self.offset = offset
        self.ctx = Context(project, project.files[document], block)

    def found(self) -> Iterator[Entity]:
        node = self.chain[-1]
        decorated = list(self.decorated())
        yield from decorated
        match node:
            case ast.Constant(value=str(text)):
                if not decorated:
                    yield from self.text(text)
            case ast.Name() | ast.alias() | ast.Attribute():
                yield from self.name(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from self.defined(node)
            case _:
                pass

    # -- decorators and definitions --------------------------------------------------------------------------------

    def decorated(self) -> Iterator[Entity]:
        """The view that the decorator at the offset makes."""
        for index, node in enumerate(self.chain):
            for decorator in getattr(node, "decorator_list", ()):
                span = decorator_span(self.block, decorator)
                if span.start <= self.offset <= span.end and self.is_route(decorator):
                    yield from self.view(span, (self.document, self.qualified(index + 1)))

    def is_route(self, decorator: ast.expr) -> bool:
        match decorator:
            case ast.Call(func=ast.Attribute(value=owner, attr=method)) if method in ROUTERS:
                return not _NOT_FLASK.search(self.ctx.name(owner) or "<unknown>")
            case _:
                return False

    def defined(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[Entity]:
        """The view whose name the offset touches, or the class of the method."""
        begin = self.block.span(node).start
        named = _NAMED.match(self.block.text, begin)
        if named is None or not named.start(1) <= self.offset <= named.end(1):
            return
        span, upper = Span(*named.span(1)), self.chain[-2] if len(self.chain) > 1 else None
        yield from self.view(span, (self.document, self.qualified(len(self.chain))))
        if isinstance(upper, ast.ClassDef) and node.name in _METHODS:
            key = self.document, self.qualified(len(self.chain) - 1)
            yield from self.view(span, key, node.name.upper())

    def qualified(self, count: int) -> str:
        """The qualified name of the last definition in the first nodes of the chain."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return ".".join(node.name for node in self.chain[:count] if isinstance(node, kinds))

    def view(self, span: Span, key: Key, method: str | None = None) -> Iterator[Entity]:
        if routes.routes_to(self.project, self.document, key) or any(
            rule.view == key for rule in unplaced(self.project, self.document)
        ):
            yield View(span, key, method)

    # -- names -----------------------------------------------------------------------------------------------------

    def name(self, node: ast.Name | ast.alias | ast.Attribute) -> Iterator[Entity]:
        span = self.block.span(node)
        if isinstance(node, ast.alias):
            yield from self.thing(span, node.asname or node.name, node)
            return
        if isinstance(node, ast.Attribute):
            span = Span(span.end - len(node.attr), span.end)
            call = self.chain[-2] if len(self.chain) > 1 else None
            if isinstance(call, ast.Call) and call.func is node:
                yield from self.method(span, node, call)
        yield from self.thing(span, path_of(node), node)

    def method(self, span: Span, node: ast.Attribute, call: ast.Call) -> Iterator[Entity]:
        """What a call is about that is named by its method."""
        match node.attr:
            case "as_view":
                yield from self.thing(span, path_of(node.value), node)
            case "add_url_rule":
                yield from self.added(span, call)
            case "register_blueprint" if call.args:
                yield from self.thing(span, path_of(call.args[0]), node)
            case _:
                pass

    def added(self, span: Span, call: ast.Call) -> Iterator[Entity]:
        """The view that ``add_url_rule`` is given."""
        view = next((each.value for each in call.keywords if each.arg == "view_func"), None)
        if view is None and len(call.args) > 2:
            view = call.args[2]
        match view:
            case ast.Call(func=ast.Attribute(value=kind, attr="as_view")):
                yield from self.thing(span, path_of(kind), call)
            case ast.Name() | ast.Attribute():
                yield from self.thing(span, path_of(view), call)
            case _:
                pass

    def thing(self, span: Span, path: str | None, node: ast.AST) -> Iterator[Entity]:
        """What a path leads to from where the node stands."""
        scopes = self.ctx.scopes(node)
        found = None if path is None else place(self.project, self.document, path, scopes)
        if found is not None:
            yield from self.at(span, found.key)
        elif path is not None and path.isidentifier():
            yield from self.bound_again(span, path, scopes)

    def bound_again(self, span: Span, name: str, scopes: tuple[Function, ...]) -> Iterator[Entity]:
        """What a name is that is bound more than once, or by ``global``: the thing that goes by it, if there is one."""
        for depth, scope in enumerate(scopes):
            if name in scope.bindings:
                names = [*(each.name for each in reversed(scopes[depth:])), name]
                yield from self.at(span, (self.document, ".".join(names)))
                if name not in scope.outer:
                    return
        yield from self.at(span, (self.document, name))

    def at(self, span: Span, key: Key) -> Iterator[Entity]:
        """What a key means."""
        keys = routes.keys_of(self.project, key[0], ("local", key[1]))
        if len(keys) == 1 and routes.app(self.project, self.document, keys[0]) is not None:
            yield Application(span, keys[0])
        elif keys:
            yield BlueprintHere(span, keys)
        else:
            yield from self.view(span, key)

    # -- strings ---------------------------------------------------------------------------------------------------

    def text(self, text: str) -> Iterator[Entity]:
        """What a string means to the call that it is given to."""
        node, *upper = reversed(self.chain)
        while upper and isinstance(upper[0], ast.IfExp | ast.BoolOp):
            node, *upper = upper
        keyword = None
        if upper and isinstance(upper[0], ast.keyword):
            keyword, upper = upper[0].arg, upper[1:]
        if not upper or not isinstance(call := upper[0], ast.Call):
            return
        position = call.args.index(node) if node in call.args else None  # type: ignore[arg-type]
        span, is_name = self.block.span(self.chain[-1]), position == 0 or keyword == "name"  # type: ignore[arg-type]
        function = self.ctx.name(call.func)
        if function in _URL_FOR:
            if position == 0 or keyword == "endpoint":
                yield Endpoint(span, self.endpoints(text))
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "as_view" and is_name:
            yield from self.thing(span, path_of(call.func.value), call)
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "add_url_rule":
            yield from self.added(span, call)
        elif function == "flask.Blueprint" and is_name and len(upper) > 1:
            match upper[1]:
                case ast.Assign(targets=[ast.Name() as target]) | ast.AnnAssign(target=ast.Name() as target):
                    yield from self.thing(span, target.id, target)
                case _:
                    pass

    def endpoints(self, written: str) -> tuple[str, ...]:
        """In full what an endpoint means: with a dot in front, it is of the blueprint that answers the request."""
        if not written.startswith("."):
            return (written,)
        names: dict[str, None] = {}
        for count in range(len(self.chain), 0, -1):
            for route in routes.routes_to(self.project, self.document, (self.document, self.qualified(count))):
                names[route.endpoint.rpartition(".")[0]] = None
        if not names:
            names = dict.fromkeys(self.blueprints())
        return tuple(f"{name}{written}" if name else written[1:] for name in names) or (written[1:],)

    def blueprints(self) -> Iterator[str]:
        """The names of the blueprints that the file adds routes to, as applications have them."""
        for key in routes.owned(self.project, self.document):
            names = [mount.name for mount in routes.all_mounts(self.project, self.document).get(key, ())]
            own = routes.blueprint(self.project, key[0], ("local", key[1]))
            names += [own.name] if isinstance(own, Blueprint) and not names else []
            yield from (name for name in names if not isinstance(name, Unknown))
