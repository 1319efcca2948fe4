"""Markdown of the parts that hovers are made of."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from flask_lsp.frozen import frozen
from flask_lsp.project.route_model import Key

MOST_ROUTES = 15
_WIDEST = 80
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


@frozen()
class Line:
    """One URL."""

    methods: str
    url: str
    endpoint: str
    note: str = ""


def fence(lines: Sequence[Line], unread: int) -> str:
    """URLs in columns, those that are equal once, and how many more there are."""
    every = list(dict.fromkeys(lines))
    shown = every[:MOST_ROUTES]
    methods = max((len(line.methods) for line in shown), default=0)
    urls = min(max((len(code(line.url)) for line in shown), default=0), _WIDEST)
    texts = [
        f"{line.methods.ljust(methods)} {code(line.url).ljust(urls)}  → {code(line.endpoint)}  {line.note}".rstrip()
        for line in shown
    ]
    return "\n".join(["```text", *texts, *more(len(every) + unread, MOST_ROUTES), "```"])


def more(count: int, most: int) -> list[str]:
    """A line about what is left out, if anything is."""
    return [f"… and {count - most} more"] if count > most else []


def methods_text(methods: frozenset[str] | None, only: str | None = None) -> str:
    """The methods of a rule, or the one of them that is meant."""
    if only is not None:
        return only
    if methods is None:
        return "?"
    return ",".join(sorted(methods, key=lambda each: (_METHODS.index(each) if each in _METHODS else 9, each)))


def code(text: str) -> str:
    """On one line, and without what ends code in Markdown."""
    return _CONTROL.sub(" ", text).replace("`", "'")


def last_name(key: Key) -> str:
    """Without the functions and classes around it."""
    name = key[1].partition("@")[0]
    return name.rpartition(".")[2]


def parsed(text: str) -> ast.expr | None:
    """An expression from its text, None where it is none."""
    try:
        return ast.parse(text.strip(), mode="eval").body if text else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def argument(call: ast.expr | None, name: str) -> str:
    """An argument of a call as it would be written, with what goes before it; empty where that says nothing."""
    if not isinstance(call, ast.Call):
        return ""
    given = next((each.value for each in call.keywords if each.arg == name), None)
    text = "" if given is None else code(ast.unparse(given))
    return f": `{text}`" if text and len(text) <= _WIDEST else ""
