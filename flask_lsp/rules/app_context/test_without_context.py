"""A test uses something that needs a context, and has none.

The test client gives a context to the view that answers, and to nobody else: a test that touches `current_app`,
`db.session`, `url_for` or `request` itself raises `RuntimeError`. After `client.get()` the request is over; only inside
`with client:` is its context kept. Push a context around these lines, or use a fixture that does.

```python
from unittest import TestCase

from flask import Flask, current_app


def create_app():
    app = Flask(__name__)
    app.config["TITLE"] = "Shop"
    return app


class TitleTest(TestCase):
    def test_title(self):
        app = create_app()
        self.assertEqual(current_app.config["TITLE"], "Shop")
        app.test_client().get("/")
```

Better:

```python
from unittest import TestCase

from flask import Flask, current_app


def create_app():
    app = Flask(__name__)
    app.config["TITLE"] = "Shop"
    return app


class TitleTest(TestCase):
    def test_title(self):
        app = create_app()
        with app.app_context():
            self.assertEqual(current_app.config["TITLE"], "Shop")
        app.test_client().get("/")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.file import FileFacts
from flask_lsp.project.needs import WORDS
from flask_lsp.rules import background
from flask_lsp.rules.background_fixes import in_test
from flask_lsp.rules.base import Finding, Level, Rule
from flask_lsp.rules.context import Context

rule = Rule("FL108", "test-without-context", Level.ERROR, words=(*WORDS, "test"))


def in_pause(_: FileFacts, ctx: Context) -> Iterator[Finding]:
    for found in background.found_in(ctx, "FL108"):
        context = "a request context" if found.of_request else "an application context"
        advice = "with app.test_request_context():" if found.of_request else "with app.app_context():"
        message = background.test_message(found, context, advice)
        yield ctx.finding(found.span, message, fixes=in_test(found, ctx), related=background.trail(ctx, found))
