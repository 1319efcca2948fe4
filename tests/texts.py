"""Texts to try things on: real code, broken code, and text that is no code."""

from __future__ import annotations

import random
import re
import sysconfig
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from hypothesis import strategies as st

from flask_lsp.text import Edit, Span, apply

CHARACTERS = "ab(é𐐷)[]\"'\\#:\n\r\t \f\0\u2028\ud800\ufeff@=,"
PIECES = (
    *('"""', "'''", '"', "(", ")", "[", "{", "}", "\n", "\r\n", "\r", "\f", "\u2028", "\0", "\ud800", "\\", "\\\n"),
    *("#", ":", "@", "@app.route('/')\n", "def f(\n", "def f():\n", "class A:\n", "else:\n", "elif x:\n", "except:\n"),
    *("import ", "é", "    ", "\t", "f'{", "lambda: ", "x = ", "pass\n", "return ", "if x:", "# noqa", "async "),
    *("match x:\n", "\nx = '''\n"),
)
texts = st.one_of(
    st.text(st.sampled_from(CHARACTERS), max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.text(max_size=60),
)
_WORD = re.compile(r"\w+")
seeds = st.integers(0, 2**32 - 1)


@cache
def corpus() -> tuple[Path, ...]:
    """Files of the standard library and of Flask, in an order that has no meaning."""
    modules = Path(sysconfig.get_path("stdlib")).glob("*.py")
    found = [path for path in modules if path.is_file() and path.stat().st_size < 60_000]  # Debian has links there
    spec = find_spec("flask")
    assert spec is not None
    assert spec.origin is not None
    found += Path(spec.origin).parent.rglob("*.py")
    return tuple(sorted(found, key=lambda path: random.Random(path.name).random()))


@cache
def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")


def some_file(pick: random.Random) -> str:
    return read(pick.choice(corpus()))


def some_edit(pick: random.Random, text: str) -> Edit:
    """What a hand or an editor may do to a text: type, delete, paste."""
    start = pick.randrange(len(text) + 1)
    match pick.randrange(6):
        case 0:
            return Edit(Span(start, min(len(text), start + pick.choice((1, 1, 2, 9)))), "")
        case 1:
            return Edit(Span(start, start), pick.choice(PIECES))
        case 2:
            return Edit(Span(start, min(len(text), start + pick.choice((1, 40)))), pick.choice(PIECES))
        case 3:  # a line goes
            begin = text.rfind("\n", 0, start) + 1
            return Edit(Span(begin, (text.find("\n", begin) + 1) or len(text)), "")
        case 4 if words := list(_WORD.finditer(text)):  # a word becomes another: what parsed mostly still does
            return Edit(Span(*pick.choice(words).span()), pick.choice(words).group())
        case _:  # a piece is copied elsewhere
            other = pick.randrange(len(text) + 1)
            return Edit(Span(start, start), text[other : other + pick.choice((5, 80))])


def broken(pick: random.Random, text: str, most: int = 3) -> str:
    """The text after a few edits, or cut off."""
    for _ in range(pick.randint(1, most)):
        text = apply(text, [some_edit(pick, text)])
    return text[: pick.randrange(len(text) + 1)] if text and not pick.randrange(4) else text


DEEP_AND_LONG = (
    "x = " + "(" * 1000 + ")" * 1000 + "\ny = 1\n",
    "x = " + "(" * 1000 + "\ny = 1\n",
    "x = " + "+".join(["a"] * 5000) + "\ny = 1\n",
    "x = " + "-" * 5000 + "1\ny = 1\n",
    "x = " + "a." * 5000 + "b\ny = 1\n",
    "x = a" + "()" * 5000 + "\ny = 1\n",
    "x = " + "a if b else " * 2000 + "c\ny = 1\n",
    "x = " + "lambda: " * 2000 + "c\ny = 1\n",
    "if a:\n    pass\n" + "elif a:\n    pass\n" * 3000 + "y = 1\n",
    "".join("    " * depth + "if a:\n" for depth in range(120)) + "    " * 120 + "pass\ny = 1\n",
    "x = '" + "é" * 100_000 + "'\ny = 1\n",
    "x = [" + "é, " * 50_000 + "]\ny = 1\n",
    "x = " + "1" * 10_000 + "\ny = 1\n",
    "\0" * 20_000 + "\ny = 1\n",
)
"""Nested and drawn out beyond any program; the last line of each is a plain one."""
