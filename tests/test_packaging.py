"""What the package promises: dependencies with their reasons and bounds, commands that stand in the README."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from flask_lsp import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [Requirement(each) for each in PYPROJECT["project"]["dependencies"]]
ALL = [*RUNTIME, *map(Requirement, PYPROJECT["project"]["optional-dependencies"]["dev"])]


@pytest.mark.parametrize("requirement", ALL, ids=str)
def test_each_dependency_has_a_lower_bound_a_pin_and_a_reason(requirement: Requirement) -> None:
    assert [clause.operator for clause in requirement.specifier] == [">="]
    assert f"| [{requirement.name}](" in README or f", [{requirement.name}](" in README
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    assert re.search(rf"^{requirement.name}==", pins, re.MULTILINE)


def test_the_lower_bounds_hold_for_the_pins() -> None:
    pins = [Requirement(line) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]]
    pinned = {pin.name.lower().replace("_", "-"): next(iter(pin.specifier)).version for pin in pins}
    assert all(requirement.specifier.contains(pinned[requirement.name]) for requirement in ALL)


def test_the_readme_has_two_commands() -> None:
    install, test = re.findall(r"```sh\n(.+)\n```", README)
    assert install.endswith("flask-lsp check examples")
    assert test.endswith("-c constraints.txt -e '.[dev]' && .venv/bin/pytest")


def test_every_link_of_the_readme_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_changelog_knows_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {__version__}" in text or "## Unreleased" in text
