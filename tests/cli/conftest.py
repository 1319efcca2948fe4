"""A small project with one mistake in it, as the working directory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from flask_lsp.cli import main

VIEWS = """\
import json
from flask import Flask

app = Flask(__name__)


@app.route("/users")
def users():
    return json.dumps(["ann"])
"""

FIXED = """\
from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/users")
def users():
    return jsonify(["ann"])
"""


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR", "VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pyproject.toml").write_text("[tool.flask-lsp]\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "views.py").write_text(VIEWS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Done:
        capfd.readouterr()
        try:
            code = main(arguments)
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return run
