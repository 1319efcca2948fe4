"""What deployment files start, and what comes of it for the run of imports."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_lsp.deployment_files import kind_of
from flask_lsp.facts.launching import FACTORIES
from flask_lsp.project import files
from flask_lsp.project.deployment import Deployment, Launch, from_pyproject, launches_in, launches_of, served
from flask_lsp.project.imports import entries_of
from flask_lsp.project.project import File, Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings
from flask_lsp.text import Source

DOCKER = """
FROM python:3.12
ENV FLASK_APP src/shop.py
RUN pip install gunicorn
ENTRYPOINT ["gunicorn", "-w", "2"]
CMD ["-b", "unix:socket", "shop.web:app"]
"""
COMPOSE = """
services:
  web:
    command: >
      gunicorn --bind 0.0.0.0:80
      shop:app
    environment:
      - FLASK_APP=shop
  jobs:
    command: ['python', 'jobs.py']
  all:
    command: sh -c "flask db upgrade && python run.py"
  listed:
    entrypoint:
      - python
      - -m
      - shop
"""


def said(name: str, text: str) -> list[tuple[str, str]]:
    return [(each.how, each.target) for each in launches(name, text)]


def launches(name: str, text: str) -> list[Launch]:
    return list(launches_in(File(f"/r/{name}", Source(text)))) if kind_of(name) else []


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("gunicorn -w 4 -b 0.0.0.0:$PORT shop.web:app", [Launch("gunicorn shop.web:app", "shop.web")]),
        ("exec gunicorn 'shop:make(1)' -c python:conf", [Launch("gunicorn shop:make(1)", "shop", calls=("make",))]),
        ("gunicorn wsgi --log-file -", [Launch("gunicorn wsgi", "wsgi")]),
        ("gunicorn -k gevent -c conf.py", []),
        ("cd back && poetry run gunicorn a:b", [Launch("gunicorn a:b", "a", "back")]),
        ("gunicorn --chdir back a:b", [Launch("gunicorn a:b", "a", "back")]),
        ("uvicorn --factory a:make", [Launch("uvicorn a:make", "a", calls=("make",))]),
        ("waitress-serve --port 80 --call a:make", [Launch("waitress-serve a:make", "a", calls=("make",))]),
        ("uwsgi --http :80 -w a:b", [Launch("uwsgi a:b", "a")]),
        ("uwsgi --wsgi-file run.py", [Launch("uwsgi run.py", "run.py")]),
        ("FLASK_APP=a.py flask run", [Launch("flask --app a.py", "a.py", calls=FACTORIES)]),
        ("flask --app a:make db upgrade", [Launch("flask --app a:make", "a", calls=("make",))]),
        ("python3 -m flask --app=a run", [Launch("flask --app a", "a", calls=FACTORIES)]),
        ("python -u -W ignore src/run.py --port 1", [Launch("python src/run.py", "src/run.py", script=True)]),
        ("python -m shop.cli serve", [Launch("python -m shop.cli", "shop.cli", package=True)]),
        ("python -c 'import shop'; flask run; npm start", []),
        ("gunicorn 'a:b", [Launch("gunicorn 'a:b", "a")][:0]),
    ],
)
def test_commands(command: str, wanted: list[Launch]) -> None:
    assert launches("start.sh", command) == wanted


def test_files_by_their_names() -> None:
    assert said(".flaskenv", "# FLASK_APP=no\nexport FLASK_APP='a:b'  # yes\nSECRET=x") == [("flask --app a:b", "a")]
    assert said("Procfile", "web: gunicorn a:b\nrelease: ./up.sh") == [("gunicorn a:b", "a")]
    assert {target for _, target in said("Dockerfile.prod", DOCKER)} == {"src/shop.py", "shop.web"}
    targets = [target for _, target in said("docker-compose.yml", COMPOSE)]
    assert sorted(targets) == ["jobs.py", "run.py", "shop", "shop", "shop"]
    assert said("uwsgi.ini", "[uwsgi]\nmodule = wsgi\ncallable = app\n") == [("uwsgi wsgi:app", "wsgi")]
    assert said("docker-entrypoint.sh", "#!/bin/sh\nexec gunicorn \\\n  a:b") == [("gunicorn a:b", "a")]
    assert said("readme.txt", "gunicorn a:b") == []
    scripts = {"project": {"scripts": {"shop": "shop.cli:main", "bad": 3}}, "tool": {"poetry": []}}
    assert list(from_pyproject(scripts)) == [Launch("shop", "shop.cli")]


@pytest.mark.hypothesis
@given(
    st.sampled_from([".env", "Procfile", "Dockerfile", "compose.yaml", "uwsgi.ini", "start.sh"]),
    st.lists(
        st.sampled_from(
            [
                "FLASK_APP=",
                "command:",
                "CMD ",
                "[",
                '"',
                "'",
                "gunicorn ",
                "python ",
                "-m ",
                "a:b",
                "\n",
                " ",
                "&&",
                "-",
            ]
        )
    ).map("".join)
    | st.text(),
)
def test_any_text_says_something_or_nothing(name: str, text: str) -> None:
    assert isinstance(launches(name, text), list)


def test_files_of_all_folders_are_read(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "Procfile").write_text("web: gunicorn no:app")
    (tmp_path / "Dockerfile").mkdir()
    (tmp_path / "Procfile").write_bytes(b"web: gunicorn a:b\n")
    (tmp_path / "pyproject.toml").write_text("[project.scripts]\nshop = 'shop:main'")
    (tmp_path / ".gitignore").write_text(".env\n*.sh\n")
    (tmp_path / ".env").write_text("FLASK_APP=local")
    (tmp_path / "start.sh").write_text("gunicorn ignored:app")
    made = Project(str(tmp_path), Settings(), Versions()).with_deployment(files.deployment_of(str(tmp_path)))
    for path in files.walk([str(tmp_path)]):
        made = made.with_text(path, files.read(path))
    found = {(each.target, each.folder) for each in launches_of(made)}
    assert found == {("a", ""), ("no", ""), ("no", "sub"), ("shop", ""), ("local", "")}
    assert set(files.settings_files(str(tmp_path))) == {"pyproject.toml"}
    assert files.deployment_of(str(tmp_path / "gone")) == Deployment()


def test_a_target_that_is_typed_disturbs_nobody() -> None:
    made = project({"/r/shop.py": "app = 1\n", "/r/Procfile": "web: gunicorn sho"})
    answers = made.answers
    typed = made.with_text("/r/Procfile", "web: gunicorn shop")
    assert typed.with_text("/r/Procfile", "web: gunicorn shop  ").answers is typed.answers
    assert made.with_text("/r/Procfile", "web: gunicorn shoo").answers is answers
    assert typed.answers is not answers
    assert [each.start.documents for each in entries_of(typed) if each.how == "gunicorn shop"] == [("/r/shop.py",)]


CIRCLE = {
    "/r/site/one.py": "import two\nvalue = 1\n",
    "/r/site/two.py": "from one import value\n",
}


def project(texts: dict[str, str], *launches: Launch) -> Project:
    made = Project("/r", Settings(), Versions()).with_deployment(Deployment(launches))
    for document, text in texts.items():
        made = made.with_text(document, text)
    return made.with_complete(True)


def test_a_circle_is_run_from_where_the_program_begins() -> None:
    """Nothing else tells that anybody begins with one of the two; from the other side the circle works."""
    works = {**CIRCLE, "/r/site/two.py": "import one\n"}
    for texts, launch, fails in (
        (CIRCLE, Launch("gunicorn one:app", "one", "site"), True),
        (CIRCLE, Launch("python site/one.py", "site/one.py", script=True), False),
        (CIRCLE, Launch("gunicorn gone:app", "gone"), False),
        (works, Launch("gunicorn one:app", "one", "site"), False),
    ):
        found = check(project(texts, launch), "/r/site/two.py")
        messages = [each.message for each in found if each.rule.code == "FL301"]
        assert bool(messages) == fails, (launch, messages)
        assert all(f"`{launch.how}` ends with an ImportError" in each for each in messages)


@pytest.mark.parametrize(
    ("launch", "documents"),
    [
        (Launch("", "shop"), ["/r/shop/__init__.py"]),
        (Launch("", "shop", package=True), ["/r/shop/__main__.py"]),
        (Launch("", "shop.web"), ["/r/shop/web.py"]),
        (Launch("", "tools"), ["/r/src/tools.py"]),
        (Launch("", "src/tools"), ["/r/src/tools.py"]),
        (Launch("", "../r/shop/web.py"), ["/r/shop/web.py"]),
        (Launch("", "../../../etc/web.py"), []),
    ],
)
def test_where_a_target_leads(launch: Launch, documents: list[str]) -> None:
    names = ("shop/__init__.py", "shop/__main__.py", "shop/web.py", "src/tools.py")
    made = project({f"/r/{name}": "import os\n" for name in names}, launch)
    assert [each.start.documents[0] for each in entries_of(made) if not each.how] == documents


def test_a_package_runs_before_the_module_in_it() -> None:
    texts = {
        "/r/shop/__init__.py": "from shop import views\n\napp = 1\n",
        "/r/shop/views.py": "from shop import app\n",
        "/r/shop/wsgi.py": "import os\n",
    }
    launch = Launch("gunicorn shop.wsgi:app", "shop.wsgi")
    found = [each.message for each in check(project(texts, launch), "/r/shop/views.py") if each.rule.code == "FL301"]
    assert len(found) == 1
    assert "`gunicorn shop.wsgi:app` ends with an ImportError" in found[0]
    texts["/r/shop/__init__.py"] = "app = 1\n\nfrom shop import views\n"
    assert not [each for each in check(project(texts, launch), "/r/shop/views.py") if each.rule.code == "FL301"]


def test_new_entry_points_are_asked_again() -> None:
    made = project(CIRCLE)
    assert not [each for each in check(made, "/r/site/two.py") if each.rule.code == "FL301"]
    made = made.with_deployment(Deployment((Launch("gunicorn one:app", "one", "site"),)))
    assert [each for each in check(made, "/r/site/two.py") if each.rule.code == "FL301"]
    assert made.with_deployment(Deployment(made.deployment.launches)) is made


def test_what_servers_import_follows_the_folder_that_an_image_is_built_from() -> None:
    compose = "services:\n  web:\n    build: shop\n    command: gunicorn run:app\n"
    project = Project("/p", Settings(), Versions())
    for folder in ("shop", "api"):
        project = project.with_text(f"/p/{folder}/run.py", "from flask import Flask\napp = Flask(__name__)\n")
    project = project.with_text("/p/compose.yml", compose).with_complete(True)
    assert served(project) == {"/p/shop/run.py"}
    other = project.with_text("/p/compose.yml", compose.replace("build: shop", "build: api"))
    assert served(other) == {"/p/api/run.py"}
    assert other.answers is not project.answers
    same = project.with_text("/p/compose.yml", compose.replace("run:app", "run:app --workers 2"))
    assert same.answers is project.answers
