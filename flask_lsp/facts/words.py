"""What a text says that answers rest on and no other fact tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORDS = ("Column(", "mapped_column", "Mapped[", "Table(", "__tablename__", "reflect", "automap")
"""To look for these first is faster: most texts hold none."""
_TABLES = re.compile(r"Column\(|mapped_column|Mapped\[|\bTable\(|__tablename__|\breflect\b|automap")
OWN_URL_FOR = re.compile(r"url_for(?<!\wurl_for)(?:(?<=[\"']url_for)[\"']|\s*=[^=]|(?<=def url_for)\b)")
"""A file may give templates a ``url_for`` of its own. A pattern that begins with a word is searched for fast."""
_TELLS_APP = re.compile(r"\.app\s*=")
_TELLING = (
    *(".globals", "template_global", "template_context_processors", "expire_on_commit", "query_class", "SQLAlchemy("),
    *("AUTOCOMMIT", "autocommit", "SESSION_SQLALCHEMY", "COMMIT_ON_TEARDOWN", "kombu", "task_serializer"),
    *("TASK_SERIALIZER", "(Celery):", "exec(", "globals()"),
)
"""Who asks a text for a word in the name of a project says it here too."""
_SECRET_KEY = re.compile(r"secret_key|config.{0,99}secret|secret.{0,99}config", re.IGNORECASE)
_COMPARES = re.compile(r"\bif\b.*?(?:==|\bin\b)(.*)")
_TEXT = re.compile(r"\"([^\"\\\n]{3,})\"|'([^'\\\n]{3,})'")
_REFUSES = re.compile(r"\b(?:raise|abort|exit)\b")
_MOST_LINES = 6
"""Of a comparison and what it leads to."""


def says_tables(text: str) -> bool:
    """The text holds one of the words with which tables are described."""
    return any(word in text for word in _WORDS) and bool(_TABLES.search(text))


def telling_lines(text: str) -> tuple[str, ...]:
    """The lines that hold a word for which questions search whole texts."""
    return tuple([line for line in text.splitlines() if _is_telling(line)]) if _is_telling(text) else ()


def _is_telling(text: str) -> bool:
    found = any(word in text for word in _TELLING) or _TELLS_APP.search(text) or OWN_URL_FOR.search(text)
    return bool(found)


def refused_keys(text: str) -> frozenset[str]:
    """The texts with which the secret key is compared before something is raised or the program ends."""
    if "secret" not in text.lower() or not _REFUSES.search(text) or not _SECRET_KEY.search(text):
        return frozenset()
    lines, found = text.split("\n"), set[str]()
    for at, line in enumerate(lines):
        compares = _COMPARES.search(line) if _SECRET_KEY.search(line) else None
        if compares and any(map(_REFUSES.search, _led_to(lines, at))):
            found.update(one or other for one, other in _TEXT.findall(compares[1]))
    return frozenset(found)


def _led_to(lines: list[str], at: int) -> Iterator[str]:
    """The line and the next ones that belong to it: they tell no more when they stand alone with it."""
    yield lines[at]
    depth = len(lines[at]) - len(lines[at].lstrip())
    for line in lines[at + 1 : at + _MOST_LINES]:
        bare = line.lstrip()
        if bare and bare[0] != ")" and len(line) - len(bare) <= depth:
            return
        yield line
