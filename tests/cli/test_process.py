"""The command as a process: standard input, pipes, terminals, interrupts."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flask_lsp import __version__
from tests.cli.conftest import FIXED, VIEWS

POSIX = os.name == "posix"


def start(project: Path, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "flask_lsp", *arguments]
    return subprocess.Popen(command, cwd=project, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **environ})


def run(project: Path, *arguments: str, given: bytes = b"", **environ: str) -> tuple[int, bytes, bytes]:
    process = start(project, *arguments, **environ)
    out, err = process.communicate(given, timeout=60)
    return process.returncode, out, err


def test_version(project: Path) -> None:
    assert run(project, "--version") == (0, f"flask-lsp {__version__}{os.linesep}".encode(), b"")


def test_standard_input(project: Path) -> None:
    code, out, _ = run(project, "check", "-", "--output-format", "concise", given=VIEWS.encode())
    assert code == 1
    assert out.startswith(b"-:9:12: warning FL902 ")


def test_standard_input_stands_for_a_file(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.flask-lsp]\nper-file-ignores = { "new/*" = ["FL902"] }\n')
    for name, expected in (("app/views.py", 1), ("app/new.py", 1), ("new/views.py", 0)):
        code, out, _ = run(project, "check", "--stdin-filename", name, given=VIEWS.encode())
        assert code == expected
        assert name.encode() in out or not expected


def test_standard_input_is_repaired_to_standard_output(project: Path) -> None:
    given = b"\xef\xbb\xbf" + VIEWS.replace("\n", "\r\n").encode()
    code, out, _ = run(project, "check", "--fix", "--stdin-filename", "app/views.py", given=given)
    assert (code, out) == (0, b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode())
    assert (project / "app" / "views.py").read_text() == VIEWS
    assert run(project, "check", "--fix", "-", given=FIXED.encode())[1] == FIXED.encode()


def test_standard_input_is_repaired_beside_a_file_of_findings(project: Path) -> None:
    given = VIEWS.encode() + b"\n\napp.run(debug=True)\n"
    code, out, err = run(
        project, "check", "--fix", "-", "--output-format", "json", "--output-file", "x.json", given=given
    )
    assert code == 1
    assert out.startswith(FIXED.encode())
    assert b'"code"' not in err
    assert [one["code"] for one in json.loads((project / "x.json").read_text())] == ["FL501"]


@pytest.mark.skipif(not POSIX, reason="needs a shell that closes streams")
def test_standard_input_that_is_closed(project: Path) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m flask_lsp check - <&-"
    done = subprocess.run(["sh", "-c", command], cwd=project, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"flask-lsp: standard input is closed\n"


@pytest.mark.skipif(not POSIX, reason="needs a shell that closes streams")
def test_standard_output_that_is_closed(project: Path) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m flask_lsp check"
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        done = subprocess.run(["sh", "-c", f"{command} {closed}"], cwd=project, capture_output=True, check=False)
        assert done.returncode == 1
        assert b"Traceback" not in done.stderr


def test_standard_input_that_is_no_text(project: Path) -> None:
    code, out, err = run(project, "check", "-", given=b"\xff")
    assert (code, out) == (2, b"")
    assert err.startswith(b"flask-lsp: standard input ")


def test_a_console_that_cannot_show_everything(project: Path) -> None:
    (project / "app" / "views.py").write_text(VIEWS.replace("ann", "жэ"), encoding="utf-8")
    code, out, err = run(project, "check", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert code == 1
    assert b'json.dumps(["??"])' in out
    assert b"Traceback" not in err


def test_colours_can_be_forced(project: Path) -> None:
    assert b"\x1b[" in run(project, "check", FORCE_COLOR="1")[1]
    assert b"\x1b[" not in run(project, "check", FORCE_COLOR="1", NO_COLOR="1")[1]
    assert b"\x1b[" not in run(project, "check", "--output-format", "json", FORCE_COLOR="1")[1]
    assert b"\x1b[" not in run(project, "check")[1]


@pytest.mark.skipif(not POSIX, reason="Windows has no pseudo-terminals")
def test_a_terminal_gets_colours(project: Path) -> None:
    import pty

    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "flask_lsp", "check"]
    environ = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(command, cwd=project, stdout=follower, stderr=subprocess.PIPE, env=environ) as process:
        os.close(follower)
        seen = b""
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            seen += part
    os.close(leader)
    assert process.returncode == 1
    assert b"\x1b[1;33mwarning FL902\x1b[0m" in seen


@pytest.mark.skipif(not POSIX, reason="pipes break another way on Windows")
def test_a_reader_that_leaves(project: Path) -> None:
    (project / "many.py").write_text(VIEWS + '@app.route("/b")\ndef b():\n    return json.dumps([])\n\n\n' * 2000)
    process = start(project, "check")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(100)
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(60) == 1
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err


@pytest.mark.skipif(not POSIX, reason="needs signals")
def test_an_interrupt(project: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has it ignored in the background
    try:
        process = start(project, "check", "-")
    finally:
        signal.signal(signal.SIGINT, before)
    time.sleep(1.5)  # it waits for standard input
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in err
