"""The fast path of names against jedi, on projects from PyPI; the table of differences is that of the short test."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.project.test_names_oracle import compare, installed

DOWNLOADED = [("httpbin==0.10.4", 1), ("FlaskBB==2.0.2", 10)]
INSTALLED = [("flask_login", 1), ("flask_admin", 80), ("flask_restx", 8)]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("package", "every"), INSTALLED)
def test_installed(package: str, every: int, tmp_path: Path) -> None:
    compare(installed(package), package, tmp_path, every)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("requirement", "every"), DOWNLOADED)
def test_downloaded(requirement: str, every: int, tmp_path: Path) -> None:
    """The package alone: what it imports may be missing, as in many a workspace."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(tmp_path), requirement]
    subprocess.run(command, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "project")
    compare(tmp_path / "project", "", tmp_path / "cache", every)
