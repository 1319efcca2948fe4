"""Whether a text that is a secret key can be guessed."""

from __future__ import annotations

import re

_SHORT = 16
"""Fewer characters are tried one after the other."""
_FEW = 8
"""Fewer different characters are no random text."""
_COMMON = re.compile(r"secret|change.?(me|it|this)|password|guess|qwerty|default|example|12345678", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z]+(?:[ _\-.'!?]+[A-Za-z]+)*[!?.\d]{0,4}")
_FILLED_IN = re.compile(r"\{\{.*\}\}|\{%.*%\}|\$\{?\w+\}?|%\(?\w+\)?s|<%.*%>", re.DOTALL)


def is_filled_in(text: str) -> bool:
    """A template engine or a deployment puts something else in its place."""
    return bool(_FILLED_IN.fullmatch(text))


def is_weak(text: str) -> bool:
    """Short, common, or made of words."""
    return len(text) < _SHORT or len(set(text)) < _FEW or bool(_COMMON.search(text) or _WORDS.fullmatch(text))
