"""How findings look on a terminal, and the pages of rules."""

from __future__ import annotations

import io

from flask_lsp.cli.findings import Place, Shown
from flask_lsp.cli.output import concise, full
from flask_lsp.cli.terminal import Progress, painter, plain, printable, width
from flask_lsp.rules.base import Level
from flask_lsp.rules.registry import rules
from tests.cli.conftest import Run


def finding(text: str, start: int, end: int, **changes: object) -> Shown:
    values: dict[str, object] = {
        "path": "app.py",
        "line": 7,
        "column": start + 1,
        "code": "FL501",
        "name": "debug-hardcoded",
        "level": Level.ERROR,
        "end_line": 7,
        "end_column": end + 1,
        "message": "Do not.",
        "url": None,
        "fixes": (),
        "related": (),
        "text": text,
    }
    return Shown(**{**values, **changes})  # type: ignore[arg-type]


def marked(shown: Shown) -> tuple[str, str]:
    """The source line and the line under it."""
    lines = "".join(full([shown], plain)).splitlines()
    return lines[2], lines[3]


def test_full() -> None:
    shown = finding(
        "app.run(debug=True)",
        8,
        18,
        fixes=(("Remove it", True), ("Read it", False)),
        related=(Place("wsgi.py", 3, 1, "runs it"),),
    )
    assert "".join(full([shown, shown], plain)).split("\n\n")[0] == "\n".join(
        [
            "app.py:7:9: error FL501 debug-hardcoded",
            "  |",
            "7 | app.run(debug=True)",
            "  |         ^^^^^^^^^^",
            "  = Do not.",
            "  -> wsgi.py:3:1: runs it",
            "  fix: Remove it",
            "  fix: Read it (unsafe)",
        ]
    )


def test_long_messages_are_wrapped() -> None:
    lines = "".join(full([finding("x", 0, 1, message="word " * 50)], plain)).splitlines()
    assert lines[4].startswith("  = word word")
    assert lines[5].startswith("    word word")
    assert max(map(len, lines)) < 110


def test_concise() -> None:
    assert "".join(concise([finding("x", 0, 1)], plain)) == "app.py:7:1: error FL501 Do not.\n"


def test_the_mark_stands_under_what_it_marks() -> None:
    assert marked(finding("\tx = 1", 1, 2)) == ("7 |     x = 1", "  |     ^")
    assert marked(finding("'語' + x", 6, 7)) == ("7 | '語' + x", "  |        ^")
    assert marked(finding("f(a,", 0, 3, end_line=9)) == ("7 | f(a,", "  | ^^^^")
    assert marked(finding("", 0, 0)) == ("7 |", "  | ^")


def test_long_lines_are_cut_around_the_finding() -> None:
    line, mark = marked(finding("x" * 500 + "here" + "y" * 500, 500, 504))
    assert "xxxhereyyy" in line
    assert len(line) < 140
    assert line.index("here") == mark.index("^")
    assert mark.count("^") == 4
    line, mark = marked(finding("x" * 100_000, 0, 100_000))
    assert len(line) < 140
    assert len(mark) < 140


def test_nothing_in_a_file_can_steer_the_terminal() -> None:
    shown = finding("x = '\x1b[31m\x07\u202e'", 0, 1, message="\x1b]0;title", path="\x1b[2J.py")
    for form in (full, concise):
        assert "\x1b" not in "".join(form([shown], plain))
    assert printable("a\ud800b") == "a\ufffdb"
    assert width("e\u0301語") == 3


def test_painter_asks_the_environment() -> None:
    out = io.StringIO()
    assert painter(out, {})("x", "red") == "x"
    assert painter(out, {"FORCE_COLOR": "0"})("x", "red") == "x"
    assert painter(out, {"FORCE_COLOR": "1"})("x", "red") == "\x1b[1;31mx\x1b[0m"
    assert painter(out, {"FORCE_COLOR": "1", "NO_COLOR": "1"})("x", "red") == "x"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_only_on_terminals_and_long_runs() -> None:
    for stream, patient in ((io.StringIO(), True), (Terminal(), False)):
        progress = Progress(stream, {})
        if patient:
            progress._next = 0
        progress.report("Reading", 1, 2)
        progress.clear()
        assert stream.getvalue() == ""
    terminal = Terminal()
    progress = Progress(terminal, {})
    progress._next = 0
    progress.report("Reading", 1, 2)
    progress.report("Reading", 2, 2)  # too soon
    progress.clear()
    assert terminal.getvalue() == "\rReading 1/2\r           \r"


def test_rule(run: Run) -> None:
    done = run("rule", "fl902")
    assert done.code == 0
    assert done.out.startswith("FL902 json-dumps-response\nwarning, since ")
    assert "\nBetter:\n\n    from flask import Flask, jsonify\n" in done.out
    assert run("rule", "json-dumps-response").out == done.out
    everything = run("rule", "--all").out
    assert all(f"{each.rule.code} {each.rule.name}\n" in everything for each in rules())


def test_rules_that_are_none(run: Run) -> None:
    done = run("rule", "FL92")
    assert done.code == 2
    assert 'there is no rule "FL92", did you mean FL9' in done.err
    assert run("rule").code == 2
    assert run("rule", "FL902", "--all").code == 2
