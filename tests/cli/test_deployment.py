"""Deployment files on the command line: checked, shown as they would be, repaired."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SHOP = """\
from flask import Flask


def create_app():
    return Flask(__name__)
"""
BROKEN = {
    "Dockerfile": 'FROM python:3.13\nCOPY . .\nENV FLASK_DEBUG=1 TZ=UTC\nCMD ["flask", "--app", "shop", "run"]\n',
    "Procfile": "web: gunicorn shop:create_app\n",
    "compose.yml": "services:\n  web:\n    build: .\n    environment:\n      - FLASK_DEBUG=1\n      - TZ=UTC\n",
    "shop.service": "[Service]\nExecStart=/srv/bin/gunicorn shop:creat_app()\n",
    "k8s/web.yaml": "spec:\n  containers:\n    - env:\n        - name: FLASK_DEBUG\n          value: 'yes'\n",
    ".env.production": "WERKZEUG_DEBUG_PIN=off\r\nTZ=UTC\r\n",
}
REPAIRED = {
    "Dockerfile": 'FROM python:3.13\nCOPY . .\nENV FLASK_DEBUG=0 TZ=UTC\nCMD ["gunicorn", "-b", "127.0.0.1:5000", '
    '"shop:create_app()"]\n',
    "Procfile": "web: gunicorn 'shop:create_app()'\n",
    "compose.yml": "services:\n  web:\n    build: .\n    environment:\n      - FLASK_DEBUG=0\n      - TZ=UTC\n",
    "shop.service": "[Service]\nExecStart=/srv/bin/gunicorn shop:create_app()\n",
    "k8s/web.yaml": "spec:\n  containers:\n    - env:\n        - name: FLASK_DEBUG\n          value: '0'\n",
    ".env.production": "TZ=UTC\r\n",
}
FOUND = {
    "Dockerfile": ["FL503", "FL802"],
    "Procfile": ["FL807"],
    "compose.yml": ["FL503"],
    "shop.service": ["FL807"],
    "k8s/web.yaml": ["FL503"],
    ".env.production": ["FL505"],
}


@pytest.fixture
def deployed(project: Path) -> Path:
    (project / "app" / "views.py").unlink()
    (project / "shop.py").write_text(SHOP)
    (project / "k8s").mkdir()
    for name, text in BROKEN.items():
        (project / name).write_bytes(text.encode())
    return project


def texts(project: Path) -> dict[str, str]:
    return {name: (project / name).read_bytes().decode() for name in BROKEN}


def found(run: Run, *arguments: str) -> dict[str, list[str]]:
    codes: dict[str, list[str]] = {}
    for each in json.loads(run("check", "--output-format", "json", *arguments).out):
        codes.setdefault(Path(each["path"]).as_posix(), []).append(each["code"])
    return codes


def test_check(run: Run, deployed: Path) -> None:
    assert found(run) == FOUND
    assert found(run, "Procfile", "k8s") == {name: FOUND[name] for name in ("Procfile", "k8s/web.yaml")}
    done = run("check", "compose.yml", "--output-format", "concise")
    assert done.code == 1
    assert done.out.startswith("compose.yml:5:9: error FL503 ")
    assert texts(deployed) == BROKEN


def test_diff_changes_nothing(run: Run, deployed: Path) -> None:
    assert run("check", "--diff").out == ""  # none of it is safe
    done = run("check", "--diff", "--unsafe-fixes")
    assert texts(deployed) == BROKEN
    lines = re.sub(r"\r", "", done.out).splitlines()
    assert "-web: gunicorn shop:create_app" in lines
    assert "+web: gunicorn 'shop:create_app()'" in lines
    assert "+      - FLASK_DEBUG=0" in lines
    assert "-WERKZEUG_DEBUG_PIN=off" in lines


def test_fix(run: Run, deployed: Path) -> None:
    run("check", "--fix")
    assert texts(deployed) == BROKEN
    run("check", "--fix", "--unsafe-fixes")
    assert texts(deployed) == REPAIRED
    assert found(run) == {}
    run("check", "--fix", "--unsafe-fixes")
    assert texts(deployed) == REPAIRED


def test_what_is_for_development_or_for_nothing_of_ours(run: Run, deployed: Path) -> None:
    for name in BROKEN:
        (deployed / name).unlink()
    (deployed / "compose.override.yml").write_text(BROKEN["compose.yml"])
    (deployed / ".flaskenv").write_text("FLASK_DEBUG=1\nWERKZEUG_DEBUG_PIN=off\n")
    (deployed / "notes.yml").write_text("FLASK_DEBUG: 1\n")
    (deployed / "compose.yml").write_text("services:\n  web: {{ broken\n   - FLASK_DEBUG=1\n")
    done = run("check")
    assert done.code == 0
    assert "Nothing found" in done.err + done.out
