"""Does a text bring tables of a database? Asked of the text itself, as no other fact tells."""

from __future__ import annotations

import re

_WORDS = ("Column(", "mapped_column", "Mapped[", "Table(", "__tablename__", "reflect", "automap")
"""To look for these first is faster: most texts hold none."""
_TABLES = re.compile(r"Column\(|mapped_column|Mapped\[|\bTable\(|__tablename__|\breflect\b|automap")


def says_tables(text: str) -> bool:
    """The text holds one of the words with which tables are described."""
    return any(word in text for word in _WORDS) and bool(_TABLES.search(text))
