"""A URL without its host leaves the site.

In a request `url_for` gives the path alone. On a page of the site the browser knows the host; who reads a mail, a
webhook or a QR code does not, and the link leads nowhere. `_external=True` gives the whole URL, in the template of a
mail as well.

```python
from flask import Flask, url_for
from flask_mail import Mail, Message

app = Flask(__name__)
mail = Mail(app)


@app.route("/reset/<token>")
def reset(token):
    return "Choose a new password"


@app.post("/forgot/<address>")
def forgot(address):
    message = Message("Your password", recipients=[address], sender="site@example.org")
    message.body = f"Choose a new one: {url_for('reset', token='123')}"
    mail.send(message)
    return "Look into your mail"
```

Better:

```python
from flask import Flask, url_for
from flask_mail import Mail, Message

app = Flask(__name__)
mail = Mail(app)


@app.route("/reset/<token>")
def reset(token):
    return "Choose a new password"


@app.post("/forgot/<address>")
def forgot(address):
    message = Message("Your password", recipients=[address], sender="site@example.org")
    message.body = f"Choose a new one: {url_for('reset', token='123', _external=True)}"
    mail.send(message)
    return "Look into your mail"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.project import templates
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.request_context._outgoing import RENDERS, gets_host, goes_into, is_of_mail, sent
from flask_lsp.rules.request_context._urls import bound_to, is_relative, is_url_for, parts
from flask_lsp.syntax.nodes import FunctionNode, walk

rule = Rule("FL205", "relative-url-leaves-site", Level.WARNING, words=("url_for", "render_template"))
_WORDS = ("url_for", "mail", "Mail", "MIME")

_HOST = re.compile(r"https?://[^\s\"'<>]*$")
_WITHOUT_REQUEST = re.compile(
    r"(?:^|\.)(?:task|shared_task|periodic_task|job|command|actor|db_task|spool|cron|scheduled_job)$"
)
_PUSHES = frozenset({"app_context", "test_request_context", "request_context"})
_MOST_STEPS = 8


def check(node: ast.Call | ast.Assign, ctx: Context) -> Iterator[Finding]:
    function = ctx.function(node)
    if function is None or ctx.is_test or not any(word in ctx.block.text for word in _WORDS):
        return
    found = sent(node, ctx)
    if found is None or _is_without_request(function, ctx):
        return
    what, values = found
    for name, template in _shown(node, values, ctx):
        if (built := ctx.ask(templates.relative_url, template)) is not None:
            url = f"`url_for({built[1]!r})`" if built[1] else "`url_for`"
            where = "a mail" if "mail" in what else what
            message = f"{url} in `{built[0]}` gives no host, and leads nowhere in {where}: add `_external=True` there."
            yield ctx.finding(name, message)
    for value in values:
        for call in _relative(value, ctx, _MOST_STEPS):
            message = f"This URL has no host and goes into {what}, where it leads nowhere: add `_external=True`."
            yield ctx.finding(call.func, message, fixes=[_fix(call)])


def _fix(call: ast.Call) -> Fix:
    return Fix("Add `_external=True`", True, lambda editing: editing.add_argument(call, "_external=True"))


def _shown(node: ast.AST, values: list[ast.expr], ctx: Context) -> Iterator[tuple[ast.expr, str]]:
    """The templates of which a mail is made, as they are named."""
    made = values
    if isinstance(node, ast.Call) and ctx.name(node.func) in RENDERS:
        made = [node] if goes_into(node, ctx) == "mail" else []  # a page of an inbox may be named so
    for each in made:
        match bound_to(each, ctx):
            case ast.Call(func=func, args=[name, *_]) as call if ctx.name(func) in RENDERS and not gets_host(call):
                if (template := ctx.string(name)) is not None and (each is node or not is_of_mail(call, ctx)):
                    yield name, template
            case _:
                pass


def _relative(node: ast.expr, ctx: Context, left: int) -> Iterator[ast.Call]:
    """The calls of ``url_for`` whose path goes into a text as it is."""
    if left == 0:
        return
    if isinstance(node, ast.Call) and is_url_for(node, ctx):
        if is_relative(node):
            yield node
        return
    if isinstance(node, ast.Name):
        found = ctx.reaching(node)
        if found is not None:
            yield from _relative(found, ctx, left - 1)
        return
    put_together = parts(node, ctx)
    if put_together is not None:
        for index, part in enumerate(put_together):
            if index == 0 or _ends_before(put_together[index - 1]):
                yield from _relative(part, ctx, left - 1)
        return
    for inner in _inside(node):
        yield from _relative(inner, ctx, left - 1)


def _ends_before(part: ast.expr) -> bool:
    """A text that gives what follows no host."""
    return isinstance(part, ast.Constant) and isinstance(part.value, str) and not _HOST.search(part.value)


def _inside(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions whose texts go into that of another one."""
    match node:
        case ast.Dict(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
            yield from values
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Call(func=ast.Name(id="str" | "Markup" | "escape" | "dict") | ast.Attribute(attr="dumps")):
            yield from (*node.args, *(keyword.value for keyword in node.keywords))
        case ast.Call(func=ast.Name(id="render_template" | "render_template_string"), args=[_, *_]):
            if not gets_host(node):
                yield from (keyword.value for keyword in node.keywords)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()) as text, attr="format")):
            if "://{" not in str(text.value):
                yield from (*node.args, *(keyword.value for keyword in node.keywords))
        case ast.Call(func=ast.Attribute(value=inner, attr="encode" | "strip" | "as_string")):
            yield inner
        case ast.Await(value=value) | ast.Starred(value=value):
            yield value
        case _:
            pass


def _is_without_request(function: FunctionNode, ctx: Context) -> bool:
    """Where there is an application context and no request, URLs are whole by themselves: in tasks, in commands, and
    where the context is pushed by hand."""
    outermost: ast.AST = function
    for each in (function, *ctx.ancestors(function)):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            outermost = each
            for decorator in each.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                named = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                if _WITHOUT_REQUEST.search(named):
                    return True
    return any(isinstance(each, ast.Attribute) and each.attr in _PUSHES for each in walk([outermost]))
