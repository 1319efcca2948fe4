"""The keys of the configuration that Flask and the widely used extensions read: one table.

The words are our own; types and defaults are those of the packages' code. A key that is not in it says nothing: other
extensions have keys of their own.
"""

from __future__ import annotations

from functools import cache

from flask_lsp.project.known_keys_extensions import EXTENSION_KEYS
from flask_lsp.project.known_keys_flask import FLASK_KEYS
from flask_lsp.project.known_keys_more import MORE_KEYS
from flask_lsp.project.known_keys_rows import KnownKey, rows


@cache
def known_keys() -> dict[str, KnownKey]:
    """The table by key. Of two packages with one key the first named counts."""
    found: dict[str, KnownKey] = {}
    for package, text in (*FLASK_KEYS, *EXTENSION_KEYS, *MORE_KEYS):
        for key in rows(package, text):
            found.setdefault(key.name, key)
    return found


def meant_by(name: str) -> str | None:
    """The known key that a name is one slip away from, in letters, in their case or in underscores; ``None`` where it
    is none, is known itself, or could be more than one."""
    keys = known_keys()
    if name in keys:
        return None
    same = _by_letters().get(_letters(name), ())
    if len(same) == 1:
        return same[0]
    if name != name.upper() or len(name) < _SHORTEST:
        return None
    near = {key for slip in _slips(name) for key in _by_slip().get(slip, ()) if _is_slip(name, key)}
    near = near or {key for key in keys if _is_mixed_up(name, key)}
    return near.pop() if len(near) == 1 else None


_SHORTEST = 8
"""Short names that differ in one letter are different names."""


def _letters(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


@cache
def _by_letters() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key in known_keys():
        found[_letters(key)] = (*found.get(_letters(key), ()), key)
    return found


@cache
def _by_slip() -> dict[str, tuple[str, ...]]:
    """The long keys, by themselves and by what is left of them without one letter."""
    found: dict[str, list[str]] = {}
    for key in known_keys():
        for slip in _slips(key) if len(key) >= _SHORTEST else ():
            found.setdefault(slip, []).append(key)
    return {slip: tuple(keys) for slip, keys in found.items()}


def _slips(name: str) -> frozenset[str]:
    return frozenset((name, *(name[:at] + name[at + 1 :] for at in range(len(name)))))


def _is_mixed_up(name: str, key: str) -> bool:
    """The letters of one word are in another order, in the middle of it: ``SERECT_KEY``."""
    if len(name) != len(key):
        return False
    words = [(one, other) for one, other in zip(name.split("_"), key.split("_"), strict=False) if one != other]
    if len(words) != 1 or name.count("_") != key.count("_"):
        return False
    [(one, other)] = words
    return (one[0], one[-1]) == (other[0], other[-1]) and len(one) > 3 and sorted(one) == sorted(other)


def _is_slip(name: str, key: str) -> bool:
    """One letter is missing, too many or another, or two neighbours have changed places. Numbers are no slips."""
    if abs(len(name) - len(key)) > 1:
        return False
    head = next((at for at, (one, other) in enumerate(zip(name, key, strict=False)) if one != other), None)
    if head is None:
        rest = name[len(key) :] or key[len(name) :]
        return not rest.isdigit()
    if name[head].isdigit() or (head < len(key) and key[head].isdigit()):
        return False
    if len(name) == len(key):
        swapped = name[head : head + 2] == key[head : head + 2][::-1] and name[head + 2 :] == key[head + 2 :]
        return swapped or name[head + 1 :] == key[head + 1 :]
    longer, shorter = (name, key) if len(name) > len(key) else (key, name)
    return longer[head + 1 :] == shorter[head:]
