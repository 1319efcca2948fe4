"""What requirements, lock files and installed packages tell of versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_lsp.project import versions
from flask_lsp.project.versions import Versions


@pytest.mark.parametrize(
    ("line", "version", "below"),
    [
        ("flask==2.2", (2, 2), {(2, 3): True, (2, 2): False, (2, 2, 0): False}),
        ("Flask [async] == 2.3.0 --hash=sha256:abc", (2, 3, 0), {(2, 3): False}),
        ("flask===3.0", (3, 0), {(3,): False}),
        ("flask~=2.2.1", None, {(2, 3): True, (2, 2): False, (2, 2, 5): None}),
        ("flask==2.*", None, {(3,): True, (2,): False, (2, 3): None}),
        ("flask>=2.3,<3", None, {(2, 3): False, (3, 0): True, (2, 3, 1): None}),
        ("flask>2", None, {(2,): False, (2, 1): None}),
        ("flask<=2.2", None, {(2, 3): True, (2, 2): None}),
        ("flask!=2.2", None, {(2, 3): None}),
        ("flask", None, {(2, 3): None}),
        ("flask==2.2; python_version < '3.8'", None, {(2, 3): None}),
        ("flask @ https://example.org/flask.zip", None, {(2, 3): None}),
        ("# flask==2.2", None, {(2, 3): None}),
        ("-r flask==2.2", None, {(2, 3): None}),
        ("flask==2.2  # pinned", (2, 2), {}),
        ("flask \\\n  ==2.2", (2, 2), {}),
    ],
)
def test_requirements(line: str, version: tuple[int, ...] | None, below: dict[tuple[int, ...], bool | None]) -> None:
    known = versions.from_requirements(line)
    assert known.of("flask") == version
    for other, answer in below.items():
        assert known.below("flask", other) is answer


def test_contradictions_are_unknown() -> None:
    known = versions.from_requirements("flask==2.2\nflask==2.3\nflask==2.3\n")
    assert known.of("flask") is None
    assert known.below("flask", (3,)) is None
    assert versions.from_requirements("flask==2.2\nflask==2.2.0").of("flask") in ((2, 2), (2, 2, 0))


@pytest.mark.parametrize(
    ("constraint", "lower", "upper"),
    [("^2.2", (2, 2), (3,)), ("^0.6.3", (0, 6, 3), (0, 7)), ("~1.2.3", (1, 2, 3), (1, 3)), ("~1", (1,), (2,))],
)
def test_poetry(constraint: str, lower: tuple[int, ...], upper: tuple[int, ...]) -> None:
    for value in (constraint, {"version": constraint, "extras": ["async"]}):
        known = versions.from_pyproject({"tool": {"poetry": {"group": {"dev": {"dependencies": {"flask": value}}}}}})
        assert known.below("flask", lower) is False
        assert known.below("flask", upper) is True


def test_what_a_package_requires() -> None:
    for line in ("flask~=2.1.0", "SQLAlchemy<1.4", "SQLAlchemy==1.3.24"):
        assert versions.from_requirements(line).below("flask-sqlalchemy", (3,)) is True
        assert versions.from_requirements(line).below("flask-sqlalchemy", (2, 5)) is None
    assert versions.from_requirements("flask>=2.2\nSQLAlchemy>=1.4.18").below("flask-sqlalchemy", (3,)) is None
    assert versions.from_requirements("flask==2.1\nflask-sqlalchemy==3.0").below("flask-sqlalchemy", (3,)) is False


def test_other_tables() -> None:
    wish = ["flask==2.2"]
    for data in (
        {"project": {"dependencies": wish}},
        {"dependency-groups": {"dev": [{"include-group": "x"}, *wish]}},
        {"tool": {"uv": {"dev-dependencies": wish}}},
        {"tool": {"pdm": {"dev-dependencies": {"test": wish}}}},
        {"tool": {"poetry": {"dependencies": {"flask": "2.2", "x": "*", "y": ["1", "2"], "z": "^1 || ^2"}}}},
    ):
        assert versions.from_pyproject(data).of("flask") == (2, 2)
    assert versions.from_pipfile({"packages": {"flask": "==2.2"}}).of("flask") == (2, 2)
    assert versions.from_pipfile({"default": {"flask": {"version": "==2.2"}}}).of("flask") == (2, 2)
    assert versions.from_lock({"package": [{"name": "Flask", "version": "2.2"}, 3]}).of("flask") == (2, 2)


def test_installed() -> None:
    folders = ["Flask_SQLAlchemy-3.1.1.dist-info", "flask-3.1.0.dist-info", "x.py", "y.dist-info", "z-1-py3.9.egg-info"]
    known = versions.from_installed(folders)
    assert known.of("flask-sqlalchemy") == (3, 1, 1)
    assert known.of("z") == (1,)
    assert known.over(Versions({"flask": versions.Range(exact=(1,))})).of("flask") == (3, 1, 0)


JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
KEYS = ("project", "dependencies", "tool", "poetry", "uv", "pdm", "package", "packages", "name", "version", "group")


@given(
    st.dictionaries(st.sampled_from(KEYS), JSON | st.dictionaries(st.sampled_from(KEYS), JSON, max_size=3), max_size=4)
)
def test_any_table_is_read(data: dict[str, object]) -> None:
    versions.from_pyproject(data)
    versions.from_lock(data)
    versions.from_pipfile(data)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    versions.from_requirements(text)
