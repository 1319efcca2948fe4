"""A workspace of 10,000 small files, loaded and checked by the command line's own way: bounded time, no crash."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from flask_lsp.cli.load import Loader
from flask_lsp.project.imports import outcome
from flask_lsp.project.routes import apps
from flask_lsp.rules.run import check

COUNT = 10_000
IN_ONE = 100
VIEWS = """
from flask import Blueprint, request
from site{package}.part{next} import helper
from site{other}.part0 import bp as parent

bp = Blueprint("part{package}_{number}", __name__)


@bp.get("/{package}/{number}")
def index():
    return helper(request.args["q"])


def helper(text):
    return text
"""


@pytest.mark.timeout(900)
def test_ten_thousand_files(tmp_path: Path) -> None:
    packages = COUNT // IN_ONE
    for package in range(packages):
        folder = tmp_path / f"site{package}"
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for number in range(IN_ONE - 1):
            # In most packages each file imports from the next; in the others the last one closes a circle.
            following = (number + 1) % (IN_ONE - 1) if package % 10 == 0 else min(number + 1, IN_ONE - 2)
            names = {"package": package, "number": number, "next": following, "other": min(package + 1, packages - 1)}
            (folder / f"part{number}.py").write_text(VIEWS.format(**names))
    imports = "".join(f"from site{package}.part0 import bp as bp{package}\n" for package in range(packages))
    registers = "".join(f"    app.register_blueprint(bp{package})\n" for package in range(packages))
    (tmp_path / "wsgi.py").write_text(
        f"from flask import Flask\n{imports}\n\n"
        f"def create_app():\n    app = Flask(__name__)\n{registers}    return app\n\n\napp = create_app()\n"
    )
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "Procfile").write_text("web: gunicorn wsgi:app\n")
    begin = time.perf_counter()
    (asked,) = Loader({}, lambda _: None, lambda *_: None).paths([str(tmp_path)])
    assert len(asked.documents) == COUNT + 2  # wsgi.py and the Procfile
    project = asked.project
    assert len(apps(project, asked.documents[0])) == 1
    assert outcome(project) is outcome(project)
    for document in asked.documents[:: len(asked.documents) // 200]:
        check(project, document)
    assert time.perf_counter() - begin < 300
