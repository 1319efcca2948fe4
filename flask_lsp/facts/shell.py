"""Commands in the language of shells: the words of each, with the places at which they stand.

Not a shell: enough to tell what is started. What is put together at run time (``$NAME``, ``$(command)``) is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from flask_lsp.text import Span

_WORD = (
    r"(?:[^\s;&|()\"'\\$`]+|\(\)|(?<=\w)\([^()\s;&|\"'`$\\]*\)|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*'"
    r"|\$\([^()]*\)|\$\{[^{}]*\}|`[^`]*`|\$)+"
)
"""Brackets behind a name, which a shell would refuse, are what no shell reads: ``shop:create_app(True)`` in compose."""
_TOKEN = re.compile(
    r"(?P<blank>[ \t]+|\\\r?\n)|(?P<newline>[\r\n]+)|(?P<comment>#[^\r\n]*)"
    rf"|(?P<word>{_WORD})|(?P<operator>&&|\|\||;;|.)",
    re.DOTALL,
)
_PLAIN = re.compile(r"(?P<blank>\s+|\\\r?\n)|(?P<word>(?:[^\s\"']+|\"(?:[^\"\\]|\\.)*\"|'[^']*')+)|(?P<operator>.)")
"""For what no shell reads: nothing but quotes means anything."""
_PIECE = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|\\(.)|([^\"'\\]+)", re.DOTALL)
_ESCAPED = re.compile(r"\\([\"\\$`\n])")
_HEREDOC = re.compile(r"<<-?[ \t]*([\"']?)(\w+)\1[^\n]*\n(?P<body>.*?)^[ \t]*\2[ \t\r]*$", re.DOTALL | re.MULTILINE)
_OPEN_HEREDOC = re.compile(r"<<-?[ \t]*([\"']?)(\w+)\1")
_OPEN_BRACE = re.compile(r"\$\{(?![^{}]*\})")
_OPENS = frozenset({"if", "case", "while", "until", "for", "select"})
_CLOSES = frozenset({"fi", "esac", "done"})
_BETWEEN = frozenset({"then", "else", "elif", "do", "{", "}", "!", "in"})
_TESTS = frozenset({"[", "[[", "test"})


class Word(NamedTuple):
    """One word of a command, without its quotes."""

    text: str
    span: Span
    """With its quotes."""
    known: bool = True
    """Nothing in it is put together at run time."""
    inner: int = -1
    """Where its text begins; -1 where that does not stand there letter by letter."""

    def part(self, start: int, end: int | None = None) -> Span:
        """The place of a part of the text; the whole word where that cannot be told."""
        if self.inner < 0:
            return self.span
        return Span(self.inner + start, self.inner + (len(self.text) if end is None else end))


class Simple(NamedTuple):
    """A command without ``;``, ``&&`` and the like in it."""

    words: tuple[Word, ...]
    conditional: bool
    """Something decides whether it runs at all."""


def commands(text: str, span: Span, *, lines: bool = True) -> Iterator[Simple]:
    """The commands in a part of a text; with ``lines``, each line ends one."""
    depth, guarded, found = 0, False, list[Word]()
    text = _without_documents(text, span)
    for token in (*_TOKEN.finditer(text, *span), None):
        kind = token.lastgroup if token is not None else "operator"
        if kind == "word" and token is not None:
            found.append(word_of(text, Span(*token.span())))
            continue
        if kind in ("blank", "comment") or (kind == "newline" and not lines):
            continue
        first = found[0].text if found else ""
        depth += (first in _OPENS) - (first in _CLOSES and depth > 0)
        while found and (found[0].text in _BETWEEN or found[0].text in _OPENS):
            found.pop(0)
        if found:
            yield Simple(tuple(found), depth > 0 or guarded)
        operator = token.group() if token is not None else ""
        guarded = operator in ("&&", "||") and (guarded or operator == "||" or bool(found and found[0].text in _TESTS))
        found = []


def closed(text: str) -> bool:
    """Nothing is open at the end of a text: what comes behind it means the same by itself."""
    if "<<" in text and _OPEN_HEREDOC.search(_HEREDOC.sub("", text)):
        return False
    span, depth, found = Span(0, len(text)), 0, list[str]()
    text = _without_documents(text, span)
    before = ""
    for token in _TOKEN.finditer(text):
        said, kind = token.group(), token.lastgroup
        if kind == "word":
            found.append(said)
            if "${" in said and _OPEN_BRACE.search(said):
                return False
        elif kind == "operator" and (said in "\"'`\\" or (said == "(" and before.endswith("$"))):
            return False
        elif kind in ("newline", "operator"):
            depth += _deeper(found, depth)
            found.clear()
        before = said
    return depth + _deeper(found, depth) == 0 and not before.endswith("\\")


def _deeper(words: Sequence[str], depth: int) -> int:
    """What the first word of a command opens or closes."""
    if not words:
        return 0
    return (words[0] in _OPENS) - (words[0] in _CLOSES and depth > 0)


def plain_words(text: str, span: Span) -> tuple[Word, ...]:
    """The words of a command that no shell reads, such as those of a unit of systemd."""
    return tuple(word_of(text, Span(*each.span())) for each in _PLAIN.finditer(text, *span) if each.lastgroup == "word")


def word_of(text: str, span: Span) -> Word:
    """The word that stands somewhere, as the shell would hand it over."""
    value, known, at = _handed_over(text[span.start : span.end])
    return Word(value, span, known, span.start + at if at >= 0 else -1)


@lru_cache(4096)
def _handed_over(raw: str) -> tuple[str, bool, int]:
    """The text of a word, whether it is known, and where it begins in the raw one; -1: it does not stand there."""
    if raw.isalnum():
        return raw, True, 0
    said, known = list[str](), True
    for double, single, escaped, bare in _PIECE.findall(raw):
        known = known and not ("$" in double or "`" in double or "$" in bare or "`" in bare)
        said.append(_ESCAPED.sub(r"\1", double) or single or (escaped if escaped not in "\r\n" else "") or bare)
    value = "".join(said)
    return value, known, raw.find(value)


def _without_documents(text: str, span: Span) -> str:
    """The text with the bodies of here-documents blanked: they are written somewhere, not run."""
    if "<<" not in text[span.start : span.end]:
        return text
    parts, at = list[str](), 0
    for found in _HEREDOC.finditer(text, *span):
        start, end = found.span("body")
        parts += (text[at:start], re.sub(r"[^\r\n]", " ", text[start:end]))
        at = end
    return "".join((*parts, text[at:]))
