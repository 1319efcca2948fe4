"""What fills the configuration of the project's applications, and what production uses of it: questions for
``Context.ask``.

A file says it by assignments (``app.config["KEY"] = value``), by calls (``app.config.update(KEY=value)``), by classes
and modules that are configuration, and by whole sources (``app.config.from_pyfile(...)``) that may hold any key.
``config_model`` follows each application, ``config_objects`` reads classes and modules.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from flask_lsp.facts.configuring import ATTRIBUTES, Scope, Step
from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.interface import read_setting
from flask_lsp.facts.model import OTHER, BlockFacts, Body, ClassDefined, Import, Literal, Path, Value
from flask_lsp.facts.traverse import every_event
from flask_lsp.facts.words import refused_keys
from flask_lsp.project import kinds
from flask_lsp.project.config_model import Filled, Given, all_scopes, apps_made, filled, steps_in
from flask_lsp.project.config_objects import Attribute, Target, attributes, bases, choices
from flask_lsp.project.config_sources import may_differ, source_at
from flask_lsp.project.known_keys import known_keys
from flask_lsp.project.stages import Stage, says_development, says_staging, stage_of

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

__all__ = ["ATTRIBUTES", "CLASS_OR_MODULE", "Stage", "says_development", "says_staging", "stage_of"]

CLASS_OR_MODULE = "<class or module>"
"""The scope of a constant of a configuration class or module, see ``overridden``."""

_MODULE = re.compile(r"(?:^|/)(?:configs?|settings)/[^/]+\.py$|(?:config|settings)[^/]*\.py$", re.IGNORECASE)
_CLASS = re.compile(r"config|settings$", re.IGNORECASE)
_SHOWN = re.compile(
    r"(?:^|/)(?:examples?(?:[_-][\w-]+)?|demos?|samples?|docs?)/"
    r"|\w[_.-](?:example|sample)(?:\.\w+)?$|(?:config|settings|env)[_.-]template(?:\.\w+)?$"
)


# -- environments ------------------------------------------------------------------------------------------------------


def stage(project: Project, _document: str = "") -> Stage:
    """The environment that is asked about: what production uses, unless the settings say otherwise."""
    return project.settings.config_environment


def is_for_development(project: Project, document: str, name: str) -> bool:
    """The class or function ``name``, or the file, is by its name for development, tests or demonstration."""
    path = _name_in(project, document)
    return any(map(says_development, (name, *path.removesuffix(".py").split("/")))) or bool(_SHOWN.search(path))


def is_elsewhere(project: Project, document: str, name: str) -> bool:
    """The class or function ``name``, or the file, is by its name for another environment than the one that is asked
    about, or for demonstration."""
    path = _name_in(project, document)
    stages = set(map(stage_of, (name, *path.removesuffix(".py").split("/")))) - {"", stage(project)}
    if _SHOWN.search(path) or "testing" in stages:
        return True
    if stage(project) == "development":
        return "production" in stages
    return bool(stages)


def is_passed_over(project: Project, document: str, name: str) -> bool:
    """The applications read the class in another environment, and not in the one that is asked about."""
    target = Target(document, name)
    known = _all_filled(project)
    return any(target in each.passed for each in known) and not any(target in each.objects for each in known)


# -- what is configuration ---------------------------------------------------------------------------------------------


def is_config_module(project: Project, document: str, other: str = "") -> bool:
    """The constants of the file, or of another one, are configuration of a Flask application."""
    document = other or document
    file = project.files.get(document)
    if file is None or "INSTALLED_APPS" in file.facts.bindings:  # Django's
        return False
    if Target(document, "") in _objects_read(project):
        return True
    return bool(_MODULE.search(_name_in(project, document))) and _uses_flask(project)


def is_config_class(project: Project, document: str, name: str) -> bool:
    """The attributes of the class are configuration of a Flask application."""
    file = project.files.get(document)
    if file is None:
        return False
    if Target(document, name) in _objects_read(project):
        return True
    named = _CLASS.search(name) or _MODULE.search(_name_in(project, document))
    return bool(named) and _uses_flask(project)


def is_read(project: Project, document: str, name: str) -> bool:
    """An application is seen to read the class, or with an empty name the module."""
    return Target(document, name) in _objects_read(project)


def _objects_read(project: Project) -> frozenset[Target]:
    """The classes, with their bases, and the modules that some ``from_object`` reads, or may."""
    known = project.answers.get(_objects_read)
    if known is None:
        found: set[Target] = set()
        for document, scope, step in steps_in(project):
            if step.how == "object":
                for choice in choices(project, document, step.value, scope).found:
                    found.update(bases(project, choice.target))
            elif step.how == "source" and (file := source_at(project, document, step)) is not None:
                found.add(file)
        known = project.answers[_objects_read] = frozenset(found)
    return cast("frozenset[Target]", known)


def _all_filled(project: Project) -> tuple[Filled, ...]:
    """The configurations of all applications that are no test's, in the environment that is asked about."""
    known = project.answers.get(_all_filled)
    if known is None:
        apps = [made for made in apps_made(project) if not kinds.is_test(project, made.document)]
        known = project.answers[_all_filled] = tuple(filled(project, made, stage(project)) for made in apps)
    return cast("tuple[Filled, ...]", known)


def configured(project: Project, _document: str) -> tuple[Filled, ...]:
    """The configurations of the applications, see ``_all_filled``; none before the project is read in full."""
    return _all_filled(project) if project.complete else ()


def wins(project: Project, _document: str, app: tuple[str, str], key: str) -> Given | None:
    """What an application's configuration has for ``key`` in the end, as far as it is surely known."""
    known = next((each for each in configured(project, "") if each.app == app), None)
    given = [each for each in (known.given if known is not None else ()) if each.key in (key, None)]
    return given[-1] if given and given[-1].key == key and given[-1].sure else None


# -- what else sets a key ----------------------------------------------------------------------------------------------


def superseded(project: Project, document: str, key: str, value: Value, scope: str, name: str = "") -> bool:
    """As ``overridden``, by whatever value: also by one that stands in the code."""
    return overridden(project, document, key, value, scope, name, literal=True)


def overridden(
    project: Project, document: str, key: str, value: Value, scope: str, name: str = "", *, literal: bool = False
) -> bool:
    """Something else, that is no literal unless ``literal``, sets ``key`` after ``value`` was given to it: in the body
    of the function ``scope`` behind it, or in another body of the file, whose turn nobody knows; for a constant of the
    class ``name`` or of a configuration module, where the class or module is read, or in the classes derived from it
    that are used."""
    if project.files.get(document) is None:
        return False
    if scope == CLASS_OR_MODULE:
        if name and _kin_override(project, Target(document, name), key):
            return True
        if not name and not is_read(project, document, "") and _is_given_elsewhere(project, key, value):
            return True
        return (not name and _bound_later(project, document, key, value)) or _read_before_others(
            project, Target(document, name), key, literal
        )
    steps = [(each.name, step) for each in all_scopes(project).get(document, ()) for step in each.steps]
    itself = [at for at, (where, step) in enumerate(steps) if _last_name(where) == scope and step.key == key]
    itself = [at for at in itself if steps[at][1].value == value]
    at = itself[-1] if itself else -1
    own = {(where, step.owner) for where, step in steps if step.how == "made"}
    for index, (where, step) in enumerate(steps):
        elsewhere = _last_name(where) != scope
        if elsewhere and scope and (where, step.owner) in own:
            continue  # an application of that function's own
        is_same = step.how == "set" and step.value == value
        if (index > at or elsewhere) and not is_same and _sets(project, document, step, key, literal=literal):
            return True
    return False


def _is_given_elsewhere(project: Project, key: str, value: Value) -> bool:
    """Applications of the project are given ``key``, and none the ``value`` that a module has under that name."""
    given = [each.value for filled in _all_filled(project) for each in filled.given if each.key == key and each.sure]
    return bool(given) and all(each != value and not _is_named(each, key) for each in given)


def _last_name(scope: str) -> str:
    return scope.rpartition(".")[2]


def _kin_override(project: Project, target: Target, key: str) -> bool:
    """The classes derived from ``target`` that the environment uses all take ``key`` from elsewhere."""
    known = [each for each in _all_filled(project) if target in each.objects]
    used = {one for each in known for one in each.objects if one.name}
    file = project.files[target.document]
    if not used:
        kin = [name for name, ats in file.facts.bindings.items() if isinstance(ats[-1].bound, ClassDefined)]
        used = {one for one in (Target(target.document, name) for name in kin) if one.stage() == stage(project)}
    leaves = [one for one in used if target in bases(project, one) and not any(_is_base(project, one, o) for o in used)]
    if not leaves or target in leaves:
        return False
    last = [_last(attributes(project, leaf)[0], key) for leaf in leaves]
    return all(each is not None and each.owner != target for each in last)


def _is_base(project: Project, target: Target, other: Target) -> bool:
    return target != other and target in bases(project, other)


def _last(found: tuple[Attribute, ...], key: str) -> Attribute | None:
    return next((each for each in reversed(found) if each.key == key), None)


def may_set(project: Project, _document: str, key: str) -> bool:
    """Something in the project sets ``key``, or may."""
    return _may_set(project, key, in_tests=True)


def may_set_outside_tests(project: Project, _document: str, key: str) -> bool:
    """As ``may_set``, for what runs when no test does."""
    return _may_set(project, key, in_tests=False)


def _may_set(project: Project, key: str, *, in_tests: bool) -> bool:
    if not project.complete:
        return True
    for document, _, step in steps_in(project):
        if not in_tests and kinds.is_test(project, document):
            continue
        if step.how in ("set", "source", "object") and _sets(project, document, step, key, literal=True):
            return True
    for document, file in project.files.items():
        for name, ats in file.facts.bindings.items():
            target = Target(document, name)
            if isinstance(ats[-1].bound, ClassDefined) and any(each.key == key for each in _own(project, target)):
                return True
        if key in file.facts.bindings and is_config_module(project, document):
            return True
    return False


def sets_key(project: Project, _document: str, key: str) -> bool:
    """Some code of the project, outside of tests, gives the key a value."""
    values = values_of(project, key)
    return values is None or bool(values)


def values_of(project: Project, key: str, within: Collection[str] | None = None) -> tuple[Value, ...] | None:
    """All values that the project's code, or some files, give a key outside of tests; ``None`` where a source cannot be
    read."""
    found: list[Value] = []
    for document, _, step in steps_in(project):
        if kinds.is_test(project, document) or (within is not None and document not in within):
            continue
        if step.how == "set" and step.key == key:
            found.append(step.value)
        elif step.how == "source":
            source = source_at(project, document, step)
            if source is None or may_differ(step):
                return None
            found += [each.value for each in attributes(project, source)[0] if each.key == key]
    for document, file in project.files.items():
        if within is not None and document not in within:
            continue
        for name, ats in file.facts.bindings.items():
            if isinstance(ats[-1].bound, ClassDefined):
                found += [each.value for each in _own(project, Target(document, name)) if each.key == key]
            elif name == key and is_config_module(project, document):
                found += [getattr(at.bound, "value", OTHER) for at in ats]
    return tuple(found)


def _own(project: Project, target: Target) -> tuple[Attribute, ...]:
    """The keys that a class binds itself."""
    return tuple(each for each in attributes(project, target)[0] if each.owner == target)


def _sets(project: Project, document: str, step: Step, key: str, *, literal: bool = False) -> bool:
    """The step gives ``key`` a value that stands elsewhere, or any if ``literal``; of what cannot be read: yes."""
    match step.how:
        case "set":
            return step.key == key and (literal or not isinstance(step.value, Literal))
        case "source":
            return _source_sets(project, document, step, key, literal)
        case "object":
            return _object_sets(project, document, step, key, literal)
        case _:
            return False


def _source_sets(project: Project, document: str, step: Step, key: str, literal: bool) -> bool:
    file = source_at(project, document, step)
    if file is None or may_differ(step):
        return True
    values, whole = attributes(project, file)
    last = _last(values, key)
    return not whole or (last is not None and (literal or not isinstance(last.value, Literal)))


def _object_sets(project: Project, document: str, step: Step, key: str, literal: bool) -> bool:
    found = choices(project, document, step.value, None)
    if not found.complete or not found.found:
        return True
    for choice in found.of(stage(project)):
        values, whole = attributes(project, choice.target)
        last = _last(values, key)
        if not whole or (last is not None and (literal or not isinstance(last.value, Literal))):
            return True
    return False


def _read_before_others(project: Project, target: Target, key: str, literal: bool) -> bool:
    """Some body reads the class or the module, and then another source."""
    for document, scopes in all_scopes(project).items():
        for scope in scopes:
            for index, step in enumerate(scope.steps):
                if not _may_read(project, document, step, scope, target):
                    continue
                after = [later for later in scope.steps[index + 1 :] if later.how in ("set", "source", "object")]
                after = [later for later in after if later.owner not in _others_made(scope, step.owner)]
                setting = [later for later in after if _sets(project, document, later, key, literal=literal)]
                if any(not _is_copy(later, key) for later in setting):
                    return True
    return False


def _others_made(scope: Scope, owner: str) -> frozenset[str]:
    """The applications that a body makes beside the one of that name."""
    made = frozenset(step.owner for step in scope.steps if step.how == "made")
    return made - {owner} if owner in made else frozenset()


def _may_read(project: Project, document: str, step: Step, scope: Scope, target: Target) -> bool:
    """The step reads the class or the module, by its name or as a file, or may."""
    if step.how == "object":
        return _may_mean(project, document, step, scope, target)
    return step.how == "source" and source_at(project, document, step) == target


def _may_mean(project: Project, document: str, step: Step, scope: Scope, target: Target) -> bool:
    found = choices(project, document, step.value, scope)
    return not found.found or any(target in bases(project, choice.target) for choice in found.found)


def _is_copy(step: Step, key: str) -> bool:
    """``app.secret_key = settings.SECRET_KEY``."""
    return _is_named(step.value, key)


def _is_named(value: Value, key: str) -> bool:
    return isinstance(value, Path) and value.text.rpartition(".")[2] == key


def _bound_later(project: Project, document: str, key: str, value: Value) -> bool:
    """A constant of a configuration module is bound again, or may be so by a star import."""
    bindings = project.files[document].facts.bindings
    ats = bindings.get(key, ())
    known = [at for at in ats if (bound := getattr(at.bound, "value", None)) == value or isinstance(bound, Literal)]
    others = [at for at in (*ats, *bindings.get("*", ())) if at not in known]
    last = max((at.span.start for at in known), default=0)
    return bool(known) and any(at.span.start > last for at in others)


# -- who reads a key ---------------------------------------------------------------------------------------------------


def is_refused(project: Project, _document: str, text: str) -> bool:
    """Some code of the project, outside of tests, compares the secret key with the text, and raises or ends."""
    parts = project.parts(_refused).items()
    return any(text in refused and not kinds.is_test(project, document) for document, refused in parts)


def _refused(file: File) -> frozenset[str]:
    return refused_keys(file.source.text) if file.kind == "python" else frozenset()


def may_use(project: Project, _document: str, key: str) -> bool:
    """What reads a known key is in the project: Flask, or an extension that some file imports."""
    module = known_keys()[key].package.lower().replace("-", "_")
    return module == "flask" or any(module in imported for imported in project.parts(_imported_packages).values())


def _imported_packages(file: File) -> frozenset[str]:
    """The packages of a file's imports, in small letters, as far as they are extensions of Flask."""
    if "flask" not in file.source.text:
        return frozenset()
    modules = (each.module for each in file.facts.imports)
    found = (each.removeprefix("flask.ext.").partition(".")[0].lower() for each in modules if "flask" in each)
    return frozenset(f"flask_{each}" if not each.startswith("flask") else each for each in found)


def reads(project: Project, _document: str, key: str) -> bool:
    """Something in the project reads ``key`` from a configuration or the environment, or may."""
    return not project.complete or any(key in _reads_of(file.facts) for file in project.files.values())


def _reads_of(facts: FileFacts) -> frozenset[str]:
    known = _reads.get(facts)
    if known is None:
        bodies = [body for _, block in facts.blocks for body in (block.body, *_bodies(block))]
        keys = {read_setting(event) for body in bodies for event in every_event(body)}
        known = _reads[facts] = frozenset(key for key in keys if key is not None)
    return known


def _bodies(block: BlockFacts) -> Iterator[Body]:
    return (function.body for function in block.functions.values())


_reads: WeakKeyDictionary[FileFacts, frozenset[str]] = WeakKeyDictionary()


# -- the project -------------------------------------------------------------------------------------------------------


def _name_in(project: Project, document: str) -> str:
    """The document's path in the project, the last part of a path outside it."""
    path = project.path(document)
    return path if path != document else path.rpartition("/")[2]


def is_foreign(project: Project, _document: str) -> bool:
    """The project has Python files, and none of them has to do with Flask. A question for ``Context.ask``."""
    programs = any(file.kind == "python" and not file.is_deployment for file in project.files.values())
    return programs and not _uses_flask(project)


def _uses_flask(project: Project) -> bool:
    """Some file of the project imports Flask, or a package that is made for it."""
    known = project.answers.get(_uses_flask)
    if known is None:
        known = project.answers[_uses_flask] = any(_imports_flask(file.facts) for file in project.files.values())
    return bool(known)


def _imports_flask(facts: FileFacts) -> bool:
    bounds = (at.bound for ats in facts.bindings.values() for at in ats)
    roots = {bound.module.partition(".")[0] for bound in bounds if isinstance(bound, Import)}
    return any("flask" in root or root == "connexion" for root in roots)
