"""The table of known keys: what Flask reads is in it, its rows can be read, and slips find their key."""

from __future__ import annotations

import importlib.metadata

import pytest
from flask import Flask

from flask_lsp.facts.configuring import ALWAYS_THERE, ATTRIBUTES
from flask_lsp.project.known_keys import known_keys, meant_by
from flask_lsp.project.known_keys_extensions import EXTENSION_KEYS
from flask_lsp.project.known_keys_flask import FLASK_KEYS
from flask_lsp.project.known_keys_more import MORE_KEYS
from flask_lsp.project.known_keys_rows import rows


def test_flask_reads_these_keys() -> None:
    """The installed Flask has the keys of the table for its version, no others, and their defaults."""
    version = tuple(map(int, importlib.metadata.version("flask").split(".")[:2]))
    known = {key.name: key for key in known_keys().values() if key.package == "Flask"}
    now = {
        name
        for name, key in known.items()
        if (not key.since or _number(key.since) <= version) and (not key.removed or _number(key.removed) > version)
    }
    assert now == set(Flask.default_config)
    for name, default in Flask.default_config.items():
        written = eval(known[name].default, {"timedelta": __import__("datetime").timedelta})
        assert written == default, name


def test_attributes_set_their_keys() -> None:
    """Those that the installed Flask still has."""
    app = Flask("app")
    assert {"debug", "secret_key", "testing"} <= set(dir(app))
    for attribute, key in ATTRIBUTES.items():
        assert key in known_keys()
        if hasattr(type(app), attribute):
            setattr(app, attribute, 77)
            assert app.config[key] == 77, attribute


@pytest.mark.parametrize(("package", "text"), [*FLASK_KEYS, *EXTENSION_KEYS, *MORE_KEYS])
def test_every_row_is_read(package: str, text: str) -> None:
    found = list(rows(package, text))
    assert len(found) == len(text.strip().splitlines())
    assert all(key.meaning.endswith(".") and len(key.meaning) < 160 for key in found)
    assert len({key.name for key in found}) == len(found)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("SECRETKEY", "SECRET_KEY"),
        ("SECRET-KEY", "SECRET_KEY"),
        ("secret_key", "SECRET_KEY"),
        ("debug", "DEBUG"),
        ("SQLALCHEMY_DATABSE_URI", "SQLALCHEMY_DATABASE_URI"),
        ("SQLALCHEMY_DATABASE_URL", "SQLALCHEMY_DATABASE_URI"),
        ("SQLALCHEMY_TRACK_MODIFICATION", "SQLALCHEMY_TRACK_MODIFICATIONS"),
        ("SQLALCHEMY_TRACK_MODIFCATIONS", "SQLALCHEMY_TRACK_MODIFICATIONS"),
        ("SESSION_COOKIE_SECRUE", "SESSION_COOKIE_SECURE"),
        ("MAIL_USERNANE", "MAIL_USERNAME"),
        ("SECRET_KEY", None),
        ("SECRET_KEY2", None),
        ("MAIL_USE_SSL", None),
        ("DEBUT", None),
        ("MY_OWN_KEY", None),
        ("SQLALCHEMY_DATABASE_URIS_OLD", None),
    ],
)
def test_slips(written: str, meant: str | None) -> None:
    assert meant_by(written) == meant


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_setdefault_leaves_what_flask_has_put_there() -> None:
    app = Flask(__name__)
    before = dict(app.config)
    for key in ALWAYS_THERE:
        app.config.setdefault(key, "another")
    assert dict(app.config) == before
