"""What sets a configuration key, as rules see it: in the tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.configuring import ALWAYS_THERE
from flask_lsp.facts.values import value_of
from flask_lsp.frozen import frozen
from flask_lsp.project import config, config_sources
from flask_lsp.project.config_files import InFile, in_file
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

Setter = ast.Assign | ast.AnnAssign | ast.Call
"""The nodes that can set a key."""

_APPS = frozenset({"flask.Flask()", "flask.current_app"})
_NAMED_APP = re.compile(r"(?:^|[._])(?:app|application)$")
FILES = tuple(f".{each}" for each in config_sources.FILES)
"""Words for rules that ask what a file says, see ``read_in``."""
_METHODS = frozenset({"update", "from_mapping", "setdefault"})


@frozen()
class Set:
    """One key that is set to one value."""

    key: str
    value: ast.expr
    scope: str
    """For ``project.config.overridden``."""
    owner: str = ""
    """The configuration class, empty elsewhere."""

    def is_for_development(self, ctx: Context) -> bool:
        """For another environment than the one that is asked about, mostly production."""
        if ctx.ask(config.is_elsewhere, self.owner):
            return True
        return bool(self.owner) and ctx.ask(config.is_passed_over, self.owner)

    def is_overridden(self, ctx: Context) -> bool:
        """Another source sets the key later in the file."""
        return ctx.ask(config.overridden, self.key, value_of(self.value), self.scope, self.owner)

    def is_superseded(self, ctx: Context) -> bool:
        """Another value wins: one of another source, or another one in the code."""
        return ctx.ask(config.superseded, self.key, value_of(self.value), self.scope, self.owner)

    def counts(self, ctx: Context) -> bool:
        """Production uses the value, as far as anybody can tell, or the environment that is asked about."""
        return not ctx.is_test and not self.is_for_development(ctx) and not self.is_superseded(ctx)


def sets(node: Setter, ctx: Context) -> Iterator[Set]:
    """The configuration keys that a node sets. Each value is given once, whatever it is assigned to."""
    if isinstance(node, ast.Call):
        yield from _by_call(node, ctx)
        return
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        found = None if node.value is None else _by_target(target, node.value, ctx)
        if found is not None:
            yield found
            return


@frozen()
class Read:
    """A call that has the configuration read a file which is no module, and one key of that file."""

    call: ast.Call
    mapping: ast.expr
    path: ast.expr
    said: InFile

    def name(self, ctx: Context) -> str:
        return f"`{ctx.string(self.path) or ctx.text(self.path)}`"

    def set_after(self, editing: Editing, value: str, ctx: Context) -> None:
        """Has the code say something else after the file."""
        key = editing.string(self.said.key)
        editing.insert_after(ctx.statement(self.call), f"{ctx.text(self.mapping)}[{key}] = {value}")


def read_in(node: ast.AST, ctx: Context) -> Iterator[Read]:
    """What a node has read: ``app.config.from_pyfile("settings.cfg")``."""
    match node:
        case ast.Call(func=ast.Attribute(value=mapping, attr=method), args=[path, *_]) if (
            method in config_sources.FILES
        ):
            if not ctx.is_test and is_config(mapping, ctx) and not is_under_condition(node, ctx):
                for said in ctx.ask(in_file, value_of(path)):
                    yield Read(node, mapping, path, said)
        case _:
            pass


def is_config(node: ast.expr, ctx: Context) -> bool:
    """The expression is the configuration of an application, also of one that only its name gives away."""
    name = ctx.name(node)
    if name is not None:
        return name.endswith(".config") and name.removesuffix(".config") in _APPS
    return isinstance(node, ast.Attribute) and node.attr == "config" and is_app(node.value, ctx)


def is_app(node: ast.expr, ctx: Context) -> bool:
    """The expression is an application, also one that only its name gives away."""
    name = ctx.name(node)
    if name is not None:
        return name in _APPS
    if isinstance(node, ast.Name) and node.id == "self":
        around = next((one for one in ctx.ancestors(node) if isinstance(one, ast.ClassDef)), None)
        return around is not None and any(ctx.name(base) == "flask.Flask" for base in around.bases)
    return isinstance(node, ast.Name | ast.Attribute) and bool(_NAMED_APP.search(ctx.text(node)))


def is_under_condition(node: ast.AST, ctx: Context) -> bool:
    """Whether the statement is reached depends on more than who runs the file."""
    function = ctx.function(node)
    for parent in ctx.ancestors(node):
        if parent is function:
            return False
        if isinstance(parent, ast.If | ast.IfExp) and "__name__" not in ctx.text(parent.test):
            constant = ctx.constant(parent.test)
            if constant is None or not constant.value:
                return True
    return False


def _by_target(target: ast.expr, value: ast.expr, ctx: Context) -> Set | None:
    match target:
        case ast.Subscript(value=mapping, slice=ast.Constant(value=str(key))) if is_config(mapping, ctx):
            return Set(key, value, _scope(target, ctx))
        case ast.Attribute(value=app, attr=attribute) if attribute in config.ATTRIBUTES and is_app(app, ctx):
            return Set(config.ATTRIBUTES[attribute], value, _scope(target, ctx))
        case ast.Attribute(value=ast.Name(id=instance), attr=key) if key.isupper():
            owner = _class_of(target, instance, ctx)
            if owner is not None and ctx.ask(config.is_read, owner.name):
                return Set(key, value, config.CLASS_OR_MODULE, owner.name)
        case ast.Name(id=key) if key.isupper() and ctx.function(target) is None:
            owner = next((node for node in ctx.ancestors(target) if isinstance(node, ast.ClassDef)), None)
            if owner is None:
                return Set(key, value, config.CLASS_OR_MODULE) if ctx.ask(config.is_config_module) else None
            if ctx.ask(config.is_config_class, owner.name) and target not in _lost_in(owner, ctx):
                return Set(key, value, config.CLASS_OR_MODULE, owner.name)
        case _:
            pass
    return None


def _class_of(node: ast.AST, instance: str, ctx: Context) -> ast.ClassDef | None:
    """The class of whose instances that is the name: the first parameter of the method around."""
    method = ctx.function(node)
    match method:
        case ast.FunctionDef(args=ast.arguments(args=[ast.arg(arg=first), *_])) if first == instance:
            owner = ctx.parent(method)
            return owner if isinstance(owner, ast.ClassDef) else None
        case _:
            return None


def _lost_in(owner: ast.ClassDef, ctx: Context) -> frozenset[ast.expr]:
    """The targets of a class whose name it binds once more, to something that does not ask for it: what is bound first
    is lost."""
    known = ctx.lost_in.get(owner)
    if known is None:
        known = ctx.lost_in[owner] = frozenset(_lost(owner))
    return known


def _lost(owner: ast.ClassDef) -> Iterator[ast.expr]:
    names = [each.id for one in owner.body for each in _targets(one)]
    if len(set(names)) == len(names):
        return
    bound, asked = set[str](), set[str]()
    for statement in reversed(owner.body):
        targets = _targets(statement)
        yield from (each for each in targets if each.id in bound and each.id not in asked)
        bound.update(each.id for each in targets)
        asked.update(each.id for each in _loads(statement))


def _targets(statement: ast.stmt) -> list[ast.Name]:
    match statement:
        case ast.Assign(targets=targets):
            return [each for each in targets if isinstance(each, ast.Name)]
        case ast.AnnAssign(target=ast.Name() as target, value=ast.expr()):
            return [target]
        case _:
            return []


def _loads(statement: ast.stmt) -> Iterator[ast.Name]:
    return (each for each in ast.walk(statement) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load))


def _by_call(call: ast.Call, ctx: Context) -> Iterator[Set]:
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in _METHODS or not is_config(func.value, ctx):
        return
    scope = _scope(call, ctx)
    if func.attr == "setdefault":
        match call.args:
            case [ast.Constant(value=str(key)), value] if key not in ALWAYS_THERE:
                yield Set(key, value, scope)
            case _:
                pass
        return
    for mapping in (call, *call.args):
        match mapping:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield Set(key.value, value, scope)
            case ast.Call(keywords=keywords) if mapping is call or ctx.name(mapping.func) == "builtins.dict":
                yield from (Set(keyword.arg, keyword.value, scope) for keyword in keywords if keyword.arg)
            case _:
                pass


def _scope(node: ast.AST, ctx: Context) -> str:
    return getattr(ctx.function(node), "name", "")
