"""What the VS Code extension promises, as far as it shows without VS Code; the rest is in tests/editors/vscode."""

from __future__ import annotations

import json
import re
from pathlib import Path

from flask_lsp import __version__
from flask_lsp.deployment_files import LANGUAGES
from flask_lsp.settings import keys

ROOT = Path(__file__).parent.parent
EXTENSION = ROOT / "editors" / "vscode"
MANIFEST = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))


def test_it_has_our_version() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    assert [MANIFEST["version"], lock["version"], lock["packages"][""]["version"]] == [__version__] * 3


def test_the_oldest_vs_code_that_is_promised_is_the_oldest_that_is_tested() -> None:
    versions = (ROOT / "tests/editors/vscode/versions.sh").read_text(encoding="utf-8")
    oldest = re.search(r"^oldest_version=4\.(\d+)\.", versions, re.MULTILINE)
    assert oldest
    assert MANIFEST["engines"]["vscode"] == f"^1.{oldest[1]}.0"


def test_the_lock_names_no_host() -> None:
    assert "resolved" not in (EXTENSION / "package-lock.json").read_text(encoding="utf-8")


def test_settings_that_start_programs_are_restricted() -> None:
    server, findings = MANIFEST["contributes"]["configuration"]
    starts = {name for name in server["properties"] if not name.endswith("trace.server")}
    assert set(MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]) == starts
    assert list(findings["properties"]) == [f"flask-lsp.{key.name}" for key in keys()]


def test_it_starts_with_languages_that_it_selects() -> None:
    started = {event.removeprefix("onLanguage:") for event in MANIFEST["activationEvents"]}
    assert {"python", "dockerfile", "dockercompose"} <= started <= {"python", *dict(LANGUAGES)}


def test_it_takes_no_keys() -> None:
    assert "keybindings" not in MANIFEST["contributes"]


def test_pictures_are_there_and_small() -> None:
    readme = (EXTENSION / "README.md").read_text(encoding="utf-8")
    steps = MANIFEST["contributes"]["walkthroughs"][0]["steps"]
    shown = {*re.findall(r"\]\((media/[^)]+)\)", readme), *(step["media"]["image"] for step in steps)}
    assert len(steps) == 3
    assert [name for name in shown if (EXTENSION / name).stat().st_size > 200_000] == []
