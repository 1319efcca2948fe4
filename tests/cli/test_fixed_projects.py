"""Small applications that have tests pass them before and after ``check --fix``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.conftest import Run

PROJECTS = Path(__file__).parent.parent / "projects"
NAMES = sorted(path.parent.name for path in PROJECTS.glob("*/tests"))
NEEDS = {"tested_shop": "flask_sqlalchemy"}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [name for name in NAMES if find_spec(NEEDS.get(name, "flask")) is not None])
def test_fixed(name: str, run: Run, tmp_path: Path) -> None:
    root = tmp_path / name
    shutil.copytree(PROJECTS / name, root, ignore=shutil.ignore_patterns("__pycache__"))
    passes(root)
    for how in (["--fix"], ["--fix", "--unsafe-fixes"]):
        before = texts(root)
        run("check", str(root), *how)
        after = texts(root)
        assert after != before
        passes(root)
        run("check", str(root), *how)
        assert texts(root) == after


def texts(root: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in root.rglob("*.py")}


def passes(root: Path) -> None:
    """The tests of a project, without the plugins of ours, which take longer to load than they to run."""
    environ = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SECRET_KEY": "for tests",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "tests"]
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
