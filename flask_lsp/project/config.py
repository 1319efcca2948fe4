"""What fills the configuration of an application: questions for ``Context.ask``.

A file says it by assignments (``app.config["KEY"] = value``), by calls (``app.config.update(KEY=value)``), by classes
and modules that are configuration, and by whole sources (``app.config.from_pyfile(...)``) that may hold any key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.interface import read_setting
from flask_lsp.facts.model import (
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Call,
    ClassDefined,
    Import,
    Literal,
    Pairs,
    Path,
    Store,
    Value,
)
from flask_lsp.facts.traverse import every_event
from flask_lsp.frozen import frozen

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

ATTRIBUTES = {"secret_key": "SECRET_KEY", "debug": "DEBUG", "testing": "TESTING"}
"""Attributes of an application that set a key."""
CLASS_OR_MODULE = "<class or module>"
"""The scope of a constant of a configuration class or module, see ``overridden``."""

_MODULE = re.compile(r"(?:^|/)(?:configs?|settings)/[^/]+\.py$|(?:config|settings)[^/]*\.py$", re.IGNORECASE)
_CLASS = re.compile(r"config|settings$", re.IGNORECASE)
_CALLS = re.compile(r"(?:^|[._])config\.(update|setdefault|from_\w+)\(\)$")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_DEVELOPMENT = re.compile(r"dev(el(op(ment|er)?)?)?|(py)?test(s|ing|config)?|local(host)?|debug|ci")
_SHOWN = re.compile(r"(?:^|/)(?:examples?(?:[_-][\w-]+)?|demos?|samples?|docs?)/")
_MOST_BASES = 20


@frozen()
class Setting:
    """What one event does to the configuration."""

    scope: str
    """The function it stands in, empty in the module body."""
    key: str | None
    """``None``: a source that may hold any key."""
    value: Value
    is_object: bool = False
    """The source is the argument of ``from_object``."""


def is_config_module(project: Project, document: str, other: str = "") -> bool:
    """The constants of the file, or of another one, are configuration of a Flask application."""
    document = other or document
    file = project.files.get(document)
    if file is None or "INSTALLED_APPS" in file.facts.bindings:  # Django's
        return False
    if any(_is_object(each, "__name__") for each in settings_of(file.facts)) or document in _modules_read(project):
        return True
    return bool(_MODULE.search(_name_in(project, document))) and _uses_flask(project)


def _modules_read(project: Project) -> frozenset[str]:
    """The modules that some ``app.config.from_object("app.secure")`` of the project reads."""
    known = project.answers.get(_modules_read)
    if known is None:
        objects = [
            _object(project, document, each.value)
            for document, file in project.files.items()
            for each in settings_of(file.facts)
            if each.is_object
        ]
        known = project.answers[_modules_read] = frozenset(each[0] for each in objects if each and not each[1])
    return cast("frozenset[str]", known)


def is_config_class(project: Project, document: str, name: str) -> bool:
    """The attributes of the class are configuration of a Flask application."""
    file = project.files.get(document)
    if file is None:
        return False
    if any(_is_object(each, name) for each in settings_of(file.facts)):
        return True
    named = _CLASS.search(name) or _MODULE.search(_name_in(project, document))
    return bool(named) and _uses_flask(project)


def is_for_development(project: Project, document: str, name: str) -> bool:
    """The class or function ``name``, or the file, is by its name for development, tests or demonstration."""
    path = _name_in(project, document)
    return any(map(says_development, (name, *path.removesuffix(".py").split("/")))) or bool(_SHOWN.search(path))


def overridden(project: Project, document: str, key: str, value: Value, scope: str, name: str = "") -> bool:
    """Something else sets ``key`` after ``value`` was given to it: in the body of the function ``scope`` behind it, or
    in another body of the file, whose turn nobody knows; for a constant of the class ``name`` or of a configuration
    module, where the class or module is read."""
    file = project.files.get(document)
    if file is None:
        return False
    if scope == CLASS_OR_MODULE:
        return _bound_later(file.facts, key, value, name) or _read_before_others(project, document, key, name)
    settings = settings_of(file.facts)
    itself = Setting(scope, key, value)
    at = settings.index(itself) if itself in settings else -1
    after = [each for index, each in enumerate(settings) if index > at or each.scope != scope]
    return any(_sets(project, document, each, key) for each in after)


def may_set(project: Project, _document: str, key: str) -> bool:
    """Something in the project sets ``key``, or may."""
    if not project.complete:
        return True
    for other, file in project.files.items():
        if any(_sets(project, other, each, key, literal=True) for each in settings_of(file.facts)):
            return True
        for ats in file.facts.bindings.values():
            if any(isinstance(at.bound, ClassDefined) and _attribute(at.bound, key) is not None for at in ats):
                return True
        if key in file.facts.bindings and is_config_module(project, other):
            return True
    return False


def reads(project: Project, _document: str, key: str) -> bool:
    """Something in the project reads ``key`` from a configuration or the environment, or may."""
    return not project.complete or any(key in _reads_of(file.facts) for file in project.files.values())


def settings_of(facts: FileFacts) -> tuple[Setting, ...]:
    """What the bodies of a file do to a configuration, body by body in the order of the text."""
    known = _settings.get(facts)
    if known is None:
        found: list[Setting] = []
        for _, block in facts.blocks:
            found += _in_body(block.body, "")
            for function in block.functions.values():
                found += _in_body(function.body, function.name)
        known = _settings[facts] = tuple(found)
    return known


def _reads_of(facts: FileFacts) -> frozenset[str]:
    known = _reads.get(facts)
    if known is None:
        bodies = [body for _, block in facts.blocks for body in (block.body, *_bodies(block))]
        keys = {read_setting(event) for body in bodies for event in every_event(body)}
        known = _reads[facts] = frozenset(key for key in keys if key is not None)
    return known


def _bodies(block: BlockFacts) -> Iterator[Body]:
    return (function.body for function in block.functions.values())


_settings: WeakKeyDictionary[FileFacts, tuple[Setting, ...]] = WeakKeyDictionary()
_reads: WeakKeyDictionary[FileFacts, frozenset[str]] = WeakKeyDictionary()


def _in_body(body: Body, scope: str) -> Iterator[Setting]:
    for event in every_event(body):
        match event:
            case Store(target=Path(text=text, key=Literal(value=str(key)))) if text.endswith("config[]"):
                yield Setting(scope, key, event.value)
            case Store(target=Path(text=text)) if (name := text.rpartition(".")[2]) in ATTRIBUTES and "." in text:
                yield Setting(scope, ATTRIBUTES[name], event.value)
            case Call(value=Path(text=text) as call) if "config" in text and (found := _CALLS.search(text)):
                yield from _in_call(call, found.group(1), scope)
            case _:
                pass


def _in_call(call: Path, method: str, scope: str) -> Iterator[Setting]:
    if method == "setdefault":
        match call.args:
            case (Literal(value=str(key)), value):
                yield Setting(scope, key, value)
            case _:
                yield Setting(scope, None, call)
        return
    if method not in ("update", "from_mapping"):
        source = call.args[0] if call.args else next((value for _, value in call.keywords), call)
        yield Setting(scope, None, source, method == "from_object")
        return
    for argument in call.args:
        match argument:
            case Pairs(items=items):
                for key, value in items:
                    known = key.value if isinstance(key, Literal) and isinstance(key.value, str) else None
                    yield Setting(scope, known, value)
            case Path(text="dict()", args=(), keywords=keywords):
                yield from (Setting(scope, None if key == "**" else key, value) for key, value in keywords)
            case _:
                yield Setting(scope, None, argument)
    yield from (Setting(scope, None if key == "**" else key, value) for key, value in call.keywords)


def _sets(project: Project, document: str, setting: Setting, key: str, *, literal: bool = False) -> bool:
    """The setting gives ``key`` a value that stands elsewhere, or any if ``literal``; of what cannot be read: yes."""
    if setting.key is not None:
        return setting.key == key and (literal or not isinstance(setting.value, Literal))
    if not setting.is_object:
        return True
    target = _object(project, document, setting.value)
    value = None if target is None else _value_in(project, target, key)
    return value is None or (isinstance(value, Assigned) and (literal or not isinstance(value.value, Literal)))


def _read_before_others(project: Project, document: str, key: str, name: str) -> bool:
    """Some body reads the class ``name`` of the file, or the whole file, and then another source."""
    for other, file in project.files.items():
        settings = settings_of(file.facts)
        for index, each in enumerate(settings):
            if each.is_object and _object(project, other, each.value) in (None, (document, name)):
                after = [later for later in settings[index + 1 :] if later.scope == each.scope]
                if any(_sets(project, other, later, key) and not _is_copy(later, key) for later in after):
                    return True
    return False


def _is_copy(setting: Setting, key: str) -> bool:
    """``app.secret_key = settings.SECRET_KEY``."""
    return isinstance(setting.value, Path) and setting.value.text.rpartition(".")[2] == key


def _object(project: Project, document: str, value: Value) -> tuple[str, str] | None:
    """The file and the class that ``from_object`` reads; the class is empty where the whole module is meant."""
    match value:
        case Path(text="__name__"):
            return document, ""
        case Literal(value=str(text)):
            parent, _, name = text.rpartition(".")
            if (module := project.module(document, text, 0)) is not None:
                return module, ""
            module = project.module(document, parent, 0) if parent else None
            return None if module is None else (module, name)
        case Path(text=text):
            return _imported(project, document, text.removesuffix("()"))
        case _:
            return None


def _imported(project: Project, document: str, path: str) -> tuple[str, str] | None:
    """The file and the class that a path such as ``config.Config`` means."""
    for _ in range(_MOST_BASES):
        name, _, rest = path.partition(".")
        match [at.bound for at in project.files[document].facts.bindings.get(name, ())]:
            case [ClassDefined()] if not rest:
                return document, name
            case [Import(module=module, attribute=attribute, level=level)]:
                found = project.module(document, f"{module}.{attribute or ''}".strip("."), level)
                if found is not None and not rest:
                    return found, ""
                if found is None:
                    found, rest = project.module(document, module, level), f"{attribute or ''}.{rest}".strip(".")
                if found is None:
                    return None
                document, path = found, rest
            case _:
                return None
    return None


def _value_in(project: Project, target: tuple[str, str], key: str) -> Assigned | bool | None:
    """How a class or module binds ``key``; ``False``: not at all, ``None``: nobody knows."""
    document, name = target
    return _class_value(project, document, name, key) if name else _module_value(project, document, key)


def _module_value(project: Project, document: str, key: str) -> Assigned | bool | None:
    bindings = project.files[document].facts.bindings
    match [at.bound for at in bindings.get(key, ())]:
        case []:
            return None if "*" in bindings else False
        case [Assigned() as bound]:
            return bound
        case _:
            return None


def _class_value(project: Project, document: str, name: str, key: str) -> Assigned | bool | None:
    """Looks a key up in a class and its bases, followed through imports."""
    for _ in range(_MOST_BASES):
        match [at.bound for at in project.files[document].facts.bindings.get(name, ())]:
            case [ClassDefined() as bound]:
                if (value := _attribute(bound, key)) is not None:
                    return value
            case _:
                return None
        match [base for base in bound.bases if base != Path("object")]:
            case []:
                return False
            case [Path(text=base)] if (target := _imported(project, document, base)) is not None:
                document, name = target
            case _:
                return None
    return None


def _attribute(bound: ClassDefined, key: str) -> Assigned | None:
    found = [event.bound for event in every_event(bound.body) if isinstance(event, Bind) and event.bound.name == key]
    return found[-1] if found and isinstance(found[-1], Assigned) else None


def _bound_later(facts: FileFacts, key: str, value: Value, name: str) -> bool:
    """A constant of a configuration module is bound again, may be so by a star import, or the production class of the
    file, derived from the class ``name``, takes the key from elsewhere."""
    if name:
        classes = [at.bound for ats in facts.bindings.values() for at in ats if isinstance(at.bound, ClassDefined)]
        kin = [one for one in classes if any(isinstance(base, Path) and base.text == name for base in one.bases)]
        values = [_attribute(one, key) for one in kin if "prod" in one.name.lower()]
        return any(value is not None and not isinstance(value.value, Literal) for value in values)
    ats = facts.bindings.get(key, ())
    known = [at for at in ats if isinstance(at.bound, Assigned) and _is_known(at.bound.value, value)]
    others = [at for at in (*ats, *facts.bindings.get("*", ())) if at not in known]
    last = max((at.span.start for at in known), default=0)
    return bool(known) and any(at.span.start > last for at in others)


def _is_known(bound: Value, value: Value) -> bool:
    """What is bound is the value that is asked about, or another one that stands in the code."""
    return bound == value or isinstance(bound, Literal)


def _is_object(setting: Setting, name: str) -> bool:
    return setting.is_object and isinstance(setting.value, Path) and setting.value.text == name


def says_development(name: str) -> bool:
    """A word of the name says that it is not for production."""
    return any(_DEVELOPMENT.fullmatch(word.lower()) for word in _WORDS.findall(name))


def _name_in(project: Project, document: str) -> str:
    """The document's path in the project, the last part of a path outside it."""
    path = project.path(document)
    return path if path != document else path.rpartition("/")[2]


def _uses_flask(project: Project) -> bool:
    """Some file of the project imports Flask."""
    known = project.answers.get(_uses_flask)
    if known is None:
        known = project.answers[_uses_flask] = any(_imports_flask(file.facts) for file in project.files.values())
    return bool(known)


def _imports_flask(facts: FileFacts) -> bool:
    bounds = (at.bound for ats in facts.bindings.values() for at in ats)
    return any(isinstance(bound, Import) and bound.module.partition(".")[0] == "flask" for bound in bounds)
