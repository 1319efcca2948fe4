"""Which files a folder holds that are ours to read, as a developer would say it: without what ``.gitignore`` names,
environments and caches. Paths are absolute, with ``/``.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import Any

from flask_lsp.deployment_files import kind_of
from flask_lsp.frozen import frozen

PAGES = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".js", ".mjs", ".jsx", ".ts", ".tsx", ".vue")
"""Templates and scripts."""
_TEXTS = re.compile(r"(?:^|/)templates/.*\.(?:txt|md)$")
"""Templates of mail."""
_HIDDEN = (".github",)
"""Hidden folders that hold deployment files."""
_UNTRACKED = ("/.env", "/.flaskenv")
"""Kept out of a repository, and part of the project."""
_SKIPPED = {"__pycache__", "__pypackages__", "node_modules", "site-packages"}
_ENVIRONMENT_MARKS = {"pyvenv.cfg", "conda-meta"}


def is_page(path: str) -> bool:
    """Whether a path is that of a template or a script."""
    return path.endswith(PAGES) or bool(_TEXTS.search(path))


def files_below(start: str, exclude: Iterable[str] = (), root: str = "", *, pages: bool = False) -> Iterator[str]:
    """The Python files and the deployment files under the folder ``start`` in the order of their names; with ``pages``
    the templates and scripts too.

    Left out: what a .gitignore names (nested ones and those above, up to the repository's), what ``exclude`` names
    (patterns in the same style, relative to ``root``), hidden folders, environments, caches, folders that cannot be
    read. What lies under ``start`` is looked at even where ``start`` itself is left out. Links are followed where
    they lead out of ``start``.
    """
    patterns = _Patterns(_prefix(root or start), _spec(exclude))
    ignores = [patterns] if patterns.spec else []
    ignores += [found for folder in _repository_folders(start) for found in _gitignore(folder)]
    live = tuple(each for each in ignores if not each.verdict(_prefix(start)))
    yield from _Walk(start, os.path.realpath(start), patterns if patterns in live else None, pages).folder(
        start, tuple(each for each in live if each is not patterns)
    )


def is_ignored(path: str) -> bool:
    """A .gitignore of its folder, or of one above up to the repository's, names the file or a folder that it is in."""
    folder = os.path.dirname(path)
    folders = [*_repository_folders(folder), folder]
    ignores = [found for each in folders for found in _gitignore(each)]
    ways = [_prefix(each) for each in folders[1:]] if len(folders) > 1 else []
    return any(_verdict(ignores, each) for each in (*ways, path))


def upward(folder: str) -> Iterator[str]:
    """The folder and those above it."""
    yield folder
    while (above := os.path.dirname(folder)) != folder:
        yield above
        folder = above


@frozen()
class _Patterns:
    """The patterns of one .gitignore or of ``exclude``."""

    base: str
    """What they are relative to, ending in a slash."""
    spec: Any
    """A GitIgnoreSpec; None without patterns."""

    def verdict(self, path: str) -> bool | None:
        """True: left out, False: taken in again, None: not named. A folder's path ends in a slash."""
        if not path.startswith(self.base) or path == self.base:
            return None
        return self.spec.check_file(path[len(self.base) :]).include


@frozen()
class _Walk:
    start: str
    real: str
    """``start`` without links."""
    exclude: _Patterns | None
    pages: bool = False
    linked: set[str] = field(default_factory=set[str])
    """The targets of the links followed so far, so that loops end."""

    def folder(self, folder: str, ignores: tuple[_Patterns, ...]) -> Iterator[str]:
        """The files below ``folder``; ``ignores`` are those that hold there, the strongest last."""
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            return
        if folder != self.start and any(entry.name in _ENVIRONMENT_MARKS for entry in found):
            return
        ignores += tuple(_gitignore(folder))
        for entry in found:
            path = _prefix(folder) + entry.name
            if _is_folder(entry):
                hidden = (entry.name[0] == "." and entry.name not in _HIDDEN) or entry.name in _SKIPPED
                if not hidden and not self._left_out(ignores, path + "/") and self._follows(entry):
                    yield from self.folder(path, ignores)
            elif self._is_ours(path) and not self._left_out_file(ignores, path) and self._follows(entry):
                yield path

    def _is_ours(self, path: str) -> bool:
        if self.pages and is_page(path):
            return True
        kind = kind_of(path)
        return kind is not None and (kind == "workflow" or "/.github/" not in path)

    def _left_out_file(self, ignores: tuple[_Patterns, ...], path: str) -> bool:
        if path.endswith(_UNTRACKED):
            return self.exclude is not None and bool(self.exclude.verdict(path))
        return self._left_out(ignores, path)

    def _left_out(self, ignores: tuple[_Patterns, ...], path: str) -> bool:
        if self.exclude and self.exclude.verdict(path):
            return True
        return _verdict(ignores, path)

    def _follows(self, entry: os.DirEntry[str]) -> bool:
        """False for links whose target is seen anyway, or is a folder that we are in."""
        if not entry.is_symlink():
            return True
        target = os.path.realpath(entry.path)
        if target in self.linked or _within(target, self.real) or _within(self.real, target):
            return False
        self.linked.add(target)
        return True


def _verdict(ignores: Sequence[_Patterns], path: str) -> bool:
    """Whether a path is left out; the last word counts."""
    return next((verdict for each in reversed(ignores) if (verdict := each.verdict(path)) is not None), False)


def _repository_folders(start: str) -> list[str]:
    """The folders above ``start`` up to that of its repository, outermost first; none where there is no repository."""
    folders: list[str] = []
    for folder in upward(start):
        folders.insert(0, folder)
        if os.path.exists(os.path.join(folder, ".git")):
            return folders[:-1]
    return []


def _gitignore(folder: str) -> Iterator[_Patterns]:
    names = (".git/info/exclude", ".gitignore")
    for name in names if os.path.isdir(os.path.join(folder, ".git")) else names[1:]:
        try:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                spec = _spec(file.read().splitlines())
        except OSError:
            continue
        if spec:
            yield _Patterns(_prefix(folder), spec)


def _spec(lines: Iterable[str]) -> Any:
    """The patterns, None without any. A line that is no pattern costs only itself, as for git."""
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        return None
    from pathspec import GitIgnoreSpec  # late: 30 ms that a project without patterns does not pay

    good: list[str] = []
    for line in lines:
        with contextlib.suppress(ValueError):
            GitIgnoreSpec.from_lines([line])
            good.append(line)
    return GitIgnoreSpec.from_lines(good)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _prefix(folder: str) -> str:
    return folder.rstrip("/") + "/"


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))
