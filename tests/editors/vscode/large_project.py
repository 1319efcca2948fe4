"""Writes a Flask project of 20,000 lines into a folder: ``python large_project.py FOLDER``."""

import sys
from pathlib import Path

MODULES = 40
VIEWS = 46
HEAD = """\
from flask import Blueprint, abort, redirect, render_template, request, url_for

from app import store

"""
VIEW = """

@bp.route("/{module}/{number}/<int:id>", methods=["GET", "POST"])
def view{number}(id):
    item = store.find("{module}", id)
    if item is None:
        abort(404)
    if request.method == "POST":
        item.name = request.form["name"]
        return redirect(url_for(".view{number}", id=id))
    return render_template("{module}.html", item=item)
"""


def module(name: str, first: str = "") -> str:
    begin = f'bp = Blueprint("{name}", __name__)\n{first}'
    return HEAD + begin + "".join(VIEW.format(module=name, number=number) for number in range(VIEWS))


def main(home: Path) -> None:
    app = home / "app"
    app.mkdir(parents=True)
    (home / "pyproject.toml").write_text("")
    names = ["views", *(f"module{number}" for number in range(1, MODULES))]
    mistake = '\n\n@bp.route("/first")\ndef first():\n    return str(int(request.args.get("page", 1)))\n'
    for name in names:
        (app / f"{name}.py").write_text(module(name, mistake if name == "views" else ""))
    (app / "store.py").write_text("def find(kind, id):\n    return None\n")
    imports = "".join(f"from app import {name}\n" for name in names)
    register = "".join(f"    app.register_blueprint({name}.bp)\n" for name in names)
    factory = f"def create_app():\n    app = Flask(__name__)\n{register}    return app\n"
    (app / "__init__.py").write_text(f"from flask import Flask\n\n{imports}\n\n{factory}")


main(Path(sys.argv[1]))
