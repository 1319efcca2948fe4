"""Environments of their own for what has to run beside other versions."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path


def installed(folder: Path, requirements: str) -> Path:
    """The Python of a new environment."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", *requirements.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return python
