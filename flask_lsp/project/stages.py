"""For which environment something is, by its name: a class, a function, a file, a key of a dict."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["production", "development", "testing", ""]
"""Empty: the name says nothing."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_TESTING = re.compile(r"(py|unit|e2e)?test(s|ing|config|settings)?|ci")
_DEVELOPMENT = re.compile(r"dev(el(op(ment|er)?)?)?(config|settings)?|local(host|settings)?|debug")
_PRODUCTION = re.compile(r"prod(uction)?(config|settings)?|live|deploy(ed|ment)?|heroku|release")
_STAGING = frozenset({"stage", "staging", "preprod", "preproduction", "uat", "qa"})


def stage_of(name: str) -> Stage:
    """What the words of a name say; tests before development, development before production."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if any(map(_TESTING.fullmatch, words)):
        return "testing"
    if any(map(_DEVELOPMENT.fullmatch, words)):
        return "development"
    return "production" if any(map(_PRODUCTION.fullmatch, words)) else ""


def says_development(name: str) -> bool:
    """A word of the name says that it is not for production."""
    return stage_of(name) in ("development", "testing")


def says_staging(name: str) -> bool:
    """A word of the name says that it is for trying out what production will run."""
    return any(word.lower() in _STAGING for word in _WORDS.findall(name))
