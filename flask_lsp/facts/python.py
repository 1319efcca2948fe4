"""One walk over a block's tree makes all its facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

from flask_lsp.facts.model import (
    NO_FACTS,
    OTHER,
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Bound,
    Branch,
    Call,
    ClassDefined,
    Defined,
    Either,
    Event,
    Function,
    Handler,
    Import,
    Leave,
    Lent,
    Literal,
    Loop,
    Opaque,
    Parameter,
    Path,
    Store,
    Try,
    Use,
    Value,
    With,
)
from flask_lsp.facts.values import path_of, value_of
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span


def facts_of(block: Block) -> BlockFacts:
    """The facts of a block, made once for as long as the block lives. Never raises."""
    facts: BlockFacts | None = block.kept.get(BlockFacts)
    if facts is None:
        try:
            facts = _Walk(block).module()
        except RecursionError:  # nested deeper than any program; it says nothing
            facts = NO_FACTS
        block.kept[BlockFacts] = facts
    return facts


class _Scope:
    """What is collected while the body of one module, class or function is walked."""

    def __init__(self) -> None:
        self.bounds: dict[str, list[Bound]] = {}
        self.outer: set[str] = set()

    def bind(self, bound: Bound) -> Bind:
        self.bounds.setdefault(bound.name, []).append(bound)
        return Bind(bound)

    @property
    def bindings(self) -> dict[str, tuple[Bound, ...]]:
        return {name: tuple(bounds) for name, bounds in self.bounds.items()}


class _Walk:
    def __init__(self, block: Block) -> None:
        self.block = block
        self.span = block.span
        self.scope = _Scope()
        self.events: list[Event] = []
        self.functions: dict[int, Function] = {}
        self.classes: dict[int, ClassDefined] = {}
        self.handed: set[str] = set()
        self.reached: set[str] = set()
        self.lent: set[Lent] = set()
        self.consumed: set[ast.expr] = set()
        """Generators that are run to their end where they stand."""

    def module(self) -> BlockFacts:
        body = self.body(self.block.tree.body)
        named = frozenset(self.handed), frozenset(self.reached), frozenset(self.lent)
        return BlockFacts(body, self.scope.bindings, self.functions, self.classes, *named)

    # -- statements ------------------------------------------------------------------------------------------------

    def body(self, statements: Iterable[ast.stmt]) -> Body:
        outer, self.events = self.events, []
        for statement in statements:
            _STATEMENTS.get(type(statement), _Walk.children)(self, statement)
        events, self.events = self.events, outer
        return tuple(events)

    def children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child)

    def bind(self, bound: Bound) -> None:
        self.events.append(self.scope.bind(bound))

    def import_(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            if not alias.asname and "." in alias.name:  # runs the submodule, binds nothing more
                self.events.append(Bind(Import("", alias.name, None, 0, self.span(alias))))
            self.bind(Import(name, alias.name if alias.asname else name, None, 0, self.span(alias)))

    def import_from(self, node: ast.ImportFrom) -> None:
        for at, alias in enumerate(node.names):
            name, module, span = alias.asname or alias.name, node.module or "", self.span(alias)
            self.bind(Import(name, module, alias.name, node.level, span, at > 0))

    def assign(self, node: ast.Assign) -> None:
        self.expression(node.value)
        for target in node.targets:
            self.target(target, node.value)

    def annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.expression(node.value)
            self.target(node.target, node.value)

    def augmented(self, node: ast.AugAssign) -> None:
        self.expression(node.value)
        self.target(node.target, None)

    def target(self, target: ast.expr, value: ast.expr | None) -> None:
        match target:
            case ast.Name(id=name):
                bound = Opaque(name, self.span(target)) if value is None else None
                self.bind(bound or Assigned(name, value_of(value), self.span(target)))
            case ast.Attribute() | ast.Subscript():
                self.inside(target.value)
                if isinstance(target, ast.Subscript):
                    self.expression(target.slice)
                if isinstance(path := value_of(target), Path):
                    self.events.append(Store(path, value_of(value), self.span(target)))
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                pairs = _unpacked(targets, value)
                for part, part_value in pairs:
                    self.target(part, part_value)
            case ast.Starred(value=inner):
                self.target(inner, None)
            case _:
                pass

    def delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(Opaque(target.id, self.span(target), gone=True))
            else:
                self.target(target, None)

    def expr(self, node: ast.Expr) -> None:
        self.expression(node.value)

    def if_(self, node: ast.If) -> None:
        self.expression(node.test)
        bodies = (self.body(node.body), self.body(node.orelse))
        self.events.append(Branch(value_of(node.test), bodies, self.span(node.test)))

    def assert_(self, node: ast.Assert) -> None:
        """What asks for a context by ``assert`` ends there without one; others are no branch, for they are many."""
        self.expression(node.test)
        if _last_name(node.test.func if isinstance(node.test, ast.Call) else node.test) in _CONTEXTS:
            fails: Body = (Leave("raise", OTHER, self.span(node.test)),)
            self.events.append(Branch(value_of(node.test), ((), fails), self.span(node.test)))
        elif node.msg is not None:
            self.expression(node.msg)

    def match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        bodies: list[Body] = []
        for case in node.cases:
            for part in ast.walk(case.pattern):
                name = getattr(part, "name", None) or getattr(part, "rest", None)
                if isinstance(name, str):
                    self.bind(Opaque(name, self.span(node.subject)))
            if case.guard:
                self.expression(case.guard)
            bodies.append(self.body(case.body))
        subject, test = node.subject, value_of(node.subject)
        test = Either((test,)) if _asks_context(subject) else test
        self.events.append(Branch(test, tuple(bodies), self.span(subject)))

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        self.expression(node.iter)
        self.use(node.iter, searched=True)
        self.target(node.target, None)
        body, orelse, span = self.body(node.body), self.body(node.orelse), self.span(node.iter)
        self.events.append(Loop(body, orelse, span, value_of(node.iter), _names(node.target)))

    def while_(self, node: ast.While) -> None:
        self.expression(node.test)
        body, orelse = self.body(node.body), self.body(node.orelse)
        self.events.append(Loop(body, orelse, self.span(node.test), test=value_of(node.test)))

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.expression(item.context_expr)
            if item.optional_vars is not None:
                self.target(item.optional_vars, None if _gives_another(item.context_expr) else item.context_expr)
        managers = tuple(value_of(item.context_expr) for item in node.items)
        self.events.append(With(managers, self.body(node.body), self.span(node.items[0].context_expr)))

    def try_(self, node: Any) -> None:
        body = self.body(node.body)
        handlers: list[Handler] = []
        for handler in node.handlers:
            types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
            if handler.name:
                self.scope.bind(Opaque(handler.name, self.span(handler)))
            caught = tuple(value_of(kind) for kind in types)
            handlers.append(Handler(caught, self.body(handler.body), self.span(handler)))
        orelse, final = self.body(node.orelse), self.body(node.finalbody)
        start = self.block.offset(node.lineno, node.col_offset)
        self.events.append(Try(body, tuple(handlers), orelse, final, self.span(node)._replace(end=start + 3)))

    def leave(self, node: ast.Return | ast.Raise | ast.Break | ast.Continue) -> None:
        value = getattr(node, "value", None) or getattr(node, "exc", None)
        if isinstance(value, ast.expr):
            self.expression(value)
        self.events.append(Leave(type(node).__name__.lower(), value_of(value), self.span(node)))

    def outer_names(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scope.outer.update(node.names)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator)
        self.defaults(node.args)
        decorators = tuple((value_of(decorator), self.span(decorator)) for decorator in node.decorator_list)
        shows = "shell_context" in node.name or any(_last_name(each) in _SHOWING for each in node.decorator_list)
        shown = set(self.handed) if shows else None
        body, scope = self.inner(node.args, lambda: self.body(node.body))
        if shown is not None:
            self.handed = shown
        start, span = self.block.offset(node.lineno, node.col_offset), self.name_span(node)
        is_async = isinstance(node, ast.AsyncFunctionDef)
        parameters = tuple(self.parameters(node.args))
        function = Function(
            node.name, decorators, parameters, body, span, scope.bindings, frozenset(scope.outer), is_async
        )
        self.functions[start] = function
        self.bind(Defined(node.name, function, span))

    def class_(self, node: ast.ClassDef) -> None:
        for expression in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.expression(expression)
        outer, self.scope = self.scope, _Scope()
        body = self.body(node.body)
        self.scope = outer
        # A class body runs where it stands: its events belong to the enclosing body too.
        start, span = self.block.offset(node.lineno, node.col_offset), self.name_span(node)
        decorators = tuple([value_of(decorator) for decorator in node.decorator_list])
        defined = ClassDefined(node.name, tuple([value_of(base) for base in node.bases]), body, span, decorators)
        self.classes[start] = defined
        self.bind(defined)

    def name_span(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Span:
        """Where the name stands in the head of a function or class."""
        whole = self.span(node)
        found = _HEAD.match(self.block.text, whole.start)
        return Span(*found.span("name")) if found else whole

    # -- functions -------------------------------------------------------------------------------------------------

    def inner(self, args: ast.arguments, body: Callable[[], Body]) -> tuple[Body, _Scope]:
        outer, self.scope = self.scope, _Scope()
        handed, reached = self.handed, self.reached
        self.handed, self.reached = set(), set()
        for parameter in self.parameters(args):
            self.scope.bind(parameter)
        events = body()
        scope, self.scope = self.scope, outer
        own = scope.bounds.keys() - scope.outer
        for name in self.handed & own:
            self.lent.update(_imported(scope.bounds[name]))
        handed |= self.handed - own
        reached |= self.reached - own
        self.handed, self.reached = handed, reached
        return events, scope

    def parameters(self, args: ast.arguments) -> Iterable[Parameter]:
        defaults = _defaults(args) if args.defaults or args.kw_defaults else {}
        for arg in (*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg):
            if arg is None:
                continue
            stars = "*" if arg is args.vararg else "**" if arg is args.kwarg else ""
            annotation = _annotation(arg.annotation) if arg.annotation is not None and not stars else None
            yield Parameter(arg.arg, annotation, self.span(arg), defaults.get(arg), stars)

    def defaults(self, args: ast.arguments) -> None:
        for default in (*args.defaults, *args.kw_defaults):
            if default is not None:
                self.expression(default)

    def lambda_(self, node: ast.Lambda) -> None:
        self.defaults(node.args)

        def body() -> Body:
            outer, self.events = self.events, []
            self.expression(node.body)
            self.events.append(Leave("return", value_of(node.body), self.span(node.body)))
            events, self.events = self.events, outer
            return tuple(events)

        events, scope = self.inner(node.args, body)
        span, parameters = self.span(node), tuple(self.parameters(node.args))
        self.functions[span.start] = Function("<lambda>", (), parameters, events, span, scope.bindings, frozenset())

    # -- expressions -----------------------------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> None:
        """Records what evaluating ``node`` does, in the order in which it happens."""
        if (handle := _EXPRESSIONS.get(type(node))) is not None:
            handle(self, node)
        elif isinstance(node, ast.Name):
            self.handed.add(node.id)
        elif not isinstance(node, ast.Constant):
            self.children(node)

    def attribute(self, node: ast.Attribute | ast.Subscript) -> None:
        self.inside(node.value)
        if isinstance(node, ast.Subscript):
            self.expression(node.slice)
        self.use(node)

    def inside(self, node: ast.expr) -> None:
        """The receiver of an attribute, item or call: a chain of attributes is one use, recorded by its end."""
        while isinstance(node, ast.Attribute):
            node = node.value
        if isinstance(node, ast.Name):
            self.reached.add(node.id)
        else:
            self.expression(node)

    def use(self, node: ast.expr, *, searched: bool = False) -> None:
        if (path := path_of(node)) is not None:
            name = value_of(node.slice) if isinstance(node, ast.Subscript) else None
            key = name.value if isinstance(name, Literal) and isinstance(name.value, str) else None
            self.events.append(Use(path, self.span(node), searched, key))

    def call(self, node: ast.Call) -> None:
        self.inside(node.func)
        name = _last_name(node.func)
        keeps = name not in _HARMLESS
        if name in _CONSUMERS and node.args and isinstance(node.args[0], ast.GeneratorExp):
            self.consumed.add(node.args[0])
        for arg in (*node.args, *[keyword.value for keyword in node.keywords]):
            if keeps or not isinstance(arg, ast.Name):
                self.expression(arg)
        if isinstance(value := value_of(node), Path):
            self.events.append(Call(value, self.span(node), self.span(node.func)))

    def compare(self, node: ast.Compare) -> None:
        self.children(node)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn) and isinstance(right, ast.Name):
                self.use(right, searched=True)

    def if_expression(self, node: ast.IfExp) -> None:
        self.expression(node.test)
        bodies = tuple(self.part(branch) for branch in (node.body, node.orelse))
        self.events.append(Branch(value_of(node.test), bodies, self.span(node.test)))

    def bool_op(self, node: ast.BoolOp) -> None:
        """Each value is asked for only where the first turned out so, and those before it that ask for a context."""
        tests: list[tuple[ast.expr, list[Event]]] = []
        for value in node.values:
            self.expression(value)
            if not tests or (len(tests) < _MOST_TESTS and _asks_context(value)):
                tests.append((value, self.events))
                self.events = []
        for test, around in reversed(tests):
            if rest := tuple(self.events):
                bodies: tuple[Body, ...] = (rest, ()) if isinstance(node.op, ast.And) else ((), rest)
                around.append(Branch(value_of(test), bodies, self.span(test)))
            self.events = around

    def part(self, node: ast.expr) -> Body:
        outer, self.events = self.events, []
        self.expression(node)
        events, self.events = self.events, outer
        return tuple(events)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        first = node.generators[0]
        self.expression(first.iter)
        self.use(first.iter, searched=True)
        for name in (name for generator in node.generators for name in ast.walk(generator.target)):
            if isinstance(name, ast.Name):
                self.scope.bind(Opaque(name.id, self.span(name)))
        if isinstance(node, ast.GeneratorExp) and node not in self.consumed:
            return  # the rest runs when somebody iterates, wherever that is
        outer, self.events = self.events, []
        asked: list[tuple[ast.expr, list[Event]]] = []
        for generator in node.generators:
            if generator is not first:
                self.expression(generator.iter)
            for test in generator.ifs:
                self.expression(test)
                if _asks_context(test):
                    asked.append((test, self.events))
                    self.events = []
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.expression(part)
        for test, around in reversed(asked):
            around.append(Branch(value_of(test), (tuple(self.events), ()), self.span(test)))
            self.events = around
        events, self.events = self.events, outer
        if events:
            over = value_of(first.iter) if len(node.generators) == 1 and not first.ifs else OTHER
            self.events.append(Loop(tuple(events), (), self.span(node), over, _names(first.target)))

    def dict_(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                self.expression(key)
            self.expression(value)

    def named(self, node: ast.NamedExpr) -> None:
        self.expression(node.value)
        self.target(node.target, node.value)

    def yield_(self, node: ast.Yield | ast.YieldFrom) -> None:
        if node.value is not None:
            self.expression(node.value)
        self.events.append(Leave("yield", value_of(node.value), self.span(node)))


_HEAD = re.compile(r"(?:async(?:\s|\\)+)?(?:def|class)(?:\s|\\)+(?P<name>\w+)")


def _unpacked(targets: list[ast.expr], value: ast.expr | None) -> list[tuple[ast.expr, ast.expr | None]]:
    """``a, b = 1, 2`` part by part; anything else is opaque."""
    if not isinstance(value, ast.Tuple | ast.List) or len(value.elts) != len(targets):
        return [(target, None) for target in targets]
    if any(isinstance(part, ast.Starred) for part in (*targets, *value.elts)):
        return [(target, None) for target in targets]
    return list(zip(targets, value.elts, strict=True))


def _defaults(args: ast.arguments) -> dict[ast.arg, Value]:
    """What the parameters are that nobody gives."""
    plain = (*args.posonlyargs, *args.args)[-len(args.defaults) :] if args.defaults else ()
    found = {arg: value_of(default) for arg, default in zip(plain, args.defaults, strict=True)}
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        if default is not None:
            found[arg] = value_of(default)
    return found


_OTHERS = frozenset(
    {"session_transaction", "record_messages", "closing", "nullcontext", "patch", "begin", "begin_nested"}
)
"""What these methods and functions give is no manager of itself: ``with`` binds something else."""


def _gives_another(manager: ast.expr) -> bool:
    match manager:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _OTHERS
        case _:
            return False


def _names(target: ast.expr) -> tuple[str, ...]:
    """The names that a loop binds, see ``Loop``."""
    targets = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    names = tuple([each.id for each in targets if isinstance(each, ast.Name)])
    return names if len(names) == len(targets) else ()


_HARMLESS = frozenset({"init_app", "Migrate", "SQLAlchemyUserDatastore", "isinstance"})
"""What takes names and does nothing with them that anybody has to know."""
_CONSUMERS = frozenset(
    {
        *("all", "any", "dict", "extend", "frozenset", "join", "list", "max", "min", "set", "sorted", "sum", "tuple"),
        "update",
    }
)
"""Functions and methods that run a generator to its end, or to the first of its items."""
_SHOWING = frozenset({"shell_context_processor", "context_processor", "app_context_processor"})
"""Decorators of functions that only show what there is."""


_CONTEXTS = frozenset({"has_app_context", "has_request_context", "current_app", "request", "g", "current_user"})
"""What tells whether there is a context of Flask."""
_MOST_TESTS = 16
"""Values of one ``and`` or ``or`` that the rest of it is put under: each is a level deeper for who walks the events."""


def _asks_context(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Attribute | ast.Name) and _last_name(node) in _CONTEXTS for node in ast.walk(test))


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _imported(bounds: list[Bound]) -> Iterable[Lent]:
    return ((bound.module, bound.attribute, bound.level) for bound in bounds if isinstance(bound, Import))


def _annotation(node: ast.expr | None) -> str | None:
    """The path of a class that a parameter is annotated with, also as one that may be ``None``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except (SyntaxError, ValueError):
            return None
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _annotation(left)
        case ast.BinOp(left=ast.Constant(value=None), op=ast.BitOr(), right=right):
            return _annotation(right)
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
            return _annotation(inner)
        case ast.Name() | ast.Attribute():
            return path_of(node)
        case _:
            return None


_STATEMENTS: dict[type[ast.stmt], Callable[[_Walk, Any], None]] = {
    ast.Import: _Walk.import_,
    ast.ImportFrom: _Walk.import_from,
    ast.Assign: _Walk.assign,
    ast.AnnAssign: _Walk.annotated,
    ast.AugAssign: _Walk.augmented,
    ast.Delete: _Walk.delete,
    ast.Expr: _Walk.expr,
    ast.If: _Walk.if_,
    ast.Assert: _Walk.assert_,
    ast.Match: _Walk.match,
    ast.For: _Walk.for_,
    ast.AsyncFor: _Walk.for_,
    ast.While: _Walk.while_,
    ast.With: _Walk.with_,
    ast.AsyncWith: _Walk.with_,
    ast.Try: _Walk.try_,
    ast.Return: _Walk.leave,
    ast.Raise: _Walk.leave,
    ast.Break: _Walk.leave,
    ast.Continue: _Walk.leave,
    ast.Global: _Walk.outer_names,
    ast.Nonlocal: _Walk.outer_names,
    ast.FunctionDef: _Walk.function,
    ast.AsyncFunctionDef: _Walk.function,
    ast.ClassDef: _Walk.class_,
}
if try_star := getattr(ast, "TryStar", None):  # Python 3.11
    _STATEMENTS[try_star] = _Walk.try_

_EXPRESSIONS: dict[type[ast.expr], Callable[[_Walk, Any], None]] = {
    ast.Attribute: _Walk.attribute,
    ast.Subscript: _Walk.attribute,
    ast.Call: _Walk.call,
    ast.Compare: _Walk.compare,
    ast.Dict: _Walk.dict_,
    ast.IfExp: _Walk.if_expression,
    ast.BoolOp: _Walk.bool_op,
    ast.ListComp: _Walk.comprehension,
    ast.SetComp: _Walk.comprehension,
    ast.DictComp: _Walk.comprehension,
    ast.GeneratorExp: _Walk.comprehension,
    ast.NamedExpr: _Walk.named,
    ast.Lambda: _Walk.lambda_,
    ast.Yield: _Walk.yield_,
    ast.YieldFrom: _Walk.yield_,
}
