"""What a project does with the addresses of its databases: questions for ``Context.ask``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask_lsp.facts.interface import mends_scheme
from flask_lsp.facts.model import Assigned, Bound, ClassDefined, Either, Joined, Literal, Path, Value
from flask_lsp.facts.traverse import every_event
from flask_lsp.project import kinds, names
from flask_lsp.project.importers import importers_of
from flask_lsp.project.places import place

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

DATABASE = "flask_sqlalchemy.SQLAlchemy()"
"""What an object of Flask-SQLAlchemy's class is called, see ``names``."""


POSTGRES = re.compile(r"postgres(?=(?:\+\w+)?://)")


def begins_with_postgres(project: Project, document: str, path: str) -> bool:
    """A module-level name is bound to an address, or to a variable of the environment with such a fallback, that begins
    with ``postgres://``."""
    found = place(project, document, path)
    return found is not None and isinstance(found.bound, Assigned) and _is_postgres(found.bound.value)


def _is_postgres(value: Value) -> bool:
    match value:
        case Literal(value=str(text)):
            return bool(POSTGRES.match(text))
        case Either(values=values):
            return any(map(_is_postgres, values))
        case Joined(parts=[first, *_]):
            return _is_postgres(first)
        case Path(text=text, args=[_, default]) if text.endswith(("environ.get()", "getenv()")):
            return _is_postgres(default)
        case _:
            return False


def scheme_mended(project: Project, _document: str) -> bool:
    """Some code of the project looks for ``postgres://`` in a text and puts another scheme there, or may; not known
    before all files are in."""
    return not project.complete or any(project.parts(_mends).values())


def _mends(file: File) -> bool:
    return "postgres:" in file.source.text and any(
        mends_scheme(event)
        for _, facts in file.facts.blocks
        for body in (facts.body, *(function.body for function in facts.functions.values()))
        for event in every_event(body)
    )


def database_of(project: Project, document: str, path: str) -> tuple[str, str] | None:
    """The file and the module-level name of the ``SQLAlchemy()`` object whose ``Model`` the class ``path`` derives
    from; ``None`` if unknown."""
    seen: set[tuple[str, str]] = set()
    todo = [(document, path)]
    while todo:
        found = place(project, *todo.pop())
        if found is None or found.key in seen or not isinstance(found.bound, ClassDefined):
            continue
        seen.add(found.key)
        for base in found.bound.bases:
            match base:
                case Path(text=text) if text.endswith(".Model") and not text.startswith("."):
                    owner = place(project, found.document, text.removesuffix(".Model"))
                    if owner is not None and _is_database(project, owner.document, owner.bound):
                        return owner.key
                case Path(text=text) if text != found.bound.name:
                    todo.append((found.document, text))
                case _:
                    pass
    return None


def database_here(project: Project, document: str) -> str | None:
    """The module-level name by which the file knows the one ``SQLAlchemy()`` object it knows."""
    file = project.files.get(document)
    found = [
        name
        for name, ats in (file.facts.bindings.items() if file is not None else ())
        if name != "*" and len(ats) == 1 and names.canonical(project, document, name) == DATABASE
    ]
    return found[0] if len(found) == 1 else None


def only_database(project: Project, _document: str) -> tuple[str, str] | None:
    """The file and the name of the ``SQLAlchemy()`` object, where the project has one, or one that others import, as
    nobody imports those of scripts and migrations."""
    found = [
        (document, name)
        for document, made in project.parts(_made).items()
        for name, path in made
        if not kinds.is_test(project, document) and names.canonical(project, document, path) == DATABASE
    ]
    if len(found) > 1:
        found = [each for each in found if importers_of(project, each[0])]
    return found[0] if len(found) == 1 else None


def _made(file: File) -> tuple[tuple[str, str], ...]:
    """The names of a module that are bound once, each with what it is bound to, where there is a word of SQLAlchemy."""
    if "SQLAlchemy" not in file.source.text:
        return ()
    return tuple(
        (name, bound.value.text)
        for name, ats in file.facts.bindings.items()
        for bound in (each.bound for each in ats[:1] if len(ats) == 1)
        if isinstance(bound, Assigned) and isinstance(bound.value, Path)
    )


def queries_are_plain(project: Project, _document: str) -> bool:
    """No class of the project says what ``Model.query`` gives, and no ``SQLAlchemy(query_class=...)``."""
    return project.complete and not any(project.parts(_says_query_class).values())


def keeps_loaded(project: Project, _document: str) -> bool:
    """A session of the project keeps what is loaded after a commit: ``expire_on_commit=False``."""
    return any(project.parts(_says_expire).values())


_MADE = re.compile(r"SQLAlchemy\((?P<alone>\s*(?:\)|(?!app\b)\w+\s*=))?[^)]*")
_TOLD = re.compile(r"\b(?:db|database|sqlalchemy)\.app\s*=(?!=)")
_NEVER_ASKING = frozenset({f"{DATABASE}.session.configure", f"{DATABASE}.session.remove"})
"""What asks for no application before Flask-SQLAlchemy 3."""


def is_old(project: Project) -> bool:
    """Flask-SQLAlchemy is older than 3, or looks so: nobody says which it is, and it is told its application."""
    known = project.versions.below("flask-sqlalchemy", (3,))
    if known is not None:
        return known
    return any(project.parts(_tells_app).values()) or any(project.parts(_imports_ext).values())


def _imports_ext(file: File) -> bool:
    """``flask.ext.sqlalchemy``: no Flask has it that is as new as Flask-SQLAlchemy 3 needs."""
    return "flask.ext" in file.source.text and any(each.module.startswith("flask.ext") for each in file.facts.imports)


def asks_context(project: Project, name: str) -> bool:
    """Something of Flask-SQLAlchemy that needs an application takes that of the context. Before version 3 an object
    that is made with one, or is told with ``db.app = app``, does without."""
    if not name.startswith(DATABASE) or not is_old(project):
        return True
    parts = project.parts(made_with_app).items()
    made = {told for document, told in parts if told is not None and not kinds.is_test(project, document)}
    return name not in _NEVER_ASKING and made == {False}


def _tells_app(file: File) -> bool:
    """Something is told its application: ``db.app = app``."""
    text = file.source.text
    return ".app" in text and bool(_TOLD.search(text))


def made_with_app(file: File) -> bool | None:
    """The file may give an object of Flask-SQLAlchemy its application; ``None`` where it makes no object either."""
    text = file.source.text
    if _tells_app(file):
        return True
    made = [found["alone"] is None or "app=" in found[0] for found in _MADE.finditer(text)]
    return any(made) if made else None


def _says_expire(file: File) -> bool:
    return "expire_on_commit" in file.source.text


def _says_query_class(file: File) -> bool:
    return "query_class" in file.source.text


def _is_database(project: Project, document: str, bound: Bound) -> bool:
    value = bound.value if isinstance(bound, Assigned) else None
    return isinstance(value, Path) and names.canonical(project, document, value.text) == DATABASE
