"""Which file of the project does an import name?"""

from __future__ import annotations

from collections.abc import Collection


class Modules:
    """Finds modules among the files of a project. Shared by all snapshots that have the same files."""

    def __init__(self, documents: Collection[str], root: str | None) -> None:
        self._documents = documents
        self._root = root
        self._known: dict[tuple[str, str, int], str | None] = {}
        self._found: dict[tuple[str, str, int], tuple[list[str], list[str]]] = {}
        """What a name may mean in a folder: first what is on the path, then what lies in packages."""

    def find(self, document: str, name: str, level: int) -> str | None:
        """The file that ``name`` names when ``document`` imports it, ``level`` being the number of leading dots.

        An absolute name is looked for beside the importing file and in every folder above it up to the root, nearest
        first: a repository may hold several applications, each with its own folder on the path. Folders that are
        packages come last: they are on the path only of programs in them. A file that has the name of what it imports
        means something else, but for a package on the path, which may import its own modules.
        """
        asked = (document, name, level)
        if asked not in self._known:
            self._known[asked] = self._find(*asked)
        return self._known[asked]

    def _find(self, document: str, name: str, level: int) -> str | None:
        key = (_folder(document), name, level)
        if (candidates := self._found.get(key)) is None:
            candidates = self._found[key] = self._candidates(*key)
        for each in candidates[0]:
            if level or each != document or each.endswith("/__init__.py"):
                return each
        return next((each for each in candidates[1] if each != document), None)

    def _candidates(self, folder: str, name: str, level: int) -> tuple[list[str], list[str]]:
        path = name.replace(".", "/")
        if level:
            for _ in range(level - 1):
                folder = _folder(folder)
            return self._at(f"{folder}/{path}" if path else folder, package=not path), []
        on_path: list[str] = []
        in_packages: list[str] = []
        while path:
            is_package = f"{folder}/__init__.py" in self._documents
            (in_packages if is_package else on_path).extend(
                self._at(f"{folder}/{path}") or self._at(f"{folder}/src/{path}")
            )
            # A root that is a package itself, such as an opened folder, is found by its name.
            if not folder or (folder == self._root and f"{folder}/__init__.py" not in self._documents):
                break
            folder = _folder(folder)
        return on_path, in_packages

    def _at(self, path: str, *, package: bool = False) -> list[str]:
        if f"{path}/__init__.py" in self._documents:
            return [f"{path}/__init__.py"]
        return [f"{path}.py"] if not package and f"{path}.py" in self._documents else []


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
