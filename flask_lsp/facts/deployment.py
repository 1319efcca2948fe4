"""What a deployment file says: the variables it sets and the commands it starts, each with its place.

Pure functions of the text. Whatever cannot be read says nothing, and nothing here raises. Values are kept only of
variables that Flask and its servers read: all others may be secrets, and are known by name.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from flask_lsp.deployment_files import Kind
from flask_lsp.facts.shell import Word
from flask_lsp.frozen import frozen
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.facts.file import FileFacts

log = logging.getLogger(__name__)

READABLE = frozenset(
    {
        *("FLASK_APP", "FLASK_DEBUG", "FLASK_ENV", "FLASK_RUN_HOST", "FLASK_RUN_PORT", "FLASK_SKIP_DOTENV"),
        *("WERKZEUG_DEBUG_PIN", "GUNICORN_CMD_ARGS", "WSGI_APP"),
    }
)
"""The variables whose values are kept."""
MAX_LENGTH = 400_000
"""Longer files are made by machines."""

_SAYS = re.compile(
    r"FLASK_|[Ff]lask|wsgi|WSGI|python|gunicorn|waitress|hypercorn|uvicorn|WERKZEUG|\.sh\b|_KEY\b|DEBUG|SETTINGS|CONFIG"
)
_NAMES_FILE = re.compile(r"SETTINGS|CONF|CFG")
_FILE = re.compile(r"[\w./-]+\.(?:cfg|conf|py|ini|json|toml)")
_FALLBACK = re.compile(r"\$\{\w+:?-(?P<value>[^${}\"'\\]*)\}")
_Said = TypeVar("_Said")
_MOST_PLACES = 16
_COMMENTS_BESIDE = frozenset({"compose", "yaml", "workflow", "env", "shell", "python"})


@frozen()
class Where:
    """What is known of the container, service or stage that something is said of."""

    name: str = ""
    development: bool = False
    """By its name, its profile or its stage it is not what production runs."""
    mounts: tuple[str, ...] = ()
    """The folders of this machine that it sees, as it is common where one develops."""
    foreign: bool = False
    """It runs an image that is not built here."""
    folders: tuple[str, ...] = ()
    """The folders of the project that it is built from, relative to that of the file or to one above it."""


NOWHERE = Where()


@frozen()
class Variable:
    """An environment variable that is set."""

    name: str
    value: str | None
    """``None`` where it is unknown, or not to be kept."""
    name_span: Span
    span: Span
    """Of the value without its quotes; empty behind the name where there is none."""
    whole: Span
    """What has to go so that the variable is gone: the line, the item of a list, the assignment of a command."""
    where: Where = NOWHERE
    conditional: bool = False
    begin: int = -1
    """Where begins what it belongs to, if that is earlier: an instruction, or the key of a value of several lines."""
    fallback: str | None = None
    """What holds where whoever starts it gives no value; ``span`` is then its place: ``1`` in ``${FLASK_DEBUG:-1}``."""
    argument: str = ""
    """Of an image, whose default the fallback is: whoever builds may give another value."""

    @property
    def by_default(self) -> str | None:
        """The value where nobody gives another."""
        return self.fallback if self.value is None else self.value


@frozen()
class Command:
    """A command that is started."""

    words: tuple[Word, ...]
    whole: Span
    """From the first word to the last."""
    where: Where = NOWHERE
    listed: bool = False
    """Its words are the items of a list: no shell reads them."""
    conditional: bool = False
    starts: bool = True
    """It is what the container, service or machine is there for; else a step on the way."""
    begin: int = -1
    """As of a variable."""


@dataclass(slots=True, eq=False)
class Piece:
    """What a piece of a file says, with places that count from it. It is kept for as long as the file has its text."""

    text: str
    variables: tuple[Variable, ...] = ()
    commands: tuple[Command, ...] = ()
    whole: bool = True
    """Nothing in it is open or broken."""
    is_open: bool = False
    """What follows may end something in it."""
    kept: dict[object, Any] = field(default_factory=dict[object, Any])
    """What others made of it, each under a key of its own, with places that count from it too."""
    placed: dict[object, Any] = field(default_factory=dict[object, Any])
    """The same where the piece stands in its file: a keystroke moves few pieces that anybody asks."""

    @property
    def by_name(self) -> dict[str, tuple[Variable, ...]]:
        """The variables of each name."""
        known = self.kept.get(Variable)
        if known is None:
            found: dict[str, tuple[Variable, ...]] = {}
            for each in self.variables:
                found[each.name] = (*found.get(each.name, ()), each)
            known = self.kept[Variable] = found
        return cast("dict[str, tuple[Variable, ...]]", known)


class Placed(NamedTuple):
    """A piece and the offset at which it stands."""

    start: int
    piece: Piece

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.moved(Variable, self.piece.variables, moved_variable)

    @property
    def commands(self) -> tuple[Command, ...]:
        return self.moved(Command, self.piece.commands, moved_command)

    def moved(self, key: object, said: tuple[_Said, ...], move: Callable[[_Said, int], _Said]) -> tuple[_Said, ...]:
        """What the piece says, with places that count from the file."""
        if not said or not self.start:
            return said
        placed = self.piece.placed
        known: tuple[_Said, ...] | None = placed.get((key, self.start))
        if known is None:
            if len(placed) >= _MOST_PLACES:
                placed.clear()
            known = placed[key, self.start] = tuple([move(each, self.start) for each in said])
        return known


class DeploymentFacts:
    """All that one file says."""

    def __init__(
        self,
        kind: Kind,
        text: str,
        parts: Sequence[Placed] = (),
        *,
        brings: bool = True,
        pieces: Mapping[str, Piece] | None = None,
    ) -> None:
        self.kind: Kind = kind
        self.text = text
        self.parts = parts
        """What the file says, piece by piece, in the order of the text."""
        self.brings = brings
        """The files of the project come along: an image that copies none is of something else."""
        self.pieces: Mapping[str, Piece] = pieces or {}
        """What was read, by its text, for who reads the next text."""

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple([each for part in self.parts for each in part.variables])

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        return tuple([each for part in self.parts for each in part.commands])

    @cached_property
    def _by_name(self) -> dict[str, list[Placed]]:
        found: dict[str, list[Placed]] = {}
        for part in self.parts:
            for name in part.piece.by_name:
                found.setdefault(name, []).append(part)
        return found

    def named(self, name: str, wanted: Callable[[Variable], bool]) -> Iterator[Variable]:
        """The variables of a name, as far as they are wanted: who types in a long file moves no others. Who decides may
        ask for no place."""
        for part in self._by_name.get(name, ()):
            if any(map(wanted, part.piece.by_name[name])):
                yield from filter(wanted, part.moved((Variable, name), part.piece.by_name[name], moved_variable))

    @property
    def is_silent(self) -> bool:
        """It says nothing at all."""
        return not any(part.piece.variables or part.piece.commands for part in self.parts)

    def said_at(self, span: Span) -> Variable | Command | None:
        """The variable or command that holds a place."""
        here = [part for part in self.parts if part.start <= span.start <= part.start + len(part.piece.text)]
        said = [*(each for part in here for each in part.variables), *(each for part in here for each in part.commands)]
        return next((each for each in said if each.whole.start <= span.start <= each.whole.end), None)

    def begin(self, span: Span) -> int:
        """Where begins what a place belongs to: the instruction, or the key of a value of several lines."""
        said = self.said_at(span)
        if said is None:
            return span.start
        return min(said.begin if said.begin >= 0 else said.whole.start, span.start)

    def one_line(self, span: Span) -> bool:
        """What a place belongs to stands on one line."""
        said = self.said_at(span)
        begin = self.begin(span)
        end = max(span.end, said.whole.end if said is not None else 0)
        return "\n" not in self.text[begin:end]

    @property
    def comments_beside(self) -> bool:
        """A comment may stand behind something on its line; else it needs a line of its own."""
        return self.kind in _COMMENTS_BESIDE


def said_by(kind: Kind, text: str, variables: Iterable[Variable], commands: Iterable[Command] = ()) -> DeploymentFacts:
    """The facts of a file that was read as a whole."""
    return DeploymentFacts(kind, text, (Placed(0, Piece(text, tuple(variables), tuple(commands))),))


def moved_variable(each: Variable, by: int) -> Variable:
    """The variable, so many letters further down."""
    begin = each.begin + by if each.begin >= 0 else -1
    spans = each.name_span.shift(by), each.span.shift(by), each.whole.shift(by)
    return Variable(each.name, each.value, *spans, each.where, each.conditional, begin, each.fallback, each.argument)


def moved_command(each: Command, by: int) -> Command:
    """The command, so many letters further down."""
    begin = each.begin + by if each.begin >= 0 else -1
    words = tuple([moved_word(word, by) for word in each.words])
    return Command(words, each.whole.shift(by), each.where, each.listed, each.conditional, each.starts, begin)


def moved_word(word: Word, by: int) -> Word:
    """The word, so many letters further down."""
    start, end = word.span
    inner = word.inner + by if word.inner >= 0 else -1
    return Word(word.text, Span(start + by, end + by), word.known, inner)


def deployment_facts(kind: Kind, path: str, text: str, pieces: Mapping[str, Piece] | None = None) -> DeploymentFacts:
    """The facts of a file, whatever it holds; ``pieces`` are those of the text before."""
    if len(text) > MAX_LENGTH or (kind != "env" and not _SAYS.search(text)):
        return DeploymentFacts(kind, text)
    try:
        return _read(kind, path, text, pieces)
    except RecursionError:
        return DeploymentFacts(kind, text)
    except Exception:  # a bug costs what this file says
        log.exception("%s cannot be read", path)
        return DeploymentFacts(kind, text)


def _read(kind: Kind, path: str, text: str, pieces: Mapping[str, Piece] | None) -> DeploymentFacts:
    # Each reader comes with what it needs: who has no such file does not wait for its library.
    if kind == "dockerfile":
        from flask_lsp.facts.dockerfile import read_dockerfile

        return read_dockerfile(text, pieces)
    if kind in ("compose", "yaml", "workflow"):
        from flask_lsp.facts.yaml_files import read_yaml

        return read_yaml(kind, path, text, pieces)
    from flask_lsp.facts import plain_files

    return plain_files.read(kind, text, pieces)


def kept_value(name: str, value: str | None) -> str | None:
    """The value of a variable, if it is one that may be kept: also the path of a file that ``from_envvar`` reads."""
    if name in READABLE:
        return value
    return value if value is not None and _NAMES_FILE.search(name) and _FILE.fullmatch(value) else None


def said_value(name: str, known: str | None, text: str, span: Span) -> tuple[str | None, str | None, Span]:
    """The value that may be kept, what holds where nobody gives it, and the place of either; ``span`` is that of the
    value, ``known`` what it says if nothing in it is put together at run time."""
    value = kept_value(name, known)
    found = _FALLBACK.fullmatch(text, *span) if value is None and name in READABLE else None
    return (value, None, span) if found is None else (None, found["value"], Span(*found.span("value")))


def gunicorn_facts(facts: FileFacts, text: str) -> DeploymentFacts:
    """What a configuration file of gunicorn says: ``wsgi_app`` and ``raw_env``."""
    from flask_lsp.facts.plain_files import read_gunicorn

    return read_gunicorn(facts, text)
