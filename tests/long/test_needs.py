"""The table of what needs which context is what every supported Flask does, each in an environment of its own:
``pytest -n0 tests/long/test_needs.py``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.environments import installed
from tests.project.test_needs import EXPECTED, differences, observed

EXTENSIONS = "flask-sqlalchemy==3.1.1 flask-login==0.6.3 flask-wtf==1.3.0 flask-mail==0.10.0"
FLASKS = {
    "2.2": "flask==2.2.5 werkzeug==2.3.8",
    "2.3": "flask==2.3.3 werkzeug==2.3.8",
    "3.0": "flask==3.0.3",
    "3.1": "flask==3.1.3",
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", FLASKS)
def test_every_supported_flask_says_the_same(version: str, tmp_path: Path) -> None:
    seen = observed(str(installed(tmp_path / "environment", f"{FLASKS[version]} {EXTENSIONS}")))
    assert not differences(seen)
    assert len(seen.keys() & EXPECTED.keys()) >= 90
