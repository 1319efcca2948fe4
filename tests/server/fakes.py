"""A name called `fake`: rules that only the tests of the server have.

They say what real rules may say, and one of them is broken. Started as a program, this is the server with them.

```python
fake_mistake = 1
```

Better:

```python
mistake = 1
```
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from flask_lsp.rules import registry
from flask_lsp.rules.base import Finding, Fix, Level, Registered, Related, Rule
from flask_lsp.text import Span

SAFE = Rule("FL990", "fake-safe", Level.WARNING)
"""``fake_safe``: a safe fix, an unsafe one, and all that a diagnostic can carry."""
CREATES = Rule("FL991", "fake-creates", Level.ERROR)
"""``fake_creates``: a fix that writes a new file."""
BROKEN = Rule("FL992", "fake-broken", Level.ERROR)
"""``fake_broken``: a bug in the rule."""


def check_safe(node: ast.Name, ctx: Any) -> Iterator[Finding]:
    if node.id == "fake_safe":
        span = ctx.span(node)
        yield ctx.finding(
            node,
            "A fake.",
            fixes=[
                Fix("Say real_one", True, lambda editing: editing.replace(node, "real_one")),
                Fix("Say other_one", False, lambda editing: editing.replace(node, "other_one")),
            ],
            related=[Related("The first letter.", Span(span.start, span.start + 1))],
            tags=["unnecessary", "deprecated"],
        )


def check_creates(node: ast.Name, ctx: Any) -> Iterator[Finding]:
    if node.id == "fake_creates":

        def change(editing: Any) -> None:
            editing.replace(node, "created")
            folder = os.path.dirname(ctx.file.document)
            editing.created[f"{folder}/new file.py"] = "created = 1\n"

        yield ctx.finding(node, "A fake.", fixes=[Fix("Create a file", True, change)])


def check_broken(node: ast.Name, ctx: Any) -> Iterator[Finding]:
    if node.id == "fake_broken":
        raise RuntimeError("a bug in a rule")
    yield from ()


def install() -> None:
    """Adds the fakes to the rules; before anything imports them from the registry."""
    real = registry.rules
    checks = {SAFE: check_safe, CREATES: check_creates, BROKEN: check_broken}
    fakes = tuple(Registered(rule, check, (ast.Name,), "tests.server.fakes") for rule, check in checks.items())

    @cache
    def rules() -> tuple[Registered, ...]:
        return (*real(), *fakes)

    registry.rules = rules


if __name__ == "__main__":
    install()
    from flask_lsp.cli import main

    sys.exit(main(["server", *sys.argv[1:]]))
