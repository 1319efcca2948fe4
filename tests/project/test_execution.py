"""The run of imports against CPython: works, or which statement fails, and with which name."""

from __future__ import annotations

import pytest

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.importing import steps_of
from flask_lsp.facts.model import Import
from flask_lsp.project.deployment import Deployment, Launch
from flask_lsp.project.execution import run
from flask_lsp.project.execution_model import Start, World
from flask_lsp.project.layout import Layout
from flask_lsp.project.project import File, Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import merge
from flask_lsp.syntax.parse import parse_file
from flask_lsp.text import Source
from tests.project.import_packages import PACKAGES, Program, Seen, against_python, path_of, written


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
    wrong: list[tuple[int, str]] = []
    unknown = count = 0
    for program, theirs in against_python(times=3):
        count += 1
        ours = verdict(program)
        if ours is None:
            unknown += 1
        elif not same(ours, theirs):
            text = written(program)
            wrong.append((len(text), f"ours {ours}\ntheirs {theirs}\n{text}"))
    assert not wrong, min(wrong)[1]
    assert unknown < count / 4, "silence everywhere would pass too"


_MAYBE_BOUND = """
try:
    from contextlib import nullcontext
except ImportError:
    def f(): pass
"""


def test_what_may_be_bound_is_no_ground_for_a_verdict() -> None:
    """Either way the start fails, but not in the same place."""
    package = "try:\n    import a\n    a.f\nexcept Exception:\n    from . import w\n"
    files = {"a.py": _MAYBE_BOUND, "p/__init__.py": package, "p/q/__init__.py": "from ... import x\n"}
    assert verdict(Program(files, "p.q", script=False)) is None
    certain = {**files, "a.py": "def f(): pass\n"}
    assert verdict(Program(certain, "p.q", script=False)) == Seen("p/q/__init__.py", 1, "ImportError")
    absent = {**files, "a.py": ""}
    assert verdict(Program(absent, "p.q", script=False)) == Seen("p/__init__.py", 5, "ImportError", "w")


def is_a_matter_of_order(program: Program, seen: Seen) -> bool:
    """What a module lacks while it runs it has in the end; nothing else is missing that something may make."""
    path = path_of(seen.partial)
    if path not in program.files or any(".missing" in text for text in program.files.values()):
        return False
    bindings = FileFacts(parse_file(program.files[path])).bindings.get(seen.name, ())
    child = seen.partial in PACKAGES and path_of(f"{seen.partial}.{seen.name}") in program.files
    return child or any(not isinstance(each.bound, Import) for each in bindings)


def circular_imports(program: Program) -> set[tuple[str, int]]:
    """Path and line of what FL301 finds when the program is started as its deployment file says."""
    target = path_of(program.entry) if program.script else program.entry
    launch = Launch("the program", target, script=program.script)
    made = [File(f"/r/{path}", Source(text)) for path, text in program.files.items()]
    project = Project("/r", merge({"select": ["FL301"]})[0], Versions()).with_files(made).with_complete(True)
    project = project.with_deployment(Deployment((launch,)))
    return {
        (project.path(document), file.source.line_at(finding.span.start) + 1)
        for document, file in project.files.items()
        for finding in check(project, document)
        if "`the program` ends with" in finding.message
    }


@pytest.mark.hypothesis
def test_circular_imports_as_python() -> None:
    """FL301 never fires on a program that works, and it does on the very statement that fails because of a circle."""
    fired = missed = unknown = 0
    for program, theirs in against_python(times=2):
        found = circular_imports(program)
        assert not found or theirs != Seen(), (found, written(program))
        if is_a_matter_of_order(program, theirs):
            if not found and verdict(program) is None:
                unknown += 1
                continue
            right = found == {(theirs.file, theirs.line)}
            fired += right
            missed += not right
    assert fired > 9 * missed, "what comes to a circle by way of other modules may be too much to follow"
    assert fired > unknown, "silence everywhere would pass too"
