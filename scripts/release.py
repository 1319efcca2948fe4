"""Makes a release and stops before it is published: ``python scripts/release.py 0.2.0``.

The version is written where it belongs and everything that is made from it, the changelog gets its heading, and the
packages are built twice and compared. What is left to do is printed. Nothing is committed, tagged or sent anywhere.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
HOME = "flask_lsp/__init__.py"
"""Where the version stands; all else is made from it."""
UNRELEASED = "## Unreleased"
FOREIGN = re.compile(
    r"(^|/)(tests?|editors|scripts)/|^(?!(.*/)?flask_lsp/rules/)(.*/)?test_[^/]*\.py$|(^|/)conftest\.py$"
)
"""What no package may contain. A rule about tests is called ``test_…`` too."""


class Refused(Exception):
    """The release cannot be made, with the reason."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    parser.add_argument("--any-state", action="store_true", help="do not mind changes that are not committed")
    options = parser.parse_args()
    try:
        release(Version(options.version), options.any_state)
    except Refused as refused:
        print(f"not released: {refused}", file=sys.stderr)
        return 1
    return 0


def release(version: Version, any_state: bool) -> None:
    """Raises ``Refused``."""
    if not any_state and run("git", "status", "--porcelain").strip():
        raise Refused("there are changes that are not committed")
    if f"v{version}" in run("git", "tag").split():
        raise Refused(f"v{version} exists already")
    write_version(ROOT, version)
    write_heading(ROOT / "CHANGELOG.md", version)
    run(sys.executable, "scripts/generate.py")
    packages = build(ROOT / "dist")
    for package in packages:
        print(f"{hashlib.sha256(package.read_bytes()).hexdigest()}  {package.relative_to(ROOT)}")
    names = " ".join(str(package.relative_to(ROOT)) for package in packages)
    print(
        f"\nTo publish it:\n"
        f"  git commit -am 'Version {version}' && git tag v{version} && git push --tags\n"
        f"  python -m twine upload {names}\n"
        f"  cd editors/vscode && npm ci && npm run package   # then: npx vsce publish"
    )


def write_version(root: Path, version: Version) -> None:
    """Raises ``Refused`` for one that does not come after that which is there."""
    path = root / HOME
    text = path.read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if found is None:
        raise Refused(f"{HOME} has no version")
    if version < Version(found[1]):
        raise Refused(f"{version} comes before {found[1]}")
    path.write_text(text[: found.start(1)] + str(version) + text[found.end(1) :], encoding="utf-8")


def write_heading(path: Path, version: Version) -> None:
    """What is unreleased becomes that version's. Raises ``Refused`` where nothing is said of it."""
    text = path.read_text(encoding="utf-8")
    if f"## {version}" in text:
        return
    found = re.search(rf"^{UNRELEASED}\n+(?=[^#\s])", text, re.MULTILINE)
    if found is None:
        raise Refused(f"{path.name} says nothing under {UNRELEASED!r}")
    today = dt.datetime.now(dt.timezone.utc).date()
    heading = f"{UNRELEASED}\n\n## {version} ({today})\n\n"
    path.write_text(text[: found.start()] + heading + text[found.end() :], encoding="utf-8")


def build(folder: Path) -> list[Path]:
    """The wheel and the source package. Raises ``Refused`` where two builds differ or something foreign is inside."""
    with tempfile.TemporaryDirectory() as again:
        first, second = (built(each) for each in (folder, Path(again)))
        for name, package in first.items():
            if package.read_bytes() != second[name].read_bytes():
                raise Refused(f"two builds of {name} differ")
            foreign = [member for member in members(package) if FOREIGN.search(member)]
            if foreign:
                raise Refused(f"{name} contains {foreign[0]}")
    return list(first.values())


def built(folder: Path) -> dict[str, Path]:
    """Builds into a folder; the packages by their names."""
    commit = run("git", "log", "-1", "--format=%ct").strip()
    environ = {**os.environ, "SOURCE_DATE_EPOCH": commit}
    run(sys.executable, "-m", "hatchling", "build", "--clean", "--directory", str(folder), environ=environ)
    return {path.name: path for path in sorted(folder.iterdir()) if path.suffix in (".whl", ".gz")}


def members(package: Path) -> list[str]:
    """The names of the files in a package."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            return wheel.namelist()
    with tarfile.open(package) as source:
        return source.getnames()


def run(*command: str, environ: dict[str, str] | None = None) -> str:
    """What a command prints. Raises ``Refused`` where it fails."""
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(command)}: {done.stderr or done.stdout}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
