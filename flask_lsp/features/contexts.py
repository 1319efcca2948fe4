"""In which contexts a line runs that uses one, and how it gets there: the hover on ``current_app``, ``url_for``,
``db.session`` and their kin."""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.project.call_graph import functions_in, places_at
from flask_lsp.project.call_model import MODULE, NEVER, SCRIPT, UNKNOWN, Need
from flask_lsp.project.needs import Level
from flask_lsp.project.project import Project
from flask_lsp.project.reaching import Way, ways
from flask_lsp.project.route_model import Key
from flask_lsp.text import Span

_IN = {Level.REQUEST: "in a request", Level.APP: "with an application only", Level.NONE: "without any"}
_ENTERED = {
    "hook": "hook",
    "error handler": "error handler",
    "template": "function for templates",
    "command": "command",
    "shell": "the shell's context",
    "signal": "receiver of a signal",
    "teardown": "teardown",
    "thread": "thread target of",
    "timer": "timer target of",
    "process": "process target of",
    "executor": "handed to an executor by",
    "spawned": "spawned by",
    "task": "task",
    "job": "job",
    "scheduled": "job",
    "atexit": "at the end of the program",
    "signal handler": "signal handler",
    "test": "test",
    "fixture": "fixture",
    "import": "import of",
    "script": "program",
    "callback": "callback",
    "handed on": "handed on by",
}
_STARTED = frozenset({"thread", "timer", "process", "executor", "spawned", "handed on"})


def contexts(project: Project, document: str, offset: int) -> tuple[str, Span] | None:
    """What is known of the context-bound name at an offset, in Markdown."""
    if not project.complete:
        return None
    said = functions_in(project, document)
    for function, at, span in places_at(project, document, offset):
        need = next((each for each in said[function].needs if each.at == at), None) if function in said else None
        if need is not None:
            lines = [f"- {line}" for line in _lines(project, (document, function), need)]
            name = need.name.removeprefix("flask.") if need.name.startswith("flask.") else need.written
            return "\n".join([f"`{name}` is used here", "", *lines]), span
    return None


def _lines(project: Project, key: Key, need: Need) -> Iterator[str]:
    """By the context that is there, how the line is reached: ``in a request: view `index` → `load_user` → here``."""
    found: dict[int, Way] = {}
    every = ways(project, key)
    for level, way in every.items():
        here = level if level == UNKNOWN else need.through[level]
        if here != NEVER and (here not in found or len(way.steps) < len(found[here].steps)):
            found[here] = way
    for level in (Level.REQUEST, Level.APP, Level.NONE):
        if level in found:
            yield f"{_IN[level]}: {_way(project, found[level], key)}"
    if UNKNOWN in found:
        yield f"in a context that cannot be told: {_way(project, found[UNKNOWN], key)}"
    if not every:
        yield f"in a context that cannot be told: nothing is seen that calls {_name(project, key)}"
    elif not found:
        yield "never without its context: what stands before asks for it"


def _way(project: Project, way: Way, key: Key) -> str:
    entry = way.entry
    first = way.steps[0].key if way.steps else key
    functions = [step.key for step in way.steps[1:]] + ([key] if way.steps else [])
    if entry.kind in _STARTED:
        begin = f"{_ENTERED[entry.kind]} {_name(project, entry.said)}"
        functions = [first, *functions]
    else:
        begin = f"{_ENTERED.get(entry.kind, entry.kind)} {_name(project, first)}"
    return " → ".join([begin, *[_name(project, each) for each in functions[:-1]], "here"])


def _name(project: Project, key: Key) -> str:
    """A function with its module: ``mail.send``."""
    module = project.path(key[0]).removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    if key[1] in (MODULE, SCRIPT):
        return f"`{module}`"
    return f"`{module}.{key[1].partition('@')[0]}`"
