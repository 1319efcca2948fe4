"""How a fix writes what the session of Flask-SQLAlchemy is to do."""

from __future__ import annotations

import ast

from flask_lsp.project import databases
from flask_lsp.project.session_calls import SESSION
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.own_modules import name_of


def can_be_named(ctx: Context) -> bool:
    """``session_name`` has a name for it."""
    return ctx.ask(databases.database_here) is not None or ctx.ask(databases.only_database) is not None


def session_name(editing: Editing) -> str:
    """How to write the session in a file; its database is imported if need be."""
    here = databases.database_here(editing.project, editing.file.document)
    if here is not None:
        return f"{here}.session"
    home = databases.only_database(editing.project, editing.file.document)
    if home is None:
        editing.impossible = True
        return SESSION
    return f"{name_of(editing, *home)}.session"


def roll_back(editing: Editing, handler: ast.ExceptHandler, session: str) -> None:
    """Puts a rollback first in a handler, in the place of a lone ``pass``."""
    first, line = handler.body[0], f"{session}.rollback()"
    if isinstance(first, ast.Pass) and len(handler.body) == 1:
        editing.replace(first, line)
    else:
        editing.insert_before(first, line)
