"""What the rules about code without a context share: what they found, where it is said, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flask_lsp.project import kinds
from flask_lsp.project.call_graph import CallGraph, call_graph, span_of
from flask_lsp.project.call_model import AS_ENTERED, MODULE, SCRIPT, Entry
from flask_lsp.project.failing import URL_FOR, Failing, failing
from flask_lsp.project.needs import TABLES, Level
from flask_lsp.project.project import File
from flask_lsp.project.reaching import BACKGROUND, STARTED, Step, is_shared
from flask_lsp.project.route_model import Key
from flask_lsp.rules.base import Related
from flask_lsp.rules.context import Context
from flask_lsp.text import Span

_known: WeakKeyDictionary[File, tuple[object, tuple[Found, ...]]] = WeakKeyDictionary()
"""What was found in a file, with what it rests on: several rules ask for it."""

_SQLALCHEMY = "flask_sqlalchemy."
WORDS = (
    *(
        "Thread",
        "Timer",
        "Process",
        "submit",
        "executor",
        "spawn",
        "task",
        "add_job",
        "enqueue",
        "atexit",
        "signal",
        "command",
    ),
    *("__main__", "teardown", "start", "run"),
)
"""A block that holds none of these, and nothing that needs a context, starts nothing."""


class Found(NamedTuple):
    """Something that lacks its context, and the place where that is said."""

    failing: Failing
    code: str
    place: Step
    """The use, a call on the way to it where others come to the use with a context, or the start."""
    calls: int
    """How many calls of the chain stand before the place: all of them for the use, -1 for the start."""
    span: Span

    @property
    def is_use(self) -> bool:
        return self.calls == len(self.failing.steps)

    @property
    def of_request(self) -> bool:
        """A request context helps; that of an application may not."""
        need = self.failing.need
        return need.level is Level.REQUEST or need.name == URL_FOR or self.failing.of_url

    @property
    def what(self) -> str:
        """What lacks its context, for a message."""
        page = self.failing.page
        return f"`url_for` in `{page}`" if page else f"`{self.name}`"

    @property
    def name(self) -> str:
        """What is used, for a message."""
        need = self.failing.need
        return need.name.removeprefix("flask.") if need.name.startswith("flask.") else need.written


def found_in(ctx: Context, code: str) -> Iterator[Found]:
    """What the file lacks, for one rule."""
    return (one for one in _found(ctx) if one.code == code)


def _found(ctx: Context) -> tuple[Found, ...]:
    every = failing(ctx.project)
    kept = _known.get(ctx.file)
    if kept is None or kept[0] is not every:
        kept = _known[ctx.file] = every, tuple(_placed(ctx, every))
    return kept[1]


def _placed(ctx: Context, every: tuple[Failing, ...]) -> Iterator[Found]:
    if not every or kinds.is_migration(ctx.project, ctx.document):
        return
    graph, document = call_graph(ctx.project), ctx.document
    seen: set[tuple[Step, str]] = set()
    for one in every:
        if document not in _documents(one):
            continue
        code, found = code_of(one), _place_of(ctx, graph, one)
        if not code or found is None or found[1].key[0] != document or (found[1], code) in seen:
            continue
        calls, place = found
        seen.add((place, code))
        span = span_of(ctx.project, place.key, place.at)
        if span is not None and not _is_broken(ctx.file, place, span):
            yield Found(one, code, place, calls, span)


def _documents(one: Failing) -> set[str]:
    """The files that it may be said in."""
    via = {one.entry.via.key[0]} if one.entry.via is not None else set[str]()
    return {one.where[0], one.entry.said[0], *via, *(step.key[0] for step in one.steps)}


def _is_broken(file: File, place: Step, span: Span) -> bool:
    """What runs as a program is told by a header that may be broken."""
    return place.key[1] == SCRIPT and bool(file.tree.at(span.start)[1].mended)


def code_of(one: Failing) -> str:
    """The rule that says it; empty for what others say."""
    need, kind = one.need, one.entry.kind
    if kind == "test":
        return "FL108"
    if kind == "import":
        return _code_on_import(one)
    if kind not in BACKGROUND:
        return ""
    if need.name in TABLES:
        return "FL705" if kind in ("script", "atexit") else "FL102"
    if one.of_url:
        return "FL203"
    if need.level is Level.REQUEST:
        return "FL202"
    if need.name.startswith(_SQLALCHEMY) and kind in STARTED:
        return "FL702"
    return "FL102"


def _code_on_import(one: Failing) -> str:
    """What stays in one file ``import_time`` finds, while somebody types."""
    if {one.where[0], *(step.key[0] for step in one.steps)} == {one.function[0]}:
        return ""
    if one.need.name in TABLES:
        return "FL705"
    if one.of_url:
        return "FL203"
    return "FL201" if one.need.level is Level.REQUEST else "FL101"


def _place_of(ctx: Context, graph: CallGraph, one: Failing) -> tuple[int, Step] | None:
    """Where it is said: at the use, unless its function is reached by others that have a context; then at the call
    that leads there from what is not, or where the function is started. ``None`` where what they share may not get
    as far as the use for this one. A test is wrong itself: what it calls of the application is not."""
    need = Level.REQUEST if one.of_url else one.need.level
    functions: list[Key] = [step.key for step in one.steps] + [one.where]
    places = [*one.steps, Step(one.where, one.need.at)]
    sure = [*(step.sure for step in one.steps), one.need.sure]
    at = one.need.through
    of_test = one.entry.kind == "test"
    for index in range(len(functions) - 1, -1, -1):
        is_own = not of_test or kinds.is_test(ctx.project, functions[index][0])
        if is_own and not is_shared(graph, functions[index], need, at):
            return index, places[index]
        at = AS_ENTERED
        if not sure[index]:
            return None
    if one.entry.via is not None and one.entry.via.at >= 0:
        return -1, Step(*one.entry.via)
    if one.entry.at >= 0:
        return -1, Step(one.entry.said, one.entry.at)
    return 0, places[0]


# -- words -----------------------------------------------------------------------------------------------------------


def title(key: Key) -> str:
    """A function, for a message."""
    name = key[1].partition("@")[0]
    if name in (MODULE, SCRIPT):
        return "the script" if name == SCRIPT else "the module"
    last = name.rpartition(".")[2]
    return "the lambda" if last == "<lambda>" else f"`{last}`"


def _in(key: Key) -> str:
    if key[1] == MODULE:
        return "on import"
    if key[1] == SCRIPT:
        return "by the script"
    return f"in `{key[1].partition('@')[0].rpartition('.')[2]}()`"


def _runs(one: Failing) -> str:
    """How the function is entered: the end of a sentence that begins with it."""
    entry: Entry = one.entry
    started = _in(entry.said)
    return {
        "thread": f"runs in the thread started {started}" if entry.at >= 0 else "runs in a thread",
        "timer": f"runs in the timer started {started}",
        "process": f"runs in the process started {started}",
        "executor": f"runs in the executor that gets it {started}",
        "spawned": f"runs in the background, spawned {started}",
        "task": "runs as a task of a worker",
        "job": "runs as a job",
        "scheduled": "runs as a job",
        "atexit": "runs when the program ends",
        "signal handler": "runs as a signal handler",
        "script": "runs as a program",
        "command": "runs as a command",
        "teardown": "runs when the application context ends",
        "test": "has none",
        "import": "runs on import",
    }[entry.kind]


def why(one: Found) -> str:
    """Why there is no context: ``deliver`` is called by ``send_mail``, which runs in the thread started in …"""
    failing_ = one.failing
    root, here = title(failing_.function), title(one.place.key)
    if failing_.entry.kind == "import":
        return "this runs on import" if one.calls <= 0 else f"{here} is called on import"
    if failing_.entry.kind == "script":
        return "this runs as a program" if one.calls <= 0 else f"{here} is called by the script"
    if one.calls <= 0:
        return f"{root} {_runs(failing_)}"
    if one.calls == 1:
        return f"{here} is called by {root}, which {_runs(failing_)}"
    return f"{here} is reached from {root}, which {_runs(failing_)}"


def message(one: Found, context: str, advice: str) -> str:
    """``current_app`` is used without a context: ``send_mail`` runs in the thread started in ``register()``."""
    failing_ = one.failing
    if one.is_use:
        return f"{one.what} is used without {context}: {why(one)}; {advice}."
    called = title(failing_.function if one.calls < 0 else callee_of(one))
    if one.calls < 0:
        return f"{called} uses {one.what} and {_runs(failing_)}, without {context}: {advice}."
    return f"{called} uses {one.what}, and is called without {context}: {why(one)}; {advice}."


def callee_of(one: Found) -> Key:
    """What is called at the place."""
    steps = one.failing.steps
    return steps[one.calls + 1].key if one.calls + 1 < len(steps) else one.failing.where


def test_message(one: Found, context: str, advice: str) -> str:
    if one.is_use:
        return f"{one.what} needs {context}, and this test has none: put the lines under `{advice}`."
    called = title(callee_of(one))
    return f"{called} uses {one.what}, which needs {context}, and this test has none: call it under `{advice}`."


def trail(ctx: Context, one: Found) -> list[Related]:
    """The way to the use: where the function is started, the calls, and the use itself."""
    entry, failing_ = one.failing.entry, one.failing
    places: list[tuple[str, Step]] = []
    if entry.via is not None and entry.via.at >= 0:
        places.append((f"{title(failing_.function)} is handed over here", Step(*entry.via)))
    if entry.at >= 0:
        places.append((f"{title(failing_.function)} {_runs(failing_)}", Step(entry.said, entry.at)))
    functions = [*[step.key for step in failing_.steps], failing_.where][1:]
    places += [
        (f"{title(callee)} is called here", step) for step, callee in zip(failing_.steps, functions, strict=True)
    ]
    places.append((f"`{one.name}` is used here", Step(failing_.where, failing_.need.at)))
    shown: list[Related] = []
    for message, step in places:
        span = span_of(ctx.project, step.key, step.at)
        if span is not None and step != one.place:
            here = step.key[0] == ctx.document
            shown.append(Related(message, span) if here else Related(message, span, document=step.key[0]))
    return shown
