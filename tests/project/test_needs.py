"""The table of what needs which context is what Flask does: ``scripts/needs.py`` runs the one that is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from flask_lsp.project.needs import DEPENDING, need_of
from flask_lsp.project.needs_table import ROWS

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "needs.py"
EXPECTED = {name: row for name, *row in ROWS}


def observed(python: str = sys.executable) -> dict[str, dict[str, Any]]:
    done = subprocess.run([python, "-W", "ignore", str(SCRIPT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def differences(seen: dict[str, dict[str, Any]]) -> list[str]:
    """Where the table says something else than what was seen."""
    found = [f"{name}: nothing was called, for want of arguments" for name, row in seen.items() if row["not_called"]]
    for name, row in seen.items():
        said = [row["how"], row["at_least"], row["by_default"], tuple(row["fails"])]
        if EXPECTED.get(name, ["called", 0, 0, ()]) != said:
            found.append(f"{name}: {said}, the table has {EXPECTED.get(name)}")
    return found


def test_the_table_is_what_the_installed_flask_does() -> None:
    pytest.importorskip("flask_wtf", reason="the WTForms that the table is made with needs Python 3.11")
    seen = observed()
    assert not differences(seen), "python scripts/needs.py PYTHON ... writes the table"
    assert len(seen) > 250
    assert len(seen.keys() & EXPECTED.keys()) >= 90  # names of newer packages may not be there


@pytest.mark.parametrize("name", EXPECTED)
def test_the_table_is_what_is_asked(name: str) -> None:
    how, level, _, _ = EXPECTED[name]
    path = f"{name}.attribute" if how == "proxy" else name
    found = need_of(path, path, called=how == "called")
    assert found == ((name, level) if level and name not in DEPENDING else None)
    assert DEPENDING.get(name, level) == level
    if how != "read":
        assert need_of(name, name, called=False) is None, "only naming it needs nothing"


def test_that_nobody_is_there_without_a_request() -> None:
    assert import_module("flask_login").current_user._get_current_object() is None
    path = "flask_login.current_user._get_current_object"
    assert need_of(path, path, called=True) is None
    path = "flask.current_app._get_current_object"
    assert need_of(path, path, called=True) == ("flask.current_app", 1)
