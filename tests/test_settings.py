"""Layers of settings, what they select, and what is said of those that are wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_lsp.rules.base import Level, Rule
from flask_lsp.settings import Settings, keys, merge, schema

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SECRET = Rule("FL402", "secret-key-hardcoded", Level.WARNING)
REDIRECT = Rule("FL901", "hardcoded-redirect", Level.WARNING)
KEY = Rule("FL906", "unchecked-key", Level.WARNING, strict=True)


def level(layer: Mapping[str, object], rule: Rule, path: str | None = None, found: Level | None = None) -> Level | None:
    settings, problems = merge(layer, root="/project")
    assert not problems
    return settings.level_of(rule, path, found or rule.level)


def test_presets() -> None:
    assert level({}, REDIRECT) == Level.WARNING
    assert level({}, KEY) is None
    assert level({"preset": "strict"}, KEY) == Level.WARNING
    assert level({"preset": "security"}, SECRET) == Level.WARNING
    assert level({"preset": "security"}, SECRET, found=Level.INFORMATION) == Level.INFORMATION
    assert level({"preset": "security"}, SECRET, found=Level.HINT) is None
    assert level({"preset": "security"}, REDIRECT) is None


def test_select_takes_the_place_of_the_preset() -> None:
    assert level({"select": ["FL4"]}, SECRET)
    assert level({"select": ["FL4"]}, REDIRECT) is None
    assert level({"select": ["FL906"]}, KEY)
    assert level({"select": []}, REDIRECT)
    assert level({"select": ["fl"], "ignore": ["FL90"]}, SECRET)
    assert level({"select": ["FL"], "ignore": ["FL90"]}, REDIRECT) is None


def test_the_longest_severity_counts() -> None:
    table = {"severity": {"FL4": "hint", "FL402": "error", "FL9": "off"}}
    assert level(table, SECRET) == Level.ERROR
    assert level(table, Rule("FL403", "x", Level.WARNING)) == Level.HINT
    assert level(table, REDIRECT) is None
    assert level({"severity": {"FL906": "error"}}, KEY) is None


def test_per_file_ignores_are_relative_to_the_root() -> None:
    table = {"per-file-ignores": {"scripts/*": ["FL4"], "conftest.py": ["FL"]}}
    assert level(table, SECRET, "/project/scripts/a.py") is None
    assert level(table, SECRET, "scripts/a.py") is None
    assert level(table, REDIRECT, "/project/scripts/a.py")
    assert level(table, SECRET, "/project/app/scripts/a.py")
    assert level(table, SECRET, "/project/deep/down/conftest.py") is None
    assert level(table, SECRET, None)
    assert level({"per-file-ignores": {"project": ["FL"]}}, SECRET, "/project/a.py")


def test_exclude() -> None:
    settings, _ = merge({"exclude": ["migrations/", "*_pb2.py", "/build"]}, root="C:\\project")
    assert settings.excludes("C:/project/db/migrations", is_folder=True)
    assert settings.excludes("C:/project/db/migrations/env.py")
    assert settings.excludes("C:/project/a_pb2.py")
    assert settings.excludes("C:/project/build/x.py")
    assert not settings.excludes("C:/project/sub/build/x.py")


def test_later_layers_are_stronger() -> None:
    below = {"preset": "strict", "select": ["FL4"], "ignore": ["FL402"], "severity": {"FL4": "hint"}}
    assert merge(below, {"select": ["FL402"]})[0] == Settings("strict", ("FL402",), (), {"FL4": "hint"})
    assert merge(below, {"ignore": ["FL403"]})[0].ignore == ("FL402", "FL403")
    assert merge(below, {"severity": {"FL4": "error"}})[0].severity == {"FL4": "error"}
    assert merge(below, {"preset": "security"})[0] == Settings("security", (), ("FL402",), {"FL4": "hint"})
    everything = {key.name: None for key in keys()}
    assert merge(below, everything)[0] == merge(below)[0]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"ignor": []}, 'unknown setting flask-lsp.ignor, did you mean "ignore"?'),
        ({"colour": "red"}, "unknown setting flask-lsp.colour"),
        ({"preset": "all"}, 'flask-lsp.preset: expected one of "recommended", "strict", "security"'),
        ({"preset": []}, "flask-lsp.preset: expected one of"),
        ({"select": "FL4"}, "flask-lsp.select: expected a list of strings"),
        ({"ignore": ["FL4", 1]}, "flask-lsp.ignore: expected a list of strings"),
        ({"ignore": ["E501"]}, 'flask-lsp.ignore: "E501" is no code'),
        ({"severity": {"FL4": "fatal"}}, "flask-lsp.severity: expected one of"),
        ({"severity": ["FL4"]}, "flask-lsp.severity: expected a table"),
        ({"exclude": ["!"]}, 'flask-lsp.exclude: "!" is no pattern'),
        ({"per-file-ignores": {"a": "FL4"}}, "flask-lsp.per-file-ignores: expected a list of strings"),
    ],
)
def test_a_wrong_key_costs_only_itself(layer: dict[str, object], said: str) -> None:
    settings, problems = merge({**layer, "ignore": ["FL1"]} if "ignore" not in layer else layer)
    assert len(problems) == 1
    assert problems[0].startswith(said)
    assert settings == (Settings(ignore=("FL1",)) if "ignore" not in layer else Settings())


@given(
    st.dictionaries(
        st.sampled_from([key.name for key in keys()]) | st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["FL4", "off", "strict"]),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("FL9"), inner, max_size=3),
            max_leaves=5,
        ),
        max_size=3,
    )
)
def test_any_json_is_read(layer: dict[str, object]) -> None:
    settings, problems = merge(layer)
    settings.level_of(SECRET, "/a/b.py", Level.WARNING)
    assert all("\n" not in json.dumps(problem) for problem in problems)


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)
def test_examples_and_defaults_are_valid(key: object) -> None:
    assert hasattr(key, "name")
    section = tomllib.loads(f"{key.name} = {key.example}")  # type: ignore[attr-defined]
    settings, problems = merge(section)
    assert not problems
    assert settings != Settings()
    assert merge({key.name: key.default}) == (Settings(), [])  # type: ignore[attr-defined]


def test_the_schema_names_every_key() -> None:
    properties = schema()["properties"]
    assert isinstance(properties, dict)
    assert set(properties) == {key.name for key in keys()}
    assert all(each["description"] for each in properties.values())
