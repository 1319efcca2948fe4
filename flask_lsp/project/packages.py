"""What the names of installed packages mean to Flask: ``apiflask.APIFlask`` is a ``flask.Flask``.

A table that the snapshot holds, so that questions stay functions of it. What rules ask for beyond the table is noted;
whoever made the snapshot may have it answered (``jedi_bridge``) and make the next one, which knows more.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType

STAR = ".*."
"""Between a package and a name that may come with ``from package import *``."""

SETTLED = frozenset(
    {
        *sys.stdlib_module_names,
        *("builtins", "flask", "flask_sqlalchemy", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click"),
        *("sqlalchemy", "flask_login", "flask_migrate", "flask_wtf", "wtforms", "flask_cors", "flask_mail", "blinker"),
        *("flask_caching", "flask_bcrypt", "flask_marshmallow", "marshmallow", "celery", "requests", "redis", "pytest"),
    }
)
"""Packages with no class or value that rules ask for by the name it has elsewhere."""

_CUT = re.compile(r"[.(\[]")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Wanted:
    """What was asked for, in order and once; shared by all snapshots of a project."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._fresh: list[str] = []

    def note(self, path: str) -> None:
        if path not in self._seen:
            self._seen.add(path)
            self._fresh.append(path)

    def take(self) -> list[str]:
        """What was noted since this was called last."""
        fresh, self._fresh = self._fresh, []
        return fresh


class Packages:
    """The table. Its identity tells whether it knows something new."""

    def __init__(self, known: Mapping[str, str] = _NOTHING, wanted: Wanted | None = None) -> None:
        self.known = known
        """By path its canonical name; empty for a star that does not bring the name."""
        self.wanted = wanted or Wanted()
        self._roots = frozenset(root_of(path) for path in known)

    def name(self, path: str) -> str:
        """The canonical name of a path that begins with a package: the longest known part of it counts."""
        root = root_of(path)
        if root in SETTLED:
            return path
        self.wanted.note(path)
        if root in self._roots:
            for part in reversed(list(parts(path))):
                if part in self.known:
                    return self.known[part] + path[len(part) :]
        return path

    def starred(self, module: str, name: str) -> str | None:
        """What a name means if ``from module import *`` brings it: empty if it does not, ``None`` if unknown."""
        path = f"{module}{STAR}{name}"
        self.wanted.note(path)
        return self.known.get(path)

    def with_more(self, known: Mapping[str, str]) -> Packages:
        """The table with more in it; itself where it knows all that."""
        if known.items() <= self.known.items():
            return self
        return Packages({**self.known, **known}, self.wanted)


def root_of(path: str) -> str:
    """The package that a path begins with."""
    return _CUT.split(path, maxsplit=1)[0]


def parts(path: str) -> Iterator[str]:
    """The beginnings of a path, shortest first: ``a``, ``a.b``, ``a.b()`` for ``a.b()``."""
    for cut in _CUT.finditer(path):
        yield path[: cut.start()]
    yield path
