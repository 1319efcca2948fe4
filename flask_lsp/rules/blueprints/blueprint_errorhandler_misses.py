"""An error handler of a blueprint for URLs that match nothing: it is never called.

Flask looks for the handlers of the blueprint that a request goes to. A URL that matches no rule, or not with this
method, goes to none, even below the blueprint's prefix: 404 and 405 are then handled by the application. A blueprint's
own handler sees only what its views raise, by `abort(404)` for instance.

```python
from flask import Blueprint, Flask

errors = Blueprint("errors", __name__)


@errors.errorhandler(404)
def not_found(error):
    return "Nothing here, sorry", 404


app = Flask(__name__)
app.register_blueprint(errors)
```

Better:

```python
from flask import Blueprint, Flask

errors = Blueprint("errors", __name__)


@errors.app_errorhandler(404)
def not_found(error):
    return "Nothing here, sorry", 404


app = Flask(__name__)
app.register_blueprint(errors)
```
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flask_lsp.project import requests
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.blueprints._text import reference
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.text import Span

rule = Rule(
    "FL605", "blueprint-errorhandler-misses", Level.WARNING, words=(".errorhandler(", ".register_error_handler(")
)

_NAMES = {"werkzeug.exceptions.NotFound": "404", "werkzeug.exceptions.MethodNotAllowed": "405"}
_WHAT = {"404": "A URL that matches nothing", "405": "A method that no rule allows"}


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("errorhandler", "register_error_handler"):
        return
    error = _error(node, ctx)
    if error is None or ctx.is_test or ctx.name(node.func) != f"flask.Blueprint().{node.func.attr}":
        return
    to = reference(node.func, ctx)
    if to is None or ctx.ask(requests.may_end_with, to, error) is not False:
        return
    message = (
        f"{_WHAT[error]} belongs to no blueprint, so this handler is never called: "
        "handle it for the application, with `app_errorhandler`."
    )
    end = ctx.span(node.func).end
    fix = Fix("Handle it for the application: `app_errorhandler`", False, _for_application(node))
    yield ctx.finding(Span(end - len(node.func.attr), end), message, fixes=[fix])


def _error(node: ast.Call, ctx: Context) -> str | None:
    """``404`` or ``405``, as a number or by the name of its exception."""
    given = node.args[0] if node.args else None
    constant = ctx.constant(given)
    text = str(constant.value) if constant is not None else _NAMES.get(ctx.name(given) or "", "")
    return text if text in _WHAT else None


def _for_application(node: ast.Call) -> Callable[[Editing], None]:
    def change(editing: Editing) -> None:
        assert isinstance(node.func, ast.Attribute)
        end = editing.span(node.func).end
        editing.replace(Span(end - len(node.func.attr), end), "app_errorhandler")
        if node.func.attr == "register_error_handler":
            given = [editing.text(argument) for argument in node.args]
            if len(given) != 2 or node.keywords:
                editing.impossible = True
                return
            first, last = editing.span(node.args[0]).end, editing.span(node).end
            editing.replace(Span(first, last), f")({given[1]})")

    return change
