"""The repair that makes a secret key: the key goes into ``.env``, which Git ignores, the code reads the environment."""

from __future__ import annotations

import ast
import re
import secrets
from collections.abc import Callable

from flask_lsp.project.project import Project
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

_LOADERS = frozenset({"dotenv", "decouple", "environs", "environ", "pydantic_settings", "dynaconf"})
"""Packages that read ``.env``."""
_BYTES = 32


def generate(ctx: Context, node: ast.AST, key: str, read: Callable[[Editing], None]) -> Fix:
    """Writes a new key into ``.env``; ``read`` has the code at ``node`` read it from the environment."""
    how = ctx.ask(_how_loaded)

    def change(editing: Editing) -> None:
        read(editing)
        if how == "can be":
            _load(editing, node)
        _write(editing, key)

    titles = {
        "is": "Generate a key in `.env`",
        "can be": "Generate a key in `.env`, and load it",
        "not": "Generate a key in `.env`, which whatever starts the server has to load",
    }
    return Fix(titles[how], False, change)


def _how_loaded(project: Project, _document: str) -> str:
    """Whether something loads ``.env``: a package that does is imported, is there to be, or is not."""
    for file in project.files.values():
        if any(each.module.partition(".")[0] in _LOADERS for each in file.facts.imports):
            return "is"
    return "can be" if "python-dotenv" in project.versions.packages else "not"


def _load(editing: Editing, node: ast.AST) -> None:
    """Calls ``load_dotenv`` before the statement of the module that holds the node."""
    statement = node
    while not isinstance(parent := editing.block.parents.get(statement), ast.Module) and parent is not None:
        statement = parent
    if isinstance(statement, ast.stmt):
        defines = isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        blank = ("", "") if defines else ()
        editing.insert_before(statement, f"{editing.imported('dotenv', 'load_dotenv')}()", *blank)


def _write(editing: Editing, key: str) -> None:
    project = editing.project
    root = (project.root or "").rstrip("/")
    paths = (f"{root}/.env", f"{root}/.gitignore")
    known, ignored = (project.source(path).text if project.has_text(path) else "" for path in paths)
    if not re.search(rf"^\s*(?:export\s+)?{re.escape(key)}\s*=\s*\S", known, re.MULTILINE):
        editing.add_line(".env", f"{key}={secrets.token_hex(_BYTES)}")
    if not re.search(r"^\s*/?(?:\*?\.env\*?|\*\.env|\.env/?)\s*$", ignored, re.MULTILINE):
        editing.add_line(".gitignore", ".env")
