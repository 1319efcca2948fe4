"""String literals as they are written."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

from flask_lsp.text import Source, Span

_FSTRING_START = getattr(tokenize, "FSTRING_START", -1)  # Python 3.12
_FSTRING_END = getattr(tokenize, "FSTRING_END", -1)


def string_parts(text: str, span: Span) -> Iterator[Span]:
    """The string tokens of an implicit concatenation that takes ``span`` of ``text``, spans counted from ``text``.

    Nothing where the text cannot be read.
    """
    source = Source(text[span.start : span.end])
    begin = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(f"({source.text})", newline=None).readline):
            start = _offset(source, token.start)
            if token.type == tokenize.STRING:
                yield Span(span.start + start, span.start + _offset(source, token.end))
            elif token.type == _FSTRING_START:
                begin = start
            elif token.type == _FSTRING_END:
                yield Span(span.start + begin, span.start + _offset(source, token.end))
    except (tokenize.TokenError, SyntaxError, UnicodeEncodeError):  # the last: lone surrogates, from Python 3.12 on
        return


def _offset(source: Source, position: tuple[int, int]) -> int:
    """The offset of a token; the parenthesis put before the text counts in the first line only."""
    line, column = position
    return source.offset(line - 1, column - (line == 1))
