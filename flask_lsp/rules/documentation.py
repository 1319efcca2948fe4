"""The documentation of a rule is its module's docstring: a title, why, and two examples that the tests run.

The first paragraph is the title; what follows, up to the first fence, says why. The first fence shows the mistake, the
second, after a line ``Better:``, the better way.
"""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cache

from flask_lsp.rules.base import Documentation
from flask_lsp.rules.registry import by_code

_FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)


class Undocumented(ValueError):
    """A docstring lacks one of its parts."""


@cache
def documentation(code: str) -> Documentation:
    """The documentation of a rule by its code; raises ``KeyError`` for a code that is none."""
    registered = by_code()[code]
    text = inspect.cleandoc(importlib.import_module(registered.module).__doc__ or "")
    title, _, rest = text.partition("\n\n")
    fences = list(_FENCE.finditer(rest))
    if len(fences) < 2:
        raise Undocumented(f"{registered.module}: expected an example and a better one")
    why = rest[: fences[0].start()].strip()
    return Documentation(" ".join(title.split()), why, fences[0].group(1), fences[1].group(1))


def markdown(code: str) -> str:
    """What a hover, ``flask-lsp rule`` and the generated page say about a rule."""
    registered, doc = by_code()[code], documentation(code)
    return (
        f"**{code} {registered.rule.name}**: {doc.title}\n\n{doc.why}\n\n"
        f"```python\n{doc.example}```\n\nBetter:\n\n```python\n{doc.better}```\n"
    )
