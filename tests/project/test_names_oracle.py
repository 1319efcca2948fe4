"""The fast path against jedi, on a tenth of the names; ``tests/long`` takes them all, of more projects."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.project.names_oracle import Judged, judged

EXPLAINED = (
    # (what was written, our answer, jedi's answers), each a regular expression, and why they differ
    (r".*", r"builtins\.(?:min|max|getattr|sorted|next|iter|open|zip|map|sum|abs|round|reversed)\(\).*", r".*",
     "what a call gives depends on its arguments; we say which call it is"),
    (r".*", r".*\.(?:get|setdefault|pop|get_or_404|first_or_404|items|join|split|copy|client|get_json)\(\)", r".*",
     "what a call gives depends on its arguments; we say which call it is"),
    (r".*", r"<\w+>\.\w+\(\)\.[\w.()]+", r".*", "what a method gives is not followed; we say which call it is"),
    (r"self|cls|self\..*|cls\..*", r"None", r".*", "no rule asks what a method is called on"),
    (r".*", r"None", r".*builtins\.NoneType\(\).*", "it may be nothing: we say nothing"),
    (r"app|db|current_app|form|request|blueprint|session|g|.*_app", r"None", r".*",
     "a parameter without annotation: jedi reads the docstring, or finds a caller"),
    (r".*", r"flask_sqlalchemy\.SQLAlchemy\(\)\.Model(?:\(\))?", r".*",
     "a model goes by its base, which jedi does not see: it is made while the program runs"),
    (r".*", r"typing\.\w+\[?\]?(?:\(\))?|typing_extensions\..*|<_?types>.*", r".*",
     "an alias of a type is no value"),
)  # fmt: skip


def unexplained(found: Iterable[Judged]) -> list[Judged]:
    """Where we and jedi differ, and no row of the table says why."""
    return [one for one in found if not one.agrees and not any(_explains(row, one) for row in EXPLAINED)]


def _explains(row: tuple[str, str, str, str], one: Judged) -> bool:
    written, ours, jedi, _ = row
    return bool(
        re.fullmatch(written, one.written)
        and re.fullmatch(ours, str(one.ours))
        and re.fullmatch(jedi, " ".join(sorted(one.jedi)))
    )


def installed(package: str) -> Path:
    """The folder in which a package of the tests' own environment lies."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent.parent


def compare(root: Path, package: str, cache: Path, every: int) -> None:
    found = list(judged(root, package, cache, every))
    assert sum(one.settled for one in found) > 10, "hardly anything was compared"
    assert unexplained(found) == []


# The dev extra has the last two for Python 3.11 and newer only.
PACKAGES = [("flask_login", 10), ("flask_admin", 800), ("flask_restx", 80)][: 1 if sys.version_info < (3, 11) else None]


@pytest.mark.parametrize(("package", "every"), PACKAGES)
def test_a_tenth(package: str, every: int, tmp_path: Path) -> None:
    compare(installed(package), package, tmp_path, every)
