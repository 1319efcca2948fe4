"""How a fix writes the session of Flask-SQLAlchemy."""

from __future__ import annotations

from flask_lsp.project import databases
from flask_lsp.project.session_calls import SESSION
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.own_modules import name_of


def session_name(editing: Editing) -> str:
    here = databases.database_here(editing.project, editing.file.document)
    if here is not None:
        return f"{here}.session"
    home = databases.only_database(editing.project, editing.file.document)
    if home is None:
        editing.impossible = True
        return SESSION
    return f"{name_of(editing, *home)}.session"
