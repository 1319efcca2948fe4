"""The forms of Flask-WTF: whether making one asks the application if its forms carry tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_lsp.facts.model import Bind, ClassDefined, Function, Import, Path
from flask_lsp.project import names, places
from flask_lsp.project.needs import FORMS

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_MOST_BASES = 12
_SAYS = frozenset({"Meta", "__init__", "__new__"})
"""What a class says of the making of its forms, which we do not read."""


def asks_app(project: Project, document: str, call: Path, scopes: tuple[Function, ...]) -> bool:
    """The call makes a form that surely asks: neither it nor the class says anything of tokens."""
    if any(keyword in ("meta", "csrf_enabled", "**") for keyword, _ in call.keywords):
        return False
    todo, left = [(document, call.text.removesuffix("()"), scopes)], _MOST_BASES
    while todo and left:
        left -= 1
        here, path, around = todo.pop()
        found = places.place(project, here, path, around)
        if found is None or names.Resolver(project).name(here, path, around) not in FORMS:
            return False
        if isinstance(found.bound, Import):
            continue
        if not isinstance(found.bound, ClassDefined):
            return False
        if any(isinstance(event, Bind) and event.bound.name in _SAYS for event in found.bound.body):
            return False
        for base in found.bound.bases:
            if not isinstance(base, Path):
                return False
            todo.append((found.document, base.text, found.scopes))
    return not todo
