"""The disk: which files a project has, their text, its settings file and the versions it names. All reading and the
one kind of writing (``write``) happen here; paths that come out are absolute, with ``/``.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import re
import stat
import sys
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, cast

from flask_lsp.facts.config_file import MAX_LENGTH, ConfigFile, config_file
from flask_lsp.facts.pages import SILENT, Page, page_of
from flask_lsp.project import deployment, versions
from flask_lsp.project.deployment import Deployment
from flask_lsp.project.versions import Versions
from flask_lsp.project.walk import files_below, is_ignored, upward
from flask_lsp.settings import SECTION
from flask_lsp.text import Source

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_BYTES = 2 * 1024 * 1024
"""Larger files are generated ones; nobody wants findings in them."""

_MAX_PAGE = 256 * 1024
_MADE = re.compile(r"[.-]min\.m?js$|\.d\.ts$|/(?:vendors?|bower_components|dist|build|third_party)/.*\.\w*js$")
"""Scripts that nobody wrote here."""

_LOCKS = ("poetry.lock", "uv.lock", "pdm.lock", "pylock.toml")
_NO_APPLICATIONS = frozenset(
    {"node_modules", "venv", "env", "doc", "docs", "test", "tests", "example", "examples", "scripts", "requirements"}
)
_MOST_FOLDERS = 40
_WRITTEN = (".env", ".gitignore")
_ROOT_MARKS = ("pyproject.toml", ".git")
_BUILDS = re.compile(rb"setuptools|distutils|skbuild")
"""What a ``setup.py`` imports that is more than a module of that name, such as one of views."""


class Unreadable(Exception):
    """A file or folder cannot be used; the text says why, without the path."""

    def __init__(self, reason: str, path: str = "", *, costs_itself: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.costs_itself = costs_itself
        """The rest of the file is understood."""


class Content(NamedTuple):
    """A decoded file."""

    text: str
    """With the line ends of the file, without byte order mark."""
    encoding: str
    """What gives the same bytes again: ``utf-8-sig`` where the file has a byte order mark."""


def read(path: str) -> str:
    """The text of a Python file. Raises Unreadable."""
    return load(path).text


def load(path: str) -> Content:
    """The text and the encoding of a Python file. Raises Unreadable."""
    return decode(_bytes(path))


def decode(data: bytes) -> Content:
    """The text of a Python file by its byte order mark or its coding line, else UTF-8. Raises Unreadable."""
    if b"\0" in data:
        raise Unreadable("holds NUL bytes, so it is no text")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return Content(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not {error.encoding} at byte {error.start}") from None
    except (SyntaxError, LookupError, ValueError) as error:
        raise Unreadable(f"cannot be decoded: {error}") from None


def page(path: str) -> Page:
    """What a template or script says; nothing for what is too long, made by a tool, or cannot be read."""
    if _MADE.search(path):
        return SILENT
    try:
        return page_of(_bytes(path, _MAX_PAGE).decode("utf-8-sig", "replace"))
    except Unreadable:
        return SILENT


def source(path: str) -> ConfigFile | None:
    """What a file says that fills a configuration; ``None`` for one that is not there or cannot be read."""
    try:
        said = config_file(path, _bytes(path, MAX_LENGTH).decode("utf-8-sig"))
    except (Unreadable, UnicodeDecodeError):
        return None
    return replace(said, is_ignored=True) if said is not None and is_ignored(path) else said


def write(path: str, text: str, encoding: str) -> None:
    """Puts the text in the place of the file at once or not at all, with the mode of the file. Raises Unreadable."""
    import shutil  # with all its compression, slow to import for those who only read
    import tempfile

    target = os.path.realpath(path)
    temporary = ""
    try:
        data = text.encode(encoding)
        handle, temporary = tempfile.mkstemp(prefix=".flask-lsp-", dir=os.path.dirname(target))
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise Unreadable(f"cannot be written: {_why(error)}", path) from None


def walk(
    paths: Iterable[str], exclude: Iterable[str] = (), root: str | None = None, *, pages: bool = False
) -> Iterator[str]:
    """The Python and deployment files of files and folders, each once, in the order of their names; with ``pages`` the
    templates and scripts too.

    A file named in ``paths`` always counts, even one that does not exist; what counts in folders says
    ``files_below``. The patterns of ``exclude`` are relative to ``root``, else to the root of each path.
    """
    exclude = tuple(exclude)
    seen: set[str] = set()
    for path in map(absolute, paths):
        found = files_below(path, exclude, root or find_root(path), pages=pages) if os.path.isdir(path) else (path,)
        for file in found:
            if file not in seen:
                seen.add(file)
                yield file


def absolute(path: str) -> str:
    """The document id of a path: absolute, with ``/``."""
    path = os.path.abspath(path).replace(os.sep, "/")
    return path[0].upper() + path[1:] if path[1:2] == ":" else path


def find_root(path: str) -> str:
    """The folder of the project that ``path`` belongs to, see ``marked_root``, else the folder of the path itself."""
    return marked_root(path) or _folder_of(absolute(path))


def marked_root(path: str) -> str | None:
    """The nearest folder upward with a pyproject.toml, .git, a setup.py that builds something, or a setup.cfg outside
    of packages."""
    return next((folder for folder in upward(_folder_of(absolute(path))) if _is_root(folder)), None)


def _is_root(folder: str) -> bool:
    if any(os.path.exists(os.path.join(folder, mark)) for mark in _ROOT_MARKS):
        return True
    if os.path.exists(os.path.join(folder, "setup.cfg")) and not os.path.exists(os.path.join(folder, "__init__.py")):
        return True
    try:
        with open(os.path.join(folder, "setup.py"), "rb") as file:
            return _BUILDS.search(file.read()) is not None
    except OSError:
        return False


def find_settings(path: str) -> tuple[str, Mapping[str, object]]:
    """The nearest pyproject.toml upward that has our section, and the section; ``("", {})`` without one.

    Raises Unreadable, with its path, for a file on the way that is no TOML or whose section is no table.
    """
    for folder in upward(_folder_of(absolute(path))):
        file = os.path.join(folder, "pyproject.toml").replace(os.sep, "/")
        if os.path.isfile(file):
            tool = _toml(file).get("tool")
            section = cast("dict[str, object]", tool).get(SECTION) if isinstance(tool, dict) else None
            if isinstance(section, dict):
                return file, cast("dict[str, object]", section)
            if section is not None:
                raise Unreadable(f"has a tool.{SECTION} that is no table", file, costs_itself=True)
    return "", {}


def usable_settings(path: str, tell: Callable[[Unreadable], object]) -> tuple[str, Mapping[str, object]]:
    """As ``find_settings``, past the files that cannot be used, of each of which ``tell`` hears."""
    try:
        return find_settings(path)
    except Unreadable as error:
        tell(error)
        folder = os.path.dirname(error.path)
        above = os.path.dirname(folder)
        return usable_settings(above, tell) if above != folder else ("", {})


def names_us(path: str) -> bool:
    """A file that is no TOML may hold settings of ours: its text has the name of our section."""
    try:
        return SECTION.encode() in _bytes(path)
    except Unreadable:
        return True


def versions_of(root: str, environ: Mapping[str, str] = os.environ, environment: str = "") -> Versions:
    """The versions of packages that the project in ``root`` runs with; files that cannot be read say nothing.

    What is installed counts before lock files, lock files before what the project asks for.
    """
    wanted = _wanted(root)
    if not wanted.packages:  # backend/requirements.txt
        wanted = versions.together(map(_wanted, _folders(root)))
    installed = Versions()
    for folder in site_packages(root, environ, environment):
        installed = installed.over(versions.from_installed(_names(folder)))
    return installed.over(wanted)


def _wanted(folder: str) -> Versions:
    """What the files in a folder ask for, lock files first."""
    locks = [versions.from_lock(_parsed(folder, name, tomllib.loads)) for name in _LOCKS]
    locks.append(versions.from_pipfile(_parsed(folder, "Pipfile.lock", json.loads)))
    asked = [versions.from_requirements(_text(path)) for path in _requirements_files(folder)]
    asked.append(versions.from_pyproject(_parsed(folder, "pyproject.toml", tomllib.loads)))
    asked.append(versions.from_pipfile(_parsed(folder, "Pipfile", tomllib.loads)))
    return versions.together(locks).over(versions.together(asked))


def _folders(root: str) -> Iterator[str]:
    """The folders in a root that may hold an application."""
    named = [name for name in _names(root) if "." not in name and name not in _NO_APPLICATIONS]
    return (os.path.join(root, name) for name in named[:_MOST_FOLDERS])


def deployment_of(root: str) -> Deployment:
    """What the project in ``root`` installs to start it; what its deployment files say is read with all its files."""
    return Deployment(tuple(deployment.from_pyproject(_parsed(root, "pyproject.toml", tomllib.loads))))


def texts_of(root: str) -> dict[str, Source]:
    """The files in ``root`` that fixes may add lines to, by document id."""
    names = frozenset(_names(root))
    found = {name: _text(os.path.join(root, name)) for name in _WRITTEN if name in names}
    return {f"{root.rstrip('/')}/{name}": Source(text) for name, text in found.items()}


def is_about_project(name: str) -> bool:
    """Whether a file of that name says what the settings or the versions of a project are."""
    return name == "pyproject.toml" or _is_wish(name)


def _is_wish(name: str) -> bool:
    return name.startswith("requirements") and not name.endswith(".py")


def settings_files(root: str) -> Iterator[str]:
    """The names of the files in a root for which that holds."""
    return filter(is_about_project, _names(root))


def changed_since(path: str, moment: float) -> bool:
    """Whether a file was written, or got its name, after a moment in seconds; rather once too often."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return False
    return max(found.st_mtime, found.st_ctime) > moment - 1


def changed_at(path: str) -> int:
    """When a file or folder was changed last, in nanoseconds; 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except (OSError, ValueError):
        return 0


def site_packages(root: str, environ: Mapping[str, str] = os.environ, environment: str = "") -> tuple[str, ...]:
    """The site-packages folders of the project's environment: the one that is named, else the active one, else the
    first found in ``root``.

    An environment is named by its folder, its interpreter or a site-packages folder, relative to ``root``.
    """
    named = (_environment_at(root, environment),) if environment else ()
    active = (environ.get("VIRTUAL_ENV"), environ.get("CONDA_PREFIX"))
    beside = (os.path.join(root, name) for name in (".venv", "venv", "env"))
    for folder in (*named, *filter(None, active), *beside):
        if os.path.basename(folder) == "site-packages" and os.path.isdir(folder):
            return (absolute(folder),)
        windows = os.path.join(folder, "Lib", "site-packages")
        lib = os.path.join(folder, "lib")
        posix = (os.path.join(lib, name, "site-packages") for name in _names(lib) if name.startswith("python"))
        if found := tuple(absolute(each) for each in (*posix, windows) if os.path.isdir(each)):
            return found
    return ()


def _environment_at(root: str, name: str) -> str:
    """The folder of an environment by what an editor or a user calls it; no link is followed, no interpreter asked."""
    path = os.path.join(root, os.path.expanduser(name.replace("${workspaceFolder}", root)))
    folder, file = os.path.split(path.rstrip("/\\"))
    if not file.lower().startswith("python") or os.path.isdir(path):
        return path
    return os.path.dirname(folder) if os.path.basename(folder) in ("bin", "Scripts") else folder


def _folder_of(path: str) -> str:
    return path if os.path.isdir(path) else os.path.dirname(path)


def _requirements_files(root: str) -> Iterator[str]:
    for folder in (root, os.path.join(root, "requirements")):
        for name in _names(folder):
            if name.endswith((".txt", ".in")) and (
                folder != root or "requirements" in name or name.startswith("constraints")
            ):
                yield os.path.join(folder, name)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _text(path: str) -> str:
    try:
        data = _bytes(path)
        is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return data.decode("utf-16" if is_wide else "utf-8-sig", "replace")
    except Unreadable:
        return ""


def _parsed(root: str, name: str, parse: Callable[[str], Any]) -> Mapping[str, Any]:
    try:
        data: object = parse(_text(os.path.join(root, name)))
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", data) if isinstance(data, dict) else {}


def _toml(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_bytes(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # also UnicodeDecodeError and TOMLDecodeError
        raise Unreadable(f"is no valid TOML: {error}", path) from None
    except Unreadable as error:
        raise Unreadable(error.reason, path) from None


def _bytes(path: str, most: int = MAX_BYTES) -> bytes:
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise Unreadable("is a folder", path)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("is no regular file", path)
        if status.st_size > most:
            raise Unreadable(f"is larger than {most / 1024 / 1024:g} MB", path)
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise Unreadable(f"cannot be read: {_why(error)}", path) from None


def _why(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
