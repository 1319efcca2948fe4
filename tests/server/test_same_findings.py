"""The command line and the server say the same about the same files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask_lsp.rules.documentation import documentation
from flask_lsp.rules.registry import rules
from flask_lsp.server.uris import uri_of
from tests.server.conftest import ROOT, Start
from tests.server.wire import SERVER

PULL = {
    "general": {"positionEncodings": ["utf-32"]},
    "textDocument": {"diagnostic": {}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
    "window": {"workDoneProgress": True},
}
LEVELS = {"error": 1, "warning": 2, "information": 3, "hint": 4}
Shown = tuple[int, int, int, int, str, int, str]


def write_project(folder: Path) -> None:
    """Every example of the documentation, also in a project inside the project and in one with other settings."""
    strict = folder / "strict"
    nested = folder / "nested"
    package = folder / "package"
    for each in (strict, nested, package):
        each.mkdir()
    (strict / "pyproject.toml").write_text('[tool.flask-lsp]\npreset = "strict"\nseverity = { FL9 = "hint" }\n')
    (nested / "setup.py").write_text("")
    (package / "__init__.py").write_text("")
    for registered in rules():
        code = registered.rule.code
        text = documentation(code).example
        for each in (folder, strict, nested, package):
            (each / f"{code.lower()}_😀.py").write_text(f"# 😀\n{text}", encoding="utf-8")
            (each / f"{code.lower()}_better.py").write_text(documentation(code).better, encoding="utf-8")
        (folder / f"{code.lower()}_silent.py").write_text(f"# flask-lsp: ignore-file[{code}]\n{text}")
        (folder / f"{code.lower()}_broken.py").write_text(f"def broken(:\n{text}")


def said_by_command_line(folder: Path) -> dict[str, list[Shown]]:
    command = [sys.executable, "-m", "flask_lsp", "check", "--output-format", "json", "--exit-zero", "."]
    result = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, encoding="utf-8", env={"PYTHONPATH": str(ROOT)}
    )
    found: dict[str, list[Shown]] = {}
    for each in json.loads(result.stdout):
        place = (each["line"] - 1, each["column"] - 1, each["end_line"] - 1, each["end_column"] - 1)
        shown = (*place, each["code"], LEVELS[each["level"]], each["message"])
        found.setdefault(each["path"], []).append(shown)
    return found


def shown(item: dict[str, Any]) -> Shown:
    start, end = item["range"]["start"], item["range"]["end"]
    place = (start["line"], start["character"], end["line"], end["character"])
    return (*place, item["code"], item["severity"], item["message"])


async def said_by_server(start: Start, folder: Path, paths: list[Path]) -> dict[str, list[Shown]]:
    """Opens the files one after another, once the workspace is read."""
    wire = await start(*SERVER)
    await wire.initialize(PULL, folders={"a": uri_of(folder.as_posix())})
    await wire.next("$/progress", lambda params: params["value"]["kind"] == "end")
    found: dict[str, list[Shown]] = {}
    for path in paths:
        uri = uri_of(path.as_posix())
        wire.open(uri, path.read_text(encoding="utf-8"))
        report = await wire.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        if report["items"]:
            found[path.relative_to(folder).as_posix()] = [shown(item) for item in report["items"]]
    return found


async def test_the_same_findings(start: Start, folder: Path) -> None:
    write_project(folder)
    paths = [path for path in sorted(folder.rglob("*.py")) if path.name != "setup.py"]
    found, said = await said_by_server(start, folder, paths), said_by_command_line(folder)
    assert found.keys() == said.keys()
    for path, expected in said.items():
        assert sorted(found[path]) == sorted(expected), path


async def test_the_same_findings_under_settings_of_many_kinds(start: Start, folder: Path) -> None:
    """Three hundred files that know each other, and what settings, .gitignore and tests folders make of them. Files
    that are left out are not opened: whoever opens one wants to see it checked."""
    settings = '[tool.flask-lsp]\nexclude = ["generated"]\nignore = ["FL902"]\n'
    settings += 'per-file-ignores = { "quiet/*" = ["FL905"] }\n'
    (folder / "pyproject.toml").write_text(settings)
    (folder / ".gitignore").write_text("ignored/\n*_local.py\n")
    (folder / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    view = "from flask import redirect, request\nfrom app import app\n\n\n@app.route('/{0}')\ndef view_{0}():\n"
    view += "    page = int(request.args.get('page', 1))\n    return redirect('/{1}')\n"
    opened: list[Path] = [folder / "app.py"]
    for number in range(300):
        place = ("", "quiet", "tests", "generated", "ignored", "package")[number % 6]
        (folder / place).mkdir(exist_ok=True)
        path = folder / place / (f"v{number}_local.py" if number % 50 == 0 else f"v{number}.py")
        path.write_text(view.format(number, (number + 1) % 300))
        if place not in ("generated", "ignored") and number % 50:
            opened.append(path)
    found, said = await said_by_server(start, folder, opened), said_by_command_line(folder)
    assert {path: sorted(items) for path, items in found.items()} == said
    assert {item[4] for items in said.values() for item in items} == {"FL901", "FL905"}
    assert not [path for path in said if path.startswith(("generated", "ignored")) or "_local" in path]


async def test_a_lone_file_is_seen_with_its_neighbours(start: Start, tmp_path: Path) -> None:
    """Opened with no workspace folder, as a beginner's editor does."""
    app = "from flask import Flask\nfrom tables import db\n\napp = Flask(__name__)\ndb.init_app(app)\ndb.create_all()\n"
    (tmp_path / "app.py").write_text(app)
    (tmp_path / "tables.py").write_text("from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n")
    inside = tmp_path / "deeper"
    inside.mkdir()
    (inside / "app.py").write_text("app.run()\n")
    wire = await start(*SERVER)
    await wire.initialize({"textDocument": {"publishDiagnostics": {}}})
    wire.open(uri_of((tmp_path / "app.py").as_posix()), app)
    await wire.next(
        "textDocument/publishDiagnostics", lambda params: [each["code"] for each in params["diagnostics"]] == ["FL705"]
    )
