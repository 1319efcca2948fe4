"""The editor's side of the settings, and what the client shall tell us of the disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from pygls.exceptions import JsonRpcException

from flask_lsp.server.client import section_of

if TYPE_CHECKING:
    from flask_lsp.server.server import Server

log = logging.getLogger(__name__)

Layers = Mapping[str, Mapping[str, object]]
"""What the editor has set, by workspace folder; ``""`` for what lies in none."""

SECTION = "flask-lsp"
_PATIENCE = 10.0
"""Seconds that a client may take to tell its settings; then we go on without."""

_WATCHED = ("**/*.py", "**/pyproject.toml", "**/requirements*.txt", "**/.gitignore")


def layers_of(folders: Iterable[str], options: Mapping[str, object]) -> Layers:
    """The same settings for every folder."""
    return dict.fromkeys(("", *folders), options)


async def fetch(server: Server, options: Mapping[str, object]) -> Layers:
    """The settings by folder, as the client tells them when asked, above those it sent at the start."""
    folders = tuple(server.folders.items())
    items: list[dict[str, str]] = [{"section": SECTION}]
    items += [{"section": SECTION, "scopeUri": uri} for _, uri in folders]
    try:
        answer: Any = await asyncio.wait_for(
            server.protocol.ask("workspace/configuration", {"items": items}), _PATIENCE
        )
    except (JsonRpcException, asyncio.TimeoutError) as error:
        log.warning("the client does not tell its settings: %s", error)
        answer = None
    told = cast("list[object]", answer) if isinstance(answer, list) else []
    names = ("", *(folder for folder, _ in folders))
    return {
        name: {**options, **section_of(told[index] if index < len(told) else None)} for index, name in enumerate(names)
    }


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
    name = document.rpartition("/")[2]
    return name in ("pyproject.toml", ".gitignore") or (name.startswith("requirements") and name.endswith(".txt"))


def _registration(method: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"flask-lsp/{method}", "method": method, "registerOptions": options}
