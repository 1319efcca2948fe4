"""Imports run text <- syntax <- facts <- project <- rules <- features <- {server, cli}; a library has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "flask_lsp"
FILES = sorted(PACKAGE.rglob("*.py"))
LAYERS = (
    ("text", "settings", "frozen", "deployment_files"),
    ("syntax",),
    ("facts",),
    ("project",),
    ("rules",),
    ("features",),
    ("server", "cli"),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
DOORS = {
    "pygls": "server",
    "lsprotocol": "server",
    "jedi": "project/jedi_bridge.py",
    "yaml": "facts/yaml_files.py",
    "dotenv": "facts/plain_files.py",
}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The full names of all modules that the file imports, wherever it does, but for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ignored = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and node not in ignored:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node not in ignored:
            assert not node.level, f"{name_of(path)}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    here = layer(path)
    if here in ("__init__", "__main__"):
        return
    assert here in RANK, f"{here} has no layer"
    for module in imported(path):
        parts = module.split(".")
        if parts[0] != "flask_lsp" or len(parts) == 1 or parts[1] not in RANK or parts[1] == here:
            continue
        starts_server = name_of(path) == "cli/__init__.py" and parts[1] == "server"
        assert RANK[parts[1]] < RANK[here] or starts_server, f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_libraries_have_one_door(path: Path) -> None:
    for module in imported(path):
        door = DOORS.get(module.split(".")[0])
        assert door is None or name_of(path).startswith(door), f"{name_of(path)} imports {module}"


def test_text_and_settings_do_not_know_each_other() -> None:
    assert not [module for name in LAYERS[0] for module in imported(PACKAGE / f"{name}.py") if "flask_lsp" in module]
