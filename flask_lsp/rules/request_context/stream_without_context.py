"""A generator reads the request while it streams, when the request is over.

What a view returns is sent after the view has returned. A generator runs only then, when the contexts of the request
are gone: `request`, `session`, `g` and `current_app` raise `RuntimeError: Working outside of request context` in the
middle of the answer. `stream_with_context` keeps the contexts until the generator has come to its end.

```python
from flask import Flask, Response, request

app = Flask(__name__)


@app.route("/export")
def export():
    def generate():
        yield "name,"
        yield request.args.get("name", "nobody")

    return Response(generate(), mimetype="text/csv")
```

Better:

```python
from flask import Flask, Response, request, stream_with_context

app = Flask(__name__)


@app.route("/export")
def export():
    def generate():
        yield "name,"
        yield request.args.get("name", "nobody")

    return Response(stream_with_context(generate()), mimetype="text/csv")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.needs import need_of
from flask_lsp.project.streams import RESPONSES, Stream, streams
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.syntax.nodes import walk
from flask_lsp.syntax.parse import Block
from flask_lsp.text import Span

rule = Rule("FL206", "stream-without-context", Level.ERROR, words=("esponse", "return", "yield"))


def check(node: ast.GeneratorExp, ctx: Context) -> Iterator[Finding]:
    if not ctx.is_test:
        yield from _expression(node, ctx)


def in_pause(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    if ctx.is_test:
        return
    for found in streams(ctx.project, ctx.document):
        name = found.generator[1].rpartition(".")[2]
        through = f", through `{found.steps[0][1]}()`," if found.steps else ""
        wrap = "put `@stream_with_context` on it" if found.is_view else "wrap it in `stream_with_context`"
        message = f"`{name}()` needs `{found.written}`{through} while it streams, when the request is over: {wrap}."
        related: list[Related] = []
        if found.use is not None:
            related.append(Related(f"`{found.written}` is used here", found.use[1], document=found.use[0]))
        span = found.span if found.is_view else _handed(found, ctx)
        if span is not None:
            yield ctx.finding(span, message, fixes=[_fix(found, span)], related=related)


def _expression(node: ast.GeneratorExp, ctx: Context) -> Iterator[Finding]:
    """A generator expression in a response; what it loops over first is read when it is made."""
    call = ctx.parent(node)
    if not isinstance(call, ast.Call) or call.args[:1] != [node] or ctx.name(call.func) not in RESPONSES:
        return
    first = node.generators[0]
    for inner in walk([node.elt, first.target, *first.ifs, *node.generators[1:]]):
        need = _need(inner, ctx)
        if need is not None:
            message = (
                f"This generator needs `{need}` while it streams, when the request is over: wrap it in "
                "`stream_with_context`."
            )
            fix = Fix("Wrap it in `stream_with_context`", True, lambda editing: _wrap(editing, node, call))
            yield ctx.finding(node, message, fixes=[fix], related=[Related(f"`{need}` is used here", ctx.span(inner))])
            return


def _need(node: ast.AST, ctx: Context) -> str | None:
    """What an expression needs a context for, as it is written."""
    called = isinstance(node, ast.Call)
    if not isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        return None
    name = ctx.name(node.func if isinstance(node, ast.Call) else node)
    need = need_of(name, ctx.text(node), called=called) if name is not None else None
    if need is None or need[0].startswith("flask_sqlalchemy."):
        return None
    return need[0].rpartition(".")[2]


def _wrap(editing: Editing, node: ast.GeneratorExp, call: ast.Call) -> None:
    wrapper, span = editing.imported("flask", "stream_with_context"), editing.span(node)
    shares = span.start == editing.span(call.func).end  # "Response(x for x in y)" has one pair of parentheses
    editing.insert(span.start, f"({wrapper}" if shares else f"{wrapper}(")
    editing.insert(span.end, ")")


def _handed(found: Stream, ctx: Context) -> Span | None:
    """The call of the generator, or the name it has, in what hands it on."""
    start, block = ctx.file.tree.at(found.span.start)
    node = _argument(block, found.span.shift(-start))
    return None if node is None else block.span(node).shift(start)


def _argument(block: Block, span: Span) -> ast.expr | None:
    for node in walk(block.tree.body):
        match node:
            case ast.Call(args=[value, *_]) | ast.Return(value=ast.Tuple(elts=[value, *_])) if block.span(node) == span:
                return value
            case ast.Return(value=ast.expr() as value) if block.span(node) == span:
                return value
            case ast.Call(keywords=keywords) if block.span(node) == span:
                return next((keyword.value for keyword in keywords if keyword.arg == "response"), None)
            case ast.Assign(targets=[target], value=value) if block.span(target) == span:
                return value
            case _:
                pass
    return None


def _fix(found: Stream, span: Span) -> Fix:
    def change(editing: Editing) -> None:
        block = editing.at(span.start)
        wrapper = editing.imported("flask", "stream_with_context")
        if not found.is_view:
            inside = span.shift(-editing.start)
            editing.insert(inside.start, f"{wrapper}(")
            editing.insert(inside.end, ")")
            return
        function = next((each for each in block.tree.body if _is_named(each, found.generator[1])), None)
        if function is None:
            editing.impossible = True
            return
        line = block.source.line_starts[function.lineno - 1]
        editing.insert(line, f"@{wrapper}{editing.newline}")

    title = "Put `@stream_with_context` on it" if found.is_view else "Wrap it in `stream_with_context`"
    return Fix(title, True, change)


def _is_named(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name
