"""The claims about databases hold in other versions too: the proofs of FL7xx run in environments of their own.

SQLAlchemy 1.4 executes plain strings and engines still, with Flask-SQLAlchemy 3.0; FL707 is proved where it raises.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import venv
from pathlib import Path

import pytest

from flask_lsp.rules.documentation import documentation
from flask_lsp.rules.registry import rules

PROOFS = Path(__file__).parent.parent / "proofs"
ENVIRONMENTS = {
    "3.0-1.4": ("flask-sqlalchemy==3.0.5", "sqlalchemy==1.4.54", "flask<3", "werkzeug<3"),
    "3.0-2.0": ("flask-sqlalchemy==3.0.5", "sqlalchemy~=2.0.30", "flask<3", "werkzeug<3"),
    "3.1-2.0": ("flask-sqlalchemy==3.1.1", "sqlalchemy~=2.0.30", "flask~=3.0"),
    "3.1-2.1": ("flask-sqlalchemy==3.1.1", "sqlalchemy~=2.1.0", "flask~=3.1"),
}
CODES = ("FL701", "FL703", "FL704", "FL705", "FL706", "FL707", "FL708")
OTHERWISE = {("3.0-1.4", "FL707")}
"""What an old version allows."""


@pytest.fixture(scope="module", params=ENVIRONMENTS, ids=str)
def environment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "-q", *ENVIRONMENTS[request.param]], check=True, timeout=600)
    return request.param, python


@pytest.mark.timeout(900)
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("which", ["BAD", "BETTER"])
def test_proof(environment: tuple[str, Path], code: str, which: str, tmp_path: Path) -> None:
    name, python = environment
    registered = next(each for each in rules() if each.rule.code == code)
    proof = PROOFS.joinpath(*registered.module.split(".")[2:]).with_suffix(".py")
    spec = importlib.util.spec_from_file_location(proof.stem, proof)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for each, text in documentation(code).files(better=which == "BETTER").items():
        (tmp_path / each).write_text(text, encoding="utf-8")
    command = [python, PROOFS / "observe.py", proof]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    expected = getattr(module, "BETTER" if which == "BETTER" else "BAD")
    assert (expected in seen) is ((name, code) not in OTHERWISE or which == "BETTER"), seen
