"""Puts the server and all it needs into bundled/libs: pure Python, the same for every platform and every Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

EXTENSION = Path(__file__).resolve().parent.parent
REPOSITORY = EXTENSION.parent.parent
LIBS = EXTENSION / "bundled" / "libs"
OLDEST = "3.10"
FOR_OLD_PYTHON = ("exceptiongroup", "tomli", "typing-extensions")
"""What only Python 3.10 needs; pip decides by the Python that runs it, which may be newer."""

PURE_FROM_SOURCE = ("pyyaml",)
"""What PyPI has for each platform alone; without its C library, which is optional, it is pure Python."""


def main() -> None:
    shutil.rmtree(LIBS, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        pip("wheel", "--no-deps", "--wheel-dir", folder, str(REPOSITORY))
        (wheel,) = Path(folder).glob("flask_lsp-*.whl")
        platform = ("--platform", "any", "--implementation", "py", "--abi", "none", "--python-version", OLDEST)
        pins = Path(folder) / "pins.txt"
        pins.write_text("\n".join(pinned()), encoding="utf-8")
        source = ("--no-binary", ",".join(PURE_FROM_SOURCE), "--constraint", str(pins))
        pip("wheel", "--no-deps", "--wheel-dir", folder, *source, *PURE_FROM_SOURCE)
        options = ("--target", str(LIBS), "--only-binary", ":all:", "--no-compile", "--constraint", str(pins))
        pip("install", "--find-links", folder, *options, *platform, str(wheel), *FOR_OLD_PYTHON)
    for unneeded in ("bin", "jedi/third_party/django-stubs"):
        shutil.rmtree(LIBS / unneeded)
    for native in ("*.so", "*.pyd"):
        assert not list(LIBS.rglob(native)), f"{native} in the bundle: it would not be for every platform"
    shutil.copy(REPOSITORY / "LICENSE", EXTENSION / "LICENSE")
    (EXTENSION / "dist").mkdir(exist_ok=True)
    (EXTENSION / "dist" / "README.md").write_text(readme(), encoding="utf-8")


def readme() -> str:
    """The README without its pictures: an installed extension shows only those that have an address on the web."""
    lines = (EXTENSION / "README.md").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith("!["))


def pinned() -> list[str]:
    """The pins that hold in the oldest Python: what they name runs in all of them."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    holds = (pin for pin in pins if pin.marker is None or pin.marker.evaluate({"python_version": OLDEST}))
    return [f"{pin.name}{pin.specifier}" for pin in holds]


def pip(command: str, *arguments: str) -> None:
    whole = [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(whole, env={**os.environ, "PYYAML_FORCE_LIBYAML": "0"}, check=True)


if __name__ == "__main__":
    main()
