"""What a rule claims about Flask is true: its example fails as the message says, the better one does not.

For each rule a file of the same name holds ``observe()``, which runs in a subprocess beside the example as module
``example``, and what it must see: ``BAD`` in the outcome of the example, ``BETTER`` in that of the better one.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flask_lsp.rules.base import Registered
from flask_lsp.rules.documentation import documentation
from flask_lsp.rules.registry import rules

HERE = Path(__file__).parent


def proof_of(registered: Registered) -> Path:
    return HERE.joinpath(*registered.module.split(".")[2:]).with_suffix(".py")


@pytest.mark.parametrize("registered", rules(), ids=lambda registered: registered.rule.code)
@pytest.mark.parametrize("which", ["BAD", "BETTER"])
def test_proof(registered: Registered, which: str, tmp_path: Path) -> None:
    proof = proof_of(registered)
    spec = importlib.util.spec_from_file_location(proof.stem, proof)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    doc = documentation(registered.rule.code)
    for name, text in doc.files(better=which == "BETTER").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    seen = _observed(proof, tmp_path)
    assert getattr(module, which) in seen
    other = getattr(module, "BETTER" if which == "BAD" else "BAD")
    assert other not in seen, "the proof cannot tell the two apart"


def _observed(proof: Path, folder: Path) -> str:
    environ = {**os.environ, "PYTHONWARNINGS": "default", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(HERE / "observe.py"), str(proof)]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
