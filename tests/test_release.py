"""The packages are the same whoever builds them, hold what users need and nothing else, and carry one version."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version

from flask_lsp import __version__

ROOT = Path(__file__).parent.parent
release = runpy.run_path(str(ROOT / "scripts" / "release.py"))
Refused: type[Exception] = release["Refused"]


def build(folder: Path, epoch: str) -> dict[str, bytes]:
    """Packages that are built from a copy of the repository."""
    copy = folder / "copy"
    ignore = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "dist")
    shutil.copytree(ROOT, copy, ignore=ignore, symlinks=True)
    shutil.copy(ROOT / ".gitignore", copy)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(folder / "dist")],
        cwd=copy,
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
        check=True,
        capture_output=True,
    )
    return {path.name: path.read_bytes() for path in (folder / "dist").iterdir()}


def test_two_builds_are_equal_and_hold_what_users_need(tmp_path: Path) -> None:
    packages = []
    for name, umask in (("one", 0o022), ("another place", 0o077)):
        (tmp_path / name).mkdir()
        before = os.umask(umask)
        try:
            packages.append(build(tmp_path / name, "1700000000"))
        finally:
            os.umask(before)
    assert packages[0] == packages[1]
    wheel, source = f"flask_lsp-{__version__}-py3-none-any.whl", f"flask_lsp-{__version__}.tar.gz"
    assert sorted(packages[0]) == sorted((wheel, source))
    members = {name: release["members"](tmp_path / "one" / "dist" / name) for name in packages[0]}
    for names in members.values():
        assert not [name for name in names if release["FOREIGN"].search(name)]
        assert any(name.endswith("LICENSE") for name in names)
    inside = {name for name in members[wheel] if not name.startswith("flask_lsp/")}
    assert all(name.startswith(f"flask_lsp-{__version__}.dist-info/") for name in inside)
    kept = {path.relative_to(ROOT).as_posix() for path in (ROOT / "flask_lsp").rglob("*.py")}
    assert kept == {name for name in members[wheel] if name.endswith(".py")}


def test_what_is_foreign() -> None:
    foreign = release["FOREIGN"]
    for name in ("flask_lsp-1/tests/test_files.py", "editors/nvim/README.md", "x/conftest.py", "x/test_y.py"):
        assert foreign.search(name), name
    for name in ("flask_lsp/rules/context.py", "flask_lsp/project/test_paths/x.txt", "docs/protocol.md"):
        assert not foreign.search(name), name


def test_there_is_one_version() -> None:
    places = {
        "editors/nvim/mason/package.yaml": r"pkg:pypi/flask-lsp@(\S+)",
        "editors/emacs/flask-lsp.el": r";; Version: (\S+)",
    }
    for path, pattern in places.items():
        found = re.search(pattern, (ROOT / path).read_text(encoding="utf-8"))
        assert found is not None
        assert found[1] == __version__, path
    manifest = ROOT / "editors/vscode/package.json"
    assert not manifest.exists() or json.loads(manifest.read_text(encoding="utf-8"))["version"] == __version__


def test_a_release_writes_the_version_and_the_heading(tmp_path: Path) -> None:
    home = tmp_path / "flask_lsp"
    home.mkdir()
    (home / "__init__.py").write_text('"""Doc."""\n\n__version__ = "0.9.0"\n')
    release["write_version"](tmp_path, Version("0.10.0"))
    assert (home / "__init__.py").read_text() == '"""Doc."""\n\n__version__ = "0.10.0"\n'
    with pytest.raises(Refused, match=r"0\.2 comes before 0\.10\.0"):
        release["write_version"](tmp_path, Version("0.2"))
    changes = tmp_path / "CHANGELOG.md"
    changes.write_text("# Changelog\n\n## Unreleased\n\n- A thing.\n")
    release["write_heading"](changes, Version("0.10.0"))
    assert re.fullmatch(
        r"# Changelog\n\n## Unreleased\n\n## 0\.10\.0 \(\d{4}-\d\d-\d\d\)\n\n- A thing\.\n", changes.read_text()
    )
    with pytest.raises(Refused, match="says nothing"):
        release["write_heading"](changes, Version("0.11.0"))
