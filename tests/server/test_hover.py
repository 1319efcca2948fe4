"""Hovers over the things of Flask, as clients get them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from flask_lsp.server.uris import uri_of
from tests.server.conftest import Start
from tests.server.wire import SERVER, Wire, range_of

APP = """from flask import Flask

from views import bp

app = Flask(__name__)
app.register_blueprint(bp, url_prefix="/api")


@app.before_request
def load_user():
    pass
"""
VIEWS = """from flask import Blueprint, url_for

bp = Blueprint("shop", __name__)


@bp.get("/users/<int:id>")
def user(id):
    return "\U0001f600" + url_for(".user", id=1)
"""
ENDPOINT = range_of((7, 26), (7, 33))


async def hover(wire: Wire, uri: str, line: int, character: int) -> Any:
    """The hover once all files are read."""
    at = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
    for _ in range(200):
        found = await wire.request("textDocument/hover", at)
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    return None


async def begin(start: Start, folder: Path, *formats: str) -> tuple[Wire, str]:
    (folder / "app.py").write_text(APP, encoding="utf-8")
    (folder / "views.py").write_text(VIEWS, encoding="utf-8")
    wire = await start(*SERVER)
    await wire.initialize(
        {"textDocument": {"hover": {"contentFormat": formats}}}, folders={"a": uri_of(folder.as_posix())}
    )
    uri = uri_of((folder / "views.py").as_posix())
    wire.open(uri, VIEWS)
    return wire, uri


async def test_in_markdown(start: Start, folder: Path) -> None:
    wire, uri = await begin(start, folder, "markdown", "plaintext")
    found = await hover(wire, uri, 7, 27)
    assert found["range"] == ENDPOINT  # in UTF-16 units
    assert found["contents"] == {
        "kind": "markdown",
        "value": "```text\nGET /api/users/<int:id>  → shop.user\n```\n\n- `user` (`views.py:7`)",
    }
    view = await hover(wire, uri, 5, 0)
    assert "1. `load_user` (`app.py:10`)" in view["contents"]["value"]
    assert view["range"] == range_of((5, 0), (5, 26))
    at = {"textDocument": {"uri": uri}, "position": {"line": 7, "character": 8}}
    assert await wire.request("textDocument/hover", at) is None
    assert await wire.leave() == 0


async def test_in_plain_text(start: Start, folder: Path) -> None:
    wire, uri = await begin(start, folder, "plaintext")
    assert (await hover(wire, uri, 5, 6))["contents"] == {
        "kind": "plaintext",
        "value": "    GET /api/users/<int:id>  → shop.user\n\n"
        "- blueprint shop: registered on app in app.py:6, prefix /api\n\n"
        "Before it:\n\n1. load_user (app.py:10)",
    }


async def test_the_text_as_it_is_typed(start: Start, folder: Path) -> None:
    wire, uri = await begin(start, folder, "markdown")
    assert await hover(wire, uri, 5, 6)
    wire.change(uri, 2, ((5, 10), (5, 15), "people"))
    found = await hover(wire, uri, 5, 6)
    assert "/api/people/<int:id>" in found["contents"]["value"]
    wire.change(uri, 3, ((5, 25), (5, 27), ""))  # the quote and the bracket
    at = {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 6}}
    assert await wire.request("textDocument/hover", at) is None
