"""Which key of the configuration stands at an offset."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flask_lsp.project import config
from flask_lsp.project.known_keys import known_keys
from flask_lsp.project.project import Project
from flask_lsp.rules._config import is_app, is_config
from flask_lsp.rules.context import Context
from flask_lsp.syntax.cursor import nodes_at
from flask_lsp.text import Span


class SettingHere(NamedTuple):
    key: str
    span: Span
    """Counted from the file."""


_READS = frozenset({"get", "pop", "setdefault"})
_FILLS = frozenset({"update", "from_mapping"})


def setting_at(project: Project, document: str, offset: int) -> SettingHere | None:
    """The key at an offset of a file: in ``app.config["KEY"]``, in a call that reads or fills a configuration, in a
    configuration class or module, or the attribute of an application that stands for it."""
    start, block = project.files[document].tree.at(offset)
    chain = nodes_at(block, offset - start)
    if not chain:
        return None
    ctx = Context(project, project.files[document], block)
    found = _found(chain, ctx, offset - start)
    if found is None or block.is_mended(found[1]):
        return None
    return SettingHere(found[0], found[1].shift(start))


def _found(chain: list[ast.AST], ctx: Context, offset: int) -> tuple[str, Span] | None:
    node = chain[-1]
    upper = chain[-2] if len(chain) > 1 else None
    match node, upper:
        case ast.Constant(value=str(key)), _:
            return (key, ctx.span(node)) if _is_key(chain, ctx) else None
        case ast.keyword(arg=str(key)), ast.Call(func=ast.Attribute(value=mapping, attr=method)):
            span = Span(ctx.span(node).start, ctx.span(node).start + len(key))
            return (key, span) if method in _FILLS and offset <= span.end and is_config(mapping, ctx) else None
        case ast.Attribute(value=app, attr=name), _ if name in config.ATTRIBUTES:
            span = ctx.span(node)
            is_name = offset >= span.end - len(name) and is_app(app, ctx)
            return (config.ATTRIBUTES[name], Span(span.end - len(name), span.end)) if is_name else None
        case ast.Attribute(attr=name), _ if name in known_keys():  # ``Config.SECRET_KEY``
            span = ctx.span(node)
            return (name, Span(span.end - len(name), span.end)) if offset >= span.end - len(name) else None
        case ast.Name(id=key, ctx=ast.Store()), _:
            return (key, ctx.span(node)) if _is_setting(node, key, ctx) else None
        case _:
            return None


def _is_key(chain: list[ast.AST], ctx: Context) -> bool:
    """The string is what a configuration is asked for, or filled with."""
    node, upper = chain[-1], chain[:-1]
    match upper[-1] if upper else None:
        case ast.Subscript(value=mapping, slice=key):
            return key is node and is_config(mapping, ctx)
        case ast.Call(func=ast.Attribute(value=mapping, attr=method), args=[first, *_]):
            return first is node and method in _READS and is_config(mapping, ctx)
        case ast.Dict(keys=keys) if node in keys and len(upper) > 1:
            match upper[-2]:
                case ast.Call(func=ast.Attribute(value=mapping, attr=method)):
                    return method in _FILLS and is_config(mapping, ctx)
                case _:
                    return False
        case ast.Compare(comparators=[mapping]):
            return is_config(mapping, ctx)
        case _:
            return False


def _is_setting(node: ast.Name, key: str, ctx: Context) -> bool:
    if not key.isupper() or ctx.function(node) is not None:
        return False
    parent = ctx.parent(ctx.statement(node))
    if isinstance(parent, ast.ClassDef):
        return ctx.ask(config.is_config_class, parent.name)
    return ctx.ask(config.is_config_module)
