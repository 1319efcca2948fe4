"""A configuration key that nobody reads, one slip away from one that somebody does.

Nothing complains about a key that does not exist: `SECRETKEY` leaves the application without a secret key, and
`SQLALCHEMY_DATABSE_URI` without a database. Keys are read from classes and modules only if they are written in capitals
throughout, and `app.config["debug"]` is another key than `DEBUG`.

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.config["SECRETKEY"] = os.environ["SECRET_KEY"]


@app.route("/")
def index():
    session["user"] = 1
    return "hello"
```

Better:

```python
import os

from flask import Flask, session

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]


@app.route("/")
def index():
    session["user"] = 1
    return "hello"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.project import config
from flask_lsp.project.known_keys import known_keys, meant_by
from flask_lsp.rules._config import is_config
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.text import Span

rule = Rule("FL411", "unknown-config-key", Level.WARNING, words=("config", "Config", "Settings", "_"))

_METHODS = frozenset({"update", "from_mapping", "setdefault"})


def check(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    if ctx.is_test:
        return
    for key, span, is_name in _keys(node, ctx):
        meant = meant_by(key)
        if meant is None or not (is_name or key != key.lower() or _is_word_for_word(key, meant)):
            continue
        if ctx.ask(config.reads, key) or _sets_both(key, meant, ctx) or not _may_mean(key, meant, ctx):
            continue
        yield _finding(key, meant, span, is_name, ctx)


def _keys(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[tuple[str, Span, bool]]:
    """The keys that a node sets, with where they are written; names are those of attributes and arguments."""
    match node:
        case ast.Call(func=ast.Attribute(value=mapping, attr=method)) if method in _METHODS:
            if is_config(mapping, ctx):
                yield from _of_call(node, method, ctx)
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            match target:
                case ast.Subscript(value=mapping, slice=ast.Constant(value=str(key)) as written):
                    if is_config(mapping, ctx):
                        yield key, ctx.span(written), False
                case ast.Name(id=key) if ctx.function(target) is None and meant_by(key) is not None:
                    if _is_setting(target, key, ctx):
                        yield key, ctx.span(target), True
                case _:
                    pass
        case _:
            pass


def _of_call(call: ast.Call, method: str, ctx: Context) -> Iterator[tuple[str, Span, bool]]:
    if method == "setdefault":
        if call.args and isinstance(written := call.args[0], ast.Constant) and isinstance(written.value, str):
            yield written.value, ctx.span(written), False
        return
    for each in call.keywords:
        if each.arg:
            start = ctx.span(each).start
            yield each.arg, Span(start, start + len(each.arg)), True
    for display in call.args:
        for key in display.keys if isinstance(display, ast.Dict) else ():
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, ctx.span(key), False


def _is_setting(target: ast.Name, key: str, ctx: Context) -> bool:
    """A constant of a class or module that is read as configuration."""
    parent = ctx.parent(ctx.statement(target))
    if isinstance(parent, ast.ClassDef):
        if _is_used_in_class(parent, key):
            return False
        return ctx.ask(config.is_read, parent.name) or (key.isupper() and ctx.ask(config.is_config_class, parent.name))
    return isinstance(parent, ast.Module) and key.isupper() and ctx.ask(config.is_config_module)


def _is_used_in_class(around: ast.ClassDef, key: str) -> bool:
    names = (each for each in ast.walk(around) if isinstance(each, ast.Name | ast.Attribute))
    used = (each for each in names if isinstance(each.ctx, ast.Load))
    return any((each.id if isinstance(each, ast.Name) else each.attr) == key for each in used)


def _is_word_for_word(key: str, meant: str) -> bool:
    """``debug`` for ``DEBUG``."""
    return key.upper() == meant


def _may_mean(key: str, meant: str, ctx: Context) -> bool:
    """The first word says whose key it is; where that differs, whoever reads the known one has to be in the project."""
    return key.partition("_")[0].upper() == meant.partition("_")[0] or ctx.ask(config.may_use, meant)


def _sets_both(key: str, meant: str, ctx: Context) -> bool:
    """The project sets the known key too, so that this one may be its own."""
    return key.isupper() and ctx.ask(config.sets_key, meant) and key != meant and not _is_likely(key, meant)


def _is_likely(key: str, meant: str) -> bool:
    return sorted(key.replace("_", "")) == sorted(meant.replace("_", ""))


def _finding(key: str, meant: str, span: Span, is_name: bool, ctx: Context) -> Finding:
    if key.upper() == meant:
        message = f"Keys are written in capitals, so nobody reads `{key}`: write `{meant}`."
    else:
        message = f"Nobody reads `{key}`: {known_keys()[meant].package} reads `{meant}`."
    fix = Fix(
        f"Write `{meant}`",
        False,
        lambda editing: editing.replace(span, meant if is_name else editing.string(meant)),
    )
    return ctx.finding(span, message, fixes=[fix])
