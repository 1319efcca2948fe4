"""A workspace full of booby traps: whatever would run something of it leaves a mark. None does.

Beside the marks of the traps themselves, a hook in our own process watches what Python runs, loads and starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from flask_lsp.server.uris import uri_of
from tests.server.wire import SERVER, Wire

ROOT = Path(__file__).parents[2]
HOOK = """
import os, sys
def watch(event, arguments, place=os.environ["TRAPS"], log=os.environ["TRAPS_LOG"]):
    told = ""
    if event == "exec":
        told = getattr(arguments[0], "co_filename", "")
    elif event == "import":
        told = str(arguments[1] or "")
    elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.startfile"):
        told = place + " starts " + repr(arguments)
    if told.startswith(place):
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, f"{event} {told}\\n".encode())
        os.close(descriptor)
sys.addaudithook(watch)
"""
"""The ``sitecustomize`` of our own process."""

FLASK = {
    "flask/__init__.py": "from .app import Flask as Flask\n",
    "flask/app.py": "class Flask:\n    def run(self, debug=None): ...\n",
    "flask-3.1.0.dist-info/METADATA": "Name: Flask\nVersion: 3.1.0\n\n",
    "trapped/__init__.py": "from ._speed import Fast\nfrom .app import App, make\n",
    "trapped/app.py": "from flask import Flask\nclass App(Flask): ...\ndef make():\n    return App()\n",
    "trapped-1.0.dist-info/METADATA": "Name: trapped\nVersion: 1.0\nRequires-Dist: flask\n\n",
    "trapped-1.0.dist-info/RECORD": "trapped/__init__.py,,\n",
}
APP = """
from flask import request
from trapped import App, Fast, make
from trapped._speed import Faster

fast, faster = Fast(), Faster()
fast.run(debug=True)
faster.run(debug=True)
app = App(__name__)
app.run(debug=True)
make().run(debug=True)
"""


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    """The workspace; ``log`` beside it says what has fired."""
    root = Path(os.path.realpath(tmp_path)) / "workspace"
    mark = f"open({str(root.parent / 'log')!r}, 'a').write(__name__ + ' ran\\n')\n"
    environment = root / ".venv"
    site = environment / "lib" / "python3.11" / "site-packages"
    for name, text in FLASK.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text((mark if name.endswith(".py") else "") + text)
    (root / "pyproject.toml").write_text("[project]\nname = 'traps'\n")
    for folder in (root, site):
        for name in ("sitecustomize", "usercustomize", "conftest", "jedi", "platformdirs", "pathspec", "_bisect"):
            (folder / f"{name}.py").write_text(mark)
        _compiled(folder / f"speedy{EXTENSION_SUFFIXES[0]}")
    _compiled(site / "trapped" / f"_speed{EXTENSION_SUFFIXES[0]}")
    (site / "trap.pth").write_text(f"import os; {mark}")
    for name in ("bin/python", "bin/python3", "Scripts/python.exe"):
        path = environment / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {name} >> '{root.parent / 'log'}'\n")
        path.chmod(0o755)
    (environment / "pyvenv.cfg").write_text("home = bin\n")
    (root / "app.py").write_text(mark + APP)
    (root / "setup.py").write_text(mark)
    return root


def _compiled(path: Path) -> None:
    """A compiled module, one of Python's own under another name where it has any."""
    folder = Path(sysconfig.get_path("platstdlib"), "lib-dynload")
    found = next(folder.glob(f"*{EXTENSION_SUFFIXES[0]}"), None) if folder.is_dir() else None
    path.write_bytes(found.read_bytes() if found else b"\x7fELF")


def environ(traps: Path, **more: str) -> dict[str, str]:
    hook = traps.parent / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(HOOK)
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(hook), str(ROOT)]),
        "XDG_CACHE_HOME": str(traps.parent / "cache"),
        "LOCALAPPDATA": str(traps.parent / "cache"),
        "HOME": str(traps.parent),
        "TRAPS": str(traps),
        "TRAPS_LOG": str(traps.parent / "log"),
        **more,
    }


def fired(traps: Path) -> str:
    log = traps.parent / "log"
    return log.read_text() if log.exists() else ""


def test_the_hook_sees_what_runs(traps: Path) -> None:
    """Else silence would prove nothing."""
    code = "import conftest, subprocess, sys; subprocess.run([sys.executable, '-c', ''])"
    subprocess.run([sys.executable, "-c", code], cwd=traps, env=environ(traps), check=True)
    assert "conftest ran" in fired(traps)
    assert "exec " in fired(traps)
    assert "subprocess.Popen" in fired(traps)


@pytest.mark.parametrize("named", ["", ".venv", ".venv/bin/python", ".venv/lib/python3.11/site-packages"])
def test_check(traps: Path, named: str) -> None:
    if named:
        (traps / "pyproject.toml").write_text(f'[tool.flask-lsp]\nenvironment = "{named}"\n')
    command = [sys.executable, "-m", "flask_lsp", "check", "--select", "FL501", "--output-format", "json", "app.py"]
    done = subprocess.run(command, cwd=traps, env=environ(traps), capture_output=True, text=True, check=False)
    assert [each["line"] for each in json.loads(done.stdout)] == [11, 12], done.stderr
    assert fired(traps) == ""


@pytest.mark.parametrize("active", ["VIRTUAL_ENV", "CONDA_PREFIX"])
async def test_server(traps: Path, active: str) -> None:
    wire = await Wire.start(*SERVER, cwd=traps, env=environ(traps, **{active: str(traps / ".venv")}))
    await wire.initialize(folders={"traps": uri_of(traps.as_posix())})
    document = uri_of((traps / "app.py").as_posix())
    wire.open(document, (traps / "app.py").read_text())
    found: set[int] = set()
    while not {10, 11} <= found:
        found = {each["range"]["start"]["line"] for each in await wire.diagnostics(document) if each["code"] == "FL501"}
    assert await wire.leave() == 0
    assert fired(traps) == ""
