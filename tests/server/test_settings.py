"""The settings of the editor and those on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_lsp.server.uris import uri_of
from tests.server.conftest import Start
from tests.server.wire import Wire

TEXT = "fake_safe\nfake_creates\n"
ASKED = {"workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}}
IGNORE, OTHER = {"ignore": ["FL990"]}, {"ignore": ["FL991"]}


def uri(path: Path) -> str:
    return uri_of(path.as_posix())


async def shown(wire: Wire, document: str = "untitled:x") -> list[str]:
    return [each["code"] for each in await wire.diagnostics(document)]


async def test_options_of_the_start(start: Start) -> None:
    for options in (IGNORE, {"flask-lsp": IGNORE}, {"settings": IGNORE}):
        wire = await start()
        await wire.initialize(initializationOptions=options)
        wire.open("untitled:x", TEXT)
        assert await shown(wire) == ["FL991"]


async def test_settings_that_are_pushed(wire: Wire) -> None:
    wire.open("untitled:x", TEXT)
    assert await shown(wire) == ["FL990", "FL991"]
    for settings, expected in (
        ({"flask-lsp": IGNORE}, ["FL991"]),
        ({"flask-lsp": OTHER}, ["FL990"]),
        ({"flask-lsp": {}}, ["FL990", "FL991"]),
        ({"flask-lsp": {"severity": {"FL99": "off"}}}, []),
        (None, ["FL990", "FL991"]),
    ):
        wire.notify("workspace/didChangeConfiguration", {"settings": settings})
        assert await shown(wire) == expected


async def test_settings_that_are_asked_for(start: Start, folder: Path) -> None:
    wire = await start()
    told: dict[str, Any] = {"": OTHER, uri(folder): IGNORE}
    wire.answers["workspace/configuration"] = lambda params: [
        told[item.get("scopeUri", "")] if item["section"] == "flask-lsp" else None for item in params["items"]
    ]
    await wire.initialize(ASKED, folders={"a": uri(folder)})
    registered = await wire.next("client/registerCapability")
    assert [each["method"] for each in registered["params"]["registrations"]] == ["workspace/didChangeConfiguration"]
    wire.open("untitled:x", TEXT)
    wire.open(uri(folder / "a.py"), TEXT)
    assert await shown(wire) == ["FL990"]
    assert await shown(wire, uri(folder / "a.py")) == ["FL991"]
    told[uri(folder)] = None
    wire.notify("workspace/didChangeConfiguration", {"settings": None})
    assert await shown(wire, uri(folder / "a.py")) == ["FL990", "FL991"]


async def test_a_client_that_does_not_answer_well_costs_a_log_line(start: Start) -> None:
    for answer in (None, 3, [], {"flask-lsp": IGNORE}):
        wire = await start()
        wire.answers["workspace/configuration"] = answer
        await wire.initialize(ASKED)
        wire.open("untitled:x", TEXT)
        assert await shown(wire) == ["FL990", "FL991"]


async def test_the_editor_is_above_the_project_and_the_project_above_the_default(start: Start, folder: Path) -> None:
    project = folder / "pyproject.toml"
    project.write_text('[tool.flask-lsp.severity]\nFL990 = "error"\nFL991 = "hint"\n')
    wire = await start()
    watch = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    await wire.initialize(
        watch, folders={"a": uri(folder)}, initializationOptions={"severity": {"FL990": "information"}}
    )
    document = uri(folder / "sub" / "a.py")
    wire.open(document, TEXT)
    assert [each["severity"] for each in await wire.diagnostics(document)] == [3, 4]
    project.write_text('[tool.flask-lsp.severity]\nFL991 = "warning"\n')
    wire.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(project), "type": 2}]})
    assert [each["severity"] for each in await wire.diagnostics(document)] == [3, 2]


async def test_a_client_that_does_not_watch_the_disk_has_it_looked_at_when_it_saves(start: Start, folder: Path) -> None:
    project, app, views = folder / "pyproject.toml", folder / "app.py", uri(folder / "views.py")
    wire = await start()
    capabilities = await wire.initialize(folders={"a": uri(folder)})
    assert capabilities["capabilities"]["textDocumentSync"]["save"] is True
    wire.open(views, "import json\nfrom app import app\n\n@app.route('/')\ndef f():\n    return json.dumps({})\n")

    async def becomes(expected: list[str]) -> None:
        wire.notify("textDocument/didSave", {"textDocument": {"uri": views}})
        while await shown(wire, views) != expected:
            pass

    app.write_text("from flask import Flask\napp = Flask(__name__)\n")
    await becomes(["FL902"])
    project.write_text('[tool.flask-lsp]\nignore = ["FL9"]\n')
    await becomes([])
    project.write_text("")
    await becomes(["FL902"])
    app.write_text("app = object()\n")
    await becomes([])


async def test_a_project_inside_the_folder_has_its_own_settings(start: Start, folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[tool.flask-lsp]\nignore = ["FL990"]\n')
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    wire.open(uri(inner / "a.py"), TEXT)
    wire.open(uri(folder / "a.py"), TEXT)
    assert await shown(wire, uri(inner / "a.py")) == ["FL991"]
    assert await shown(wire, uri(folder / "a.py")) == ["FL990", "FL991"]


async def test_wrong_settings_cost_a_log_line_each(start: Start, folder: Path) -> None:
    project = folder / "pyproject.toml"
    project.write_text('[tool.flask-lsp]\nselekt = ["FL9"]\nignore = "FL990"\n')
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)}, initializationOptions={"preset": "all", "unknown-key": 1})
    wire.open(uri(folder / "a.py"), TEXT)
    assert await shown(wire, uri(folder / "a.py")) == ["FL990", "FL991"]
    for key in ("selekt", "ignore", "preset", "unknown-key"):
        await wire.log_line(key)
    lines = [each["params"]["message"] for each in wire.received if each["method"] == "window/logMessage"]
    assert not [line for line in lines for key in ("selekt", "ignore", "preset", "unknown-key") if key in line]


async def test_a_project_file_that_is_no_toml_costs_a_log_line(start: Start, folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.flask-lsp\n")
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    wire.open(uri(folder / "a.py"), TEXT)
    assert await shown(wire, uri(folder / "a.py")) == ["FL990", "FL991"]
    await wire.log_line("pyproject.toml")


async def test_what_is_excluded_is_no_part_of_the_project_but_checked_when_open(start: Start, folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.flask-lsp]\nexclude = ["app.py"]\n')
    (folder / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    wire = await start()
    await wire.initialize({"window": {"workDoneProgress": True}}, folders={"a": uri(folder)})
    wire.open(uri(folder / "views.py"), "import json\nfrom app import app\n\n@app.route('/')\ndef f():\n    return 1\n")
    wire.open(uri(folder / "app.py"), TEXT)
    assert await shown(wire, uri(folder / "app.py")) == ["FL990", "FL991"]
