"""The documentation of a rule is its module's docstring: a title, why, and two examples that the tests run.

The first paragraph is the title; what follows, up to the first fence, says why. The first fence shows the mistake, the
one after a line that begins with ``Better`` the better way. A fence with a name, ```` ```python pages.py ```` or
```` ```yaml compose.yml ````, is another file of the example it follows, which itself is ``example.py``.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Mapping
from functools import cache

from flask_lsp.rules.base import Documentation
from flask_lsp.rules.registry import by_code

_BETTER = re.compile(r"^Better\b.*:$", re.MULTILINE)
_FENCE = re.compile(r"```\w+(?: (\S+))?\n(.*?)```", re.DOTALL)
_LANGUAGES = {"py": "python", "yml": "yaml", "yaml": "yaml", "Dockerfile": "dockerfile", "toml": "toml", "ini": "ini"}
"""By the end of a name."""


class Undocumented(ValueError):
    """A docstring lacks one of its parts."""


@cache
def documentation(code: str) -> Documentation:
    """The documentation of a rule by its code; raises ``KeyError`` for a code that is none."""
    registered = by_code()[code]
    text = inspect.cleandoc(importlib.import_module(registered.module).__doc__ or "")
    title, _, rest = text.partition("\n\n")
    examples = [_FENCE.findall(part) for part in _BETTER.split(rest)]
    if len(examples) != 2 or any(not each or each[0][0] for each in examples):
        raise Undocumented(f"{registered.module}: expected an example and a better one")
    why = rest.partition("```")[0].strip()
    (bad, *beside), (better, *better_beside) = examples
    return Documentation(" ".join(title.split()), why, bad[1], better[1], tuple(beside), tuple(better_beside))


def markdown(code: str) -> str:
    """What a hover, ``flask-lsp rule`` and the generated page say about a rule."""
    registered, doc = by_code()[code], documentation(code)
    bad, better = (_fences(doc.files(better=each)) for each in (False, True))
    return f"**{code} {registered.rule.name}**: {doc.title}\n\n{doc.why}\n\n{bad}\nBetter:\n\n{better}"


def _fences(files: Mapping[str, str]) -> str:
    """The files of an example in Markdown, each with its name where there are several."""
    named = len(files) > 1
    return "\n".join(
        (f"`{name}`:\n\n" if named else "") + f"```{_language(name)}\n{text}```\n" for name, text in files.items()
    )


def _language(name: str) -> str:
    return _LANGUAGES.get(name.rpartition(".")[2], "text")
