"""Deployment files that are read line by line: ``.env``, Procfile, units of systemd, ``uwsgi.ini``, shell scripts, and
the configuration of gunicorn.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from flask_lsp.deployment_files import Kind
from flask_lsp.facts.deployment import (
    NOWHERE,
    Command,
    DeploymentFacts,
    Piece,
    Placed,
    Variable,
    said_by,
    said_value,
)
from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.model import Assigned, Items, Literal
from flask_lsp.facts.pieces import Reader, whole_piece
from flask_lsp.facts.plain_pieces import SECTION, cuts
from flask_lsp.facts.shell import Word, closed, commands, plain_words, word_of
from flask_lsp.text import Span

_QUOTED = re.compile(r"\s*(?:export[^\S\r\n]+)?(?:[^=#\s']+[^\S\r\n]*=[^\S\r\n]*)?(?P<quote>['\"])")
_CLOSED = re.compile(r"(['\"])(?:\\.|(?!\1)[^\\])*\1", re.DOTALL)
_PROCESS = re.compile(r"(?P<name>[\w-]+)[ \t]*:[ \t]*(?P<command>[^\r\n]*)")
_EXPORTED = frozenset({"export", "set", "setx", "declare"})
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_EXEC = re.compile(r"[-@:+!|]*")
_STRING = re.compile(r"\"[^\"\r\n]*\"|'[^'\r\n]*'")


def read(kind: Kind, text: str, known: Mapping[str, Piece] | None = None) -> DeploymentFacts:
    """What a file says; ``known`` has the pieces of the text before."""
    reader = Reader(partial(_said, kind), known)
    parts = reader.parts(cuts(kind, text))
    if kind == "ini" and (command := _uwsgi(text, parts)) is not None:
        parts.append(Placed(0, Piece(text, commands=(command,))))
    return DeploymentFacts(kind, text, parts, pieces=reader.pieces)


def _said(kind: Kind, text: str) -> Piece:
    match kind:
        case "env":
            return whole_piece(text, _dotenv(text), whole=_is_closed(text))
        case "procfile":
            return whole_piece(text, _procfile(text))
        case "unit":
            return whole_piece(text, _unit(text))
        case "ini":
            return whole_piece(text, _ini(text))
        case "shell":
            said = _spoken(text, Span(0, len(text)), starts=True)
            return whole_piece(text, said, whole=closed(text))
        case _:
            return Piece(text)


def _dotenv(text: str) -> Iterator[Variable]:
    """Read by python-dotenv's own parser, as Flask does; what it skips says nothing."""
    from dotenv.parser import parse_stream

    at = 0
    for binding in parse_stream(io.StringIO(text, newline="")):
        original, start = binding.original.string, at
        at += len(original)
        if binding.key is None or binding.error:
            continue
        name_at = original.find(binding.key)
        equals = original.find("=", name_at + len(binding.key))
        value = binding.value
        if value is None or equals < 0:
            span = Span(start + name_at + len(binding.key), start + name_at + len(binding.key))
        else:
            inner = original.find(value, equals + 1)
            span = Span(start + inner, start + inner + len(value)) if inner >= 0 else Span(start + equals + 1, at)
        known = None if value is None or "$" in value else value
        head = len(original) - len(original.lstrip())
        whole = Span(start + head, start + len(original.rstrip()))
        name = Span(start + name_at, start + name_at + len(binding.key))
        said, fallback, span = said_value(binding.key, known, text, span)
        yield Variable(binding.key, said, name, span, whole, fallback=fallback)


def _is_closed(text: str) -> bool:
    """No quote is open at the end of a piece of a ``.env`` file."""
    if "'" not in text and '"' not in text:
        return True
    from dotenv.parser import parse_stream

    at = 0
    for binding in parse_stream(io.StringIO(text, newline="")):
        quoted = _QUOTED.match(text, at) if binding.error else None
        if quoted is not None and not _CLOSED.match(text, quoted.start("quote")):
            return False
        at += len(binding.original.string)
    return True


def _procfile(text: str) -> Iterator[Command | Variable]:
    for line in _lines(text):
        found = _PROCESS.match(text, line.start, line.end)
        if found and not text[line.start : line.end].lstrip().startswith("#"):
            begin, starts = found.start("name"), found["name"] != "release"
            yield from _spoken(text, Span(*found.span("command")), starts=starts, begin=begin)


def _spoken(text: str, span: Span, *, starts: bool, begin: int = -1) -> Iterator[Command | Variable]:
    """What a shell reads; a variable that a command sets for others is one of the file."""
    for simple in commands(text, span):
        words = simple.words
        if words[0].text in _EXPORTED or all(_ASSIGNED.fullmatch(word.text) for word in words):
            for word in words:
                if (variable := assigned(text, word, conditional=simple.conditional)) is not None:
                    yield variable
            continue
        whole = Span(words[0].span.start, words[-1].span.end)
        yield Command(words, whole, NOWHERE, False, simple.conditional, starts, begin)


def assigned(text: str, word: Word, *, conditional: bool = False) -> Variable | None:
    """The variable that a word such as ``FLASK_DEBUG=1`` sets."""
    raw = text[word.span.start : word.span.end]
    quote = 1 if raw[:1] in ("'", '"') else 0
    found = _ASSIGNED.match(raw, quote)
    if found is None:
        return None
    start = word.span.start
    end = word.span.end - quote
    value = word_of(text, Span(start + found.start("value"), end))
    span = value.part(0) if value.inner >= 0 else value.span
    known = value.text if word.known and value.known else None
    name = Span(*found.span("name")).shift(start)
    said, fallback, span = said_value(found["name"], known, text, span)
    return Variable(found["name"], said, name, span, word.span, conditional=conditional, fallback=fallback)


_UWSGI_TARGETS = ("module", "wsgi", "wsgi-file")
_UWSGI_BESIDE = ("callable", "chdir", "pythonpath")
_UWSGI_SETTINGS = frozenset({*_UWSGI_TARGETS, *_UWSGI_BESIDE})


class _Key(NamedTuple):
    section: str
    name: str
    name_span: Span
    span: Span
    """Of its value; in a unit over several lines."""


def _keys(text: str) -> Iterator[_Key]:
    section, at = "", 0
    lines = list(_lines(text))
    while at < len(lines):
        start, end = lines[at]
        at += 1
        if found := SECTION.match(text, start, end):
            section = found["name"].strip()
            continue
        name, equals, _ = text[start:end].partition("=")
        if not equals or not name.strip() or name.lstrip()[:1] in ("#", ";"):
            continue
        while at < len(lines) and text[start:end].rstrip().endswith("\\"):
            end = lines[at].end
            at += 1
        begin = start + len(name) + 1
        said = text[begin:end]
        span = Span(begin + len(said) - len(said.lstrip()), begin + len(said.rstrip()))
        lead = len(name) - len(name.lstrip())
        yield _Key(section, name.strip(), Span(start + lead, start + len(name.rstrip())), Span(*sorted(span)))


def _unit(text: str) -> Iterator[Command | Variable]:
    for key in _keys(text):
        if key.section != "Service":
            continue
        if key.name == "Environment":
            for word in _without_escapes(text, key.span):
                if (variable := assigned(text, word)) is not None:
                    yield variable
        elif key.name == "ExecStart":
            found = _EXEC.match(text, *key.span)
            start = found.end() if found else key.span.start
            if words := _without_escapes(text, Span(start, key.span.end)):
                yield Command(words, Span(start, key.span.end), NOWHERE, listed=True)


def _without_escapes(text: str, span: Span) -> tuple[Word, ...]:
    masked = text[: span.start] + re.sub(r"\\(?=\r?\n)", " ", text[span.start : span.end])
    return plain_words(masked, span)


def _ini(text: str) -> Iterator[Command | Variable]:
    """The variables of uWSGI, and the programs of Supervisor."""
    for key in _keys(text):
        if key.section == "uwsgi":
            if key.name == "env" and (variable := assigned(text, word_of(text, key.span))) is not None:
                yield variable
        elif key.section.startswith("program:"):
            if key.name == "command":
                yield Command(plain_words(text, key.span), key.span, NOWHERE, listed=True)
            elif key.name == "environment":
                for found in re.finditer(
                    r"[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|[^,\s]*)", text[key.span.start : key.span.end]
                ):
                    word = word_of(text, Span(*found.span()).shift(key.span.start))
                    if (variable := assigned(text, word)) is not None:
                        yield variable


def _uwsgi(text: str, parts: Iterable[Placed]) -> Command | None:
    """uWSGI's settings, wherever they stand in its sections, as the command that says the same."""
    said, section = dict[str, tuple[int, _Key]](), ""
    for start, piece in parts:
        keys, last = _settings_in(piece)
        for key in keys:
            if (key.section or section) == "uwsgi":
                said[key.name] = start, key
        section = last or section
    option = next((name for name in _UWSGI_TARGETS if name in said), "")
    if not option:
        return None
    words = [Word("uwsgi", said[option][1].name_span.shift(said[option][0]))]
    for name in (option, *_UWSGI_BESIDE):
        if name in said:
            start, key = said[name]
            words += [Word(f"--{name}", key.name_span.shift(start)), word_of(text, key.span.shift(start))]
    start, key = said[option]
    return Command(tuple(words), key.span.shift(start), NOWHERE, listed=True)


def _settings_in(piece: Piece) -> tuple[tuple[_Key, ...], str]:
    """The settings of a piece that say what uWSGI runs, with places that count from it, and the last section that
    begins in it."""
    known: tuple[tuple[_Key, ...], str] | None = piece.kept.get(_Key)
    if known is None:
        keys = tuple([key for key in _keys(piece.text) if key.name in _UWSGI_SETTINGS])
        sections = [found for line in _lines(piece.text) if (found := SECTION.match(piece.text, *line))]
        known = piece.kept[_Key] = keys, sections[-1]["name"].strip() if sections else ""
    return known


_GUNICORN = frozenset({"wsgi_app", "chdir", "raw_env"})


def read_gunicorn(facts: FileFacts, text: str) -> DeploymentFacts:
    """``wsgi_app``, ``chdir`` and ``raw_env`` of a configuration of gunicorn."""
    values: dict[str, tuple[Assigned, Span]] = {}
    for start, block in facts.blocks:  # not by all the bindings of the file, which nobody else asks for at each key
        for name in _GUNICORN & block.bindings.keys():
            for bound in block.bindings[name]:
                if isinstance(bound, Assigned):
                    values[name] = bound, bound.span.shift(start)
    variables, started = list[Variable](), list[Command]()
    if "raw_env" in values and isinstance(values["raw_env"][0].value, Items):
        for word in _strings(text, values["raw_env"][1]):
            if (variable := assigned(text, word)) is not None:
                variables.append(variable)
    if "wsgi_app" in values and isinstance(values["wsgi_app"][0].value, Literal):
        word = next(_strings(text, values["wsgi_app"][1]), None)
        if word is not None:
            words = [Word("gunicorn", word.span)]
            if "chdir" in values and (folder := next(_strings(text, values["chdir"][1]), None)) is not None:
                words += [Word("--chdir", folder.span), folder]
            started.append(Command((*words, word), word.span, NOWHERE, listed=True))
    return said_by("python", text, variables, started)


def _strings(text: str, span: Span) -> Iterator[Word]:
    """The plain strings that are assigned to the name at ``span``."""
    value = re.compile(r"[^=\r\n]*=[ \t]*(?:[\[(][^\])]*|[^\r\n]*)").match(text, span.start)
    for found in _STRING.finditer(text, *value.span()) if value is not None else ():
        start, end = found.span()
        yield Word(text[start + 1 : end - 1], Span(start, end), True, start + 1)


def _lines(text: str) -> Iterator[Span]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield Span(at, at + len(line.rstrip("\r\n")))
        at += len(line)
