"""What is installed in an environment, by the metadata in its site-packages, which are read as folders: nothing in
them is run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from flask_lsp.frozen import frozen

log = logging.getLogger(__name__)

_REQUIRES = re.compile(r"^Requires-Dist:\s*([A-Za-z0-9._-]+)", re.MULTILINE | re.IGNORECASE)
_NAME = re.compile(r"^Name:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_VERSION = re.compile(r"^Version:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_INFO = (".dist-info", ".egg-info")
_MOST_BYTES = 1024 * 1024


@frozen()
class Distribution:
    """One installed package."""

    name: str
    """Normalised: ``flask-sqlalchemy``."""
    version: str
    modules: frozenset[str]
    """Its top-level modules."""
    requires: frozenset[str]
    """Extras included."""
    fixed: bool
    """Its files belong to this version; those of an editable install change as they like."""


class Installed:
    """The distributions in some site-packages folders, read when something is asked for the first time."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        self.folders = folders

    def on_flask(self, module: str) -> bool:
        """A top-level module comes from a package that builds on Flask, or from none that we know of."""
        found = self._by_module.get(module)
        if found is None:
            return any(os.path.exists(os.path.join(path, module + end)) for path in self.paths for end in ("", ".py"))
        return "flask" in self._closure(found)

    def key(self, module: str) -> str | None:
        """Names the state of the package that holds a module, with everything it builds on; ``None`` where the files
        may change without it."""
        found = self._by_module.get(module)
        if found is None:
            return None
        every = [self._by_name[name] for name in sorted({found.name, *self._closure(found)}) if name in self._by_name]
        if not all(each.fixed for each in every):
            return None
        text = json.dumps([(each.name, each.version) for each in every])
        return f"{found.name}-{found.version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The folders, and those that ``.pth`` files in them add; their lines of code are not run."""
        return tuple(dict.fromkeys((*self.folders, *(path for folder in self.folders for path in _added(folder)))))

    @cached_property
    def _by_name(self) -> Mapping[str, Distribution]:
        found: dict[str, Distribution] = {}
        for folder in self.folders:
            for name in _names(folder):
                if name.endswith(_INFO) and (each := _distribution(folder, name)):
                    found.setdefault(each.name, each)
        return found

    @cached_property
    def _by_module(self) -> Mapping[str, Distribution]:
        return {module: each for each in self._by_name.values() for module in each.modules}

    def _closure(self, distribution: Distribution) -> set[str]:
        """The names of all that a distribution requires, directly or not."""
        found, open_ = set[str](), [distribution]
        while open_:
            for name in open_.pop().requires - found:
                found.add(name)
                if name in self._by_name:
                    open_.append(self._by_name[name])
        return found


def _distribution(folder: str, info: str) -> Distribution | None:
    """What the metadata of an installed package says; ``None`` where there is none to read."""
    path = os.path.join(folder, info)
    metadata = _text(os.path.join(path, "METADATA")) or _text(os.path.join(path, "PKG-INFO")) or _text(path)
    head = metadata.partition("\n\n")[0]
    name, version = _NAME.search(head), _VERSION.search(head)
    if name is None or version is None:
        return None
    requires = {_normalised(each) for each in _REQUIRES.findall(head)}
    modules = frozenset(_modules(path)) or {name.group(1).replace("-", "_").lower()}
    fixed = '"editable": true' not in _text(os.path.join(path, "direct_url.json"))
    return Distribution(_normalised(name.group(1)), version.group(1), frozenset(modules), frozenset(requires), fixed)


def _modules(info: str) -> Iterator[str]:
    for line in _text(os.path.join(info, "top_level.txt")).splitlines():
        yield line.strip().replace("/", ".").partition(".")[0]
    for line in _text(os.path.join(info, "RECORD")).splitlines():
        top, slash, _ = line.partition("/")
        if slash and top.isidentifier():
            yield top
        elif not slash and top.partition(",")[0].endswith(".py"):
            yield top.partition(".")[0]


def _added(folder: str) -> Iterable[str]:
    for name in _names(folder):
        if name.endswith(".pth"):
            for line in _text(os.path.join(folder, name)).splitlines():
                path = os.path.join(folder, line.strip())
                if line.strip() and not line.startswith(("import ", "import\t", "#")) and os.path.isdir(path):
                    yield path


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _text(path: str) -> str:
    """The beginning of a text file, empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_MOST_BYTES)
    except (OSError, ValueError):
        return ""
