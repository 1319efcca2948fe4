"""What installed packages mean: their metadata, the questions to jedi, and the cache."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from parso.cache import parser_cache

from flask_lsp.project import answer_cache, jedi_bridge
from flask_lsp.project.installed import Installed
from flask_lsp.project.jedi_bridge import Bridge, standard_library
from flask_lsp.project.packages import Packages, parts

FILES = {
    "flask/__init__.py": """
        from .app import Flask as Flask
        from .blueprints import Blueprint as Blueprint
        from .globals import current_app as current_app
        from .helpers import url_for as url_for
        """,
    "flask/app.py": "class Flask:\n    def run(self, debug=None): ...\n",
    "flask/blueprints.py": "class Blueprint: ...\n",
    "flask/globals.py": "current_app: 'Flask' = LocalProxy()\n",
    "flask/helpers.py": "def url_for(endpoint): ...\n",
    "flask-3.1.0.dist-info/METADATA": "Name: Flask\nVersion: 3.1.0\n\nRequires-Dist: nothing\n",
    "shiny/__init__.py": """
        from flask import url_for
        from .app import Sub as Shiny, Wrapper, create_app
        from .other import *
        pages = Shiny()
        both = Shiny() if unknown else Wrapper()
        later = None
        def start():
            global later
            later = Shiny()
        """,
    "shiny/app.py": """
        import flask
        from flask import Blueprint, Flask, current_app
        class Base(flask.Flask): ...
        class Mixin: ...
        class Sub(Mixin, Base): ...
        class Circle(Circle): ...
        class Wrapper:
            kind = Blueprint
            def __init__(self, app=None):
                self.app = app or Sub()
                self.text = "text"
            @property
            def own(self):
                return Base()
        def create_app(debug=False) -> Flask: ...
        def made():
            if debug:
                return Sub()
            return Base()
        def nothing(): ...
        """,
    "shiny/other.py": "from flask import Blueprint\n__all__ = ['Pages']\nclass Pages(Blueprint): ...\nhidden = 1\n",
    "shiny-1.0.dist-info/METADATA": "Name: shiny\nVersion: 1.0\nRequires-Dist: Flask>=2\n\n",
    "shiny-1.0.dist-info/RECORD": "shiny/__init__.py,sha256=x,1\nshiny-1.0.dist-info/METADATA,,\n",
    "Built_On-2.0.dist-info/METADATA": "Name: Built.On\nVersion: 2.0\nRequires-Dist: shiny (>=1); extra == 'x'\n\n",
    "Built_On-2.0.dist-info/top_level.txt": "built\n",
    "built.py": "import shiny\nclass App(shiny.Shiny): ...\n",
    "plain-1.0.dist-info/METADATA": "Name: plain\nVersion: 1.0\n\n",
    "plain-1.0.dist-info/RECORD": "plain.py,,\n",
    "plain.py": "import flask\nclass App(flask.Flask): ...\n",
    "unclaimed.py": "import flask\nclass App(flask.Flask): ...\n",
    "moving-1.0.dist-info/METADATA": "Name: moving\nVersion: 1.0\nRequires-Dist: flask\n\n",
    "moving-1.0.dist-info/direct_url.json": '{"dir_info": {"editable": true}, "url": "file:///x"}',
    "moving.pth": "# comment\nimport nothing\n../elsewhere\nnowhere\n",
    "../elsewhere/moving.py": "import flask\nclass App(flask.Flask): ...\n",
    "broken.dist-info/METADATA": "no metadata",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment") / "site-packages"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.lstrip("\n").split("\n")
        indent = len(lines[0]) - len(lines[0].lstrip())
        path.write_text("\n".join(line[indent:] for line in lines))
    return folder


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return Bridge(str(tmp_path / "cache"))


def told(bridge: Bridge, site: Path, *paths: str) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for each in bridge.answers((str(site),), paths):
        known |= each
    return known


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("shiny.Shiny", "flask.Flask"),
        ("shiny.Shiny().run", "flask.Flask().run"),
        ("shiny.app.Base", "flask.Flask"),
        ("shiny.app.Mixin", "shiny.app.Mixin"),
        ("shiny.app.Circle", "shiny.app.Circle"),
        ("shiny.app", "shiny.app"),
        ("shiny.Pages", "flask.Blueprint"),
        ("built.App().run", "flask.Flask().run"),
        ("unclaimed.App", "flask.Flask"),
        ("moving.App", "flask.Flask"),
        # values
        ("shiny.pages", "flask.Flask()"),
        ("shiny.pages.run", "flask.Flask().run"),
        ("shiny.both", "shiny.both"),
        ("shiny.later", "flask.Flask()"),
        # what is returned
        ("shiny.create_app()", "flask.Flask()"),
        ("shiny.create_app().config", "flask.Flask().config"),
        ("shiny.app.made()", "flask.Flask()"),
        ("shiny.app.nothing()", "shiny.app.nothing()"),
        # attributes
        ("shiny.Wrapper().app.run", "flask.Flask().run"),
        ("shiny.Wrapper().own", "flask.Flask()"),
        ("shiny.Wrapper().kind", "flask.Blueprint"),
        ("shiny.Wrapper().text", "shiny.Wrapper().text"),
        # what Flask has under another name
        ("shiny.url_for", "flask.url_for"),
        ("shiny.app.current_app", "flask.current_app"),
        ("shiny.app.flask", "flask"),
        # unknown
        ("shiny.nothing", "shiny.nothing"),
        ("shiny.nothing.at.all", "shiny.nothing.at.all"),
        ("shiny[].Shiny", "shiny[].Shiny"),
        ("absent.App", "absent.App"),
        ("plain.App", "plain.App"),  # no package that builds on Flask, as it says itself
    ],
)
def test_names(bridge: Bridge, site: Path, path: str, expected: str) -> None:
    packages = Packages()
    packages.name(path)
    packages = packages.with_more(told(bridge, site, *packages.wanted.take()))
    assert packages.name(path) == expected


@pytest.mark.parametrize(
    ("module", "name", "expected"),
    [
        ("shiny", "Shiny", "flask.Flask"),
        ("shiny", "url_for", "flask.url_for"),
        ("shiny", "pages", "flask.Flask()"),
        ("shiny", "Wrapper", "shiny.Wrapper"),
        ("shiny", "nothing", ""),
        ("shiny.other", "Pages", "flask.Blueprint"),
        ("shiny.other", "hidden", "shiny.other.hidden"),  # jedi does not look at __all__
        ("absent", "nothing", None),
    ],
)
def test_stars(bridge: Bridge, site: Path, module: str, name: str, expected: str | None) -> None:
    packages = Packages()
    assert packages.starred(module, name) is None
    packages = packages.with_more(told(bridge, site, *packages.wanted.take()))
    assert packages.starred(module, name) == expected


def test_parts() -> None:
    assert list(parts("a.b().c[].d")) == ["a", "a.b", "a.b()", "a.b().c", "a.b().c[]", "a.b().c[].d"]


def test_what_is_wanted_is_noted_once() -> None:
    packages = Packages()
    for path in ("shiny.A", "shiny.A", "flask.Flask", "os.path", "shiny.B"):
        packages.name(path)
    assert packages.wanted.take() == ["shiny.A", "shiny.B"]
    later = packages.with_more({"shiny.A": "flask.Flask"})
    later.name("shiny.A")
    assert later.wanted.take() == []
    assert later.with_more({"shiny.A": "flask.Flask"}) is later


def test_metadata(site: Path) -> None:
    installed = Installed((str(site),))
    assert [installed.on_flask(name) for name in ("shiny", "built", "plain", "unclaimed", "absent")] == [
        True, True, False, True, False
    ]  # fmt: skip
    shiny, built = installed.key("shiny"), installed.key("built")
    assert shiny is not None
    assert built is not None
    assert shiny.startswith("shiny-1.0-")
    assert built.startswith("built-on-2.0-")
    assert installed.key("unclaimed") is None
    assert installed.key("moving") is None
    assert installed.paths == (str(site), str(site / "../elsewhere"))


def test_answers_are_kept_on_disk(bridge: Bridge, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("shiny.Shiny", "shiny.app.Mixin", "moving.App", "shiny.*.Pages")
    first = told(bridge, site, *asked)
    (kept,) = (tmp_path / "cache").glob("names-*/*.json")
    assert json.loads(kept.read_text())["shiny.Shiny"] == "flask.Flask"
    assert json.loads(kept.read_text())["shiny.app.Mixin"] is None
    monkeypatch.setattr(jedi_bridge._Jedi, "meaning", lambda _, path: pytest.fail(path))
    again = Bridge(str(tmp_path / "cache"))
    known = told(again, site, "shiny.Shiny", "shiny.app.Mixin", "shiny.*.Pages")
    assert known.items() <= first.items()
    assert not list(tmp_path.glob("cache/*/moving*"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"shiny.Shiny": 1}', "\0", "[" * 100_000, '{"shiny.Shiny": ["a"]}'])
def test_a_corrupt_cache_is_ignored(
    bridge: Bridge, site: Path, tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    told(bridge, site, "shiny.Shiny")
    (kept,) = (tmp_path / "cache").glob("names-*/*.json")
    kept.write_text(text)
    with caplog.at_level(logging.WARNING):
        assert told(Bridge(str(tmp_path / "cache")), site, "shiny.Shiny") == {"shiny.Shiny": "flask.Flask"}
    assert "cannot be used" in caplog.text
    assert json.loads(kept.read_text()) == {"shiny.Shiny": "flask.Flask"}


def test_what_jedi_keeps_may_be_corrupt_too(
    bridge: Bridge, site: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parser_cache.clear()
    told(bridge, site, "shiny.Shiny")
    for path in (tmp_path / "cache" / "jedi").rglob("*.pkl"):
        path.write_bytes(b"no pickle")
    for path in (tmp_path / "cache").glob("names-*/*.json"):
        path.unlink()
    parser_cache.clear()
    with caplog.at_level(logging.WARNING):
        assert told(Bridge(str(tmp_path / "cache")), site, "shiny.Shiny") == {"shiny.Shiny": "flask.Flask"}
    assert "is dropped" in caplog.text


def test_a_cache_that_cannot_be_written(site: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        assert told(Bridge(str(tmp_path / "file")), site, "shiny.Shiny") == {"shiny.Shiny": "flask.Flask"}
    assert "cannot be written" in caplog.text


def test_the_cache_is_in_the_users_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "flask-lsp" in answer_cache.folder()
    assert Path(answer_cache.folder()).is_absolute()


def test_one_thread_that_waits_while_somebody_types(site: Path, tmp_path: Path) -> None:
    bridge = Bridge(str(tmp_path), pause=0.2)
    bridge.disturb()
    names: set[str] = set()
    answered = threading.Event()

    def done(_: Mapping[str, str]) -> None:
        names.add(threading.current_thread().name)
        answered.set()

    bridge.ask((str(site),), ["shiny.Shiny"], done)
    assert not answered.wait(0.1)
    assert answered.wait(30)
    bridge.answers((str(site),), ["shiny.app.made()"])
    assert names == {"flask-lsp-jedi"}


def test_packages_that_changed_are_read_again(bridge: Bridge, tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    (site / "flask").mkdir(parents=True)
    (site / "flask" / "__init__.py").write_text("class Flask: ...\n")
    assert told(bridge, site, "thing.App") == {}
    (site / "thing.py").write_text("import flask\nclass App(flask.Flask): ...\n")
    bridge.forget((str(site),))
    assert told(bridge, site, "thing.App") == {"thing.App": "flask.Flask"}


def test_the_standard_library_is_all_that_is_loaded() -> None:
    assert standard_library()
    assert not any("site-packages" in path or "dist-packages" in path for path in standard_library())


def test_no_environment_no_questions(bridge: Bridge) -> None:
    assert bridge.answers((), ["shiny.Shiny"]) == []
    assert bridge._thread is None
