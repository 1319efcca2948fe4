"""How the table of known keys is written down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_lsp.frozen import frozen

_ROW = re.compile(
    r"^(?P<name>[A-Z][A-Z0-9_]*) +\| (?P<type>[^|]+?) +\| (?P<default>[^|]*?) +\| (?P<meaning>[^|]+?)"
    r"(?: +\| (?P<versions>.*))?$",
    re.MULTILINE,
)


@frozen()
class KnownKey:
    """A key that a package reads."""

    name: str
    package: str
    """As it is installed: ``Flask-Login``."""
    type: str
    default: str
    """As it would be written; empty where there is none and the key has to be set."""
    meaning: str
    """One sentence."""
    since: str = ""
    """The version of the package that brought it; empty: as long as anybody remembers."""
    removed: str = ""
    """The version that no longer reads it."""


def rows(package: str, text: str) -> Iterator[KnownKey]:
    """The keys of a package: name, type, default, meaning and versions (``2.3-``, ``-2.3``), between bars."""
    for row in _ROW.finditer(text):
        since, _, removed = (row["versions"] or "").strip().partition("-")
        yield KnownKey(
            row["name"], package, row["type"].strip(), row["default"].strip(), row["meaning"], since, removed
        )
