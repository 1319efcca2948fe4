"""Dockerfiles, read as BuildKit reads them: instructions over several lines, stages, lists and here-documents.

Our own reader: the libraries there are tell lines, not places in them, and know no here-documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from flask_lsp.deployment_files import says_development, says_production
from flask_lsp.facts.deployment import (
    READABLE,
    Command,
    DeploymentFacts,
    Piece,
    Placed,
    Variable,
    Where,
    moved_command,
    moved_variable,
    said_value,
)
from flask_lsp.facts.pieces import STRANGE_ENDS, Cut, Reader, at_starts
from flask_lsp.facts.shell import Word, commands, word_of
from flask_lsp.text import Span

_ESCAPE = re.compile(r"\s*#\s*escape\s*=\s*(\S)", re.IGNORECASE)
_READ = frozenset({"FROM", "ARG", "ENV", "COPY", "ADD", "ENTRYPOINT", "CMD"})
_REFERS = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_NAME = re.compile(r"[A-Za-z_]\w*")
_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)[ \t]+")
_HEREDOC = re.compile(r"<<-?[ \t]*([\"']?)(\w+)\1")
_PAIR = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*')*)", re.DOTALL)
_SINGLE = re.compile(r"(?P<name>[A-Za-z_]\w*)[ \t]+(?P<value>[^\r\n]*?)[ \t]*\Z")
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"")
_FROM = re.compile(r"(?:--\S+\s+)*(?P<base>\S+)(?:\s+as\s+(?P<name>\S+))?", re.IGNORECASE)


class _Instruction(NamedTuple):
    name: str
    span: Span
    """Of what stands behind its name."""
    begin: int


class _Step(NamedTuple):
    """What an instruction says, with places that count from its piece."""

    name: str
    base: str = ""
    stage: str = ""
    variables: tuple[Variable, ...] = ()
    command: Command | None = None
    folders: tuple[str, ...] = ()


@dataclass(slots=True)
class _Stage:
    base: str
    name: str = ""
    folders: tuple[str, ...] = ()
    """What is copied from the project."""
    variables: dict[str, Variable] = field(default_factory=dict[str, Variable])
    arguments: dict[str, Variable] = field(default_factory=dict[str, Variable])
    """What whoever builds may give, with the default of each."""
    entry: Command | None = None
    command: Command | None = None
    brings: bool = False


def read_dockerfile(text: str, known: Mapping[str, Piece] | None = None) -> DeploymentFacts:
    """What a file says; ``known`` has the pieces of the text before."""
    reader = Reader(_read, known)
    stages: list[_Stage] = []
    above = _Stage("")  # what stands before the first stage
    for start, piece in reader.parts(_cuts(text)):
        steps: tuple[_Step, ...] = piece.kept[_Step]
        for step in steps:
            if step.name == "FROM":
                stages.append(_Stage(step.base, step.stage))
            elif step.name == "ARG":
                _take_arguments(stages[-1] if stages else above, step, start, above)
            elif stages:
                _take(stages[-1], step, start)
    variables, started, brings = _assembled(stages, text)
    parts = (Placed(0, Piece(text, tuple(variables), tuple(started))),)
    return DeploymentFacts("dockerfile", text, parts, brings=brings, pieces=reader.pieces)


def _assembled(stages: list[_Stage], text: str) -> tuple[list[Variable], list[Command], bool]:
    """What the stages say that are made, and whether the files of the project come along."""
    used = _production(stages)
    variables, started = list[Variable](), list[Command]()
    for number, stage in enumerate(stages):
        chain = list(_chain(stages, number))
        development = number not in used
        folders = tuple(dict.fromkeys(folder for each in chain for folder in each.folders))
        where = Where(stage.name, development, folders=folders)
        overridden = used.get(number, frozenset())
        told = [each for name, each in stage.variables.items() if name not in overridden]
        variables += [replace(each, where=where) for each in (*told, *_by_argument(stage, told, text))]
        entry = stage.entry or next((each.entry for each in chain if each.entry), None)
        started += [replace(each, where=where) for each in _joined(stage, entry) if "" not in overridden]
    return variables, started, any(stage.brings for stage in stages)


def _by_argument(stage: _Stage, told: list[Variable], text: str) -> Iterator[Variable]:
    """The variables again that take the default of an argument, ``ENV FLASK_DEBUG=$FLASK_DEBUG``, at its place."""
    for each in told:
        found = _REFERS.fullmatch(text, *each.span) if each.name in READABLE else None
        argument = stage.arguments.get(found[1] or found[2]) if found is not None else None
        if argument is not None and argument.span.start < argument.span.end:
            fallback = text[argument.span.start : argument.span.end]
            yield replace(argument, name=each.name, value=None, fallback=fallback, argument=argument.name)


def _cuts(text: str) -> list[Cut]:
    """The instructions; the text itself where it says what goes on with a line."""
    if _ESCAPE.search(text) or STRANGE_ENDS.search(text):
        return [Cut(0, text)]
    starts, goes_on, at = list[int](), False, 0
    for line in text.split("\n"):
        if not goes_on and line[:1].isalpha():
            starts.append(at)
        bare = line.strip()
        if bare and bare[0] != "#":
            goes_on = bare[-1] == "\\"
        at += len(line) + 1
    return at_starts(text, starts)


def _read(text: str) -> Piece:
    masked, instructions, whole = _instructions(text)
    steps = tuple([_step(name, masked, span, begin) for name, span, begin in instructions if name in _READ])
    return Piece(text, whole=whole, is_open=not whole, kept={_Step: steps})


def _step(name: str, text: str, span: Span, begin: int) -> _Step:
    match name:
        case "FROM":
            found = _FROM.match(text, span.start, span.end)
            return _Step(name, found["base"] if found else "", (found["name"] or "") if found else "")
        case "ENV":
            return _Step(name, variables=tuple([replace(each, begin=begin) for each in _variables(text, span)]))
        case "ARG":
            return _Step(name, variables=tuple([replace(each, begin=begin) for each in _arguments(text, span)]))
        case "COPY" | "ADD":
            said = [word.strip("[],\"'") for word in text[span.start : span.end].split()]
            if any(word.startswith("--from") for word in said):
                return _Step("")
            copied = [word.removeprefix("./").rstrip("/") for word in said[:-1] if word[:1] not in ("-", "/", "$")]
            return _Step("COPY", folders=(*copied, *(word.rpartition("/")[0] for word in copied if "/" in word)))
        case _:
            return _Step(name, command=_command(text, span, begin))


def _take_arguments(stage: _Stage, step: _Step, start: int, above: _Stage) -> None:
    for each in step.variables:
        argument = moved_variable(each, start)
        if argument.span.start == argument.span.end and argument.name in above.arguments:
            argument = above.arguments[argument.name]
        stage.arguments[argument.name] = argument


def _take(stage: _Stage, step: _Step, start: int) -> None:
    command = moved_command(step.command, start) if step.command is not None else None
    match step.name:
        case "ENV":
            for variable in step.variables:
                stage.variables[variable.name] = moved_variable(variable, start)
        case "COPY":
            stage.brings = True
            stage.folders += step.folders
        case "ENTRYPOINT":
            stage.entry = command
        case "CMD":
            stage.command = command
        case _:
            pass


def _instructions(text: str) -> tuple[str, list[_Instruction], bool]:
    """The text with comments and broken lines blanked, letter for letter, the instructions in it, and whether the last
    of them ends."""
    escape, found, parts = "\\", list[_Instruction](), list[str]()
    begin, first, at, name, until = 0, 0, 0, "", ""
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        start, at = at, at + len(line)
        if until:
            until = "" if bare.strip() == until else until
            parts.append(_blank(line))
            continue
        if not bare.strip() or bare.lstrip().startswith("#"):
            if not found and not name and (said := _ESCAPE.match(bare)):
                escape = said[1]
            parts.append(_blank(line))
            continue
        if not name:
            head = _INSTRUCTION.match(bare)
            name, begin = (head[1].upper(), start + head.end()) if head else ("?", start)
            first = start + len(bare) - len(bare.lstrip())
        goes_on = bare.rstrip().endswith(escape)
        kept = bare.rstrip()[: -1 if goes_on else None]
        parts.append(
            kept + " " * (len(bare) - len(kept)) + (" " * (at - start - len(bare)) if goes_on else line[len(bare) :])
        )
        document = _HEREDOC.search(kept) if name in ("RUN", "COPY", "ADD") else None
        if document is not None:
            until = document[2]
        if not goes_on:
            found.append(_Instruction(name, Span(begin, start + len(kept)), first))
            name = ""
    if name:
        found.append(_Instruction(name, Span(begin, at), first))
    return "".join(parts), found, not name and not until


def _blank(line: str) -> str:
    return re.sub(r".", " ", line)


def _variables(text: str, span: Span) -> Iterator[Variable]:
    found = list(_PAIR.finditer(text, *span))
    if not found and (single := _SINGLE.match(text, *span)):
        found = [single]
    for each in found:
        word = word_of(text, Span(*each.span("value")))
        inner = word.part(0) if word.inner >= 0 else word.span
        value, fallback, inner = said_value(each["name"], word.text if word.known else None, text, inner)
        name, whole = Span(*each.span("name")), Span(*each.span())
        yield Variable(each["name"], value, name, inner, whole, fallback=fallback)


def _arguments(text: str, span: Span) -> Iterator[Variable]:
    """The arguments of an instruction, with defaults or without."""
    if any(_PAIR.finditer(text, *span)):
        yield from _variables(text, span)
    elif found := _NAME.fullmatch(text[span.start : span.end].strip()):
        yield Variable(found.group(), None, span, Span(span.end, span.end), span)


def _command(text: str, span: Span, begin: int) -> Command | None:
    listed = _listed(text, span)
    if listed is not None:
        return Command(tuple(listed), span, listed=True, begin=begin) if listed else None
    stripped = text[span.start : span.end].rstrip()
    span = Span(span.start, span.start + len(stripped))
    return Command((Word(stripped, span, True, span.start),), span, begin=begin) if stripped else None


def _listed(text: str, span: Span) -> list[Word] | None:
    """The words of ``["gunicorn", "shop:app"]``; nothing where that is no list, so that a shell reads it."""
    raw = text[span.start : span.end]
    if not raw.lstrip().startswith("["):
        return None
    try:
        data: object = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(data, list) or not all(isinstance(each, str) for each in data):  # type: ignore[reportUnknownVariableType]
        return None
    return [listed_word(text, Span(*each.span())) for each in _STRING.finditer(text, *span)]


def listed_word(text: str, span: Span) -> Word:
    """A string in double quotes, as JSON has it, as the word it is."""
    raw = text[span.start : span.end]
    try:
        value = str(json.loads(raw))
    except ValueError:
        value = raw[1:-1]
    at = raw.find(value, 1)
    return Word(value, span, "$" not in value, span.start + at if at >= 0 else -1)


def _joined(stage: _Stage, entry: Command | None) -> Iterator[Command]:
    """The entry point with its arguments; a command in the words of a shell as the commands it holds."""
    if entry is not None and entry.listed:
        if stage.command is not None and stage.command.listed:
            yield replace(entry, words=(*entry.words, *stage.command.words), whole=stage.command.whole)
        elif stage.entry is not None:
            yield entry
        if stage.command is None or stage.command.listed:
            return
    for each in (stage.entry, stage.command):
        if each is not None and each.listed:
            yield each
        elif each is not None:
            yield from _spoken(each)


def _spoken(command: Command) -> Iterator[Command]:
    """The commands in a line of shell; ``command`` has it as its only word."""
    [line] = command.words
    where_it_stands = " " * line.span.start + line.text
    for simple in commands(where_it_stands, line.span):
        whole = Span(simple.words[0].span.start, simple.words[-1].span.end)
        yield replace(command, words=simple.words, whole=whole, conditional=simple.conditional)


def _chain(stages: list[_Stage], number: int) -> Iterator[_Stage]:
    """The stage and those it is built on."""
    while True:
        stage = stages[number]
        yield stage
        before = [at for at in range(number) if stages[at].name and stages[at].name == stage.base]
        if not before:
            return
        number = before[-1]


def _production(stages: list[_Stage]) -> dict[int, frozenset[str]]:
    """The stages that production runs, each with the names that later ones set anew; "" stands for its command."""
    if not stages:
        return {}
    last = len(stages) - 1
    roots = [last] if not says_development(stages[last].name) else []
    roots += [at for at, stage in enumerate(stages) if at != last and says_production(stage.name)]
    used: dict[int, frozenset[str]] = {}
    for root in roots:
        later = frozenset[str]()
        for stage in _chain(stages, root):
            at = next(number for number, each in enumerate(stages) if each is stage)
            if not says_development(stage.name) or at == root:
                used[at] = later if at not in used else used[at] & later
            later |= {*stage.variables, *([""] if stage.command or stage.entry else [])}
    return used
