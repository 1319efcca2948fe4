"""Does a text bring tables of a database? Asked of the text itself, as no other fact tells."""

from __future__ import annotations

import re

_TABLES = re.compile(r"Column\(|mapped_column|Mapped\[|\bTable\(|__tablename__|\breflect\b|automap")


def says_tables(text: str) -> bool:
    """The text holds one of the words with which tables are described."""
    return bool(_TABLES.search(text))
