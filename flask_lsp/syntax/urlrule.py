"""URL rules such as ``/users/<int:id>``: their parts, and what Werkzeug would refuse, as data. Never raises."""

from __future__ import annotations

import re

from flask_lsp.frozen import frozen
from flask_lsp.text import Span

CONVERTERS = frozenset({"default", "string", "any", "path", "int", "float", "uuid"})
"""What every application knows (``werkzeug.routing.DEFAULT_CONVERTERS``)."""


@frozen()
class Variable:
    """``<converter(arguments):name>``."""

    name: str
    converter: str
    """``default`` where none is written."""
    arguments: str | None
    span: Span
    """With the angle brackets."""
    name_span: Span
    converter_span: Span | None


@frozen()
class Malformed:
    """What makes Werkzeug refuse the rule: ``slash`` (it does not begin with one), ``variable`` (what stands from a
    ``<`` on is no variable), ``twice`` (a name is used again)."""

    what: str
    span: Span


@frozen()
class UrlRule:
    """A rule taken apart; spans count from the begin of its text."""

    text: str
    parts: tuple[str | Variable, ...]
    """In order, static text and variables. What is malformed is in none of them."""
    errors: tuple[Malformed, ...] = ()

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(part for part in self.parts if isinstance(part, Variable))


_PART = re.compile(
    r"(?P<static>[^<]+)|<(?:(?P<converter>[a-zA-Z_][a-zA-Z0-9_]*)(?:\((?P<arguments>.*?)\))?:)?(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)>"
)
_BROKEN = re.compile(r"<[^<>/]*>?")


def parse_rule(text: str) -> UrlRule:
    """The parts and the errors of a rule. Those of a blueprint may lack the slash, which is for the caller to know."""
    parts: list[str | Variable] = []
    errors: list[Malformed] = []
    if not text.startswith("/"):
        errors.append(Malformed("slash", Span(0, 0)))
    names: set[str] = set()
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            broken = _BROKEN.match(text, at)
            end = broken.end() if broken else at + 1
            errors.append(Malformed("variable", Span(at, end)))
            at = end
            continue
        at = found.end()
        if found["static"] is not None:
            parts.append(found["static"])
            continue
        variable = _variable(found)
        if variable.name in names:
            errors.append(Malformed("twice", variable.name_span))
        names.add(variable.name)
        parts.append(variable)
    return UrlRule(text, tuple(parts), tuple(errors))


def _variable(found: re.Match[str]) -> Variable:
    converter = found["converter"]
    converter_span = None if converter is None else Span(*found.span("converter"))
    name_span = Span(*found.span("name"))
    return Variable(
        found["name"], converter or "default", found["arguments"], Span(*found.span()), name_span, converter_span
    )


def join(prefix: str | None, rule: str) -> str:
    """The rule that Flask makes of a blueprint's prefix and a rule."""
    if prefix is None:
        return rule
    return f"{prefix.rstrip('/')}/{rule.lstrip('/')}" if rule else prefix


def nest(outer: str | None, inner: str | None) -> str | None:
    """The prefix that Flask makes of those of a blueprint and of one registered on it."""
    if outer is None or inner is None:
        return inner if outer is None else outer
    return f"{outer.rstrip('/')}/{inner.lstrip('/')}"


# -- matching --------------------------------------------------------------------------------------------------------

_PATTERNS = {
    "default": r"[^/\0]+",
    "string": r"[^/\0]+",
    "path": r"[^/\0][^\0]*?",
    "int": r"\d+",
    "float": r"\d+\.\d+",
    "uuid": r"[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}",
}
HOLE = "\0"
"""Stands in a path for something that is only known when the program runs."""


def match(rule: UrlRule, path: str, *, strict_slashes: bool = True) -> tuple[str, ...] | None:
    """What the rule's variables take from a path, in order, ``None`` if it does not match.

    A path may hold a ``HOLE`` for each unknown part; only a whole variable takes one. A branch (``/users/``) also
    matches without its last slash, from where Werkzeug redirects to it. Rules with converters or arguments that are
    not known here match nothing.
    """
    first = rule.parts[0] if rule.parts else ""
    if rule.errors or not path.startswith(first.rstrip("/") if isinstance(first, str) else ""):
        return None
    pattern = ""
    for part in rule.parts:
        if isinstance(part, str):
            pattern += re.escape(part)
        elif part.converter not in _PATTERNS or (part.arguments or "").strip():
            return None
        else:
            pattern += f"({HOLE}|{_PATTERNS[part.converter]})"
    if rule.text.endswith("/") and rule.text != "/":
        pattern += "?"
    elif not strict_slashes:
        pattern += "/?"
    found = re.fullmatch(pattern, path)
    return None if found is None else found.groups()
