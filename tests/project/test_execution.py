"""The run of imports against CPython: works, or which statement fails, and with which name."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.importing import steps_of
from flask_lsp.project.execution import run
from flask_lsp.project.execution_model import Start, World
from flask_lsp.project.layout import Layout
from flask_lsp.syntax.parse import parse_file
from flask_lsp.text import Source
from tests.project.import_packages import Program, Seen, observed, path_of, programs

BATCH = 200


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


@pytest.mark.hypothesis
def test_as_python() -> None:
    """All programs first, then CPython on many at once: a process for each would take a hundred times as long."""
    made: list[Program] = []

    @settings(max_examples=settings.default.max_examples * 2, phases=[Phase.generate], database=None)
    @given(programs())
    def collect(program: Program) -> None:
        made.append(program)

    collect()
    wrong: list[tuple[Program, Seen, Seen]] = []
    unknown = 0
    for start in range(0, len(made), BATCH):
        batch = made[start : start + BATCH]
        for program, theirs in zip(batch, observed(batch), strict=True):
            ours = verdict(program)
            if ours is None:
                unknown += 1
            elif not same(ours, theirs):
                wrong.append((program, ours, theirs))
    shown = [
        f"{each.entry} script={each.script}\nours {ours}\ntheirs {theirs}\n"
        + "\n".join(f"--- {path}\n{text}" for path, text in each.files.items())
        for each, ours, theirs in sorted(wrong, key=lambda row: sum(map(len, row[0].files.values())))
    ]
    assert not shown, shown[0]
    assert unknown < len(made) / 4, "silence everywhere would pass too"
