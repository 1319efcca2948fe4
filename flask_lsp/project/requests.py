"""What happens while requests are answered, across the files of a project: questions for ``Context.ask``."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.model import (
    Assigned,
    Bind,
    Call,
    Defined,
    Either,
    Event,
    Items,
    Leave,
    Literal,
    Loop,
    Pairs,
    Path,
    Store,
    Use,
    With,
)
from flask_lsp.facts.requests import OnG, all_events, closes_what_it_gets, errors, uses_of_g
from flask_lsp.project import kinds, names, routes, templates
from flask_lsp.project.importers import files_imported
from flask_lsp.project.routes import Key, Reference

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


def may_end_with(project: Project, document: str, reference: Reference, error: str) -> bool | None:
    """A view of the blueprint may end with the error ``404`` or ``405``, itself or by something that its files
    import; ``None`` where that cannot be told."""
    blueprint = routes.blueprint(project, document, reference)
    if blueprint is None or blueprint.open:
        return None
    own = routes.routes_of(project, document, reference)
    files = {route.said for route in own} | {route.view[0] for route in own if route.view is not None}
    return bool(own) and _may_end(project, files | {blueprint.key[0]}, error)


def _may_end(project: Project, files: set[str], error: str) -> bool:
    """Something in the files, or in those that they import, ends with the error. What makes applications imports all
    there is, and is left out."""
    making = {app.key[0] for app in routes.apps(project, "")} - files
    seen, todo = set(files), list(files)
    while todo:
        here = todo.pop()
        if not _errors(project, here).isdisjoint({error, "?"}):
            return True
        for found in files_imported(project, here):
            if found not in seen and found not in making:
                seen.add(found)
                todo.append(found)
    return False


_known_errors: WeakKeyDictionary[FileFacts, frozenset[str]] = WeakKeyDictionary()


def _errors(project: Project, document: str) -> frozenset[str]:
    facts = project.files[document].facts
    known = _known_errors.get(facts)
    if known is None:
        known = _known_errors[facts] = frozenset[str]().union(*[errors(block) for _, block in facts.blocks])
    return known


def missing_on_g(project: Project, document: str, reference: Reference, function: str, name: str) -> tuple[Key, ...]:
    """The views that read ``g.name``, or give back a template that does, and are surely not the blueprint's, where
    nothing but ``function``, a hook of the blueprint, sets it."""
    blueprint = routes.blueprint(project, document, reference)
    if blueprint is None or blueprint.open:
        return ()
    readers: list[Key] = []
    for other, file in project.files.items():
        for where, use in _uses(file.facts):
            if use.name not in (name, "") or (other, where) == (document, function):
                continue
            if use.how == "set":
                return ()
            if use.how in ("get", "taken") and not kinds.is_test(project, other):
                readers.append((other, where))
    sure = [key for key in readers if not _is_careful(project, key, name)]
    sure += [view for view, _ in templates.showing(project, name)]
    return tuple(key for key in dict.fromkeys(sure) if _is_foreign(project, key, blueprint.key))


def missing_in_templates(
    project: Project, document: str, reference: Reference, function: str, name: str
) -> tuple[tuple[Key, str], ...]:
    """The views, surely not the blueprint's, whose templates show ``name``, with the templates, where nothing but
    ``function``, a context processor of the blueprint, gives it."""
    blueprint = routes.blueprint(project, document, reference)
    if blueprint is None or blueprint.open or not (found := templates.lacking(project, name)):
        return ()
    if templates.given_to_all(project, name, (document, function)):
        return ()
    return tuple((view, page) for view, page in found if _is_foreign(project, view, blueprint.key))


def reads_on_g(project: Project, _document: str, view: Key, name: str) -> bool:
    """The function itself reads ``g.name``."""
    uses = _uses(project.files[view[0]].facts)
    return any(where == view[1] and use.how in ("get", "taken") and use.name in (name, "") for where, use in uses)


def set_in_views(project: Project, document: str, function: str, name: str) -> tuple[Key, ...]:
    """The views that set ``g.name``, where nothing else does, and where none of them is the view ``function`` nor is
    called by anybody: so its request never has it."""
    if not _routed(project, document, function) or _is_careful(project, (document, function), name):
        return ()
    writers: dict[Key, None] = {}
    for other, file in project.files.items():
        if kinds.is_test(project, other):
            continue
        for where, use in _uses(file.facts):
            if use.how != "set" or use.name not in (name, ""):
                continue
            if not use.name or not _routed(project, other, where) or (other, where) == (document, function):
                return ()
            writers[other, where] = None
    named = {where.rpartition(".")[2] for _, where in (*writers, (document, function))}
    called = any(not named.isdisjoint(file.facts.handed[0] | file.facts.handed[1]) for file in project.files.values())
    return () if called else tuple(writers)


def _routed(project: Project, document: str, function: str) -> bool:
    return bool(routes.routes_to(project, document, (document, function)))


def is_closed_on_g(project: Project, document: str, name: str) -> bool:
    """Some function takes ``g.name`` away, or has it and closes something; or who gets it from the function that puts
    it there closes it. Nobody can tell before all files are known."""
    if not project.complete:
        return True
    closers = _closers_on_g(project, name)
    return any(not _is_idle(project, key) for key in closers) or _is_closed_by_takers(project, document, name)


def idle_closer(project: Project, document: str, name: str) -> Key | None:
    """The function that takes ``g.name`` away and closes something, where nobody names it and nothing else closes what
    is there. Not before all files are known, nor where there is no application that it could be registered with."""
    if not project.complete or not (closers := _closers_on_g(project, name)):
        return None
    if not all(_is_idle(project, key) for key in closers) or _is_closed_by_takers(project, document, name):
        return None
    sure = [key for key in closers if any(use.how == "closes" for use in _uses_in(project, key))]
    return sure[0] if sure and routes.apps(project, document) else None


def _closers_on_g(project: Project, name: str) -> list[Key]:
    found: list[Key] = []
    for document, file in project.files.items():
        popping: set[str] = set()
        having: set[str] = set()
        closing: set[str] = set()
        for where, use in _uses(file.facts):
            if use.how == "popped" and use.name in (name, ""):
                popping.add(where)
            if (use.how == "asked" and use.name in (name, "")) or (use.how in ("taken", "closes") and use.name == name):
                having.add(where)
            if use.how == "closes" and use.name in (name, ""):
                closing.add(where)
        found += [(document, where) for where in sorted(popping | (having & closing))]
    return found


def _uses_in(project: Project, key: Key) -> list[OnG]:
    return [use for where, use in _uses(project.files[key[0]].facts) if where == key[1]]


def _is_idle(project: Project, key: Key) -> bool:
    """A plain function of a module that nobody names, to call it or to hand it on."""
    document, name = key
    file = project.files[document]
    bounds = file.facts.bindings.get(name, ())
    bound = bounds[0].bound if len(bounds) == 1 else None
    if not isinstance(bound, Defined) or bound.function.decorators or kinds.is_test(project, document):
        return False
    return not any(
        _names(event, name)
        for other in project.files.values()
        if other.source.text.count(name) > (other is file)
        for _, block in other.facts.blocks
        for event in all_events(block)
    )


def _names(event: Event, name: str) -> bool:
    match event:
        case Use(path=path):
            return path.rpartition(".")[2] == name
        case Call(value=value):
            return value.text.removesuffix("()").rpartition(".")[2] == name or _holds(value, name)
        case Store(value=value) | Leave(value=value) | Bind(bound=Assigned(value=value)) | Loop(over=value):
            return _holds(value, name)
        case With(managers=managers):
            return any(_holds(each, name) for each in managers)
        case _:
            return False


def _holds(value: object, name: str) -> bool:
    match value:
        case Path(text=text, args=args, keywords=keywords):
            if text.removesuffix("()").rpartition(".")[2] == name:
                return True
            return any(_holds(each, name) for each in (*args, *(each for _, each in keywords)))
        case Items(values=values) | Either(values=values):
            return any(_holds(each, name) for each in values)
        case Pairs(items=items):
            return any(_holds(each, name) for pair in items for each in pair)
        case Literal(value=text):
            return text == name
        case _:
            return False


def _is_closed_by_takers(project: Project, document: str, name: str) -> bool:
    """A function that puts it on ``g`` gives it back, and who takes it from there closes it."""
    uses = _uses(project.files[document].facts)
    getters = {where for where, use in uses if use.how == "set" and use.name == name and "." not in where} - {""}
    return bool(getters) and any(
        closes_what_it_gets(block, getter)
        for file in project.files.values()
        for getter in getters
        if getter in file.source.text
        for _, block in file.facts.blocks
    )


def _is_careful(project: Project, key: Key, name: str) -> bool:
    """The function asks whether ``g`` has the attribute, or its ``g`` is not Flask's."""
    if names.canonical(project, key[0], "g") != "flask.g" and names.canonical(project, key[0], "flask") is None:
        return True
    uses = _uses(project.files[key[0]].facts)
    return any(where == key[1] and use.how in ("asked", "popped") and use.name in (name, "") for where, use in uses)


def _is_foreign(project: Project, view: Key, blueprint: Key) -> bool:
    """The function is a view, and none of its routes comes through the blueprint."""
    found = [
        route
        for app in routes.apps(project, view[0])
        for route in routes.routes(project, view[0], app.key)
        if route.view == view
    ]
    return bool(found) and not any(blueprint in (*route.chain, route.owner) for route in found)


_known_uses: WeakKeyDictionary[FileFacts, tuple[tuple[str, OnG], ...]] = WeakKeyDictionary()


def _uses(facts: FileFacts) -> tuple[tuple[str, OnG], ...]:
    known = _known_uses.get(facts)
    if known is None:
        known = _known_uses[facts] = tuple(use for _, block in facts.blocks for use in uses_of_g(block))
    return known
