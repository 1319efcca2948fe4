"""The nodes of a tree, in one walk: their order, their parents, and the functions they run in."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Any, TypeAlias

FunctionNode: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

_SHARED = frozenset({"ctx", "op", "ops"})
"""Fields whose nodes are the same objects all over a tree; they say nothing that their parent does not."""
_PLAIN = frozenset(
    {"id", "attr", "arg", "asname", "module", "level", "kind", "type_comment", "is_async", "simple", "conversion"}
)
"""Fields that hold no nodes, whatever the node is: looking there is half of the time."""


class Nodes:
    """All nodes of a tree but its module, parents first, in the order of the text."""

    def __init__(self, tree: ast.Module) -> None:
        self.order: list[ast.AST] = []
        self.parents: dict[ast.AST, ast.AST] = {}
        self.functions: dict[ast.AST, FunctionNode] = {}
        """The function or lambda whose body a node runs in; decorators, defaults and annotations run outside."""
        # A stack, not recursion, however deep the tree is.
        stack: list[tuple[ast.AST, FunctionNode | None]] = [(node, None) for node in reversed(tree.body)]
        self.parents.update(dict.fromkeys(tree.body, tree))
        order, parents, functions = self.order, self.parents, self.functions
        while stack:
            node, function = stack.pop()
            order.append(node)
            if function is not None:
                functions[node] = function
            fields = _fields(type(node))
            if not fields:
                continue
            inside = node if isinstance(node, _FUNCTIONS) else None
            below: list[tuple[ast.AST, FunctionNode | None]] = []
            for field in fields:
                value: Any = getattr(node, field, None)
                within = inside if inside is not None and field == "body" else function
                if type(value) is list:
                    for item in value:  # pyright: ignore[reportUnknownVariableType]
                        if isinstance(item, ast.AST):
                            parents[item] = node
                            below.append((item, within))
                elif isinstance(value, ast.AST):
                    parents[value] = node
                    below.append((value, within))
            below.reverse()
            stack += below
        self._bound: dict[ast.AST, frozenset[str]] = {}
        self._own: dict[FunctionNode, list[ast.AST]] | None = None

    @cached_property
    def around_classes(self) -> frozenset[FunctionNode | None]:
        """The functions in whose bodies classes are defined, ``None`` for the module."""
        return frozenset([self.functions.get(node) for node in self.order if isinstance(node, ast.ClassDef)])

    def own(self, function: FunctionNode) -> list[ast.AST]:
        """The nodes that run in the body of a function, in the order of the text; bodies of functions in it are left
        out."""
        if self._own is None:
            self._own = {}
            for node, around in self.functions.items():
                self._own.setdefault(around, []).append(node)
        return self._own.get(function, [])

    def within(self, function: FunctionNode) -> Iterator[ast.AST]:
        """The nodes of a function's body, and after them those of the functions in it."""
        todo = [function]
        while todo:
            own = self.own(todo.pop())
            yield from own
            todo += [node for node in own if isinstance(node, _FUNCTIONS)]

    def binds(self, node: ast.AST, name: str) -> bool:
        """Something in or below the node binds or deletes the name."""
        known = self._bound.get(node)
        if known is None:
            known = self._bound[node] = frozenset(name for inner in walk([node]) for name in _bound_by(inner))
        return name in known


def walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes below and with ``nodes``, parents first, in the order of the text; no recursion, however deep."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes of a body, without those of functions and classes in it."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            stack += ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a node itself binds or deletes."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in aliases)
        case _:
            pass


@cache
def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    if kind in (ast.Constant, ast.Global, ast.Nonlocal, ast.alias):
        return ()
    return tuple(field for field in kind._fields if field not in _SHARED and field not in _PLAIN)
