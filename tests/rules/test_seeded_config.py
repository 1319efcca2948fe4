"""Mistakes that people make in configurations, cookies and sessions, one at a time in correct applications: at least
95 of 100 are found, and the applications themselves are clean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.base import Level
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings
from tests.rules.seeded_config import APPS, KEYS

SET = {
    "FL402": [
        ("SECRET_KEY", '"dev"'),
        ("SECRET_KEY", "'you-will-never-guess'"),
        ("SECRET_KEY", 'os.environ.get("SECRET_KEY", "dev")'),
        ("SECRET_KEY", "os.getenv('SECRET_KEY') or 'hard to guess string'"),
        ("JWT_SECRET_KEY", '"super-secret"'),
    ],
    "FL403": [("SECRET_KEY", "os.urandom(24)"), ("SECRET_KEY", "secrets.token_hex(16)")],
    "FL404": [("SESSION_COOKIE_SECURE", "False"), ("REMEMBER_COOKIE_SECURE", "False")],
    "FL405": [("SESSION_COOKIE_HTTPONLY", "False"), ("REMEMBER_COOKIE_HTTPONLY", "False")],
    "FL406": [("SESSION_COOKIE_SAMESITE", '"Laxx"'), ("REMEMBER_COOKIE_SAMESITE", '"secure"')],
    "FL502": [("DEBUG", "True")],
}
"""Keys with other values."""
RENAMED = [
    ("SECRET_KEY", "SECRETKEY"),
    ("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABSE_URI"),
    ("SESSION_COOKIE_SECURE", "SESSION_COOKIES_SECURE"),
    ("MAIL_SERVER", "MAIL_SEVRER"),
]
VIEW = {
    "FL407": [
        'response.set_cookie("auth_token", user.name)',
        "response.set_cookie('user_id', str(user.id), max_age=3600)",
        'response.set_cookie("sid", "1", httponly=True)',
    ],
    "FL409": [
        'session["password"] = user.password',
        "session['user_password'] = request.form['password']",
        'session["access_token"] = user.token()',
        'session.update(card_number=request.form["card"])',
    ],
    "FL410": [
        'session["user"] = user',
        "session['user'] = User.query.get(1)",
        'session["seen"] = {1, 2}',
        'session["names"] = set(user.names)',
        'session["left"] = datetime.timedelta(days=1)',
    ],
}
RUNS = {
    "FL501": ["debug=True", "host='127.0.0.1', debug=True"],
    "FL505": ['host="0.0.0.0", debug=True', "'0.0.0.0', 80, True"],
}


def written(name: str, keys: Mapping[str, str] = KEYS, view: str = "", run: str = "") -> dict[str, str]:
    """The files of an application."""
    files, style = APPS[name]
    text = {"SETTINGS": style(keys), "VIEW": view or "pass", "RUN": run}
    made: dict[str, str] = {}
    for file, content in files.items():
        made[file] = content.replace("run(RUN)", f"run({run})")
        for mark, new in text.items():
            made[file] = made[file].replace(f"    {mark}\n", f"    {new}\n").replace(f"\n{mark}\n", f"\n{new}\n")
    return made


def found(files: Mapping[str, str]) -> list[tuple[str, Level]]:
    project = Project("/p", Settings(), Versions())
    for name, text in files.items():
        project = project.with_text(f"/p/{name}", text)
    project = project.with_complete(True)
    return [(each.rule.code, each.level) for document in project.files for each in check(project, document)]


def breaks() -> Iterator[tuple[str, str, dict[str, str]]]:
    """The code that each mistake should have, what it is, and the files."""
    for name in APPS:
        for code, settings in SET.items():
            for key, value in settings:
                yield code, f"{name}: {key} = {value}", written(name, {**KEYS, key: value})
        for key, slip in RENAMED:
            keys = {slip if each == key else each: value for each, value in KEYS.items()}
            yield "FL411", f"{name}: {slip}", written(name, keys)
        without = {key: value for key, value in KEYS.items() if key != "SECRET_KEY"}
        yield "FL401", f"{name}: no key", written(name, without)
        yield "FL401", f"{name}: an empty key", written(name, {**KEYS, "SECRET_KEY": "None"})
        for code, lines in VIEW.items():
            for line in lines:
                yield code, f"{name}: {line}", written(name, view=line)
        for code, runs in RUNS.items():
            for run in runs:
                yield code, f"{name}: {run}", written(name, run=run)


@pytest.mark.parametrize("name", APPS)
def test_correct_applications_are_clean(name: str) -> None:
    files = written(name)
    for file, text in files.items():
        compile(text, file, "exec")
    bad = [code for code, level in found(files) if level <= Level.WARNING and code.startswith(("FL4", "FL5"))]
    assert not bad


def test_mistakes_are_found() -> None:
    every = list(breaks())
    missed: list[str] = []
    for code, what, files in every:
        for file, text in files.items():
            compile(text, file, "exec")
        if code not in {one for one, level in found(files) if level <= Level.WARNING}:
            missed.append(f"{code} {what}")
    assert len(every) >= 250
    assert len(missed) <= len(every) * 0.05, missed
