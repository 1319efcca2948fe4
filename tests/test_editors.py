"""The snippets for editors that are tried in none: their syntax, and that they name what there is."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from flask_lsp.deployment_files import LANGUAGES
from flask_lsp.features.kinds import FIX_ALL
from flask_lsp.settings import SECTION, keys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EDITORS = Path(__file__).parent.parent / "editors"
READMES = sorted(EDITORS.glob("*/README.md"))
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def snippets(path: Path, language: str) -> Iterator[object]:
    """The data in the fenced blocks of that language; a block may be one member of an object."""
    for _, name, text in FENCE.findall(path.read_text(encoding="utf-8")):
        if name == language == "toml":
            yield tomllib.loads(text)
        elif name == language:
            yield json.loads(text if text.lstrip().startswith("{") else "{" + text + "}")


def objects(data: object) -> Iterator[dict[str, object]]:
    """The objects in the data, and in these."""
    if isinstance(data, dict):
        here = cast("dict[str, object]", data)
        yield here
        for value in here.values():
            yield from objects(value)


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_snippets_name_what_there_is(path: Path) -> None:
    known = {key.name for key in keys()}
    for each in (each for kind in ("json", "toml") for data in snippets(path, kind) for each in objects(data)):
        names = {name.removeprefix(f"{SECTION}.") for name in each if name.startswith(f"{SECTION}.")}
        assert names <= known
        assert {name for name in each if name.startswith("source.")} <= {FIX_ALL}
    assert set(re.findall(r"source\.fixAll[\w.-]*\w", path.read_text(encoding="utf-8"))) <= {FIX_ALL}


@pytest.mark.parametrize("name", ["kate", "sublime", "zed", "vim"])
def test_snippets_start_the_server(name: str) -> None:
    found = [command for data in snippets(EDITORS / name / "README.md", "json") for command in starts(data)]
    assert found
    for command in found:
        assert command[:2] == ["flask-lsp", "server"] or command[:4] == ["rass", "--", "flask-lsp", "server"]


def starts(data: object) -> Iterator[list[object]]:
    """What is started: in one list, or as a program and its arguments."""
    for each in objects(data):
        program = each.get("command", each.get("path"))
        rest = each.get("args", each.get("arguments", []))
        if isinstance(program, list):
            yield cast("list[object]", program)
        elif program is not None:
            yield [program, *cast("list[object]", rest)]


def test_helix() -> None:
    data = tomllib.loads((EDITORS / "helix/languages.toml").read_text(encoding="utf-8"))
    server = data["language-server"]["flask-lsp"]
    assert [server["command"], *server["args"]] == ["flask-lsp", "server"]
    languages: dict[str, list[str]] = {each["name"]: each["language-servers"] for each in data["language"]}
    assert set(languages) <= {"python", *dict(LANGUAGES)}
    assert all("flask-lsp" in servers for servers in languages.values())
