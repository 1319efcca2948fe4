"""The run of imports against CPython: works, or which statement fails, and with which name."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.importing import steps_of
from flask_lsp.project.execution import run
from flask_lsp.project.execution_model import Start, World
from flask_lsp.project.layout import Layout
from flask_lsp.syntax.parse import parse_file
from flask_lsp.text import Source
from tests.project.import_packages import Program, Seen, observed, path_of, programs

BATCH = 25


def verdict(program: Program) -> Seen | None:
    """What we say, in the words of the oracle; None for unknown."""
    facts = {f"/r/{path}": FileFacts(parse_file(text)) for path, text in program.files.items()}
    blocks = {path: [(s, *steps_of(f)) for s, f in each.blocks] for path, each in facts.items()}
    blocks = {path: [each for each in rows if each[1]] for path, rows in blocks.items()}
    world = World(Layout(frozenset(facts)), lambda path: tuple(steps for _, steps, _ in blocks[path]), trusting=False)
    document = "/r/" + path_of(program.entry)
    roots = (document.rpartition("/")[0], "/r") if program.script else ("/r",)
    found = run(world, Start((document,), roots, script=program.script))
    if not found.known:
        return None
    failure = found.failure
    if failure is None:
        return Seen()
    if failure.site is None:
        return Seen("?", 0, failure.kind.removesuffix("()"), "")
    start, _, spans = blocks[failure.site.document][failure.site.block]
    path = failure.site.document.removeprefix("/r/")
    line = Source(program.files[path]).line_at(start + spans[failure.site.at].start) + 1
    return Seen(path, line, failure.kind, failure.name)


def same(ours: Seen, theirs: Seen) -> bool:
    if ours.file == "?":  # a raise of its own
        return theirs.kind == ours.kind
    if theirs.kind == "ModuleNotFoundError" or (theirs.kind == "ImportError" and not theirs.name):
        return (ours.file, ours.line) == (theirs.file, theirs.line)
    return ours == theirs


@settings(max_examples=settings.default.max_examples * 2 // BATCH)
@given(st.lists(programs(), min_size=BATCH, max_size=BATCH))
def test_as_python(batch: list[Program]) -> None:
    counted: Counter[str] = Counter()
    for program, theirs in zip(batch, observed(batch), strict=True):
        ours = verdict(program)
        if ours is None:
            counted["unknown"] += 1
            continue
        counted["fails" if theirs.kind else "works"] += 1
        shown = "\n".join(f"--- {path}\n{text}" for path, text in program.files.items())
        assert same(ours, theirs), f"{program.entry} script={program.script}\nours {ours}\ntheirs {theirs}\n{shown}"
