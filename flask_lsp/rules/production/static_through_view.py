"""A view does nothing but serve the files of a public folder.

Each file then costs a request of the application: routing, hooks, a worker that is busy while it is sent. Flask serves
one folder by itself, with `static_folder` and `static_url_path`, and in production a web server in front of it does so
without asking the application at all.

```python
from flask import Flask, send_from_directory

app = Flask(__name__)


@app.route("/assets/<path:name>")
def assets(name):
    return send_from_directory("assets", name)
```

Better, and with nginx in front of it:

```python
from flask import Flask

app = Flask(__name__, static_folder="assets", static_url_path="/assets")
```

```nginx nginx.conf
location /assets/ {
    alias /srv/example/assets/;
}
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.facts.model import Assigned, Path
from flask_lsp.project import routes
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.text import Span

rule = Rule("FL804", "static-through-view", Level.INFORMATION, words=("send_from_directory", "send_file"))

_PUBLIC = re.compile(
    r"static|public|assets?|dist|build|css|js|img|images?|icons?|fonts?|media|www|vendor|node_modules|frontend|client"
)
_PRIVATE = re.compile(r"uploads?|private|protected|secure|secret|user|instance|download|upload_folder|tmp|temp|admin")
_RULE = re.compile(r"(?P<prefix>/[^<>]*[^<>/])/<path:(?P<name>\w+)>")
_HOOKS = ("before_request", "before_app_request", "url_value_preprocessor", "app_url_value_preprocessor")
_MESSAGE = (
    "Each file of this public folder takes a request of the application: "
    "let Flask serve it as its static folder, or the web server in front of it."
)


def check(node: ast.FunctionDef, ctx: Context) -> Iterator[Finding]:
    call = _only_call(node)
    if call is None or ctx.is_test or not ctx.is_view(node) or ctx.other_decorators(node):
        return
    folder = _folder(call, node, ctx)
    if folder is None or not _is_public(folder) or ctx.ask(_something_runs_before):
        return
    fix = _fix(node, call, folder, ctx)
    yield ctx.finding(call, _MESSAGE, fixes=[fix] if fix is not None else [])


def _only_call(node: ast.FunctionDef) -> ast.Call | None:
    """The call whose result is all that a function does."""
    body = [one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    match body:
        case [ast.Return(value=ast.Call() as call)]:
            return call
        case _:
            return None


def _folder(call: ast.Call, node: ast.FunctionDef, ctx: Context) -> str | None:
    """The folder, as it is written, if a parameter of the view goes on as the name of the file."""
    parameters = {one.arg for one in (*node.args.posonlyargs, *node.args.args)}
    name = ctx.name(call.func)
    match call:
        case ast.Call(args=[folder, ast.Name(id=file)]) if name == "flask.send_from_directory" and file in parameters:
            return _written(folder, ctx)
        case ast.Call(args=[ast.Call(func=join, args=[*folders, ast.Name(id=file)])]) if name == "flask.send_file":
            if file in parameters and ctx.name(join) == "os.path.join":
                return "/".join(_written(each, ctx) or "?" for each in folders)
        case _:
            pass
    return None


def _written(node: ast.expr, ctx: Context) -> str | None:
    """A folder: a constant, the static folder of the application, or either put below its own folder."""
    if (text := ctx.string(node)) is not None:
        return text
    match node:
        case ast.Attribute(attr="static_folder"):
            return "static"
        case ast.Attribute(attr="root_path" | "BASE_DIR"):
            return "."
        case ast.Call(func=func, args=args) if ctx.name(func) == "os.path.join":
            parts = [_written(each, ctx) for each in args]
            return "/".join(each or "." for each in parts) if parts and parts[-1] is not None else None
        case _:
            return None


def _is_public(folder: str) -> bool:
    parts = [part.lower() for part in re.split(r"[\\/]", folder) if part not in ("", ".", "..")]
    return any(map(_PUBLIC.fullmatch, parts)) and not any(map(_PRIVATE.fullmatch, parts))


def _something_runs_before(project: Project, document: str) -> bool:
    """Hooks may decide who sees the files."""
    return not project.complete or any(hook.how in _HOOKS for hook in routes.hooks(project, document))


def _fix(node: ast.FunctionDef, call: ast.Call, folder: str, ctx: Context) -> Fix | None:
    """The folder as the static one of the application that is made in this file, which has none of its own yet."""
    decorator = node.decorator_list[0] if len(node.decorator_list) == 1 else None
    match decorator, call.args:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=app)), args=[ast.Constant(value=str(rule_))]), [first, *_]:
            found = _RULE.fullmatch(rule_)
            if found is None or ctx.string(first) != folder or ctx.name(decorator.func.value) != "flask.Flask()":  # type: ignore[union-attr]
                return None
        case _:
            return None
    is_default = (folder, found["prefix"]) == ("static", "/static")

    def change(editing: Editing) -> None:
        made = next(_made(app, editing), None)
        if made is None:
            editing.impossible = True
            return
        start, value = made
        if not is_default:
            folder_, url = editing.string(folder), editing.string(found["prefix"])
            elsewhere = editing.elsewhere(editing.file.document, start)
            elsewhere.add_argument(value, f"static_folder={folder_}, static_url_path={url}")
        _delete(node, editing)
        editing.orphan(ctx.text(call.func))

    if ctx.ask(_is_made_plainly, app) is not True:
        return None
    return Fix("Let Flask serve the folder", False, change)


def _delete(node: ast.FunctionDef, editing: Editing) -> None:
    """Takes out a function with the blank lines before it."""
    editing.delete_statement(node)
    start = next(start for (start, _), statement in editing.file.tree.statements() if statement is node)
    before = editing.file.source.text[:start]
    blank = len(before) - len(before.rstrip()) - len(editing.newline)
    if min(each.lineno for each in (node, *node.decorator_list)) == 1 and 0 < blank < start:
        editing.delete(Span(-blank, 0))


def _made(app: str, editing: Editing) -> Iterator[tuple[int, ast.Call]]:
    """The call that makes an application in the body of the module, and where its block begins."""
    for (start, _), statement in editing.file.tree.statements():
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if name == app:
                yield start, call
            case _:
                pass


def _is_made_plainly(project: Project, document: str, app: str) -> bool:
    """The module makes the application, without a static folder of its own."""
    match [at.bound for at in project.files[document].facts.bindings.get(app, ())]:
        case [Assigned(value=Path(text=text, keywords=keywords))] if text.endswith("Flask()"):
            return not any(name.startswith("static") or name == "**" for name, _ in keywords)
        case _:
            return False
