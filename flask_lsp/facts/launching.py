"""What a command starts: which tool, with which application, in which folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal, NamedTuple

from flask_lsp.facts.deployment import (
    Command,
    DeploymentFacts,
    Piece,
    Placed,
    Variable,
    moved_command,
    moved_variable,
    moved_word,
)
from flask_lsp.facts.shell import Word, commands
from flask_lsp.frozen import frozen
from flask_lsp.text import Span

FACTORIES = ("create_app", "make_app")
"""What ``flask`` calls where no application is named."""

TARGET = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_]\w*)(?P<call>\(.*\))?(?:\.\w+)*")
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_FLASK_TARGET = re.compile(r"(?P<path>[\w./\\-]+?)(?::(?P<name>[A-Za-z_]\w*)?(?P<call>\(.*\))?)?")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*w?|py")
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh"})
SERVERS = frozenset({"gunicorn", "hypercorn", "uvicorn", "waitress-serve", "mod_wsgi-express", "uwsgi"})
_UWSGI = ("--module", "-w", "--wsgi", "--wsgi-file", "--file")
"""The options of uWSGI behind which the application stands."""
_VALUED = frozenset(
    {
        *("-c", "--config", "-b", "--bind", "--logger-class", "-k", "--worker-class", "--listen", "--socket", "-w"),
        *(
            "--workers",
            "--threads",
            "-t",
            "--timeout",
            "--log-level",
            "--log-config",
            "--access-logfile",
            "-n",
            "--name",
        ),
        *("--error-logfile", "-u", "--user", "-g", "--group", "--host", "--port", "-p", "--pid", "-e", "--env"),
        *("--graceful-timeout", "--keep-alive", "--max-requests", "--max-requests-jitter", "--worker-connections"),
        *("--access-logformat", "--umask", "-m", "--worker-tmp-dir", "--statsd-host", "--certfile", "--keyfile"),
        *("--url-prefix", "--url-scheme", "--preload-app", "--log-file", "--forwarded-allow-ips", "--backlog"),
    }
) - {"--preload-app"}
"""Options of servers that take a value."""
_WRAPPERS = {
    **dict.fromkeys(
        ("exec", "nohup", "time", "command", "ddtrace-run", "opentelemetry-instrument", "tini", "catchsegv"), 0
    ),
    **dict.fromkeys(("dumb-init", "sudo", "env", "nice", "stdbuf", "xvfb-run", "unbuffer", "winpty", "start"), 0),
    **dict.fromkeys(("su-exec", "gosu", "setpriv", "timeout"), 1),
}
"""What runs another command, and how many words stand between."""
_RUNNERS = frozenset(
    {"poetry", "pipenv", "uv", "pdm", "rye", "hatch", "conda", "micromamba", "dotenv", "doppler", "op", "honcho"}
)
"""What has a command ``run`` that runs another one."""


class Part(NamedTuple):
    """A part of a word that names something."""

    text: str
    span: Span


@frozen()
class Started:
    """One program that a command starts."""

    tool: str
    """``gunicorn``, ``flask``, ``python``, ``python -m``, ``waitress-serve``."""
    tool_span: Span
    target: Part | None
    """The application or the module, as it is written; ``None`` where none is named."""
    command: Command
    words: tuple[Word, ...]
    """Those behind the tool."""
    span: Span
    """From the tool to the last word."""
    folder: str = ""
    """Where it runs, by ``cd`` and ``--chdir``."""
    name: Part | None = None
    """The name in the module, where an option of its own gives it."""
    factory: bool = False
    """An option says that the target is a function to be called."""
    sets: tuple[Variable, ...] = ()
    """The variables that stand before it."""

    @property
    def runs_flask(self) -> bool:
        """``flask run``."""
        return self.tool == "flask" and _subcommand(self.words) == "run"

    @property
    def debug(self) -> Word | None:
        """The word that switches debug mode on."""
        return next((word for word in self.words if self.tool == "flask" and word.text == "--debug"), None)


Form = Literal["module:name", "module", "file"]


@frozen()
class Target:
    """A target taken apart."""

    module: str
    """``shop.web``, or the path of a file."""
    name: str = ""
    called: bool = False
    """It ends with a call: ``create_app()``."""
    is_file: bool = False
    may_be_package: bool = False
    """The file is imported, not run, so a package of its name does as well: ``shop.py`` is the module ``shop``."""


def read_target(part: Part, tool: str) -> Target | None:
    """What a target means to the tool; nothing for what it does not understand."""
    return _target(part.text, tool)


@lru_cache(1024)
def _target(text: str, tool: str) -> Target | None:
    if "$" in text:
        return None
    if tool in ("flask", "python"):
        path = found.group("path") if (found := _FLASK_TARGET.fullmatch(text)) else text
        if tool == "python":
            return Target(text, is_file=True) if text.endswith(".py") else None
        if found is None or text.startswith(("/", "~")):
            return None
        is_file = path.endswith(".py")
        return Target(path, found["name"] or "", bool(found["call"]), is_file, may_be_package=is_file)
    if tool == "python -m":
        return Target(text) if _MODULE.fullmatch(text) else None
    if found := TARGET.fullmatch(text):
        return Target(found["module"], found["name"], bool(found["call"]))
    if _MODULE.fullmatch(text) or text.endswith(".py"):
        return Target(text, is_file=text.endswith(".py"))
    return None


class Programs(NamedTuple):
    """What a piece of a file starts, with places that count from the piece: to move them takes time that who types has
    not."""

    part: Placed
    folder: str
    """Where the piece begins, in the shell that runs it."""
    said: tuple[Started, ...]

    @property
    def placed(self) -> tuple[Started, ...]:
        """The same with places that count from the file."""
        return self.part.moved((Started, self.folder), self.said, moved_program)


def programs(facts: DeploymentFacts) -> tuple[Programs, ...]:
    """All that a file starts, piece by piece, in the order of the text; also for pieces that set variables only."""
    found: list[Programs] = []
    folder = ""
    for part in facts.parts:
        said, after = _in_piece(part.piece, folder) if part.piece.commands else ((), folder)
        if said or part.piece.variables:
            found.append(Programs(part, folder, said))
        folder = after if facts.kind == "shell" else ""
    return tuple(found)


def started(facts: DeploymentFacts) -> tuple[Started, ...]:
    """All that a file starts, in the order of the text."""
    return tuple([each for one in programs(facts) for each in one.placed])


def _in_piece(piece: Piece, folder: str) -> tuple[tuple[Started, ...], str]:
    """What a piece starts in a folder, and where it leaves the shell; kept with it."""
    known: tuple[tuple[Started, ...], str] | None = piece.kept.get((Started, folder))
    if known is None:
        found: list[Started] = []
        here, begin = folder, -1
        for command in piece.commands:
            if command.begin != begin:  # another line or instruction starts anew
                here, begin = "", command.begin
            if not command.listed and len(command.words) > 1 and command.words[0].text == "cd":
                here = _into(here, command.words[1].text)
                continue
            found += _one(piece.text, command, command.words, here if not command.listed else "")
        known = piece.kept[Started, folder] = tuple(found), here
    return known


def moved_program(each: Started, by: int) -> Started:
    """The program, so many letters further down."""
    target = each.target._replace(span=each.target.span.shift(by)) if each.target is not None else None
    name = each.name._replace(span=each.name.span.shift(by)) if each.name is not None else None
    words = tuple([moved_word(word, by) for word in each.words])
    spans = each.tool_span.shift(by), target, moved_command(each.command, by), words, each.span.shift(by)
    sets = tuple([moved_variable(variable, by) for variable in each.sets])
    return Started(each.tool, *spans, each.folder, name, each.factory, sets)


def _into(folder: str, said: str) -> str:
    """Where ``cd`` leads; what is not below the project leads to it."""
    return "" if said.startswith(("/", "$", "~")) else f"{folder}/{said}".strip("/")


def _one(text: str, command: Command, words: Sequence[Word], folder: str, deep: int = 0) -> Iterator[Started]:
    at, sets = 0, list[Variable]()
    while at < len(words):
        word, tool = words[at], words[at].text.rpartition("/")[2].removesuffix(".exe")
        rest = tuple(words[at + 1 :])
        if _ASSIGNED.fullmatch(word.text):
            sets += _assigned(text, word)
        elif tool in _SHELLS:
            yield from _inner(text, command, rest, folder, deep)
            return
        elif tool in SERVERS or tool == "flask" or _PYTHON.fullmatch(tool):
            yield from _tool(tool, word, rest, command, folder, tuple(sets))
            return
        elif tool in _WRAPPERS:
            at += _WRAPPERS[tool]
            while at + 1 < len(words) and words[at + 1].text.startswith("-"):
                at += 1
        elif tool in _RUNNERS and any(each.text == "run" for each in rest[:4]):
            at += 1 + next(number for number, each in enumerate(rest) if each.text == "run")
            while at + 1 < len(words) and words[at + 1].text.startswith("-"):
                at += 1
        elif tool == "newrelic-admin" and rest:
            at += 1
        elif any(each.text == "--" for each in rest):
            at += 1 + next(number for number, each in enumerate(rest) if each.text == "--")
        else:
            return
        at += 1


def _assigned(text: str, word: Word) -> list[Variable]:
    from flask_lsp.facts.plain_files import assigned

    found = assigned(text, word)
    return [found] if found is not None else []


def _inner(text: str, command: Command, rest: tuple[Word, ...], folder: str, deep: int) -> Iterator[Started]:
    """What ``sh -c "..."`` runs."""
    at = next(
        (number for number, word in enumerate(rest) if word.text.startswith("-") and word.text.endswith("c")), None
    )
    if at is None or at + 1 >= len(rest) or deep > 3:
        return
    word = rest[at + 1]
    start = word.inner if word.inner >= 0 else word.span.start + 1
    end = start + len(word.text) if word.inner >= 0 else word.span.end - 1
    for simple in commands(text, Span(start, max(end, start))):
        if len(simple.words) > 1 and simple.words[0].text == "cd":
            folder = _into(folder, simple.words[1].text)
            continue
        yield from _one(text, command, simple.words, folder, deep + 1)


def _tool(
    tool: str, word: Word, rest: tuple[Word, ...], command: Command, folder: str, sets: tuple[Variable, ...]
) -> Iterator[Started]:
    end = rest[-1].span.end if rest else word.span.end
    if tool in SERVERS:
        target = _served(tool, rest)
        folder = _text(_option(rest, ("--chdir",))) or folder
        factory = any(each.text in ("--factory", "--call") for each in rest)
        name = _option(rest, ("--callable",)) if target is not None and ":" not in target.text else None
        yield Started(tool, word.span, target, command, rest, Span(word.span.start, end), folder, name, factory, sets)
    elif tool == "flask":
        target = _option(rest, ("--app", "-A"))
        yield Started("flask", word.span, target, command, rest, Span(word.span.start, end), folder, sets=sets)
    else:
        yield from _python(word, rest, command, folder, sets)


def _python(
    word: Word, rest: tuple[Word, ...], command: Command, folder: str, sets: tuple[Variable, ...]
) -> Iterator[Started]:
    end = rest[-1].span.end if rest else word.span.end
    for at, each in enumerate(rest):
        if each.text == "-m" and at + 1 < len(rest):
            module = rest[at + 1]
            if module.text in SERVERS or module.text == "flask":
                whole = module._replace(span=Span(word.span.start, module.span.end))
                yield from _tool(module.text, whole, rest[at + 2 :], command, folder, sets)
            else:
                span = Span(word.span.start, end)
                target = Part(module.text, module.part(0)) if module.known else None
                yield Started("python -m", word.span, target, command, rest[at + 2 :], span, folder, sets=sets)
            return
        if each.text == "-c":
            return
        if not each.text.startswith("-") and not (at and rest[at - 1].text in ("-W", "-X")):
            span = Span(word.span.start, end)
            target = Part(each.text, each.part(0)) if each.known else None
            yield Started("python", word.span, target, command, rest[at + 1 :], span, folder, sets=sets)
            return


def _served(tool: str, words: tuple[Word, ...]) -> Part | None:
    """The application among the arguments of a server."""
    if tool in ("uwsgi", "mod_wsgi-express"):
        option = _option(words, _UWSGI)
        if option is not None or tool == "uwsgi":
            return option
    free = list(_free(words))
    named = next((word for word in free if TARGET.fullmatch(word.text)), None)
    named = named or next((word for word in free if _MODULE.fullmatch(word.text)), None)
    return Part(named.text, named.part(0)) if named is not None and named.known else None


def _free(words: Sequence[Word]) -> Iterator[Word]:
    """The words that are neither options nor their values."""
    for at, word in enumerate(words):
        before = words[at - 1].text if at else ""
        if not word.text.startswith("-") and not (before in _VALUED or (before.startswith("--") and before in _VALUED)):
            yield word


def _option(words: Sequence[Word], names: tuple[str, ...]) -> Part | None:
    """The value of an option, ``--app shop`` or ``--app=shop``; nothing where it is unknown."""
    for at, word in enumerate(words):
        name, equals, value = word.text.partition("=")
        if name not in names:
            continue
        if equals:
            return Part(value, word.part(len(name) + 1)) if word.known else None
        following = words[at + 1] if at + 1 < len(words) else None
        return Part(following.text, following.part(0)) if following is not None and following.known else None
    return None


def target_of(each: Started) -> Target | None:
    """The target of a program, taken apart."""
    found = read_target(each.target, each.tool) if each.target is not None else None
    return replace(found, name=each.name.text) if found is not None and each.name is not None else found


class Slot(NamedTuple):
    """A place where a target is named, or could be."""

    tool: str
    span: Span
    """Of what stands there now."""
    command: Command | None
    quoted: bool


def slot_at(facts: DeploymentFacts, programs: Sequence[Started], offset: int) -> Slot | None:
    """The place for a target at an offset, whatever has been typed of it."""
    sets = [variable for each in programs for variable in each.sets]
    for variable in (*facts.variables, *sets):
        if variable.name == "FLASK_APP" and variable.span.start <= offset <= variable.span.end:
            return Slot(
                "flask", variable.span, None, facts.text[variable.span.start - 1 : variable.span.start] in ("'", '"')
            )
    for each in programs:
        if each.tool.startswith("python"):
            continue
        for at, word in enumerate(each.words):
            begin, end = (word.inner, word.inner + len(word.text)) if word.inner >= 0 else word.span
            if begin <= offset <= end and (span := _slot(each.tool, each.words, at, Span(begin, end))) is not None:
                return Slot(each.tool, span, each.command, span.start > word.span.start)
        line = facts.text[each.span.end : offset]
        if each.target is None and line and not line.strip(" ") and not each.command.listed and _has_free_end(each):
            return Slot(each.tool, Span(offset, offset), each.command, False)
    return None


def _slot(tool: str, words: Sequence[Word], at: int, span: Span) -> Span | None:
    """The place in a word, if it can be a target."""
    before, text = words[at - 1].text if at else "", words[at].text
    options = ("--app", "-A") if tool == "flask" else _UWSGI if tool in ("uwsgi", "mod_wsgi-express") else ()
    if before in options:
        return span
    name, equals, _ = text.partition("=")
    if equals and name in options:
        return Span(span.start + len(name) + 1, span.end)
    is_free = tool not in ("flask", "uwsgi") and not text.startswith("-") and before not in _VALUED
    return span if is_free else None


def _has_free_end(each: Started) -> bool:
    """A word behind the last one would be the target."""
    last = each.words[-1].text if each.words else ""
    if each.tool in ("flask", "uwsgi"):
        return last in ("--app", "-A", *_UWSGI[:2]) and (last != "-w" or each.tool == "uwsgi")
    return last not in _VALUED


def option(started: Started, *names: str) -> Part | None:
    """The value of an option of a command."""
    return _option(started.words, names)


def _text(part: Part | None) -> str:
    return part.text if part is not None else ""


def _subcommand(words: Sequence[Word]) -> str:
    """The first word of ``flask`` that is no option and no value of one."""
    before = ""
    for word in words:
        if not word.text.startswith("-") and before not in ("--app", "-A", "-e", "--env-file"):
            return word.text
        before = word.text
    return ""
