"""Reading, writing, walking, and finding where a project begins."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_lsp.project import files
from flask_lsp.project.files import Unreadable

POSIX = os.name == "posix"


def tree(root: Path, *paths: str, **texts: str) -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts.get(path, ""))
    return root


def walked(root: Path, *exclude: str, start: str = "") -> list[str]:
    base = files.absolute(str(root)) + "/"
    return [path.removeprefix(base) for path in files.walk([str(root / start)], exclude)]


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"a = 1\r\nb = 2\r", "a = 1\r\nb = 2\r", "utf-8"),
        (b"\xef\xbb\xbfa", "a", "utf-8-sig"),
        (b"# coding: latin-1\n'\xe9'", "# coding: latin-1\n'\xe9'", "iso-8859-1"),
        ("#!x\n# -*- coding: cp1251 -*-\n'ж'".encode("cp1251"), "#!x\n# -*- coding: cp1251 -*-\n'ж'", "cp1251"),
        (b"", "", "utf-8"),
    ],
)
def test_decode(data: bytes, text: str, encoding: str) -> None:
    content = files.decode(data)
    assert content == (text, encoding)
    assert content.text.encode(content.encoding) == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\0", "NUL bytes"),
        ("a = 1".encode("utf-16"), "NUL bytes"),
        (b"x = '\xe9'\n" * 3, "cannot be decoded"),
        (b"\n\n\nx = '\xe9'\n", "is not utf-8 at byte 8"),
        (b"# coding: klingon\n", "cannot be decoded"),
        (b"# coding: hex\n", "cannot be decoded"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "cannot be decoded"),
    ],
)
def test_what_cannot_be_decoded_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as error:
        files.decode(data)
    assert "\n" not in error.value.reason


@given(st.binary() | st.binary().map(lambda data: b"# coding: utf-7\n" + data))
def test_decode_gives_a_text_or_a_reason(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        content = files.decode(data)
        assert "\0" not in content.text or b"utf-7" in data


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_bytes(b"#" * (files.MAX_BYTES + 1))
    for path, reason in (("big.py", "larger than 2 MB"), (".", "is a folder"), ("gone.py", "cannot be read")):
        with pytest.raises(Unreadable, match=reason):
            files.read(str(tmp_path / path))
    with pytest.raises(Unreadable):
        files.read("a\0b")


@pytest.mark.skipif(not POSIX, reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(Unreadable, match="no regular file"):
        files.read(str(tmp_path / "pipe.py"))


def test_write_keeps_mode_and_encoding(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"\xef\xbb\xbfa\r\n")
    file.chmod(0o755)
    content = files.load(str(file))
    files.write(str(file), content.text + "b\r\n", content.encoding)
    assert file.read_bytes() == b"\xef\xbb\xbfa\r\nb\r\n"
    assert not POSIX or stat.S_IMODE(file.stat().st_mode) == 0o755
    assert os.listdir(tmp_path) == ["a.py"]


def test_write_fails_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"# coding: latin-1\n")
    with pytest.raises(Unreadable, match="cannot be written"):
        files.write(str(file), "# coding: latin-1\n'ж'", "iso-8859-1")
    assert file.read_bytes() == b"# coding: latin-1\n"
    assert os.listdir(tmp_path) == ["a.py"]


@pytest.mark.skipif(not POSIX, reason="needs links")
def test_write_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("a")
    (tmp_path / "link.py").symlink_to("real.py")
    files.write(str(tmp_path / "link.py"), "b", "utf-8")
    assert (tmp_path / "link.py").is_symlink()
    assert (tmp_path / "real.py").read_text() == "b"


def test_walk_sees_what_a_developer_sees(tmp_path: Path) -> None:
    tree(
        tmp_path,
        "b.py",
        "a/z.py",
        "a/b.pyw",
        "a/c.txt",
        "a/d.pyi",
        ".hidden/x.py",
        "node_modules/x.py",
        "__pycache__/x.py",
    )
    tree(tmp_path, "env3/pyvenv.cfg", "env3/x.py", "lib/site-packages/x.py", "conda/conda-meta/history", "conda/x.py")
    assert walked(tmp_path) == ["a/b.pyw", "a/z.py", "b.py"]


def test_gitignore(tmp_path: Path) -> None:
    tree(
        tmp_path, "a.py", "build/x.py", "gen/x.py", "gen/keep.py", "deep/gen.py", "deep/down/local.py", "deep/down/y.py"
    )
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("a.py\n")
    (tmp_path / ".gitignore").write_text("# comment\nbuild/\n/gen/*\n!/gen/keep.py\nlocal.py\n[\n")
    (tmp_path / "deep" / ".gitignore").write_text("gen.py\n!local.py\n")
    assert walked(tmp_path) == ["deep/down/local.py", "deep/down/y.py", "gen/keep.py"]
    assert walked(tmp_path, start="deep") == ["deep/down/local.py", "deep/down/y.py"]
    # what is asked for by name is looked at
    assert walked(tmp_path, start="build") == ["build/x.py"]
    assert walked(tmp_path, start="a.py") == ["a.py"]


def test_whether_git_ignores_a_file(tmp_path: Path) -> None:
    tree(tmp_path, "a.cfg", "deep/a.cfg", "deep/kept.cfg", "local/b.toml", ".git/config")
    (tmp_path / ".gitignore").write_text("*.cfg\nlocal/\n!kept.cfg\n")
    ignored = {path for path in ("a.cfg", "deep/a.cfg", "deep/kept.cfg", "local/b.toml") if _is_ignored(tmp_path, path)}
    assert ignored == {"a.cfg", "deep/a.cfg", "local/b.toml"}


def _is_ignored(root: Path, path: str) -> bool:
    said = files.source(files.absolute(str(root / path)))
    return said is not None and said.is_ignored


def test_exclude_is_stronger_than_gitignore(tmp_path: Path) -> None:
    tree(tmp_path, "pyproject.toml", "a.py", "sub/migrations/x.py", "sub/b_pb2.py", "sub/c.py", "keep.py")
    (tmp_path / ".gitignore").write_text("!keep.py\n")
    assert walked(tmp_path, "migrations/", "*_pb2.py", "/keep.py") == ["a.py", "sub/c.py"]
    assert walked(tmp_path, "/sub/c.py", start="sub") == ["sub/b_pb2.py", "sub/migrations/x.py"]
    assert walked(tmp_path, "sub/", start="sub") == ["sub/b_pb2.py", "sub/c.py", "sub/migrations/x.py"]


@pytest.mark.skipif(not POSIX, reason="needs links")
def test_links_are_followed_out_but_not_round(tmp_path: Path) -> None:
    tree(tmp_path, "project/a.py", "project/sub/b.py", "shared/c.py")
    project = tmp_path / "project"
    (project / "loop").symlink_to(project)
    (project / "up").symlink_to(tmp_path)
    (project / "self").symlink_to("self")
    (project / "again.py").symlink_to("a.py")
    (project / "common").symlink_to(tmp_path / "shared")
    (tmp_path / "shared" / "back").symlink_to(tmp_path / "shared")
    assert walked(project) == ["a.py", "common/c.py", "sub/b.py"]


def test_a_folder_that_cannot_be_read_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "a.py", "secret/b.py")
    secret, scandir = tmp_path / "secret", os.scandir

    def refusing(path: str) -> object:
        if Path(path) == secret:  # the system administrator is refused nothing, and Windows refuses another way
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    secret.chmod(0)
    try:
        assert walked(tmp_path) == ["a.py"]
    finally:
        secret.chmod(0o755)


def test_each_file_once(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "sub/b.py")
    paths = [str(tmp_path / "sub"), str(tmp_path), str(tmp_path / "a.py")]
    assert [os.path.basename(path) for path in files.walk(paths)] == ["b.py", "a.py"]


def test_roots(tmp_path: Path) -> None:
    tree(tmp_path, "pyproject.toml", "service/setup.cfg", "service/app/views.py", "lone/x.py")
    base = files.absolute(str(tmp_path))
    assert files.find_root(str(tmp_path / "service" / "app" / "views.py")) == f"{base}/service"
    assert files.find_root(str(tmp_path / "lone" / "x.py")) == base
    assert files.find_root(str(tmp_path)) == base


def test_setup_py_and_cfg_may_mean_something_else(tmp_path: Path) -> None:
    tree(tmp_path, "pyproject.toml", "shop/routes/setup.py", "shop/__init__.py", "shop/setup.cfg", "tool/setup.py")
    (tmp_path / "shop" / "routes" / "setup.py").write_text("from flask import Blueprint\n\n\ndef setup(): ...\n")
    (tmp_path / "tool" / "setup.py").write_text("from setuptools import setup\n\nsetup()\n")
    base = files.absolute(str(tmp_path))
    assert files.find_root(str(tmp_path / "shop" / "routes" / "x.py")) == base
    assert files.find_root(str(tmp_path / "tool" / "x.py")) == f"{base}/tool"


def test_settings_are_the_nearest_that_are_ours(tmp_path: Path) -> None:
    tree(tmp_path, "pyproject.toml", "service/pyproject.toml", "service/app/x.py")
    (tmp_path / "pyproject.toml").write_text('[tool.flask-lsp]\npreset = "strict"\n')
    base = files.absolute(str(tmp_path))
    assert files.find_settings(str(tmp_path / "service" / "app" / "x.py")) == (
        f"{base}/pyproject.toml",
        {"preset": "strict"},
    )
    for text, reason in (("[tool", "is no valid TOML"), ("tool.flask-lsp = 3", "is no table"), ("\xff", "TOML")):
        (tmp_path / "service" / "pyproject.toml").write_text(text, encoding="latin-1")
        with pytest.raises(Unreadable, match=reason) as error:
            files.find_settings(str(tmp_path / "service"))
        assert error.value.path == f"{base}/service/pyproject.toml"


def test_versions_of_folders_below_count_where_the_root_has_none(tmp_path: Path) -> None:
    tree(tmp_path, "backend/requirements.txt", "frontend/x.txt", "docs/requirements.txt", ".x/requirements.txt")
    (tmp_path / "backend" / "requirements.txt").write_text("flask==2.2\nredis==4\n")
    for folder in ("docs", ".x"):
        (tmp_path / folder / "requirements.txt").write_text("flask==2.0\n")
    assert files.versions_of(str(tmp_path), {}).of("flask") == (2, 2)
    tree(tmp_path, "worker/requirements.txt")
    (tmp_path / "worker" / "requirements.txt").write_text("flask==3.0\nredis==4\n")
    assert files.versions_of(str(tmp_path), {}).of("flask") is None
    assert files.versions_of(str(tmp_path), {}).of("redis") == (4,)
    (tmp_path / "requirements.txt").write_text("flask==2.3\n")
    assert files.versions_of(str(tmp_path), {}).of("flask") == (2, 3)
    assert files.versions_of(str(tmp_path), {}).of("redis") is None


def test_versions_installed_count_before_locks_before_wishes(tmp_path: Path) -> None:
    tree(tmp_path, "requirements.txt", "requirements/dev.txt", "poetry.lock", "pyproject.toml", "Pipfile.lock")
    (tmp_path / "requirements.txt").write_text("flask==2.0\nwerkzeug<3\njinja2==3.0\n")
    (tmp_path / "requirements" / "dev.txt").write_text("werkzeug>=2\n")
    (tmp_path / "poetry.lock").write_text('[[package]]\nname = "Flask"\nversion = "2.2.5"\n')
    (tmp_path / "pyproject.toml").write_text("not toml")
    (tmp_path / "Pipfile.lock").write_text("[]")
    versions = files.versions_of(str(tmp_path), {})
    assert versions.of("flask") == (2, 2, 5)
    assert versions.below("werkzeug", (3,)) is True
    assert versions.below("werkzeug", (2,)) is False
    for layout in (".venv/lib/python3.11/site-packages", "gone/Lib/site-packages"):
        (tmp_path / layout / "flask-3.1.0.dist-info").mkdir(parents=True)
    assert files.versions_of(str(tmp_path), {}).of("flask") == (3, 1, 0)
    (tmp_path / "gone/Lib/site-packages/flask-3.1.0.dist-info").rename(
        tmp_path / "gone/Lib/site-packages/Flask-2.3.0.dist-info"
    )
    assert files.versions_of(str(tmp_path), {"VIRTUAL_ENV": str(tmp_path / "gone")}).of("flask") == (2, 3, 0)


def test_requirements_of_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "requirements.txt").write_bytes("flask==1.1.4\r\n".encode("utf-16"))
    assert files.versions_of(str(tmp_path), {}).of("flask") == (1, 1, 4)
    (tmp_path / "requirements.txt").write_text("flask==3.1.0\n")
    assert files.versions_of(str(tmp_path), {}).of("flask") == (3, 1, 0)
