"""`FLASK_ENV`, `app.env` and the key `ENV` are gone since Flask 2.3.

Setting one of them does nothing any more: debug mode stays off, without a word. Reading is worse: `app.env` raises
AttributeError, `app.config["ENV"]` KeyError. Debug mode is what `FLASK_DEBUG=1` and `flask run --debug` switch on, and
`app.debug` tells; a project that has several environments names them by a setting of its own.

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "debugging" if app.env == "development" else "hello"
```

Better:

```python
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "debugging" if app.debug else "hello"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.deployment import DeploymentFacts
from flask_lsp.facts.model import Bind, ClassDefined, Event, Path, Store
from flask_lsp.facts.traverse import every_event
from flask_lsp.project import config
from flask_lsp.project.project import Project
from flask_lsp.rules._config import is_app, is_config, sets
from flask_lsp.rules._deployment import Role, remove_variable, variables_of
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.debug._deployed import is_development_mode, rename_variable
from flask_lsp.rules.debug._fixes import remove_setting, replace_read, set_debug

rule = Rule("FL504", "flask-env-removed", Level.WARNING, words=("ENV", ".env"))

_READ_ENV = frozenset({"flask.Flask().env", "flask.current_app.env"})
_KEYS = ("ENV", "FLASK_ENV")
_VALUES = frozenset({"development", "production", "testing", "dev", "prod", "test"})
_APP_ENV = re.compile(r"(?:^|[._])(?:app|application|self)\.env$")
_INSTEAD = "use `app.debug` or a setting of your own."


_Node = ast.Attribute | ast.Subscript | ast.Call | ast.Assign | ast.AnnAssign


def check(
    node: ast.Attribute | ast.Subscript | ast.Call | ast.Assign | ast.AnnAssign | DeploymentFacts, ctx: Context
) -> Iterator[Finding]:
    if isinstance(node, DeploymentFacts):
        yield from _deployed(node, ctx)
    elif _may_concern(node) and not ctx.is_test and not ctx.versions.below("flask", (2, 3)):
        yield from _read(node, ctx)
        yield from _written(node, ctx)


def _deployed(facts: DeploymentFacts, ctx: Context) -> Iterator[Finding]:
    """``FLASK_ENV`` in a deployment file, where FL503 does not speak of it."""
    if ctx.versions.below("flask", (2, 3)):
        return
    for variable, of in variables_of(facts, ctx, {"FLASK_ENV": lambda variable: bool(variable.value)}):
        if is_development_mode(variable) and of is not Role.DEVELOPMENT:
            continue
        if not ctx.ask(config.reads, "FLASK_ENV"):
            develops = is_development_mode(variable)
            what = "`FLASK_DEBUG=1` is what switches debug mode on." if develops else "remove it."
            message = f"Flask ignores `FLASK_ENV` since 2.3: {what}"
            fixes = [rename_variable(variable)] if develops else []
            yield ctx.finding(variable.name_span, message, fixes=[*fixes, *remove_variable(variable, ctx)])


def _read(node: _Node, ctx: Context) -> Iterator[Finding]:
    """``app.env``, ``app.config["ENV"]``, ``app.config.get("ENV")``, of which the first two raise."""
    match node:
        case ast.Attribute(attr="env", ctx=ast.Load()):
            if ctx.name(node) in _READ_ENV and not _is_guarded(node, ctx) and not ctx.ask(_sets_env):
                message = f"`app.env` is gone since Flask 2.3, so that this raises AttributeError: {_INSTEAD}"
                yield ctx.finding(node, message, level=Level.ERROR, fixes=replace_read(node, node.value, ctx))
        case ast.Subscript(value=mapping, slice=ast.Constant(value="ENV"), ctx=ast.Load()) if is_config(mapping, ctx):
            if not ctx.ask(config.may_set, "ENV") and not _is_guarded(node, ctx):
                message = f"Nothing sets `ENV` since Flask 2.3, so that this raises KeyError: {_INSTEAD}"
                yield ctx.finding(node, message, level=Level.ERROR, fixes=replace_read(node, mapping, ctx))
        case ast.Call(func=ast.Attribute(value=mapping, attr="get"), args=[ast.Constant(value="ENV"), *rest]):
            if is_config(mapping, ctx) and not ctx.ask(config.may_set, "ENV"):
                what = "the default" if rest else "None"
                message = f"Nothing sets `ENV` since Flask 2.3, so that this is always {what}: {_INSTEAD}"
                yield ctx.finding(node, message, fixes=replace_read(node, mapping, ctx))
        case _:
            pass


def _written(node: _Node, ctx: Context) -> Iterator[Finding]:
    """What Flask ignores, and the project does not read either."""
    match node:
        case ast.Call(func=func, args=[ast.Constant(value="FLASK_ENV") as name, value]):
            if ctx.name(func) == "os.environ.setdefault":
                yield from _variable(node, name, value, ctx)
        case ast.Assign(targets=[ast.Subscript(value=mapping, slice=ast.Constant(value="FLASK_ENV") as name)]):
            if ctx.name(mapping) == "os.environ":
                yield from _variable(node, name, node.value, ctx)
        case ast.Assign(targets=[ast.Attribute(value=app, attr="env") as target]) if is_app(app, ctx):
            if not ctx.ask(config.reads, ".env"):
                message = "Flask ignores `app.env` since 2.3: set `FLASK_DEBUG=1` where you develop."
                yield ctx.finding(target, message, fixes=[remove_setting(node, node.value, ctx)])
        case _:
            pass
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.Call):
        yield from _settings(node, ctx)


def _may_concern(node: _Node) -> bool:
    """A cheap look before names are resolved."""
    match node:
        case ast.Attribute(attr=attribute):
            return attribute == "env"
        case ast.Subscript(slice=ast.Constant(value=key)):
            return key == "ENV"
        case ast.Call(func=ast.Attribute(attr="get" | "setdefault"), args=[ast.Constant(value=key), *_]):
            return key in _KEYS
        case ast.Call(func=ast.Attribute(attr="update" | "from_mapping")):
            return True
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target):
            key = target.slice if isinstance(target, ast.Subscript) else None
            name = getattr(target, "attr", getattr(target, "id", getattr(key, "value", "")))
            return name == "env" or name in _KEYS
        case _:
            return False


def _variable(node: ast.Assign | ast.Call, name: ast.expr, value: ast.expr, ctx: Context) -> Iterator[Finding]:
    """``os.environ["FLASK_ENV"] = "development"``, unless the project itself reads the variable."""
    if not ctx.ask(config.reads, "FLASK_ENV") and not ctx.ask(config.is_foreign):
        message = "Flask ignores `FLASK_ENV` since 2.3: set `FLASK_DEBUG` instead."
        yield ctx.finding(name, message, fixes=set_debug(node, name, value, ctx))


def _settings(node: ast.Assign | ast.AnnAssign | ast.Call, ctx: Context) -> Iterator[Finding]:
    """The key ``ENV`` or ``FLASK_ENV`` of a configuration, unless the project itself reads it."""
    for found in sets(node, ctx):
        if found.key not in _KEYS or ctx.string(found.value) not in _VALUES:
            continue
        if ctx.ask(config.reads, found.key) or _is_used_in_class(found.value, found.key, ctx):
            continue
        if found.scope == config.CLASS_OR_MODULE and not found.owner:
            continue  # the module may use its own constant
        ignored = f"ignores `{found.key}` in the configuration since 2.3"
        if found.key == "FLASK_ENV":  # that was a variable of the environment
            ignored = "reads no `FLASK_ENV` in its configuration"
        is_for_development = str(ctx.string(found.value)).startswith("dev")
        instead = "set `FLASK_DEBUG=1` where you develop" if is_for_development else "remove it"
        message = f"Flask {ignored}: {instead}."
        yield ctx.finding(found.value, message, fixes=[remove_setting(node, found.value, ctx)])


def _is_used_in_class(value: ast.expr, key: str, ctx: Context) -> bool:
    around = next((node for node in ctx.ancestors(value) if isinstance(node, ast.ClassDef)), None)
    inside = ast.walk(around) if around is not None else ()
    return any(isinstance(one, ast.Name) and one.id == key and isinstance(one.ctx, ast.Load) for one in inside)


def _is_guarded(node: ast.AST, ctx: Context) -> bool:
    """The code is ready for the attribute or key to be missing."""
    for parent in ctx.ancestors(node):
        if isinstance(parent, ast.Try) and parent.handlers:
            return True
        if isinstance(parent, ast.If | ast.IfExp | ast.BoolOp) and re.search(
            r"hasattr|version|[\"']ENV[\"']\s+in\b", ctx.text(getattr(parent, "test", parent)), re.IGNORECASE
        ):
            return True
    return False


def _sets_env(project: Project, _document: str) -> bool:
    """Something in the project gives an application an attribute ``env`` of its own, or may."""
    blocks = [block for file in project.files.values() for _, block in file.facts.blocks]
    bodies = [body for block in blocks for body in (block.body, *(one.body for one in block.functions.values()))]
    return not project.complete or any(_gives_env(event) for body in bodies for event in every_event(body))


def _gives_env(event: Event) -> bool:
    match event:
        case Store(target=Path(text=text)):
            return bool(_APP_ENV.search(text))
        case Bind(bound=ClassDefined() as bound):
            return _is_app_with_env(bound)
        case _:
            return False


def _is_app_with_env(bound: ClassDefined) -> bool:
    is_flask = any(isinstance(base, Path) and base.text.rpartition(".")[2].endswith("Flask") for base in bound.bases)
    return is_flask and any(isinstance(event, Bind) and event.bound.name == "env" for event in bound.body)
