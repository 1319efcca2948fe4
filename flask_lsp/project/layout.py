"""Which module does a dotted name mean to a program that runs with some folders on ``sys.path``?

A module goes by its document id; a package without ``__init__.py`` by its folder.
"""

from __future__ import annotations

from collections.abc import Collection

INIT = "/__init__.py"


class Layout:
    """The modules and packages among the files of a project."""

    def __init__(self, documents: Collection[str]) -> None:
        self._documents = documents
        self._folders: set[str] = set()
        for document in documents:
            folder = document.rpartition("/")[0]
            while folder and folder not in self._folders:
                self._folders.add(folder)
                folder = folder.rpartition("/")[0]

    def top(self, name: str, roots: tuple[str, ...]) -> str | None:
        """The module or package ``name`` in the first of the folders that has it."""
        for root in roots:
            if (found := self._in(root, name)) is not None:
                return found
        return next((f"{root}/{name}" for root in roots if f"{root}/{name}" in self._folders), None)

    def child(self, package: str, name: str) -> str | None:
        """The module ``name`` in a package, ``None`` where there is none."""
        folder = self.folder(package)
        if folder is None:
            return None
        path = f"{folder}/{name}"
        return self._in(folder, name) or (path if path in self._folders else None)

    def folder(self, module: str) -> str | None:
        """The folder of a package, ``None`` for a module."""
        if module.endswith(INIT):
            return module.removesuffix(INIT)
        return module if module in self._folders else None

    def chain(self, document: str, roots: tuple[str, ...]) -> tuple[str, ...]:
        """The packages a document is in and the document itself, outermost first, counted from the first of the roots
        that it lies under."""
        root = next((root for root in roots if document.startswith(f"{root}/")), None) or self.base(document)
        found = [document]
        folder = document.removesuffix(INIT).rpartition("/")[0]
        while folder and folder != root:
            found.insert(0, self._in(*_split(folder)) or folder)
            folder = folder.rpartition("/")[0]
        return tuple(found)

    def base(self, document: str) -> str:
        """The folder from which a document is imported: the first one upward that is no package."""
        folder = document.removesuffix(INIT).rpartition("/")[0]
        while f"{folder}{INIT}" in self._documents:
            folder = folder.rpartition("/")[0]
        return folder

    def _in(self, folder: str, name: str) -> str | None:
        path = f"{folder}/{name}"
        if f"{path}{INIT}" in self._documents:
            return path + INIT
        return f"{path}.py" if f"{path}.py" in self._documents else None


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name
