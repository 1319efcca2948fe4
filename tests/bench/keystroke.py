"""How long a keystroke takes, from ``didChange`` to ``publishDiagnostics``, beside ``ruff server`` in the same run. A
deployment file, which ruff does not read, is typed in beside a Python file with as many lines, both by our server.

    python tests/bench/keystroke.py FILE [--times N] [--server COMMAND ...]

Types statements into a function body in the middle of FILE, or settings of their kind into a deployment file, character
by character, over stdio. The two servers take turns, line by line, so that both see the same machine. Trust the ratios.

What the rows mean; which one a key belongs to is decided by Python's own parser, on the text after the key:

* ``all keys``: every key that is typed, whatever the text is then. This is what the user feels, and the row to compare
  with the figures that are asked for.
* ``text parses``: the keys after which the text is a program. Both servers check all of it.
* ``text broken``: the keys after which it is none, because a bracket is open or a statement half written. ruff then
  reports the syntax errors and nothing else; we mend the text and check the rest of it.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask_lsp.deployment_files import kind_of

OURS = [sys.executable, "-m", "flask_lsp", "server"]
RUFF = [sys.executable, "-m", "ruff", "server"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
"""The servers start in the folder of the file: there this repository need not be installed."""

BASE = [sys.executable, "-c", "import pygls.lsp.server"]

TYPED = (
    "total = sum(item.count for item in items)",
    'return redirect(url_for("index", page=page))',
    'flash(f"saved {name}", "success")',
    "if user is None or not user.is_active: abort(404)",
)
YAML = ("LOG_LEVEL: info", 'FLASK_DEBUG: "0"', "DATABASE_URL: ${DATABASE_URL}", "FLASK_APP: shop:create_app")
SETTINGS = {
    **dict.fromkeys(("compose", "yaml", "workflow"), YAML),
    "unit": ("Environment=LOG_LEVEL=info", "Environment=FLASK_DEBUG=0", 'Environment="FLASK_APP=shop"'),
    "ini": ("env = LOG_LEVEL=info", "env = FLASK_DEBUG=0", "# env = FLASK_APP=shop"),
    "procfile": ("worker: flask --app shop tasks", "release: flask db upgrade", "web: gunicorn shop:app -w 4"),
    "dockerfile": ("ENV FLASK_DEBUG=0", "RUN pip install --no-cache-dir flask", "ENV FLASK_APP=shop:create_app"),
    "": ("LOG_LEVEL=info", "FLASK_DEBUG=0", "FLASK_APP=shop:create_app", 'DATABASE_URL="$HOME/data"'),
}
"""What is typed into a deployment file, by its kind."""
VIEW = """

@app.route("/items/{}")
def view_{}(page=1):
    items = request.args.getlist("item")
    session["seen"] = len(items)
    return redirect(url_for("index"))
"""
CLIENT = {
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True, "dataSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
    }
}


class Server:
    """A server that runs, with the text open in it. Blocks: nothing but the server shall take time."""

    def __init__(
        self, command: Sequence[str], path: Path, text: str, language: str = "python", root: Path | None = None
    ) -> None:
        root = root or path.parent
        self.uri = path.as_uri()
        self.version = 1
        begin = time.perf_counter()
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=root, env=ENVIRONMENT
        )
        folder = root.as_uri()
        params = {
            "processId": os.getpid(),
            "rootUri": folder,
            "workspaceFolders": [{"uri": folder, "name": "bench"}],
            "capabilities": CLIENT,
        }
        self.send({"id": 1, "method": "initialize", "params": params})
        while self.receive().get("id") != 1:
            pass
        self.start_up = time.perf_counter() - begin
        self.send({"method": "initialized", "params": {}})
        item = {"uri": self.uri, "languageId": language, "version": 1, "text": text}
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": item}})
        self.findings = self.published()

    def edit(self, line: int, start: int, end: int, text: str) -> float:
        """One edit in one line; the seconds until its diagnostics are there."""
        self.version += 1
        params = {
            "textDocument": {"uri": self.uri, "version": self.version},
            "contentChanges": [
                {
                    "range": {
                        "start": {"line": line, "character": start},
                        "end": {"line": line, "character": end},
                    },
                    "text": text,
                }
            ],
        }
        begin = time.perf_counter()
        self.send({"method": "textDocument/didChange", "params": params})
        self.published()
        return time.perf_counter() - begin

    def published(self) -> int:
        """Waits for the diagnostics of the current version; their number."""
        while True:
            message = self.receive()
            params: Any = message.get("params")
            if message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == self.uri:
                if params.get("version", self.version) == self.version:
                    return len(params["diagnostics"])
            elif "method" in message and "id" in message:
                self.send({"id": message["id"], "result": None})

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        stream = self.process.stdout
        assert stream
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise SystemExit(f"{self.process.args} ended with {self.process.wait()}")
        return json.loads(stream.read(length))

    def peak(self) -> float | None:
        """The most memory it has used, in MB; None where the system does not say."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        return None

    def stop(self) -> None:
        self.send({"id": 2, "method": "shutdown"})
        while self.receive().get("id") != 2:
            pass
        self.send({"method": "exit"})
        self.process.wait()


def place(text: str) -> tuple[int, str]:
    """The line before which to type, and its indentation: a statement of a function nearest to the middle."""
    middle = text.count("\n") // 2
    found = [
        (abs(statement.lineno - middle), statement.lineno - 1, statement.col_offset)
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in function.body[1:]
        if statement.end_lineno == statement.lineno
    ]
    if not found:
        raise SystemExit("the file has no function to type in")
    _, line, column = min(found)
    return line, " " * column


def known_as(file: Path) -> Path:
    """The shortest end of a path that is taken for the same kind of file: some are known by their folder."""
    parts = file.resolve().parts
    kind = kind_of("/".join(parts))
    ends = (parts[start:] for start in range(len(parts) - 1, 0, -1))
    return Path(*next(end for end in ends if kind_of("/" + "/".join(end)) == kind))


def place_of_setting(text: str) -> tuple[int, str]:
    """The line before which to type a setting, and its indentation: one that sets a variable, nearest to the middle."""
    lines = text.split("\n")
    middle = len(lines) // 2
    setting = re.compile(r"\s*(?:export |ENV |Environment=|env = )?[A-Z][A-Z_]+[:=]|[\w-]+: ?(?:gunicorn|flask)\b")
    found = [number for number, line in enumerate(lines) if setting.match(line)]
    line = min(found or [middle], key=lambda number: abs(number - middle))
    return line, lines[line][: len(lines[line]) - len(lines[line].lstrip())]


def as_long(lines: int) -> str:
    """A Python file with so many lines."""
    head = "from flask import Flask, redirect, request, session, url_for\n\napp = Flask(__name__)\n"
    return head + "".join(VIEW.format(number, number) for number in range(max(lines // VIEW.count("\n"), 2)))


def states(text: str, line: int, indent: str, typed: str) -> list[bool]:
    """Whether the text parses, after each character of a line."""
    lines = text.split("\n")
    before, after = "\n".join(lines[:line]), "\n".join(lines[line:])
    return [parses(f"{before}\n{indent}{typed[:end]}\n{after}") for end in range(1, len(typed) + 1)]


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def type_line(server: Server, line: int, indent: str, text: str) -> list[float]:
    """Types one line character by character, then takes it away again."""
    server.edit(line, 0, 0, indent + "\n")
    times = [server.edit(line, len(indent) + at, len(indent) + at, char) for at, char in enumerate(text)]
    server.version += 1
    everything = {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}}
    change = {"range": everything, "text": ""}
    params = {"textDocument": {"uri": server.uri, "version": server.version}, "contentChanges": [change]}
    server.send({"method": "textDocument/didChange", "params": params})
    server.published()
    return times


def start_ups(command: Sequence[str], path: Path, runs: int) -> tuple[float, float]:
    """The medians of the seconds until ``initialize`` is answered, and of importing pygls, in turns."""
    ours: list[float] = []
    base: list[float] = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run(BASE, check=True)
        base.append(time.perf_counter() - begin)
        server = Server(command, path, "")
        ours.append(server.start_up)
        server.stop()
    return statistics.median(ours), statistics.median(base)


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(int(len(times) * share), len(times) - 1)] * 1000


def table(times: dict[str, list[float]], whole: list[bool]) -> None:
    """All keys, and apart those after which the text parses and those after which it does not."""
    for title, wanted in (("all keys", (True, False)), ("text parses", (True,)), ("text broken", (False,))):
        chosen = {name: [t for t, p in zip(all_, whole, strict=True) if p in wanted] for name, all_ in times.items()}
        if not chosen["ours"]:
            continue
        row = f"{title:12} {len(chosen['ours']):4} keys"
        for quantity, share in (("p50", 0.5), ("p95", 0.95)):
            ours, ruff = quantile(chosen["ours"], share), quantile(chosen["ruff"], share)
            row += f" | {quantity} ours {ours:6.2f} ms, ruff {ruff:6.2f} ms, ratio {ours / ruff:5.2f}"
        print(row)


def deployed(options: argparse.Namespace, text: str) -> None:
    """Types into a deployment file, and as many keys into a Python file with as many lines."""
    name = known_as(options.file)
    kind = kind_of(f"/{name.as_posix()}") or ""
    line, indent = place_of_setting(text)
    python = as_long(text.count("\n"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        path, beside = root / name, root / "shop.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        beside.write_text(python, encoding="utf-8")
        command = options.server or OURS
        ours, other = Server(command, path, text, kind, root), Server(command, beside, python)
        where = {ours: (line, indent, SETTINGS.get(kind, SETTINGS[""])), other: (*place(python), TYPED)}
        times: dict[Server, list[float]] = {ours: [], other: []}
        for server, (at, before, typed) in where.items():
            type_line(server, at, before, typed[0])  # both warm
        for _ in range(options.rounds):
            for number in range(len(TYPED)):
                for server, (at, before, typed) in where.items():
                    times[server] += type_line(server, at, before, typed[number % len(typed)])
        print(f"{name}: {text.count(chr(10))} lines, typing at line {line + 1}")
        for quantity, share in (("p50", 0.5), ("p95", 0.95)):
            one, two = quantile(times[ours], share), quantile(times[other], share)
            print(f"{quantity} {one:6.2f} ms, in a Python file as long {two:6.2f} ms, ratio {one / two:5.2f}")
        print(f"{ours.findings} findings")
        ours.stop()
        other.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--times", type=int, default=1, metavar="N", help="the file N times over")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often the lines are typed")
    parser.add_argument("--server", nargs=argparse.REMAINDER, metavar="COMMAND", help="instead of flask-lsp")
    options = parser.parse_args()
    text = options.file.read_text(encoding="utf-8").replace("\r\n", "\n") * options.times
    if kind_of(options.file.resolve().as_posix()) not in ("python", None):
        deployed(options, text)
        return
    line, indent = place(text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve() / options.file.name
        path.write_text(text, encoding="utf-8")
        ours, base = start_ups(options.server or OURS, path, 5)
        servers = {"ours": Server(options.server or OURS, path, text), "ruff": Server(RUFF, path, text)}
        times: dict[str, list[float]] = {name: [] for name in servers}
        for server in servers.values():
            type_line(server, line, indent, TYPED[0])  # both warm
        whole: list[bool] = []
        for _ in range(options.rounds):
            for typed in TYPED:
                whole += states(text, line, indent, typed) if len(whole) < sum(map(len, TYPED)) else []
                for name, server in servers.items():
                    times[name] += type_line(server, line, indent, typed)
        print(f"{options.file.name}: {text.count(chr(10))} lines, typing at line {line + 1}")
        table(times, whole * options.rounds)
        print("all keys: each key typed; text parses: both servers check everything;")
        print("text broken: ruff reports only syntax errors, we check all but the broken lines")
        for name, server in servers.items():
            peak = server.peak()
            print(f"{name}: {server.findings} findings" + (f", peak memory {peak:.0f} MB" if peak else ""))
            server.stop()
    print(f"start-up: {ours * 1000:.0f} ms, import of pygls alone {base * 1000:.0f} ms, ratio {ours / base:.2f}")


if __name__ == "__main__":
    main()
