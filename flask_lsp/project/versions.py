"""The versions of packages that a project runs with, as far as its files tell.

Pure functions of parsed data; the files themselves are read by ``flask_lsp.project.files``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, cast

from flask_lsp.frozen import frozen

Release = tuple[int, ...]

_CARET_OR_TILDE = re.compile(r"([\^~])\s*(\d+(?:\.\d+)*)")
_NEEDS: Mapping[str, Sequence[tuple[Release, str, Release]]] = {
    "flask-sqlalchemy": (((3,), "flask", (2, 2)), ((3,), "sqlalchemy", (1, 4, 18))),
}
"""The lowest versions of others that a package requires since a version: without them it is older."""
_INSTALLED = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+).*\.(?:dist|egg)-info")


@frozen()
class Range:
    """What is known of one package; None: unknown."""

    exact: Release | None = None
    at_least: Release | None = None
    under: Release | None = None
    """Every version that may be installed is lower than this."""
    at_most: Release | None = None

    def below(self, version: Release) -> bool | None:
        version = _trimmed(version)
        if self.exact is not None:
            return _trimmed(self.exact) < version
        if self.at_least is not None and _trimmed(self.at_least) >= version:
            return False
        if self.under is not None and _trimmed(self.under) <= version:
            return True
        if self.at_most is not None and _trimmed(self.at_most) < version:
            return True
        return None


@frozen()
class Versions:
    """The packages of a project by normalised name (``flask-sqlalchemy``). Without any, every answer is None."""

    packages: Mapping[str, Range] = field(default_factory=dict[str, Range])

    def of(self, package: str) -> Release | None:
        """The version, where exactly one can be meant."""
        return self.packages.get(package, Range()).exact

    def below(self, package: str, version: Release) -> bool | None:
        """Whether the package is older than ``version``; None where nothing tells."""
        known = self.packages.get(package, Range()).below(version)
        if known is None and any(
            version >= since and self.packages.get(other, Range()).below(least)
            for since, other, least in _NEEDS.get(package, ())
        ):
            return True
        return known

    def over(self, weaker: Versions) -> Versions:
        """These, and of the other packages what ``weaker`` knows."""
        return Versions({**weaker.packages, **self.packages})


def together(statements: Iterable[Versions]) -> Versions:
    """What statements of equal weight, such as several requirements files, say when all of them hold."""
    known: dict[str, list[Range]] = {}
    for versions in statements:
        for name, range_ in versions.packages.items():
            known.setdefault(name, []).append(range_)
    return Versions({name: _intersection(ranges) for name, ranges in known.items()})


def _intersection(ranges: Sequence[Range]) -> Range:
    exact = {_trimmed(each.exact): each.exact for each in ranges if each.exact}
    if len(exact) > 1:
        return Range()  # they contradict each other: which of them counts is not for us to say
    return Range(
        next(iter(exact.values()), None),
        max((each.at_least for each in ranges if each.at_least), default=None),
        min((each.under for each in ranges if each.under), default=None),
        min((each.at_most for each in ranges if each.at_most), default=None),
    )


def from_installed(folders: Iterable[str]) -> Versions:
    """The versions that the names of ``*.dist-info`` and ``*.egg-info`` folders in site-packages tell."""
    found = [match for match in map(_INSTALLED.fullmatch, folders) if match]
    return together(_exact(match["name"], match["version"]) for match in found)


def from_requirements(text: str) -> Versions:
    """The versions that a requirements or constraints file allows."""
    lines = re.sub(r"\\\r?\n", " ", text).splitlines()
    return from_dependencies(re.split(r"\s(?:#|--)", line, maxsplit=1)[0] for line in lines)


def from_dependencies(requirements: Iterable[object]) -> Versions:
    """The versions that PEP 508 requirements allow. What is none, or holds on some platforms only, says nothing."""
    return together(_requirement(each.strip()) for each in requirements if isinstance(each, str))


def from_pyproject(data: Mapping[str, Any]) -> Versions:
    """The versions that a pyproject.toml allows: its dependencies and groups, also those of Poetry, uv and PDM."""
    lists = [_at(data, "project", "dependencies"), _at(data, "tool", "uv", "dev-dependencies")]
    lists.append(_at(data, "tool", "uv", "constraint-dependencies"))
    lists += _table(_at(data, "dependency-groups")).values()
    lists += _table(_at(data, "tool", "pdm", "dev-dependencies")).values()
    poetry = _table(_at(data, "tool", "poetry"))
    groups = _table(poetry.get("group")).values()
    tables = [
        poetry.get("dependencies"),
        poetry.get("dev-dependencies"),
        *(_at(each, "dependencies") for each in groups),
    ]
    return together(
        [
            *(from_dependencies(cast("list[object]", each)) for each in lists if isinstance(each, list)),
            *(_named(_table(each)) for each in tables),
        ]
    )


def from_pipfile(data: Mapping[str, Any]) -> Versions:
    """The versions that a Pipfile, or a Pipfile.lock, allows."""
    return together(_named(_table(data.get(each))) for each in ("packages", "dev-packages", "default", "develop"))


def from_lock(data: Mapping[str, Any]) -> Versions:
    """The versions in a poetry.lock, uv.lock, pdm.lock or pylock.toml."""
    packages = data.get("package", data.get("packages"))
    tables = [_table(each) for each in cast("list[object]", packages)] if isinstance(packages, list) else []
    return together(_exact(str(each.get("name")), str(each.get("version"))) for each in tables)


def _requirement(text: str) -> Versions:
    from packaging.requirements import InvalidRequirement, Requirement  # late: 20 ms

    if not text or text.startswith(("#", "-")):
        return Versions()
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return Versions()
    if requirement.marker or requirement.url:
        return Versions()
    known = _intersection([_clause(each.operator, each.version) for each in requirement.specifier])
    return Versions({_normalised(requirement.name): known})


def _clause(operator: str, text: str) -> Range:
    star = text.endswith(".*")
    release = _release(text.removesuffix(".*"))
    if release is None or operator == "!=":
        return Range()
    if operator == "~=" and len(release) > 1:
        return Range(at_least=release, under=_next(release[:-1]))
    if operator == "==" and star:
        return Range(at_least=release, under=_next(release))
    if operator in ("==", "==="):
        return Range(exact=release)
    if operator in (">=", ">"):
        return Range(at_least=release)
    return Range(under=release) if operator == "<" else Range(at_most=release)


def _named(table: Mapping[str, object]) -> Versions:
    """Poetry's and Pipenv's way: a table of package and constraint."""
    found: list[Versions] = []
    for name, value in table.items():
        given = value if isinstance(value, str) else _table(value).get("version")
        if isinstance(given, str) and "|" not in given:
            found += [_requirement(name + _pep508(part.strip())) for part in given.split(",")]
    return together(found)


def _pep508(constraint: str) -> str:
    """One constraint of Poetry or Pipenv in the words of PEP 508."""
    if match := _CARET_OR_TILDE.fullmatch(constraint):
        sign, text = match.groups()
        release = _release(text) or ()
        first = next((at for at, number in enumerate(release) if number), len(release) - 1)
        keep = first + 1 if sign == "^" else min(2, len(release))
        return f">={text},<{'.'.join(map(str, _next(release[:keep])))}"
    if constraint[:1].isdigit():
        return f"=={constraint}"
    return "" if constraint == "*" else constraint


def _exact(name: str, version: str) -> Versions:
    release = _release(version)
    return Versions({_normalised(name): Range(exact=release)} if release else {})


def _release(text: str) -> Release | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text).release
    except InvalidVersion:
        return None


def _next(release: Release) -> Release:
    return (*release[:-1], release[-1] + 1)


def _trimmed(release: Release) -> Release:
    """Without zeros at the end, so that 3 and 3.0 are equal."""
    while release and not release[-1]:
        release = release[:-1]
    return release


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _at(data: object, *keys: str) -> object:
    for key in keys:
        data = _table(data).get(key)
    return data


def _table(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
