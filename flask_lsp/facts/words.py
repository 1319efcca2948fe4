"""What a text says that answers rest on and no other fact tells."""

from __future__ import annotations

import re

_WORDS = ("Column(", "mapped_column", "Mapped[", "Table(", "__tablename__", "reflect", "automap")
"""To look for these first is faster: most texts hold none."""
_TABLES = re.compile(r"Column\(|mapped_column|Mapped\[|\bTable\(|__tablename__|\breflect\b|automap")
OWN_URL_FOR = re.compile(r"[\"']url_for[\"']|\burl_for\s*=[^=]|\bdef url_for\b")
"""A file may give templates a ``url_for`` of its own."""
_TELLING = (
    *(".globals", "template_global", "template_context_processors", "expire_on_commit", "query_class", "SQLAlchemy("),
    *("AUTOCOMMIT", "autocommit", "SESSION_SQLALCHEMY", "COMMIT_ON_TEARDOWN", "kombu", "task_serializer"),
    *("TASK_SERIALIZER", "(Celery):", "exec(", "globals()"),
)
"""Who asks a text for a word in the name of a project says it here too."""
_TOLD = re.compile("|".join([*map(re.escape, _TELLING), OWN_URL_FOR.pattern, r"\.app\s*="]))


def says_tables(text: str) -> bool:
    """The text holds one of the words with which tables are described."""
    return any(word in text for word in _WORDS) and bool(_TABLES.search(text))


def telling_lines(text: str) -> tuple[str, ...]:
    """The lines that hold a word for which questions search whole texts."""
    if not any(word in text for word in (*_TELLING, "url_for", ".app")):
        return ()
    return tuple([line for line in text.splitlines() if _TOLD.search(line)])
