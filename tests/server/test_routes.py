"""The routes for clients that list them, and the word that they have changed."""

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
"""
VIEWS = """from flask import Blueprint

bp = Blueprint("shop", __name__)


@bp.get("/users/<int:id>")
def user(id):
    return "", 200
"""
EMPTY: Any = {"complete": True, "apps": []}


async def begin(start: Start, folder: Path) -> tuple[Wire, str]:
    (folder / "app.py").write_text(APP, encoding="utf-8")
    (folder / "views.py").write_text(VIEWS, encoding="utf-8")
    wire = await start(*SERVER)
    await wire.initialize(folders={"a": uri_of(folder.as_posix())})
    return wire, uri_of((folder / "views.py").as_posix())


async def complete(wire: Wire, **params: Any) -> Any:
    """The routes once all files are read."""
    while not (found := await wire.request("flask-lsp/routes", params))["complete"] or not found["apps"]:
        await asyncio.sleep(0.02)
    return found


async def test_all_that_a_list_needs(start: Start, folder: Path) -> None:
    wire, uri = await begin(start, folder)
    (app,) = (await complete(wire))["apps"]
    static, user = sorted(app.pop("routes"), key=lambda route: route["endpoint"] != "static")
    assert app == {
        "name": "app",
        "file": "app.py",
        "root": uri_of(folder.as_posix()),
        "location": {"uri": uri_of((folder / "app.py").as_posix()), "range": range_of((4, 0), (4, 3))},
        "factory": None,
        "open": [],
    }
    assert user == {
        "methods": ["GET"],
        "rule": "/api/users/<int:id>",
        "endpoint": "shop.user",
        "view": {"name": "user", "file": "views.py", "location": {"uri": uri, "range": range_of((6, 4), (6, 8))}},
        "blueprints": [
            {"name": "shop", "file": "views.py", "location": {"uri": uri, "range": range_of((2, 0), (2, 2))}}
        ],
        "subdomain": None,
        "sure": True,
    }
    assert (static["rule"], static["view"], static["blueprints"]) == ("/static/<path:filename>", None, [])


async def test_who_watches_is_told_once_of_what_is_typed(start: Start, folder: Path) -> None:
    wire, uri = await begin(start, folder)
    wire.open(uri, VIEWS)
    await complete(wire, watch=True)
    while any(each["method"] == "flask-lsp/routesChanged" for each in wire.received):
        await wire.next("flask-lsp/routesChanged")
    wire.change(uri, 2, ((5, 10), (5, 15), "people"))
    wire.change(uri, 3, ((5, 10), (5, 16), "persons"))
    await wire.next("flask-lsp/routesChanged")
    wire.change(uri, 4, ((5, 10), (5, 17), "men"))
    await asyncio.sleep(0.7)
    assert [each for each in wire.received if each["method"] == "flask-lsp/routesChanged"] == []
    rules = [route["rule"] for route in (await wire.request("flask-lsp/routes"))["apps"][0]["routes"]]
    assert "/api/men/<int:id>" in rules
    wire.change(uri, 5, ((0, 0), (0, 0), "\n"))  # the places are others too
    await wire.next("flask-lsp/routesChanged")
    await wire.request("flask-lsp/routes", {"watch": False})
    wire.change(uri, 6, ((0, 0), (0, 0), "\n"))
    await asyncio.sleep(0.7)
    assert [each for each in wire.received if each["method"] == "flask-lsp/routesChanged"] == []


async def test_what_changes_no_route_is_no_news(start: Start, folder: Path) -> None:
    wire, uri = await begin(start, folder)
    wire.open(uri, VIEWS)
    first = await complete(wire, watch=True)
    await asyncio.sleep(0.7)
    wire.received.clear()
    wire.change(uri, 2, ((7, 15), (7, 18), "404"))
    await asyncio.sleep(0.7)
    assert [each for each in wire.received if each["method"] == "flask-lsp/routesChanged"] == []
    assert await wire.request("flask-lsp/routes") == first


async def test_without_a_folder(start: Start) -> None:
    wire = await start(*SERVER)
    await wire.initialize()
    assert await wire.request("flask-lsp/routes") == EMPTY
    wire.open("untitled:Untitled-1", 'import flask\napp = flask.Flask("x")\n')
    (app,) = (await wire.request("flask-lsp/routes", {}))["apps"]
    assert (app["name"], app["file"], app["root"]) == ("app", "untitled:Untitled-1", None)
    assert await wire.request("flask-lsp/routes", None) == {"complete": True, "apps": [app]}


async def test_the_rules(start: Start) -> None:
    wire = await start(*SERVER)
    await wire.initialize()
    found = {each["code"]: each for each in await wire.request("flask-lsp/rules")}
    assert found["FL402"]["name"] == "secret-key-hardcoded"
    assert all(each["title"] for each in found.values())
