"""How long a project takes to read and to link, beside Python's own parser over the same files.

    python tests/bench/index.py [FOLDER]

Without a folder it writes a project of 20,000 lines and 3,000 routes. Three figures, each as a ratio to the time that
``ast.parse`` takes for all its files in the same run (one process, no garbage collection, trees dropped):

* ``index``: reading all that a project keeps of its files, from text, cold;
* ``link``: the route map, the first time;
* ``relink``: the route map after an edit that changes what its file tells others.

Then what the contexts cost, as a part of what it takes to read, to link and to answer them cold: ``use`` after an edit
of a body that uses one more thing, ``call`` after one that calls something else, ``name`` after one of an interface.

The last rows are what it costs to type in one of its views, beside the same view in a project of its own, and to hover
over a view, a blueprint and the application after an edit.
"""

from __future__ import annotations

import argparse
import ast
import gc
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from flask_lsp.features.hover import hover
from flask_lsp.project import files
from flask_lsp.project.failing import failing
from flask_lsp.project.project import File, Project
from flask_lsp.project.route_map import route_map
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings
from flask_lsp.text import Source

ROOT = "/project"
MODULES, VIEWS = 60, 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    root, texts = read(options.folder) if options.folder else (ROOT, written())
    gc.collect()
    gc.disable()
    parse, index, link, relink, contexts = [], [], [], [], []
    again: dict[str, list[float]] = {"use": [], "call": [], "name": []}
    for _ in range(options.runs):
        parse.append(seconds(lambda: [ast.parse(text) for text in texts.values()]))
        project = Project(root, Settings(), Versions())
        made = [File(document, Source(text)) for document, text in texts.items()]
        index.append(seconds(lambda: [file.settle() for file in made]))  # noqa: B023
        project = project.with_files(made).with_complete(True)
        link.append(seconds(lambda: route_map(project)))  # noqa: B023
        contexts.append(seconds(lambda: failing(project)))  # noqa: B023
        answer_again(project, again)
        relink.append(median(seconds(lambda: route_map(each)) for each in edited(project)))  # noqa: B023
        gc.collect()
    base = median(parse)
    lines = sum(text.count("\n") for text in texts.values())
    print(
        f"{lines} lines in {len(texts)} files, {len(route_map(project).routes)} routes, ast.parse {base * 1000:.0f} ms"
    )
    for name, times in (("index", index), ("link", link), ("relink", relink), ("contexts", contexts)):
        print(f"{name:8} {median(times) * 1000:6.1f} ms, {median(times) / base:.2f} times ast.parse")
    cold = median(index) + median(link) + median(contexts)
    for name, times in again.items():
        print(f"{name:8} {median(times) * 1000:6.1f} ms, {median(times) / cold * 100:.2f} % of reading it cold")
    if not options.folder:
        (alone, _), (inside, pause) = typing(texts, alone=True), typing(texts, alone=False)
        spots = [hovering(project) for _ in range(options.runs)]
        print(f"hover   {median(spots) * 1000:6.2f} ms, at most {max(spots) * 1000:.2f}")
        print(
            f"typing  {inside * 1000:6.2f} ms in the project, {alone * 1000:.2f} ms alone, ratio {inside / alone:.2f}"
        )
        print(f"pause   {pause * 1000:6.2f} ms for what waits until nothing is typed")


def answer_again(project: Project, times: dict[str, list[float]]) -> None:
    """Adds what the contexts cost after edits. No snapshot is left behind: the next run has to begin cold."""
    for name, changed in (*bodies(project), *(("name", each) for each in edited(project))):
        times[name].append(seconds(lambda: failing(changed)))  # noqa: B023


def read(folder: Path) -> tuple[str, dict[str, str]]:
    """The root and the texts of the Python files below a folder."""
    root = folder.resolve().as_posix()
    return root, {path: files.read(path) for path in files.walk([root])}


def written() -> dict[str, str]:
    """A project of blueprints, a factory that registers them, and models."""
    texts = {
        f"{ROOT}/shop/__init__.py": factory(),
        f"{ROOT}/wsgi.py": "from shop import create_app\n\napp = create_app()\n",
    }
    for number in range(MODULES):
        texts[f"{ROOT}/shop/views{number}.py"] = views(number)
        texts[f"{ROOT}/shop/models{number}.py"] = models(number)
    return texts


def factory() -> str:
    imports = "".join(f"    from shop.views{number} import bp as bp{number}\n" for number in range(MODULES))
    registered = "".join(
        f'    app.register_blueprint(bp{number}, url_prefix="/part{number}")\n' for number in range(MODULES)
    )
    return (
        "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n\n\n"
        f"def create_app():\n    app = Flask(__name__)\n    app.config.from_prefixed_env()\n    db.init_app(app)\n"
        f"{imports}{registered}    return app\n"
    )


def views(number: int) -> str:
    head = (
        "from flask import Blueprint, abort, redirect, render_template, request, url_for\n\nfrom shop import db\n"
        f'from shop.models{number} import Item\n\nbp = Blueprint("views{number}", __name__)\n'
    )
    return head + "".join(
        f'\n\n@bp.get("/items{view}/<int:key>")\ndef item{view}(key):\n'
        f"    item = db.session.get(Item, key) or abort(404)\n"
        f'    return render_template("item.html", item=item)\n'
        for view in range(VIEWS)
    )


def models(number: int) -> str:
    return (
        "from shop import db\n\n\nclass Item(db.Model):\n    key = db.Column(db.Integer, primary_key=True)\n"
        + "".join(
            f"\n    def total{method}(self, tax):\n"
            f"        price = self.price * (1 + tax)\n        return round(price, {method})\n"
            for method in range(10)
        )
    )


def edited(project: Project) -> list[Project]:
    """Snapshots after edits that change an interface: a route more, a name more, a factory that says more."""
    documents = list(project.files)
    found: list[Project] = []
    for document in (documents[0], documents[len(documents) // 2], documents[-1]):
        text = project.files[document].source.text
        found.append(project.with_text(document, text + "\n\nname = 1\n"))
    return found


def bodies(project: Project) -> list[tuple[str, Project]]:
    """Snapshots after edits in the body of a function."""
    document = next((each for each in reversed(project.files) if "views" in each), list(project.files)[-1])
    text = project.files[document].source.text
    begin = text.rfind("    return ")
    found: list[tuple[str, Project]] = []
    for name, line in (("use", "    request.path\n"), ("call", "    item0(1)\n")):
        new = project.with_text(document, text[:begin] + line + text[begin:])
        _ = new.files[document].facts
        found.append((name, new))
    return found


def typing(texts: dict[str, str], *, alone: bool) -> tuple[float, float]:
    """The median seconds of one key in a view, to its findings, and of asking who waits for a pause after it."""
    document = f"{ROOT}/shop/views0.py"
    chosen = {document: texts[document]} if alone else texts
    project = Project(ROOT, Settings(), Versions())
    project = project.with_files([File(each, Source(text)) for each, text in chosen.items()]).with_complete(True)
    for file in project.files.values():
        file.settle()
    check(project, document)
    begin = texts[document].index("    return render_template")
    typed, times, pauses = "", list[float](), list[float]()
    for key in 'total = request.args.get("total", 1)\n    return redirect(url_for("index", total=total))\n    ':
        typed += key
        text = texts[document][:begin] + "    " + typed + texts[document][begin:]
        start = time.perf_counter()
        project = project.with_text(document, text)
        check(project, document, said=())
        times.append(time.perf_counter() - start)
        pauses.append(seconds(lambda: check(project, document)))  # noqa: B023
    return median(times), median(pauses)


def hovering(project: Project) -> float:
    """The seconds of the slowest of three hovers, the first since an edit."""
    document = f"{ROOT}/shop/views7.py"
    project = project.with_text(document, project.files[document].source.text + "\n\nname = 1\n")
    route_map(project)
    text = project.files[document].source.text
    places = (document, text.index("item9(")), (document, text.index("bp = ")), (f"{ROOT}/wsgi.py", 29)
    return max(seconds(lambda: hover(project, place[0], (), place[1])) for place in places)  # noqa: B023


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


main()
