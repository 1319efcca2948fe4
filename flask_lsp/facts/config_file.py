"""What a file says that ``from_file``, ``from_pyfile`` or ``from_envvar`` reads and that is no module of the project.

Pure functions of the text. What may be a secret is never kept: of such a key is known that it is set, or that it is
empty.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import cast

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.model import OTHER, Assigned, Literal, Value
from flask_lsp.facts.secret_text import is_filled_in, is_weak
from flask_lsp.frozen import frozen
from flask_lsp.syntax.parse import parse_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_LENGTH = 64 * 1024
"""Longer files are no configuration that somebody wrote."""

_SECRET = re.compile(r"SECRET|PASS|TOKEN|SALT|PRIVATE|KEY|CREDENTIAL|DSN|AUTH|URI|URL|PWD")
_MOST_KEYS = 500


@frozen()
class ConfigFile:
    """The keys that a file sets, in order."""

    values: tuple[tuple[str, Value], ...] = ()
    lines: tuple[int, ...] = ()
    """The number of the line of each, from 1."""
    secrets: tuple[tuple[str, bool], ...] = ()
    """The keys of secrets that are written out, and whether they can be guessed."""
    is_ignored: bool = False
    """The repository has no copy: it is that of one machine."""


def config_file(path: str, text: str) -> ConfigFile | None:
    """The facts of a file; ``None`` where it cannot be read."""
    if len(text) > MAX_LENGTH:
        return None
    try:
        found = _data(path, text)
    except Exception:  # whatever a library says of broken text  # noqa: BLE001
        return None
    if found is None or len(found) > _MOST_KEYS:
        return None
    keys = {key: value for key, value in found.items() if key.isupper()}
    lines = tuple(_line(text, key) for key in keys)
    return ConfigFile(tuple(_kept(*item) for item in keys.items()), lines, tuple(_secrets(keys)))


def _data(path: str, text: str) -> Mapping[str, Value] | None:
    ending = path.rpartition(".")[2].lower()
    if ending not in ("json", "toml"):
        return _python(text)
    data: object = json.loads(text) if ending == "json" else tomllib.loads(text)
    if not isinstance(data, dict):
        return None
    return {key: _plain(value) for key, value in cast("dict[str, object]", data).items()}


def _plain(value: object) -> Value:
    return Literal(value) if value is None or isinstance(value, str | int | float | bool) else OTHER


def _python(text: str) -> dict[str, Value] | None:
    """A file that is run as Python, as ``from_pyfile`` does with whatever it is given."""
    tree = parse_file(text)
    facts = FileFacts(tree)
    if tree.broken or "*" in facts.bindings:
        return None
    bounds = {name: [at.bound for at in ats] for name, ats in facts.bindings.items()}
    return {
        name: found[0].value if len(found) == 1 and isinstance(found[0], Assigned) else OTHER
        for name, found in bounds.items()
    }


def _kept(key: str, value: Value) -> tuple[str, Value]:
    secret = isinstance(value, Literal) and bool(value.value) and not isinstance(value.value, bool)
    return key, OTHER if not isinstance(value, Literal) or (secret and _SECRET.search(key)) else value


def _secrets(keys: Mapping[str, Value]) -> Iterator[tuple[str, bool]]:
    for key, value in keys.items():
        written = value.value if isinstance(value, Literal) else None
        text = written.decode("latin-1") if isinstance(written, bytes) else written
        if isinstance(text, str) and text and _SECRET.search(key) and not is_filled_in(text):
            yield key, is_weak(text)


def _line(text: str, key: str) -> int:
    name = re.escape(key)
    found = re.search(rf"^[\s\"'{{]*{name}\b", text, re.MULTILINE) or re.search(rf"\b{name}\b", text)
    return text.count("\n", 0, found.end()) + 1 if found is not None else 1
