"""Paths of Windows, read with its own rules on any system: what is asked of the disk itself is not tried here."""

from __future__ import annotations

import ntpath
import os

import pytest

from flask_lsp.cli.load import shown_path
from flask_lsp.project import files, walk
from flask_lsp.rules.base import Level
from flask_lsp.server.client import start_of
from flask_lsp.server.uris import document_of, folder_of, is_below, uri_below, uri_of
from flask_lsp.settings import merge


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "path", ntpath)
    monkeypatch.setattr(os, "sep", "\\")
    monkeypatch.setattr(os, "getcwd", lambda: "c:\\Shop")


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("app.py", "C:/Shop/app.py"),
        ("c:\\Shop\\views\\..\\app.py", "C:/Shop/app.py"),
        ("d:/x y/#1/ü%.py", "D:/x y/#1/ü%.py"),
        ("\\\\server\\share\\app.py", "//server/share/app.py"),
    ],
)
def test_ids_of_paths_and_of_uris_are_the_same(path: str, document: str) -> None:
    assert files.absolute(path) == document
    assert document_of(uri_of(document)) == document


@pytest.mark.usefixtures("windows")
def test_upward_ends_at_the_drive_or_the_share() -> None:
    assert list(walk.upward("C:/a/b")) == ["C:/a/b", "C:/a", "C:/"]
    assert list(walk.upward("//server/share/a")) == ["//server/share/a", "//server/share/"]


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    ("name", "folder"),
    [
        (".venv", "C:/shop/.venv"),
        (".venv\\Scripts\\python.exe", "C:/shop/.venv"),
        ("${workspaceFolder}/.venv/Scripts/python.exe", "C:/shop/.venv"),
        ("D:\\conda\\python.exe", "D:/conda"),
    ],
)
def test_environments(name: str, folder: str) -> None:
    assert files.absolute(files._environment_at("C:/shop", name)) == folder


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("file:///c%3A/shop/", "C:/shop"),
        ("file:///C:/shop", "C:/shop"),
        ("file:///c%3A/", "C:/"),
        ("file:///c:", "C:/"),
        ("file://server/share/", "//server/share"),
        ("file:///", "/"),
        ("file:///home/", "/home"),
    ],
)
def test_folders(uri: str, folder: str) -> None:
    assert folder_of(uri) == folder


def test_what_lies_below_a_drive() -> None:
    assert is_below("C:/app.py", "C:/")
    assert uri_below("C:/", "file:///c%3A/", "C:/shop/app.py") == "file:///c%3A/shop/app.py"


@pytest.mark.parametrize(
    ("path", "uri"),
    [("c:\\shop", "file:///c%3A/shop"), ("\\\\server\\share\\shop", "file://server/share/shop")],
)
def test_clients_that_send_a_path_for_a_root(path: str, uri: str) -> None:
    assert start_of({"rootPath": path}).folders == (uri,)


def test_patterns_are_relative_to_a_root_on_a_drive() -> None:
    layer = {"exclude": ["migrations/"], "per-file-ignores": {"scripts/*": ["FL8"]}}
    settings, problems = merge(layer, root="C:\\shop")
    assert not problems
    assert settings.excludes("C:/shop/migrations/x.py")

    class Rule:
        code = "FL801"
        level = Level.ERROR
        strict = False

    assert settings.level_of(Rule(), "C:/shop/scripts/run.py", Level.ERROR) is None  # pyright: ignore[reportArgumentType]
    assert settings.level_of(Rule(), "C:/shop/run.py", Level.ERROR) is Level.ERROR  # pyright: ignore[reportArgumentType]


@pytest.mark.usefixtures("windows")
def test_paths_are_shown_with_slashes() -> None:
    assert shown_path("c:\\Shop\\views\\a.py") == "views/a.py"
    assert shown_path("D:/a.py") == "D:/a.py"
