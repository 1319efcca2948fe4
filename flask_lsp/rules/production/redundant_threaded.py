"""`threaded=True` says what `app.run` does anyway.

Since Flask 1.0 the development server answers each request in a thread of its own, `flask run` as well. It stays a
development server: what it needs to be fit for production is another server, such as gunicorn, not an option.

```python
from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run(threaded=True)
```

Better:

```python
from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_lsp.rules._servers import APP_RUN, argument
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

rule = Rule("FL803", "redundant-threaded", Level.HINT, words=("threaded",))


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    threaded = argument(node, "threaded", None)
    if not isinstance(threaded, ast.keyword) or argument(node, "processes", None) is not None or ctx.is_test:
        return
    if getattr(threaded.value, "value", None) is not True or ctx.name(node.func) != APP_RUN:
        return
    if any(keyword.arg is None for keyword in node.keywords) or ctx.versions.below("flask", (1, 0)):
        return

    def change(editing: Editing) -> None:
        editing.remove_argument(node, threaded)

    message = "`app.run` starts a thread for each request by itself: `threaded=True` changes nothing, remove it."
    fix = Fix("Remove `threaded=True`", True, change)
    yield ctx.finding(threaded, message, fixes=[fix], tags=["unnecessary"])
