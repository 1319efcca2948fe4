"""Every setting, once: the keys of ``pyproject.toml``, the options of the language server, their JSON schema and their
documentation all come from the fields of ``Settings``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from difflib import get_close_matches
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast, get_args

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SECTION = "flask-lsp"
"""The name of the section, in editors as in ``[tool.flask-lsp]``."""

Preset = Literal["recommended", "strict", "security"]
ConfigEnvironment = Literal["production", "development"]
Severity = Literal["error", "warning", "information", "hint", "off"]

_SECURITY = ("FL4", "FL5", "FL8")
_CODE = re.compile(r"FL\d{0,3}")

_Level = TypeVar("_Level", bound=IntEnum)


class _Rule(Protocol):
    """What the selection needs to know of a rule."""

    @property
    def code(self) -> str: ...
    @property
    def strict(self) -> bool: ...


class Malformed(ValueError):
    """The value of one key cannot be used; the text says what is expected."""


def _preset(value: object) -> Preset:
    if value not in get_args(Preset):
        raise Malformed(f"expected one of {_quoted(get_args(Preset))}")
    return cast("Preset", value)


def _config_environment(value: object) -> ConfigEnvironment:
    if value not in get_args(ConfigEnvironment):
        raise Malformed(f"expected one of {_quoted(get_args(ConfigEnvironment))}")
    return cast("ConfigEnvironment", value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise Malformed("expected a string")
    return value


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise Malformed("expected a list of strings")
    items = cast("list[object]", value)
    if not all(isinstance(item, str) for item in items):
        raise Malformed("expected a list of strings")
    return tuple(cast("list[str]", items))


def _globs(value: object) -> tuple[str, ...]:
    globs = _strings(value)
    for glob in globs:
        _check_glob(glob)
    return globs


def _codes(value: object) -> tuple[str, ...]:
    return tuple(_code(item) for item in _strings(value))


def _code(text: str) -> str:
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise Malformed(f'"{text}" is no code, expected one like "FL402" or the beginning of one like "FL4"')
    return code


def _severity(value: object) -> Mapping[str, Severity]:
    result: dict[str, Severity] = {}
    for code, level in _table(value).items():
        if level not in get_args(Severity):
            raise Malformed(f"expected one of {_quoted(get_args(Severity))} for {code}")
        result[_code(code)] = cast("Severity", level)
    return result


def _codes_by_glob(value: object) -> Mapping[str, tuple[str, ...]]:
    result: dict[str, tuple[str, ...]] = {}
    for glob, codes in _table(value).items():
        _check_glob(glob)
        result[glob] = _codes(codes)
    return result


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise Malformed("expected a table")
    return cast("Mapping[str, object]", value)


_CODE_SCHEMA = {"type": "string", "pattern": "^FL[0-9]{0,3}$"}
_CODES_SCHEMA = {"type": "array", "items": _CODE_SCHEMA, "uniqueItems": True}


def _key(default: Any, read: Callable[[object], object], schema: Mapping[str, object], example: str, doc: str) -> Any:
    """A field that users may set: ``read`` makes its value of the user's or raises ``Malformed``."""
    metadata = {"read": read, "schema": schema, "example": example, "doc": doc}
    if isinstance(default, dict):
        return field(default_factory=dict[str, Any], metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose. Equal settings give equal findings."""

    preset: Preset = _key(
        "recommended",
        _preset,
        {"type": "string", "enum": list(get_args(Preset))},
        '"strict"',
        "The set of rules to begin with. `recommended` leaves out what good code often does on purpose, `strict` holds "
        "every rule, `security` only what makes an application easier to attack or unfit for production: FL4, FL5 and "
        "FL8, without hints.",
    )
    select: tuple[str, ...] = _key(
        (),
        _codes,
        _CODES_SCHEMA,
        '["FL4", "FL501"]',
        "The rules to report, by code or by the beginning of one, instead of those of the preset. An empty list "
        "leaves the choice to the preset.",
    )
    ignore: tuple[str, ...] = _key(
        (),
        _codes,
        _CODES_SCHEMA,
        '["FL906"]',
        "Rules not to report, by code or by the beginning of one. Taken from what the preset or `select` chose.",
    )
    severity: Mapping[str, Severity] = _key(
        {},
        _severity,
        {
            "type": "object",
            "propertyNames": _CODE_SCHEMA,
            "additionalProperties": {"type": "string", "enum": list(get_args(Severity))},
        },
        '{ FL9 = "hint", FL402 = "error" }',
        "The level at which a rule is reported, by code or by the beginning of one; the longest match counts. `off` "
        "switches the rule off. Rules that are not selected stay so.",
    )
    exclude: tuple[str, ...] = _key(
        (),
        _globs,
        {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        '["migrations/", "*_pb2.py"]',
        "Files and folders not to look at, as patterns in the style of `.gitignore`, relative to the project. Adds to "
        "what is skipped anyway: what `.gitignore` names, hidden folders, virtual environments, caches, "
        "`node_modules`, `site-packages`. A file named on the command line or opened in the editor is looked at all "
        "the same.",
    )
    per_file_ignores: Mapping[str, tuple[str, ...]] = _key(
        {},
        _codes_by_glob,
        {"type": "object", "additionalProperties": _CODES_SCHEMA},
        '{ "scripts/*" = ["FL801"] }',
        "Rules not to report in some files: a pattern in the style of `.gitignore`, relative to the project, and the "
        "codes, or beginnings of codes, that do not count there.",
    )
    environment: str = _key(
        "",
        _string,
        {"type": "string"},
        '".venv"',
        "The environment in which the application's packages are installed: the folder of a virtual environment, its "
        "Python interpreter, or a `site-packages` folder, relative to the project. Without it, what counts is the "
        "interpreter that the editor has chosen, then `VIRTUAL_ENV` or `CONDA_PREFIX`, then a folder `.venv`, `venv` "
        "or `env` in the project. The folders are read; the interpreter is not started.",
    )
    config_environment: ConfigEnvironment = _key(
        "production",
        _config_environment,
        {"type": "string", "enum": list(get_args(ConfigEnvironment))},
        '"development"',
        "Whose configuration is looked at, where a project has one for each environment (`ProductionConfig`, "
        "`DevelopmentConfig`): by their names, what is for another environment counts less or not at all.",
    )
    root: str = ""
    """The folder that patterns are relative to, with ``/``. Not a key: it is where the settings were found."""

    def level_of(self, rule: _Rule, path: str | None, level: _Level, *, strict: bool = False) -> _Level | None:
        """The level at which a finding of ``level`` is shown, None where its rule is switched off.

        ``path`` is absolute or relative to ``root``, with ``/``; None for a text that is no file. A ``strict`` finding
        is for the preset of that name, also where its rule is for all.
        """
        if not self._selects(rule, level, strict) or (path is not None and self._ignores_in(rule.code, path)):
            return None
        severity = self.severity.get(_longest(rule.code, self.severity))
        if severity is None:
            return level
        return None if severity == "off" else type(level)[severity.upper()]

    def may_show(self, rule: _Rule, path: str | None) -> bool:
        """Some finding of the rule, at whatever level, is shown; see ``level_of``."""
        if self.severity.get(_longest(rule.code, self.severity)) == "off":
            return False
        return self._selects(rule, None, False) and (path is None or not self._ignores_in(rule.code, path))

    def excludes(self, path: str, *, is_folder: bool = False) -> bool:
        """Whether ``exclude`` names this path or a folder that it lies in."""
        return _matches(self.exclude, self._relative(path) + "/" * is_folder)

    def _selects(self, rule: _Rule, level: IntEnum | None, strict: bool) -> bool:
        if rule.code.startswith(self.ignore):
            return False
        if self.select:
            return rule.code.startswith(self.select)
        if self.preset == "security":
            return rule.code.startswith(_SECURITY) and (level is None or level.name != "HINT")
        return self.preset == "strict" or not (rule.strict or strict)

    def _ignores_in(self, code: str, path: str) -> bool:
        relative = self._relative(path)
        return any(
            code.startswith(codes) and _matches((glob,), relative) for glob, codes in self.per_file_ignores.items()
        )

    def _relative(self, path: str) -> str:
        root = self.root.rstrip("/") + "/"
        return path[len(root) :] if path.startswith(root) else path.lstrip("/")


@dataclass(frozen=True, slots=True)
class Key:
    """One setting as documentation and schemas show it."""

    name: str
    doc: str
    default: object
    """As JSON would hold it."""
    schema: Mapping[str, object]
    example: str
    """A value in TOML."""


def keys() -> tuple[Key, ...]:
    """Every key that users may set, in the order of the documentation."""
    return tuple(
        Key(_name(each), each.metadata["doc"], _plain(each), each.metadata["schema"], each.metadata["example"])
        for each in _key_fields()
    )


def schema() -> dict[str, object]:
    """The JSON schema of the section."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": SECTION,
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: {**key.schema, "description": key.doc, "default": key.default} for key in keys()},
    }


def merge(*layers: Mapping[str, object], root: str = "") -> tuple[Settings, list[str]]:
    """The settings that the layers make together, the weakest layer first, and one line for each key that is wrong.

    A wrong key costs only itself. Null means "not set", as editors send it. A later ``preset`` or ``select`` takes the
    place of an earlier ``select``, a later ``select`` also of an earlier ``ignore``; lists and tables otherwise add up.
    """
    settings, problems = Settings(root=root.replace("\\", "/")), list[str]()
    for layer in layers:
        values, wrong = _read(layer)
        problems += wrong
        settings = _layered(settings, values)
    return settings, problems


def _layered(below: Settings, values: dict[str, Any]) -> Settings:
    if "preset" in values:
        below = replace(below, select=())
    if values.get("select"):
        below = replace(below, select=(), ignore=())
    changes: dict[str, Any] = {}
    for name, value in values.items():
        if name in ("ignore", "exclude"):
            changes[name] = tuple(dict.fromkeys((*getattr(below, name), *value)))
        elif name in ("severity", "per_file_ignores"):
            changes[name] = {**getattr(below, name), **value}
        elif value != "":  # as editors send what is not set
            changes[name] = value
    return replace(below, **changes)


def _read(layer: Mapping[str, object]) -> tuple[dict[str, Any], list[str]]:
    """The usable values of one layer by field name, and what is wrong with the others."""
    known = {_name(each): each for each in _key_fields()}
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in layer.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            problems.append(f"unknown setting {SECTION}.{name}" + (f', did you mean "{near[0]}"?' if near else ""))
        elif value is not None:
            try:
                values[known[name].name] = known[name].metadata["read"](value)
            except Malformed as error:
                problems.append(f"{SECTION}.{name}: {error}; this value is not used")
    return values, problems


def _key_fields() -> list[Field[Any]]:
    return [each for each in fields(Settings) if each.metadata]


def _name(each: Field[Any]) -> str:
    return each.name.replace("_", "-")


def _plain(each: Field[Any]) -> object:
    if each.default is MISSING:
        return {}
    default: object = each.default
    return list(cast("tuple[str, ...]", default)) if isinstance(default, tuple) else default


def _longest(code: str, prefixes: Mapping[str, object]) -> str:
    return max((prefix for prefix in prefixes if code.startswith(prefix)), key=len, default="")


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f'"{word}"' for word in words)


def _check_glob(glob: str) -> None:
    try:
        _spec((glob,))
    except ValueError as error:
        raise Malformed(f'"{glob}" is no pattern: {error}') from None


def _matches(globs: tuple[str, ...], path: str) -> bool:
    return bool(globs) and _spec(globs).match_file(path)


@lru_cache(maxsize=256)
def _spec(globs: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # late: 30 ms that most starts do not need

    return GitIgnoreSpec.from_lines(globs)
