"""What FL307 says of extensions that no application was given is true: each is looked at without one, and with one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from flask_lsp.project.known_extensions import EXTENSIONS, Extension
from tests.environments import installed
from tests.long.extension_probes import PROBES

PROBED = Path(__file__).with_name("extension_probes.py")
REQUIREMENTS = (
    "flask~=3.1 flask-sqlalchemy flask-migrate flask-pymongo flask-mysql flask-redis flask-login flask-wtf "
    "flask-seasurf flask-jwt-extended flask-principal flask-security-too authlib requests flask-mail flask-mailman "
    "flask-cors flask-talisman flask-compress flask-session cachelib flask-limiter flask-admin flasgger "
    "prometheus-flask-exporter flask-socketio flask-restful flask-restx flask-moment flask-pagedown flask-ckeditor "
    "flask-dropzone flask-avatars bootstrap-flask flask-babel flask-babelplus flask-caching flask-executor "
    "flask-assets flask-smorest flask-rebar flask-appbuilder flask-whooshee flask-praetorian"
)
OLD = "its last version does not import beside Flask 2.3 and later"
UNPROVED = {
    "flask_alembic.Alembic": "its commands need a folder of migrations first",
    "flask_babelex.Babel": OLD,
    "flask_bootstrap.Bootstrap": "it is of Flask-Bootstrap; Bootstrap-Flask, of the same module, was looked at",
    "flask_cache.Cache": OLD,
    "flask_jwt.JWT": OLD,
    "flask_mongoengine.MongoEngine": OLD,
    "flask_mysqldb.MySQL": "it needs the C library of MySQL",
    "flask_restplus.Api": OLD,
    "flask_user.UserManager": OLD,
    "flask_wtf.CsrfProtect": "Flask-WTF 1.0 has no such name any more",
}
"""Claims that nobody looks at here, and why."""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("extensions"), REQUIREMENTS)


def look(python: Path, name: str, given: str, folder: Path) -> str:
    """What the probe of an extension sees; some extensions write into the folder in which they are started."""
    command = [str(python), "-W", "ignore", str(PROBED), name, given]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(PROBES))
def test_claim(python: Path, name: str, tmp_path: Path) -> None:
    seen, _, both = PROBES[name]
    assert seen in look(python, name, "no", tmp_path)
    if both:
        assert seen not in look(python, name, "yes", tmp_path)


def claimed(extension: Extension) -> str:
    return f"{extension.package}.{extension.name}"


def test_every_claim_is_looked_at_or_says_why_not() -> None:
    claims = {claimed(each) for each in EXTENSIONS.values() if each.missing}
    assert claims == PROBES.keys() | UNPROVED.keys()
