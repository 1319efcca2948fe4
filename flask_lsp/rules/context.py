"""All that a check may touch."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from flask_lsp.facts.model import Assigned, Bind, Function, Literal
from flask_lsp.facts.python import facts_of
from flask_lsp.facts.traverse import every_event
from flask_lsp.facts.values import path_of, value_of
from flask_lsp.project import kinds, links, names, places
from flask_lsp.project.project import File, Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule, Tag
from flask_lsp.syntax.nodes import FunctionNode
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

_Answer = TypeVar("_Answer")


class Context:
    """What a check knows of the node it fires on: its block, its file, and whatever it asks of the project.

    Every answer that comes from outside the block goes through ``ask``, which notes it: findings are kept for as long
    as the block and all answers are the same.
    """

    def __init__(self, project: Project, file: File, block: Block | None) -> None:
        self.project = project
        """Like ``file`` it is for fixes, and for rules that fire on whole files: what is found in a block is kept by
        what was asked."""
        self.file = file
        self._block = block
        self.rule: Rule
        self._known: dict[ast.AST, str | None] = {}
        self._paths: dict[tuple[str, FunctionNode | None], str | None] = {}
        self._scopes: dict[FunctionNode, tuple[Function, ...]] = {}
        self._class_names: dict[ast.ClassDef, frozenset[str]] = {}
        self.lost_in: dict[ast.ClassDef, frozenset[ast.expr]] = {}
        """What rules about configuration found once for all keys of a class."""
        self.reads: dict[tuple[Callable[..., object], tuple[object, ...]], object] = {}

    def move(self, project: Project, file: File) -> None:
        """Goes on with a newer snapshot whose answers are the same: fixes that are kept must neither ask an old one
        nor keep it alive."""
        self.project, self.file = project, file

    @property
    def document(self) -> str:
        """The file that is checked."""
        return self.file.document

    @property
    def block(self) -> Block:
        """The block of the node. Rules that fire on whole files have none."""
        assert self._block is not None
        return self._block

    # -- questions -------------------------------------------------------------------------------------------------

    def ask(self, question: Callable[..., _Answer], *key: Any) -> _Answer:
        """The answer to ``question(project, document, *key)``; the answer must be comparable and free of spans."""
        answer = answered(self.project, self.document, question, key)
        self.reads[question, key] = answer
        return answer

    def path(self, document: str) -> str:
        """A document's path below the root of the project, with ``/``."""
        return self.project.path(document)

    @property
    def versions(self) -> Versions:
        return self.ask(kinds.versions)

    @property
    def is_test(self) -> bool:
        """The file is a test or an example of one; rules about production are silent there."""
        return self.ask(kinds.is_test)

    @property
    def is_migration(self) -> bool:
        """The file is run by Alembic, inside an application context."""
        return self.ask(kinds.is_migration)

    # -- names and values ------------------------------------------------------------------------------------------

    def name(self, node: ast.AST | None) -> str | None:
        """The canonical name of an expression (see ``project.names``), ``None`` if unknown."""
        if node is None:
            return None
        if node not in self._known:
            path = path_of(node)
            self._known[node] = None if path is None else self.path_name(path, node)
        return self._known[node]

    def path_name(self, path: str, at: ast.AST) -> str | None:
        """The canonical name of a path as it would be written where ``at`` stands."""
        if self._bound_in_class(links.split(path)[0], at):
            return None  # a class body is not followed
        known = (path, self.function(at))
        if known not in self._paths:
            # Made anew each time: kept, it would be a cycle, and cycles pile up while somebody types.
            resolver = names.Resolver(
                self.project,
                lambda _, path: self.ask(names.canonical, path),
                lambda module, attribute, level, rest: self.ask(names.imported, module, attribute, level, rest),
            )
            self._paths[known] = resolver.name(self.document, path, self.scopes(at))
        return self._paths[known]

    def _bound_in_class(self, name: str, at: ast.AST) -> bool:
        """A class in whose body ``at`` stands, in no function there, binds the name."""
        function, below = self.function(at), at
        if not facts_of(self.block).classes or function not in self.block.nodes.around_classes:
            return False
        for node in self.ancestors(at):
            if node is function:
                return False
            if isinstance(node, ast.ClassDef) and name in self._names_of(node) and below in node.body:
                return True
            below = node
        return False

    def _names_of(self, class_: ast.ClassDef) -> frozenset[str]:
        """What the body of a class binds."""
        known = self._class_names.get(class_)
        if known is None:
            facts = facts_of(self.block).classes.get(self.span(class_).start)
            events = every_event(facts.body) if facts is not None else ()
            known = self._class_names[class_] = frozenset(e.bound.name for e in events if isinstance(e, Bind))
        return known

    def constant(self, node: ast.AST | None) -> Literal | None:
        """The constant an expression is, itself or by a name that is bound to it and nothing else."""
        value = value_of(node)
        if isinstance(value, Literal):
            return value
        path = path_of(node) if isinstance(node, ast.Name | ast.Attribute) else None
        if node is None or path is None:
            return None
        root = links.split(path)[0]
        for scope in self.scopes(node):
            if bounds := scope.bindings.get(root):
                only = bounds[0] if len(bounds) == 1 and root == path else None
                return only.value if isinstance(only, Assigned) and isinstance(only.value, Literal) else None
        return self.ask(places.constant, path)

    def string(self, node: ast.AST | None) -> str | None:
        """The text an expression is, see ``constant``."""
        constant = self.constant(node)
        return constant.value if constant is not None and isinstance(constant.value, str) else None

    # -- the tree --------------------------------------------------------------------------------------------------

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self.block.parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The parent of a node, that one's parent, and so on, without the module."""
        current = self.block.parents.get(node)
        while current is not None and not isinstance(current, ast.Module):
            yield current
            current = self.block.parents.get(current)

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds the node."""
        while not isinstance(node, ast.stmt):
            node = self.block.parents[node]
        return node

    def function(self, node: ast.AST) -> FunctionNode | None:
        """The innermost function or lambda whose body the node runs in; decorators and defaults run outside."""
        return self.block.nodes.functions.get(node)

    def is_view(self, function: FunctionNode) -> bool:
        """The function is a view: it is decorated with a route, or it is a method of a ``MethodView``."""
        if isinstance(function, ast.Lambda):
            return False
        if any(self.is_route(decorator) for decorator in function.decorator_list):
            return True
        parent = self.parent(function)
        if not isinstance(parent, ast.ClassDef) or function.name not in _METHODS:
            return False
        return any(self.name(base) == "flask.views.MethodView" for base in parent.bases)

    def answers_requests(self, function: FunctionNode) -> bool:
        """The function is a view, by ``@expose`` of Flask-Admin and Flask-AppBuilder too, or a method of a resource."""
        if isinstance(function, ast.Lambda) or self.is_view(function):
            return not isinstance(function, ast.Lambda)
        targets = [each.func for each in function.decorator_list if isinstance(each, ast.Call)]
        if any((self.name(target) or "").rpartition(".")[2] == "expose" for target in targets):
            return True
        parent = self.parent(function)
        if not isinstance(parent, ast.ClassDef) or function.name not in _METHODS:
            return False
        return any((self.name(base) or "").endswith((".Resource", ".View", ".MethodView")) for base in parent.bases)

    def is_route(self, decorator: ast.expr) -> bool:
        """The decorator is ``@app.route(...)`` or one of its kin, also of an application or blueprint we cannot see."""
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            return False
        owner, method = self.name(decorator.func.value), decorator.func.attr
        if owner is not None:
            return owner in APPS_AND_BLUEPRINTS and method in ("route", *_METHODS)
        rule = decorator.args[0] if decorator.args else None
        return method == "route" and isinstance(rule, ast.Constant) and str(rule.value).startswith("/")

    def other_decorators(self, function: FunctionNode) -> list[ast.expr]:
        """The decorators of a view that are no route."""
        decorators = [] if isinstance(function, ast.Lambda) else function.decorator_list
        return [decorator for decorator in decorators if not self.is_route(decorator)]

    def scopes(self, node: ast.AST) -> tuple[Function, ...]:
        """The facts of the functions around a node, innermost first."""
        function = self.function(node)
        if function is None:
            return ()
        known = self._scopes.get(function)
        if known is None:
            facts = facts_of(self.block).functions.get(self.span(function).start)
            outer = self.scopes(function)
            known = self._scopes[function] = outer if facts is None else (facts, *outer)
        return known

    def reaching(self, name: ast.Name) -> ast.expr | None:
        """The expression last assigned to a local name when it is used, ``None`` where more than one way leads there.

        Looks back along the statements before the use, out of the bodies it stands in, up to the function.
        """
        statement: ast.AST = self.statement(name)
        while True:
            parent = self.block.parents.get(statement)
            if parent is None:
                return None
            body = _body_of(parent, statement)
            for before in reversed(body[: body.index(statement)] if body else ()):
                if value := _plain_assignment(before, name.id):
                    return value
                if self.block.nodes.binds(before, name.id):
                    return None
            if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module | ast.ClassDef):
                return None
            if isinstance(parent, ast.For | ast.AsyncFor | ast.While) and self.block.nodes.binds(parent, name.id):
                return None
            statement = parent if isinstance(parent, ast.stmt) else self.statement(parent)

    def span(self, node: Any) -> Span:
        return self.block.span(node)

    def text(self, node: ast.AST | Span) -> str:
        span = node if isinstance(node, Span) else self.span(node)
        return self.block.text[span.start : span.end]

    # -- results ---------------------------------------------------------------------------------------------------

    def finding(
        self,
        where: ast.AST | Span,
        message: str,
        *,
        level: Level | None = None,
        fixes: Sequence[Fix] = (),
        related: Sequence[Related] = (),
        tags: Sequence[Tag] = (),
        strict: bool = False,
    ) -> Finding:
        """A finding of the rule that is being checked, at a node or a span."""
        span = where if isinstance(where, Span) else self.span(where)
        level = self.rule.level if level is None else level
        return Finding(self.rule, span, message, level, tuple(fixes), tuple(related), tuple(tags), strict)


APPS_AND_BLUEPRINTS = frozenset({"flask.Flask()", "flask.Blueprint()", "flask.current_app"})
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})


def answered(project: Project, document: str, question: Callable[..., _Answer], key: tuple[Any, ...]) -> _Answer:
    """The answer to a question, kept with the snapshot."""
    asked = (question, document, key)
    if asked not in project.answers:
        project.answers[asked] = question(project, document, *key)
    return project.answers[asked]  # type: ignore[return-value]


def _plain_assignment(statement: ast.stmt, name: str) -> ast.expr | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
            return value
        case ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr() as value) if bound == name:
            return value
        case _:
            return None


def _body_of(parent: ast.AST, statement: ast.AST) -> list[Any]:
    """The list of statements of ``parent`` that holds ``statement``."""
    for field in ("body", "orelse", "finalbody"):
        body: list[Any] | None = getattr(parent, field, None)
        if isinstance(body, list) and statement in body:
            return body
    return []
