"""Which extension objects does the project make, and which of them are given to an application? Questions for
``Context.ask``.

An object that is handed to something we do not follow, in a list, to a helper, through its module, may be initialised
there: that is unknown, not forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.model import (
    Assigned,
    Bind,
    Body,
    Call,
    Defined,
    Function,
    Import,
    Literal,
    Path,
    Store,
    Use,
    Value,
)
from flask_lsp.facts.traverse import every_event
from flask_lsp.frozen import frozen
from flask_lsp.project import kinds, links, names
from flask_lsp.project.handed_on import escapes, is_used
from flask_lsp.project.importers import importers_of, imports_by_name, reach
from flask_lsp.project.known_extensions import CLASSES, Extension, extension_of
from flask_lsp.project.places import place
from flask_lsp.project.routes import Key, apps

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


@frozen()
class Made:
    """An extension object that a module body makes and binds to a name, once."""

    key: Key
    extension: Extension
    app: Path | None
    """The application it is made with, as it is written."""
    has_app: bool | None
    """It is made with an application; ``None`` where the argument may be one."""


def made(project: Project, document: str, name: str) -> Made | None:
    """The extension object that a module-level name of the file is bound to."""
    file = project.files.get(document)
    ats = file.facts.bindings.get(name, ()) if file is not None else ()
    if len(ats) != 1 or not isinstance(bound := ats[0].bound, Assigned) or not isinstance(call := bound.value, Path):
        return None
    if not _looks_known(call) or _is_bound_elsewhere(project, document, name):
        return None
    extension = _extension(project, document, call)
    if extension is None:
        return None
    app, has_app = _given(project, document, extension, call)
    return Made((document, name), extension, app, has_app)


def forgotten(project: Project, document: str, name: str) -> Made | None:
    """The extension object of that name, where it is made without an application, used by one of the project's, and
    surely never given to it."""
    if not project.complete or kinds.is_test(project, document):
        return None
    found = made(project, document, name)
    if found is None or found.has_app is not False or not found.extension.missing:
        return None
    if not applications_of(project, document) or not (found.extension.passive or is_used(project, found.key)):
        return None
    if not _works_alone(project, found.extension) and _has_another(project, found):
        return None
    return found if initialised(project, document, name) is False else None


def _works_alone(project: Project, extension: Extension) -> bool:
    """Each object needs the application; before version 3, those of Flask-SQLAlchemy shared what it had of any."""
    old = extension.package == "flask_sqlalchemy" and project.versions.below("flask-sqlalchemy", (3,))
    return extension.alone_counts and not old


def _has_another(project: Project, found: Made) -> bool:
    """An application is given another object of the class: what looks for its extension by name finds that one."""
    if found.extension in _inits(project).given:
        return True
    for document, name in sorted(_inits(project).done):
        if (document, name) != found.key and document in project.files:
            other = made(project, document, name)
            if other is not None and other.extension is found.extension:
                return True
    return False


def initialised(project: Project, document: str, name: str) -> bool | None:
    """Some code calls ``init_app`` of the object; ``None`` where some may."""
    key = (document, name)
    known = _inits(project)
    if key in known.done:
        return True
    if name in known.unclear or (known.any_unclear and imports_by_name(project)):
        return None
    return None if escapes(project, key) else False


@frozen()
class Binding:
    """An extension object that is made with an application on import."""

    made: Made
    app: Key | None
    """Where that one is made."""
    why: str
    """What is wrong with it: the application is ``imported``, or one of many that a ``factory`` makes; else it is
    ``plain``."""
    factory: str = ""
    """The qualified name of the factory."""


def bound_at_import(project: Project, document: str, name: str) -> Binding | None:
    """The extension object of that name, where it is made with an application."""
    found = made(project, document, name) if project.complete else None
    if found is None or found.app is None or not found.has_app:
        return None
    at = place(project, document, found.app.text)
    app = None if at is None or not isinstance(at.bound, Assigned) else at.key
    imported_by_others = _is_imported(project, document)
    root = links.split(found.app.text)[0]
    is_imported = any(isinstance(each.bound, Import) for each in project.files[document].facts.bindings.get(root, ()))
    if is_imported and imported_by_others:
        return Binding(found, app, "imported")
    shared = imported_by_others and _is_imported(project, document, name)
    if not shared and app is not None and _is_own(project, document, app):
        return Binding(found, app, "plain")
    factories = [key for key in _factories(project) if _concerns(project, key, app, document, shared)]
    if factories:
        return Binding(found, app, "factory", factories[0][1].rpartition(".")[0])
    return Binding(found, app, "plain")


def _concerns(project: Project, factory: Key, app: Key | None, document: str, shared: bool) -> bool:
    """The applications of the factory need the file, or others get the object of the one in question from there: a
    script that makes an application for itself does no harm."""
    return (shared and factory == app) or document in reach(project, factory[0])


def _is_own(project: Project, document: str, app: Key) -> bool:
    """The application is made by the file for itself, as a worker does that renders or sends: nobody else has it."""
    own = any(each.key == app and each.factory is None for each in apps(project, document))
    return own and app[0] == document and not _is_imported(project, document, app[1])


def _factories(project: Project) -> list[Key]:
    """The applications that functions make, outside of tests."""
    return sorted(app.key for app in apps(project, "") if app.factory is not None)


def _is_imported(project: Project, document: str, name: str = "") -> bool:
    """Another file, and no test, imports this one, or a name from it."""
    return any(
        not kinds.is_test(project, other)
        and (not name or any(each.attribute in (name, "*") for each in project.files[other].facts.imports))
        for other in importers_of(project, document)
    )


def applications_of(project: Project, document: str) -> frozenset[Key]:
    """The applications whose module imports the file, directly or not, or is imported by it."""
    keys = [app.key for app in apps(project, document)]
    above = frozenset(key for key in keys if document in reach(project, key[0]))
    return above or frozenset(key for key in keys if key[0] in reach(project, document))


# -- how it is made --------------------------------------------------------------------------------------------------


def _looks_known(call: Path) -> bool:
    return call.text.endswith("()") and call.text[:-2].rpartition(".")[2] in CLASSES


def _extension(project: Project, document: str, call: Path) -> Extension | None:
    """What a constructor's call makes; nothing for subclasses, which may initialise themselves."""
    callee = call.text[:-2]
    name = names.canonical(project, document, callee)
    found = None if name is None else extension_of(name)
    at = None if found is None else place(project, document, callee)
    return found if at is not None and isinstance(at.bound, Import) else None


def _given(project: Project, document: str, extension: Extension, call: Path) -> tuple[Path | None, bool | None]:
    """The application that a constructor is given, and whether it is given one."""
    keywords = dict(call.keywords)
    if "**" in keywords:
        return None, None
    if extension.alone & keywords.keys():
        return None, None
    if (by_name := keywords.get("app")) is not None:
        return _as_app(project, document, by_name)
    if extension.position is not None:
        at = extension.position
        return _as_app(project, document, call.args[at]) if at < len(call.args) else (None, False)
    answers = [_as_app(project, document, value) for value in call.args]
    if found := next((answer for answer in answers if answer[1]), None):
        return found
    told = all(isinstance(value, Path) and names.canonical(project, document, value.text) for value in call.args)
    return None, False if told else None


def _as_app(project: Project, document: str, value: Value) -> tuple[Path | None, bool | None]:
    match value:
        case Literal(value=None):
            return None, False
        case Path(text=text) if names.canonical(project, document, text) == "flask.Flask()":
            return value, True
        case _:
            return None, None


def _is_bound_elsewhere(project: Project, document: str, name: str) -> bool:
    """A function of the file may bind the module's name anew."""
    return any(
        isinstance(at.bound, Defined) and name in at.bound.function.outer
        for ats in project.files[document].facts.bindings.values()
        for at in ats
    )


# -- init_app --------------------------------------------------------------------------------------------------------


@frozen()
class _Inits:
    """All calls of ``init_app`` and its kin in a project."""

    done: frozenset[Key]
    """The objects that are seen to be initialised."""
    unclear: frozenset[str]
    """The last names of owners that cannot be told."""
    any_unclear: bool
    given: frozenset[Extension]
    """Of which functions make objects with something: ``Bootstrap(app)``."""


def _inits(project: Project) -> _Inits:
    known = project.answers.get(_Inits)
    if known is None:
        done: set[Key] = set()
        unclear: set[str] = set()
        given: set[Extension] = set()
        resolver = names.Resolver(project)
        for document, file in project.files.items():
            for owner, scopes in _calls_in(file.facts)[0]:
                at = place(project, document, owner, scopes)
                if at is None:
                    unclear.add(owner.rpartition(".")[2])
                else:
                    done.add(at.key)
            for callee, scopes in _calls_in(file.facts)[2]:
                extension = extension_of(resolver.name(document, callee, scopes) or "")
                given |= {extension} if extension is not None else set()
        known = project.answers[_Inits] = _Inits(frozenset(done), frozenset(unclear), bool(unclear), frozenset(given))
    return cast("_Inits", known)


def registrations_unclear(project: Project, _document: str) -> frozenset[str]:
    """The last names of the blueprints that are registered and cannot be told."""
    known = project.answers.get(registrations_unclear)
    if known is None:
        known = project.answers[registrations_unclear] = frozenset(
            path.rpartition(".")[2]
            for document, file in project.files.items()
            for path, scopes in _calls_in(file.facts)[1]
            if place(project, document, path, scopes) is None
        )
    return cast("frozenset[str]", known)


_Placed = tuple[str, tuple[Function, ...]]
"""A path and the functions it stands in, innermost first."""
_calls: WeakKeyDictionary[FileFacts, tuple[tuple[_Placed, ...], ...]] = WeakKeyDictionary()


def _calls_in(facts: FileFacts) -> tuple[tuple[_Placed, ...], ...]:
    """The owners of the ``init_app`` calls in a file, what its ``register_blueprint`` calls are given, and the classes
    of extensions that its functions make with something."""
    known = _calls.get(facts)
    if known is None:
        found = [one for _, block in facts.blocks for one in _in_body(block.body, ())]
        known = _calls[facts] = tuple(
            tuple(placed for how, placed in found if how == kind) for kind in ("init", "register", "made")
        )
    return known


def _is_given(call: Path) -> bool:
    return (bool(call.args) or "app" in dict(call.keywords)) and _looks_known(call)


def _in_body(body: Body, scopes: tuple[Function, ...]) -> Iterator[tuple[str, _Placed]]:
    for event in every_event(body):
        match event:
            case Call(value=Path(text=text)) if text.endswith((".init_app()", ".setup_app()")):
                yield "init", (text.rpartition(".")[0], scopes)
            case Use(path=text) if text.endswith((".init_app", ".setup_app")):  # somebody calls it later
                yield "init", (text.rpartition(".")[0], scopes)
            case Store(target=Path(text=text)) if text.endswith(".app") and text != "self.app":
                yield "init", (text.rpartition(".")[0], scopes)
            case Call(value=Path(text=text, args=[Path(text=given), *_])) if text.endswith(".register_blueprint()"):
                yield "register", (given, scopes)
            case Bind(bound=Defined(function=function)):
                yield from _in_body(function.body, (function, *scopes))
            case Call(value=call) | Bind(bound=Assigned(value=Path() as call)) if scopes and _is_given(call):
                yield "made", (call.text[:-2], scopes)
            case _:
                pass
