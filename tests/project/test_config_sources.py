"""Files and variables that fill a configuration without being modules: what they set is known, or the application stays
open."""

from __future__ import annotations

import pytest

from flask_lsp.facts.config_file import config_file
from flask_lsp.features.describe_setting import describe_setting
from flask_lsp.project.config_model import sources_wanted
from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings

APP = """\
import json
import os
import tomllib

from flask import Flask, session

app = Flask(__name__)
LINE


@app.route("/")
def index():
    session["seen"] = True
    return "hello"
"""
TOML = 'app.config.from_file("config.toml", load=tomllib.load, text=False)'
JSON = 'app.config.from_file("config.json", json.load)'
PYFILE = 'app.config.from_pyfile("shop.cfg")'


def project_of(line: str, files: dict[str, str]) -> Project:
    """A project with its files read as who gathers it reads them."""
    project = Project("/p", Settings(), Versions()).with_text("/p/shop/__init__.py", APP.replace("LINE", line))
    others = {name: text for name, text in files.items() if name.endswith((".py", "compose.yml", ".env"))}
    for name, text in others.items():
        project = project.with_text(f"/p/{name}", text)
    read = {path: files.get(path.removeprefix("/p/")) for path in sources_wanted(project)}
    sources = {path: None if text is None else config_file(path, text) for path, text in read.items()}
    return project.with_sources(sources).with_complete(True)


def codes(line: str, files: dict[str, str]) -> list[str]:
    return [each.rule.code for each in check(project_of(line, files), "/p/shop/__init__.py")]


@pytest.mark.parametrize(
    ("line", "files"),
    [
        (TOML, {"shop/config.toml": "TESTING = false\nsecret_key = 'lower case does not count'\n"}),
        (TOML, {"instance/config.toml": "SECRET_KEY = ''\n"}),
        (JSON, {"shop/config.json": '{"TESTING": false, "DB": {"SECRET_KEY": "not this one"}}'}),
        (
            'app.config.from_file(os.path.join(app.root_path, "etc", "a.json"), load=json.load)',
            {"shop/etc/a.json": "{}"},
        ),
        (PYFILE, {"shop/shop.cfg": "DEBUG = False\nSECRET_KEY = None\n"}),
    ],
)
def test_the_key_is_missing_where_all_is_read(line: str, files: dict[str, str]) -> None:
    assert codes(line, files) == ["FL401"]


@pytest.mark.parametrize(
    ("line", "files"),
    [
        (TOML, {}),
        (TOML, {"shop/config.toml": "SECRET_KEY = 'x'\n"}),
        (TOML, {"shop/config.toml": "SECRET_KEY = \n"}),
        (JSON, {"shop/config.json": '["SECRET_KEY"]'}),
        (JSON, {"shop/config.json": '{"TESTING": fal'}),
        (JSON, {"shop/config.json": "[" * 60_000}),
        (JSON, {"shop/config.json": "{" + " " * 70_000 + "}"}),
        (PYFILE, {"shop/shop.cfg": "SECRET_KEY = read()\n"}),
        (PYFILE, {"shop/shop.cfg": "from other import *\n"}),
        (PYFILE, {"shop/shop.cfg": "[section]\nkey = value = \n"}),
        ('app.config.from_pyfile("shop.cfg", silent=True)', {"shop/shop.cfg": "DEBUG = False\n"}),
        ('app.config.from_file("config.json", load=read)', {"shop/config.json": "{}"}),
        ('app.config.from_file("config.json", load=lambda file: {})', {"shop/config.json": "{}"}),
        ('app.config.from_file(os.environ["FILE"], load=json.load)', {"shop/config.json": "{}"}),
        ('app.config.from_file("/etc/shop.json", load=json.load)', {"etc/shop.json": "{}"}),
        ('app.config.from_envvar("SHOP_SETTINGS")', {"compose.yml": "{}"}),
        ("app.config.from_prefixed_env()", {}),
    ],
)
def test_nothing_is_missing_where_a_source_sets_it_or_may(line: str, files: dict[str, str]) -> None:
    assert "FL401" not in codes(line, files)


COMPOSE = """\
services:
  web:
    build: .
    environment:
      SHOP_SETTINGS: production.cfg
      FLASK_SESSION_COOKIE_NAME: shop
      FLASK_SECRET_KEY: never-shown
      FLASK_DB__SECRET_KEY: never-shown
"""


def test_a_file_that_a_variable_names() -> None:
    files = {"compose.yml": COMPOSE, "shop/production.cfg": "SESSION_COOKIE_NAME = 'cart'\n"}
    text = describe_setting(project_of('app.config.from_envvar("SHOP_SETTINGS")', files), "SESSION_COOKIE_NAME")
    assert text is not None
    assert '`"cart"` (`shop/production.cfg`), as far as can be told' in text
    assert '- `shop/production.cfg:1`: `"cart"`' in text


@pytest.mark.parametrize("name", [".env", "compose.yml"])
def test_a_file_that_says_nothing_else(name: str) -> None:
    said = "SHOP_SETTINGS=production.cfg\n"
    text = said if name == ".env" else f"services:\n  web:\n    environment:\n      - {said}"
    files = {name: text, "shop/production.cfg": "SESSION_COOKIE_NAME = 'cart'\n"}
    shown = describe_setting(project_of('app.config.from_envvar("SHOP_SETTINGS")', files), "SESSION_COOKIE_NAME")
    assert '- `shop/production.cfg:1`: `"cart"`' in (shown or "")


def test_applications_of_one_name_are_told_apart() -> None:
    other = "from flask import Flask\n\napp = Flask(__name__)\napp.config['SESSION_COOKIE_NAME'] = 'other'\n"
    text = describe_setting(
        project_of("app.config['SESSION_COOKIE_NAME'] = 'shop'", {"b.py": other}), "SESSION_COOKIE_NAME"
    )
    assert "`app` of `b.py`: " in (text or "")


def test_variables_with_a_prefix() -> None:
    project = project_of("app.config.from_prefixed_env()", {"compose.yml": COMPOSE})
    assert "- `compose.yml:6`: `FLASK_SESSION_COOKIE_NAME`" in (describe_setting(project, "SESSION_COOKIE_NAME") or "")
    assert "- `compose.yml:7`: `FLASK_SECRET_KEY`" in (describe_setting(project, "SECRET_KEY") or "")
    other = project_of('app.config.from_prefixed_env("SHOP")', {"compose.yml": COMPOSE})
    assert "compose.yml" not in (describe_setting(other, "SECRET_KEY") or "")


def test_secrets_are_not_kept() -> None:
    text = 'SECRET_KEY = "never-shown"\nDATABASE_URL = "a://never-shown@b"\nJWT_TOKEN = 17\nNAME = "shown"\n'
    for path in ("a.toml", "a.cfg"):
        found = config_file(path, text)
        assert found is not None
        assert [key for key, _ in found.values] == ["SECRET_KEY", "DATABASE_URL", "JWT_TOKEN", "NAME"]
        assert "never-shown" not in repr(found)
        assert "17" not in repr(found.values)
        assert "shown" in repr(found)


def test_the_answers_go_when_a_file_says_something_else() -> None:
    project = project_of(TOML, {"shop/config.toml": "TESTING = false\n"})
    same = project.with_sources(dict(project.sources))
    assert same is project
    path = "/p/shop/config.toml"
    other = project.with_sources({path: config_file(path, "SECRET_KEY = 'x'\n")})
    assert [each.rule.code for each in check(other, "/p/shop/__init__.py")] == ["FL402"]
