"""The URL converters that a project adds to those of Werkzeug: a question for ``Context.ask``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.model import Assigned, Bind, Call, Event, Import, Literal, Pairs, Store, Value
from flask_lsp.facts.traverse import every_event

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_NONE_OF_THEIRS = frozenset(
    {"flask_sqlalchemy", "flask_login", "flask_wtf", "flask_migrate", "flask_cors", "flask_mail", "flask_bcrypt"}
    | {"flask_restful", "flask_limiter", "flask_caching", "flask_jwt_extended", "flask_socketio", "flask_session"}
    | {"flask_moment", "flask_bootstrap", "flask_marshmallow", "flask_httpauth", "flask_talisman", "flask_script"}
)
"""Extensions that add no converter."""


def custom_converters(project: Project, _document: str) -> frozenset[str] | None:
    """Their names; ``None`` where they are not to be told, also while the project is not read in full."""
    if not project.complete:
        return None
    if custom_converters not in project.answers:
        project.answers[custom_converters] = _all(project)
    return project.answers[custom_converters]  # type: ignore[return-value]


def _all(project: Project) -> frozenset[str] | None:
    names: set[str] = set()
    for file in project.files.values():
        for event in _events(file.facts):
            found = _added(event)
            if found is None:
                return None
            names |= found
    return frozenset(names)


def may_be_from_extension(project: Project, _document: str) -> bool:
    """The project imports an extension of Flask that may add converters."""
    modules = {
        at.bound.module.partition(".")[0]
        for file in project.files.values()
        for ats in file.facts.bindings.values()
        for at in ats
        if isinstance(at.bound, Import) and not at.bound.level
    }
    return any(module.startswith("flask_") and module not in _NONE_OF_THEIRS for module in modules)


def _events(facts: FileFacts) -> Iterator[Event]:
    for _, block in facts.blocks:
        yield from every_event(block.body)
        for function in block.functions.values():
            yield from every_event(function.body)


def _added(event: Event) -> frozenset[str] | None:
    """The names that an event adds, none for most events, ``None`` for what cannot be read."""
    match event:
        case Store(target=target, value=value):
            if target.text.endswith("converters[]"):
                return _names([target.key])
            if target.text.rpartition(".")[2] in ("converters", "url_map", "url_map_class", "url_rule_class"):
                return _keys(value) if target.text.endswith("converters") else None
        case Call(value=call) if call.text.endswith("converters.update()"):
            keys = _keys(call.args[0]) if call.args else frozenset[str]()
            return None if keys is None else keys | {name for name, _ in call.keywords}
        case Bind(bound=Assigned(name=name, value=value)):
            if name in ("url_map_class", "url_rule_class") or getattr(value, "text", "").endswith(".converters"):
                return None
        case _:
            pass
    return frozenset()


def _keys(value: Value) -> frozenset[str] | None:
    return _names([key for key, _ in value.items]) if isinstance(value, Pairs) else None


def _names(values: list[Value | None] | list[Value]) -> frozenset[str] | None:
    names = [value.value for value in values if isinstance(value, Literal) and isinstance(value.value, str)]
    return frozenset(names) if len(names) == len(values) else None
