"""How long ``flask-lsp check`` takes beside bandit on the same files, in turns, so that a busy machine slows both.

    pip install bandit
    python tests/bench/check.py FOLDER [--runs N]

The ratio is what counts: bandit's time divided by ours, of the medians of all runs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

OURS = [sys.executable, "-m", "flask_lsp", "check", "--exit-zero"]
BANDIT = [sys.executable, "-m", "bandit", "-q", "-r", "--exit-zero"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    ours: list[float] = []
    bandit: list[float] = []
    for run in range(options.runs + 1):
        times = seconds([*OURS, "."], options.folder), seconds([*BANDIT, "."], options.folder)
        if run:  # the first run fills the caches of the system
            ours.append(times[0])
            bandit.append(times[1])
    lines = sum(path.read_bytes().count(b"\n") for path in options.folder.rglob("*.py"))
    first, second = median(ours), median(bandit)
    print(f"{lines} lines | ours {first:.2f} s, bandit {second:.2f} s, {second / first:.1f} times as fast")


def seconds(command: list[str], folder: Path) -> float:
    begin = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


main()
