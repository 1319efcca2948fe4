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


async def test_the_same_findings(start: Start, folder: Path) -> None:
    write_project(folder)
    wire = await start(*SERVER)
    await wire.initialize(PULL, folders={"a": uri_of(folder.as_posix())})
    await wire.next("$/progress", lambda params: params["value"]["kind"] == "end")
    found: dict[str, list[Shown]] = {}
    paths = [path for path in sorted(folder.rglob("*.py")) if path.name != "setup.py"]
    for path in paths:
        uri = uri_of(path.as_posix())
        wire.open(uri, path.read_text(encoding="utf-8"))
        report = await wire.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        if report["items"]:
            found[path.relative_to(folder).as_posix()] = [shown(item) for item in report["items"]]
    said = said_by_command_line(folder)
    assert found.keys() == said.keys()
    for path, expected in said.items():
        assert sorted(found[path]) == sorted(expected), path
