"""What the functions of a project do, as far as others have to know: questions for ``Context.ask``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.interface import caught, names_near, sets_content_type, takes_over, writes_session
from flask_lsp.facts.model import Bind, Call, ClassDefined, Defined, Function, Import, Literal, Path, Store, Value
from flask_lsp.facts.requests import looks_at
from flask_lsp.facts.traverse import every_event
from flask_lsp.project.places import function_of

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

_HOOK = re.compile(r"(?:^|\.)(?:(?:before|after)_(?:app_)?request|url_value_preprocessor|context_processor)(?:\(\))?$")
_BEFORE = re.compile(r"(?:^|\.)before_(?:app_)?request(?:\(\))?$")
_NEAR = re.compile(r"url_for\(\s*[\"']\.")
_AFTER = re.compile(r"(?:^|\.)after_(?:app_)?request(?:\(\))?$")
_HANDLER = re.compile(r"(?:^|\.)(?:errorhandler|app_errorhandler|register_error_handler)\(\)$")
_TASK = re.compile(r"(?:^|\.)(?:task|shared_task|actor|db_task|job)(?:\(\))?$")
_SERIALIZER = re.compile(r"kombu|task_serializer|TASK_SERIALIZER|\(Celery\):")
_SERVER_SIDE = re.compile(r"flask_(?:kv)?session\b|flask_session\w*\b|flask_redis_session\b|beaker\b|flask_beaker\b")


def catches(project: Project, document: str, path: str, kinds: frozenset[str]) -> bool:
    """The function, of the project, handles one of the exceptions ``kinds`` somewhere: a decorator that does so guards
    what it decorates."""
    function = function_of(project, document, path)
    return function is not None and any(
        isinstance(kind, Path) and kind.text.rpartition(".")[2] in kinds for kind in caught(function)
    )


def is_task(project: Project, document: str, path: str) -> bool:
    """The path names a function of the project with the decorator of a task queue."""
    function = function_of(project, document, path) if path else None
    if any(project.parts(_says_serializer).values()):
        return False  # it may know models
    return function is not None and any(
        isinstance(value, Path) and bool(_TASK.search(value.text)) for value, _ in function.decorators
    )


def _says_serializer(file: File) -> bool:
    return bool(_SERIALIZER.search(file.source.text))


def takes(project: Project, document: str, path: str, position: int) -> bool:
    """The path names a function of the project that has a parameter of that position."""
    function = function_of(project, document, path)
    return function is not None and position < len(function.parameters) and not function.parameters[position].stars


def merges(project: Project, document: str, path: str) -> bool:
    """The function, of the project, takes an object into its own session."""
    function = function_of(project, document, path)
    return function is not None and takes_over(function)


def handles(project: Project, _document: str, kinds: frozenset[str]) -> bool:
    """The application has an error handler for one of the exceptions, by their last names, or codes such as ``400``."""
    return any(
        str(kind.value) in kinds if isinstance(kind, Literal) else kind.text.rpartition(".")[2] in kinds
        for kind in _handled(project)
        if isinstance(kind, Path | Literal)
    )


def json_failure_overridden(project: Project, _document: str) -> bool:
    """A request class of the project says itself what happens to a body that is no JSON."""
    return any(
        isinstance(at.bound, ClassDefined)
        and any(isinstance(event, Bind) and event.bound.name == "on_json_loading_failure" for event in at.bound.body)
        for file in project.files.values()
        if "on_json_loading_failure" in file.source.text
        for ats in file.facts.bindings.values()
        for at in ats
    )


def content_type_set_later(project: Project, _document: str) -> bool:
    """A hook after the request sets a content type."""
    return any(
        sets_content_type(event)
        for function, decorators in _decorated(project, "after_")
        if any(_AFTER.search(decorator.text) for decorator in decorators)
        for event in every_event(function.body)
    )


def wrapper_looks_at(project: Project, document: str, path: str, kind: str) -> bool | None:
    """The decorator, of the project, reads the ``json`` or the ``headers`` of the request; ``None`` if it is not
    known."""
    function = function_of(project, document, path)
    return None if function is None else kind in looks_at(function)


def looked_at_before(project: Project, _document: str, kind: str) -> bool:
    """A hook before the requests reads the ``json`` or the ``headers``: it may turn back those that lack something."""
    return any(
        kind in looks_at(function)
        for function, decorators in _decorated(project, "before_")
        if any(_BEFORE.search(decorator.text) for decorator in decorators)
    )


def names_endpoints_near(project: Project, _document: str) -> bool:
    """Somewhere an endpoint is named as the blueprint itself knows it: ``url_for(".index")``."""
    return any(
        names_near(event)
        for file in project.files.values()
        if _NEAR.search(file.source.text)
        for _, facts in file.facts.blocks
        for body in (facts.body, *(function.body for function in facts.functions.values()))
        for event in every_event(body)
    )


def writes_the_session(project: Project, document: str, path: str) -> bool:
    """The function, of the project, puts something in the session or marks it."""
    function = function_of(project, document, path)
    return function is not None and _writes(function)


def session_saved_anyway(project: Project, _document: str) -> bool | None:
    """Every change of the session is saved, in place or not: the session is permanent, lives on the server, or a hook
    writes to it with each request. Not known before all files are in."""
    if not project.complete:
        return None
    return any(_saves(project, document) for document in project.files)


def _saves(project: Project, document: str) -> bool:
    file = project.files[document]
    text = file.source.text
    if "session" not in text:
        return False
    if "session_interface" in text and _own_interface(file.facts):
        return True
    if _SERVER_SIDE.search(text) and any(_SERVER_SIDE.match(module) for module in _imported(project, document)):
        return True
    if ".permanent" in text and any(
        isinstance(event, Store) and event.target.text.endswith("session.permanent")
        for _, facts in file.facts.blocks
        for function in facts.functions.values()
        for event in every_event(function.body)
    ):
        return True
    return any(
        any(_HOOK.search(decorator.text) for decorator in decorators) and _writes(function)
        for function, decorators in _decorated_in(project, document)
    )


def _own_interface(facts: FileFacts) -> bool:
    """The application is given another session interface, or its class has one."""
    bodies = [body for _, block in facts.blocks for body in (block.body, *(f.body for f in block.functions.values()))]
    return any(
        event.target.text.endswith("session_interface")
        if isinstance(event, Store)
        else isinstance(event, Bind) and event.bound.name == "session_interface"
        for body in bodies
        for event in every_event(body)
    )


def _imported(project: Project, document: str) -> Iterator[str]:
    for _, facts in project.files[document].facts.blocks:
        for bounds in (*facts.bindings.values(), *(b for f in facts.functions.values() for b in f.bindings.values())):
            yield from (bound.module for bound in bounds if isinstance(bound, Import) and not bound.level)


def _writes(function: Function) -> bool:
    return any(
        writes_session(event)
        or (isinstance(event, Bind) and isinstance(event.bound, Defined) and _writes(event.bound.function))
        for event in every_event(function.body)
    )


def _handled(project: Project) -> Iterator[Value]:
    for file in project.files.values():
        if "error" not in file.source.text:
            continue
        for _, facts in file.facts.blocks:
            bodies = [facts.body]
            for function in facts.functions.values():
                bodies.append(function.body)
                for decorator, _ in function.decorators:
                    if isinstance(decorator, Path) and _HANDLER.search(decorator.text):
                        yield from decorator.args[:1]
            for body in bodies:
                for event in every_event(body):
                    if isinstance(event, Call) and _HANDLER.search(event.value.text):
                        yield from event.value.args[:1]


def _decorated(project: Project, word: str) -> Iterator[tuple[Function, tuple[Path, ...]]]:
    for document, file in project.files.items():
        if word in file.source.text:
            yield from _decorated_in(project, document)


def _decorated_in(project: Project, document: str) -> Iterator[tuple[Function, tuple[Path, ...]]]:
    """The decorated functions of a file; one that is handed to ``app.before_request(f)`` counts as decorated by it."""
    for _, facts in project.files[document].facts.blocks:
        bodies = [facts.body]
        for function in facts.functions.values():
            bodies.append(function.body)
            yield function, tuple(value for value, _ in function.decorators if isinstance(value, Path))
        for body in bodies:
            for event in every_event(body):
                if isinstance(event, Call) and _HOOK.search(event.value.text):
                    for given in event.value.args[:1]:
                        found = function_of(project, document, given.text) if isinstance(given, Path) else None
                        if found is not None:
                            yield found, (event.value,)
