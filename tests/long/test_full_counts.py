"""Every property with its full number of examples: ``pytest tests/long``, to be run before an issue is closed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.timeout(3600)
def test_properties() -> None:
    # hypothesis marks its tests; the profile given here wins over the one that conftest.py loads
    command = [sys.executable, "-m", "pytest", "-m", "hypothesis", "--hypothesis-profile=full", "--timeout=1800"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
