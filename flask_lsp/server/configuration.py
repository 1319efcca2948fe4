"""The editor's side of the settings, and what the client shall tell us of the disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from pygls.exceptions import JsonRpcException

from flask_lsp.deployment_files import PATTERNS
from flask_lsp.server.client import section_of

if TYPE_CHECKING:
    from flask_lsp.server.server import Server

log = logging.getLogger(__name__)

Layers = Mapping[str, Mapping[str, object]]
"""What the editor has set, by workspace folder; ``""`` for what lies in none."""

SECTION = "flask-lsp"
_PYTHON = "python"
"""Where VS Code's Python extension and pyright have the interpreter."""
INTERPRETER = "interpreter"
"""In a layer, the interpreter that the editor has chosen. No setting of ours: those on disk come before it."""
_PATIENCE = 10.0
"""Seconds that a client may take to tell its settings; then we go on without."""

_WATCHED = (
    *("**/*.py", "**/pyproject.toml", "**/requirements*.txt", "**/.gitignore"),
    "**/*.{html,htm,jinja,jinja2,j2,js,mjs,jsx,ts,tsx,vue}",
    "**/templates/**/*.{txt,md}",
    *PATTERNS,
)


def layers_of(folders: Iterable[str], options: Mapping[str, object]) -> Layers:
    """The same settings for every folder."""
    return dict.fromkeys(("", *folders), options)


async def fetch(server: Server, options: Mapping[str, object]) -> Layers:
    """The settings by folder, as the client tells them when asked, above those it sent at the start."""
    folders = tuple(server.folders.items())
    scopes: list[dict[str, str]] = [{}, *({"scopeUri": uri} for _, uri in folders)]
    items = [{"section": section, **scope} for section in (SECTION, _PYTHON) for scope in scopes]
    try:
        answer: Any = await asyncio.wait_for(
            server.protocol.ask("workspace/configuration", {"items": items}), _PATIENCE
        )
    except (JsonRpcException, asyncio.TimeoutError) as error:
        log.warning("the client does not tell its settings: %s", error)
        answer = None
    told = cast("list[object]", answer) if isinstance(answer, list) else []
    names = ("", *(folder for folder, _ in folders))
    told += [None] * (len(items) - len(told))
    return {
        name: {**options, **section_of(ours), INTERPRETER: _interpreter(python)}
        for name, ours, python in zip(names, told, told[len(names) :], strict=False)
    }


def _interpreter(section: object) -> str:
    """The interpreter that is chosen for Python files in general, if it is a path."""
    if not isinstance(section, Mapping):
        return ""
    for name in ("pythonPath", "defaultInterpreterPath"):
        path = cast("Mapping[str, object]", section).get(name)
        if isinstance(path, str) and ("/" in path or "\\" in path):
            return path
    return ""


async def register(server: Server) -> None:
    """Asks the client to tell of changed files and settings, as far as it lets us ask."""
    registrations: list[dict[str, Any]] = []
    if server.client.watch_files:
        options = {"watchers": [{"globPattern": pattern} for pattern in _WATCHED]}
        registrations.append(_registration("workspace/didChangeWatchedFiles", options))
    if server.client.register_configuration:
        registrations.append(_registration("workspace/didChangeConfiguration", {"section": SECTION}))
    if not registrations:
        return
    try:
        await server.protocol.ask("client/registerCapability", {"registrations": registrations})
    except JsonRpcException as error:
        log.warning("the client does not watch files for us: %s", error.message)


def is_about_settings(document: str) -> bool:
    """Whether a file says what the settings, the versions or the files of a project are."""
    from flask_lsp.project import files  # the core comes after the answer to `initialize`

    name = document.rpartition("/")[2]
    return name == ".gitignore" or files.is_about_project(name)


def _registration(method: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"flask-lsp/{method}", "method": method, "registerOptions": options}
