"""What a template does when it is shown: the URLs that it builds, the templates that it extends and includes. What
stands in a macro is left out. Read by pattern; never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_MOST_ARGUMENTS = 2000
"""Characters of a call that are looked at."""


class Part(NamedTuple):
    """Something that a template does."""

    what: str
    """``url``, ``extends`` or ``include``."""
    name: str
    """Of the endpoint, empty where it is no literal, or of the template."""
    blocks: tuple[str, ...] = ()
    """The blocks around it, outermost first."""
    has_host: bool = False
    """Of a URL: it is told to be whole, or may be."""
    sure: bool = True
    """It stands under no condition, and in no loop."""


_TAG = re.compile(r"\{#.*?#\}|\{%-?\s*raw\b.*?\bendraw\s*-?%\}|\{\{(.*?)\}\}|\{%[-+]?\s*(\w+)(.*?)[-+]?%\}", re.DOTALL)
_URL = re.compile(r"(?<![\w.])url_for\(\s*(?:([\"'])([\w.]*)\1\s*(?=[,)]))?")
_MAYBE = re.compile(r"\b(?:if|and|or)\b")
_TEMPLATE = re.compile(r"\s*([\"'])([^\"']+)\1\s*$")
_NAME = re.compile(r"\w+")
_UNSURE = ("if", "for", "macro", "call", "filter")
"""Statements whose bodies may not be shown, or more than once."""
_BEFORE_URL = ('"', "'", " ", "\t", "\n", ">", "(", "=", "%}")
_ASKING = ("if", "elif", "for", "macro", "call", "import", "from")


def parts_of(text: str) -> tuple[Part, ...]:
    """What a template does when it is shown."""
    if "url_for" not in text and "extends" not in text and "include" not in text:
        return ()
    found: list[Part] = []
    unsure: list[str] = []
    blocks: list[str] = []
    for tag in _TAG.finditer(text):
        shown, kind, rest = tag.group(1), tag.group(2) or "", tag.group(3) or ""
        if kind == "block":
            name = _NAME.search(rest)
            blocks.append(name.group() if name else "")
        elif kind == "endblock":
            del blocks[-1:]
        elif kind.startswith("end") and unsure and kind == f"end{unsure[-1]}":
            unsure.pop()
        elif kind in ("extends", "include"):
            if name := _TEMPLATE.match(rest):
                found.append(Part(kind, name.group(2), tuple(blocks), sure=not unsure))
        elif kind not in _ASKING and "macro" not in unsure:
            before = text[max(tag.start() - 2, 0) : tag.start()]
            begins = shown is not None and (not before or before.endswith(_BEFORE_URL))
            found += _urls(rest if shown is None else shown, tuple(blocks), begins, not unsure)
        if kind in _UNSURE:
            unsure.append(kind)
    return tuple(found)


def _urls(text: str, blocks: tuple[str, ...], begins: bool, sure: bool) -> Iterator[Part]:
    """The calls of ``url_for`` in an expression; ``begins``: no host stands before what is shown."""
    if "url_for" not in text:
        return
    sure = sure and not _MAYBE.search(re.sub(r"([\"']).*?\1", "''", text))
    for call in _URL.finditer(text):
        has_host = not begins or bool(text[: call.start()].strip()) or _may_have_host(text[call.end() :])
        yield Part("url", call.group(2) or "", blocks, has_host, sure)


def _may_have_host(rest: str) -> bool:
    arguments = rest[:_MOST_ARGUMENTS]
    return "|" in arguments or "_external" in arguments or "_scheme" in arguments or "**" in arguments
