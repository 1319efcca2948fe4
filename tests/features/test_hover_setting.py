"""Hovers over the keys of a configuration: small projects, each with a cursor ``‸`` in one of its files."""

from __future__ import annotations

import pytest

from flask_lsp.facts.model import Either, Items, Literal, Path
from flask_lsp.features.describe_setting import shown
from flask_lsp.features.hover import hover
from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings

CONFIG = """
import os


class Config:
    SECRET_KEY = os.environ.get("SECRET_KEY") or "hard to guess string"
    SESSION_COOKIE_SECURE = False
    MAX_CONTENT_LENGTH = 1024


class DevelopmentConfig(Config):
    MAX_CONTENT_LENGTH = 2048


class ProductionConfig(Config):
    SESSION_COOKIE_SECURE = True


config = {"development": DevelopmentConfig, "production": ProductionConfig, "default": DevelopmentConfig}
"""
APP = """
from flask import Flask, current_app
from config import config


def create_app(name="default"):
    app = Flask(__name__)
    app.config.from_object(config[name])
    app.config.from_mapping(ITEMS=10)
    return app


def view():
    return current_app.config["{key}"]
"""


def hovered(files: dict[str, str]) -> str | None:
    """The hover at the cursor."""
    project = Project("/p", Settings(), Versions())
    at = ("", 0)
    for name, text in files.items():
        if "‸" in text:
            at = (name, text.index("‸"))
        project = project.with_text(f"/p/{name}", text.replace("‸", ""))
    found = hover(project.with_complete(True), f"/p/{at[0]}", (), at[1])
    return found[0] if found else None


def in_app(key: str) -> str | None:
    return hovered({"config.py": CONFIG, "app.py": APP.replace("{key}", key[:2] + "‸" + key[2:])})


def test_a_key_by_environment() -> None:
    assert in_app("SESSION_COOKIE_SECURE") == "\n".join(
        [
            "`SESSION_COOKIE_SECURE`: bool, default `False` (Flask)",
            "",
            "Has browsers send the session cookie over HTTPS only.",
            "",
            "by environment:",
            "",
            "- production: `True` (`config.py` `ProductionConfig`)",
            "- development: `False` (`config.py` `Config`), as far as can be told",
            "- testing: `False` (`config.py` `Config`), as far as can be told",
            "",
            "Set in:",
            "",
            "- `config.py:7` in `Config`: `False`",
            "- `config.py:16` in `ProductionConfig`: `True`",
        ]
    )


BRANCHES = """
import os

from flask import Flask

app = Flask(__name__)
app.config.from_object("config.Config")
{}


@app.route("/")
def view():
    return app.config["MAX_CON‸TENT_LENGTH"]
"""
CHOSEN = """
if os.environ.get("STAGE") == "production":
    app.config.from_object("config.ProductionConfig")
else:
    app.config.from_object("config.DevelopmentConfig")
"""


def test_branches_choose_by_environment() -> None:
    text = hovered({"config.py": CONFIG, "app.py": BRANCHES.format(CHOSEN)})
    assert "- production: `1024` (`config.py` `Config`)\n" in (text or "")
    assert "- development: `2048` (`config.py` `DevelopmentConfig`)\n" in (text or "")


def test_a_branch_for_another_environment() -> None:
    branch = 'if app.debug:\n    app.config.from_object("config.DevelopmentConfig")\n'
    text = hovered({"config.py": CONFIG, "app.py": BRANCHES.format(branch)})
    assert "- production: `1024` (`config.py` `Config`)\n" in (text or "")
    assert "- development: `2048` (`config.py` `DevelopmentConfig`), as far as can be told" in (text or "")


def test_branches_that_say_nothing_of_environments() -> None:
    branch = CHOSEN.replace("ProductionConfig", "Special") + '\nif app:\n    app.config.from_object("config.Other")\n'
    more = "\n\nclass Special:\n    MAX_CONTENT_LENGTH = 1\n\n\nclass Other:\n    MAX_CONTENT_LENGTH = 2\n"
    text = hovered({"config.py": CONFIG + more, "app.py": BRANCHES.format(branch)})
    assert "`2` (`config.py` `Other`), as far as can be told" in (text or "")


def test_no_secret_is_shown() -> None:
    text = in_app("SECRET_KEY")
    assert text is not None
    assert "hard to guess" not in text
    assert 'os.environ.get("SECRET_KEY") or "•••"' in text


def test_a_key_of_ones_own() -> None:
    text = in_app("ITEMS")
    assert text is not None
    assert text.startswith("`ITEMS`")
    assert "- `app.py:9` in `create_app`: `10`" in text


def test_what_nobody_sets() -> None:
    text = in_app("SERVER_NAME")
    assert text is not None
    assert "Set in" not in text
    assert in_app("NOTHING_OF_THE_KIND") is None


@pytest.mark.parametrize(
    "text",
    [
        'app.config["SECRET‸_KEY"] = "x"',
        'app.config.get("SECRET‸_KEY")',
        'app.config.get("SECRET‸_KEY", "")',
        'current_app.config["SECRET‸_KEY"]',
        'app.config.from_mapping(SECRET‸_KEY="x")',
        'app.config.update({"SECRET‸_KEY": "x"})',
        'app.config.setdefault("SECRET‸_KEY", "x")',
        'app.secret‸_key = "x"',
        '"SECRET‸_KEY" in app.config',
        'class Config:\n    SECRET‸_KEY = "x"',
        "Config.SECRET‸_KEY",
    ],
)
def test_where_a_key_may_stand(text: str) -> None:
    head = "from flask import Flask, current_app\napp = Flask(__name__)\n"
    found = hovered({"app.py": head + text})
    assert found is not None
    assert found.startswith("`SECRET_KEY`: str or bytes")
    assert '"x"' not in found


@pytest.mark.parametrize("text", ['settings["SECRET‸_KEY"]', 'print("SECRET‸_KEY")', "def f():\n    SECRET‸_KEY = 1"])
def test_where_none_stands(text: str) -> None:
    assert hovered({"app.py": "from flask import Flask\napp = Flask(__name__)\nsettings = {}\n" + text}) is None


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("SECRET_KEY", Literal("abc"), '`"•••"`'),
        ("SECRET_KEY", Literal(b"abc"), '`b"•••"`'),
        ("SECRET_KEY", Literal(""), '`""`'),
        ("SECRET_KEY", Literal(None), "`None`"),
        ("SECRET_KEY_FALLBACKS", Items((Literal("abc"),)), '`["•••"]`'),
        ("MAIL_PASSWORD", Path("os.getenv()", (Literal("A"), Literal("abc"))), '`os.getenv("A", "•••")`'),
        (
            "JWT_SECRET_KEY",
            Path("config()", (Literal("A"),), (("default", Literal("abc")),)),
            '`config("A", default="•••")`',
        ),
        ("WTF_CSRF_SECRET_KEY", Either((Path("x"), Literal("abc"))), '`x or "•••"`'),
        ("SQLALCHEMY_DATABASE_URI", Literal("mysql://me:abc@host/db"), '`"mysql://me:•••@host/db"`'),
        ("CACHE_KEY_PREFIX", Literal("abc"), '`"abc"`'),
        ("TWILIO_AUTH_TOKEN", Literal("abc"), '`"•••"`'),
    ],
)
def test_values(key: str, value: object, text: str) -> None:
    assert shown(key, value) == text  # type: ignore[arg-type]
