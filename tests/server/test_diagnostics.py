"""Findings on their way to the client."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from flask_lsp.server.uris import uri_of
from tests.server.conftest import Start
from tests.server.wire import Wire, range_of

PULL = {
    "textDocument": {"diagnostic": {}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}
APP = "from flask import Flask\n\napp = Flask(__name__)\n"
NO_APP = "app = object()\n"
VIEWS = "import json\nfrom app import app\n\n@app.route('/a')\ndef a():\n    return json.dumps({'a': 1})\n"
PUBLISH = "textDocument/publishDiagnostics"


def codes(items: list[dict[str, Any]]) -> list[str]:
    return [item["code"] for item in items]


def uri(path: Path) -> str:
    return uri_of(path.as_posix())


def pushed(wire: Wire) -> list[dict[str, Any]]:
    return [each["params"] for each in wire.received if each["method"] == PUBLISH]


async def test_a_buffer_without_a_name(wire: Wire) -> None:
    """Neovim has no URI for it."""
    wire.open("file://", "fake_safe\n")
    assert len(await wire.diagnostics("file://")) == 1


async def test_everything_a_plain_client_gets(wire: Wire) -> None:
    wire.open("untitled:x", "fake_safe\n", 3)
    message = await wire.next(PUBLISH)
    assert message["params"] == {
        "uri": "untitled:x",
        "version": 3,
        "diagnostics": [
            {
                "range": range_of((0, 0), (0, 9)),
                "severity": 2,
                "code": "FL990",
                "source": "flask-lsp",
                "message": "A fake.",
            }
        ],
    }


async def test_everything_a_rich_client_gets(start: Start) -> None:
    wire = await start()
    published = {
        "relatedInformation": True,
        "tagSupport": {"valueSet": [1]},
        "codeDescriptionSupport": True,
        "dataSupport": True,
    }
    await wire.initialize({"textDocument": {"publishDiagnostics": published}})
    wire.open("untitled:x", "fake_safe; fake_safe\n")
    first, second = await wire.diagnostics("untitled:x")
    assert first["tags"] == [1]
    place = {"uri": "untitled:x", "range": range_of((0, 0), (0, 1))}
    assert first["relatedInformation"] == [{"location": place, "message": "The first letter."}]
    assert first["data"] != second["data"]
    assert "codeDescription" not in first  # there is no address yet


async def test_a_finding_stays_where_it_is_while_one_types(wire: Wire) -> None:
    wire.open("untitled:x", "def f():\n    x = 1\n\nfake_safe\n")
    await wire.diagnostics("untitled:x", 1)
    for version, char in enumerate("(ab", start=2):
        wire.change("untitled:x", version, ((1, 9), (1, 9), char))
        found = await wire.diagnostics("untitled:x", version)
        assert [each["range"]["start"]["line"] for each in found] == [3]


async def test_of_many_edits_only_current_states_are_told(wire: Wire) -> None:
    wire.open("untitled:x", "fake_safe\n")
    await wire.diagnostics("untitled:x", 1)
    for version in range(2, 60):
        wire.change("untitled:x", version, ((0, 0), (0, 0), "\n"))
    found = await wire.diagnostics("untitled:x", 59)
    assert found[0]["range"]["start"]["line"] == 58
    versions = [params["version"] for params in pushed(wire)]
    assert versions == sorted(versions)
    for params in pushed(wire):
        assert params["diagnostics"][0]["range"]["start"]["line"] == params["version"] - 1


async def test_what_is_closed_has_no_findings(wire: Wire) -> None:
    wire.open("untitled:x", "fake_safe\n")
    assert await wire.diagnostics("untitled:x", 1)
    wire.notify("textDocument/didClose", {"textDocument": {"uri": "untitled:x"}})
    assert await wire.diagnostics("untitled:x") == []
    wire.open("untitled:x", "fake_safe\n", 1)
    assert await wire.diagnostics("untitled:x", 1)


async def test_two_languages_of_one_client_are_two_documents(wire: Wire) -> None:
    wire.open("untitled:x", "fake_safe\n")
    wire.open("vscode-notebook-cell:/x#1", "fake_safe\nfake_safe\n")
    assert len(await wire.diagnostics("untitled:x")) == 1
    assert len(await wire.diagnostics("vscode-notebook-cell:/x#1")) == 2


async def test_the_uri_of_the_client_is_echoed(wire: Wire) -> None:
    for spelled, again in (
        ("file:///c%3A/Users/x/a.py", "file:///C:/Users/x/a.py"),
        ("file:///srv/with%20space/%C3%A9.py", "file:///srv/with space/é.py"),
        ("file://server/share/a.py", "file://server/share/a.py"),
    ):
        wire.open(spelled, "fake_safe\n")
        assert len(await wire.diagnostics(spelled, 1)) == 1
        wire.change(again, 2, "")
        assert await wire.diagnostics(spelled, 2) == []


async def test_a_client_that_pulls_gets_no_push(start: Start) -> None:
    wire = await start()
    capabilities = (await wire.initialize(PULL))["capabilities"]
    assert capabilities["diagnosticProvider"]["interFileDependencies"] is True
    wire.open("untitled:x", "fake_safe\n")
    document = {"textDocument": {"uri": "untitled:x"}}
    first = await wire.request("textDocument/diagnostic", document)
    assert (first["kind"], codes(first["items"])) == ("full", ["FL990"])
    again = await wire.request("textDocument/diagnostic", {**document, "previousResultId": first["resultId"]})
    assert again == {"kind": "unchanged", "resultId": first["resultId"]}
    wire.change("untitled:x", 2, "fake_safe\nx = 1\n")
    same = await wire.request("textDocument/diagnostic", {**document, "previousResultId": first["resultId"]})
    assert same["kind"] == "unchanged"
    wire.change("untitled:x", 3, "")
    other = await wire.request("textDocument/diagnostic", {**document, "previousResultId": first["resultId"]})
    assert (other["kind"], other["items"]) == ("full", [])
    assert other["resultId"] != first["resultId"]
    assert pushed(wire) == []


@pytest.mark.parametrize("without", ["textDocument", "workspace"])
async def test_pull_without_refresh_is_push(start: Start, without: str) -> None:
    wire = await start()
    capabilities = await wire.initialize({name: value for name, value in PULL.items() if name != without})
    assert "diagnosticProvider" not in capabilities["capabilities"]
    wire.open("untitled:x", "fake_safe\n")
    assert len(await wire.diagnostics("untitled:x")) == 1


async def test_neovim_is_pushed_to(start: Start) -> None:
    """It would show nothing for a buffer that was opened out of sight and then comes into a window."""
    wire = await start()
    answer = await wire.initialize(PULL, clientInfo={"name": "Neovim", "version": "0.12.4"})
    assert "diagnosticProvider" not in answer["capabilities"]
    wire.open("untitled:x", "fake_safe\n")
    assert len(await wire.diagnostics("untitled:x")) == 1


async def test_the_files_of_the_workspace_count(start: Start, folder: Path) -> None:
    (folder / "app.py").write_text(APP)
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    wire.open(uri(folder / "views.py"), VIEWS)
    while codes(await wire.diagnostics(uri(folder / "views.py"))) != ["FL902"]:
        pass  # the first answer may come before the index


async def test_an_edit_renews_the_findings_of_other_open_files(start: Start, folder: Path) -> None:
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    app, views = uri(folder / "app.py"), uri(folder / "views.py")
    wire.open(app, APP)
    wire.open(views, VIEWS)
    while codes(await wire.diagnostics(views)) != ["FL902"]:
        pass
    wire.change(app, 2, NO_APP)
    assert await wire.diagnostics(views) == []
    wire.change(app, 3, APP)
    assert codes(await wire.diagnostics(views)) == ["FL902"]


async def test_who_pulls_is_asked_to_pull_again(start: Start, folder: Path) -> None:
    wire = await start()
    await wire.initialize(PULL, folders={"a": uri(folder)})
    app, views = uri(folder / "app.py"), uri(folder / "views.py")
    document = {"textDocument": {"uri": views}}
    wire.open(app, NO_APP)
    wire.open(views, VIEWS)
    assert (await wire.request("textDocument/diagnostic", document))["items"] == []
    wire.change(app, 2, APP)
    await wire.next("workspace/diagnostic/refresh")
    assert codes((await wire.request("textDocument/diagnostic", document))["items"]) == ["FL902"]


async def test_closing_goes_back_to_the_text_on_disk(start: Start, folder: Path) -> None:
    (folder / "app.py").write_text(APP)
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    app, views = uri(folder / "app.py"), uri(folder / "views.py")
    wire.open(app, NO_APP)
    wire.open(views, VIEWS)
    assert await wire.diagnostics(views) == []
    wire.notify("textDocument/didClose", {"textDocument": {"uri": app}})
    assert codes(await wire.diagnostics(views)) == ["FL902"]


async def test_files_that_change_come_and_go_on_disk(start: Start, folder: Path) -> None:
    wire = await start()
    await wire.initialize(
        {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}, folders={"a": uri(folder)}
    )
    registered = await wire.next("client/registerCapability")
    [registration] = registered["params"]["registrations"]
    assert registration["method"] == "workspace/didChangeWatchedFiles"
    globs = [watcher["globPattern"] for watcher in registration["registerOptions"]["watchers"]]
    assert globs[:4] == ["**/*.py", "**/pyproject.toml", "**/requirements*.txt", "**/.gitignore"]
    assert any("Procfile" in each for each in globs[4:])

    app, views = folder / "app.py", uri(folder / "views.py")
    wire.open(views, VIEWS)
    await wire.diagnostics(views)

    def tell(path: Path, kind: int) -> None:
        wire.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(path), "type": kind}]})

    async def becomes(expected: list[str]) -> None:
        while codes(await wire.diagnostics(views)) != expected:
            pass

    app.write_text(APP)
    tell(app, 1)
    await becomes(["FL902"])
    app.write_text(NO_APP)
    tell(app, 2)
    await becomes([])
    app.write_text(APP)
    tell(app, 2)
    await becomes(["FL902"])
    (folder / ".gitignore").write_text("app.py\n")
    tell(folder / ".gitignore", 1)
    await becomes([])
    (folder / ".gitignore").write_text("")
    tell(folder / ".gitignore", 2)
    await becomes(["FL902"])
    app.rename(folder / "other.py")
    files = [{"oldUri": uri(app), "newUri": uri(folder / "other.py")}]
    wire.notify("workspace/didRenameFiles", {"files": files})
    await becomes([])
    (folder / "other.py").rename(app)
    tell(app, 1)
    await becomes(["FL902"])
    app.unlink()
    wire.notify("workspace/didDeleteFiles", {"files": [{"uri": uri(app)}]})
    await becomes([])


SENT = "@app.post('/users')\ndef users():\n    return request.form.get('name', '')\n"
POSTED = (
    "fetch('/users', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({name})})"
)


async def test_scripts_come_change_and_go_on_disk(start: Start, folder: Path) -> None:
    script = folder / "static" / "app.js"
    script.parent.mkdir()
    script.write_text(POSTED)
    wire = await start()
    await wire.initialize(
        {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}, folders={"a": uri(folder)}
    )
    app = uri(folder / "app.py")
    wire.open(app, f"from flask import Flask, request\n\napp = Flask(__name__)\n\n\n{SENT}")

    async def becomes(expected: list[str], kind: int) -> None:
        if kind:
            changes = [{"uri": uri(script), "type": kind}]
            wire.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        while codes(await wire.diagnostics(app)) != expected:
            pass

    await becomes(["FL903"], 0)
    script.write_text(POSTED.replace("/users", "/other"))
    await becomes([], 2)
    script.write_text(POSTED)
    await becomes(["FL903"], 2)
    script.unlink()
    await becomes([], 3)


async def test_a_file_that_was_replaced_is_read_again(start: Start, folder: Path) -> None:
    """Git and many editors write a new file and give it the name of the old one: clients say that it was made, or that
    it went and came, in one message or two."""
    app, views = folder / "app.py", uri(folder / "views.py")
    app.write_text(APP)
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    wire.open(views, VIEWS)

    async def becomes(expected: list[str]) -> None:
        while codes(await wire.diagnostics(views)) != expected:
            pass

    def tell(*changes: tuple[Path, int]) -> None:
        items = [{"uri": uri(path), "type": kind} for path, kind in changes]
        wire.notify("workspace/didChangeWatchedFiles", {"changes": items})

    await becomes(["FL902"])
    app.write_text(NO_APP)
    tell((app, 1))
    await becomes([])
    app.write_text(APP)
    tell((app, 3), (app, 1))
    await becomes(["FL902"])
    (folder / "other.py").write_text(NO_APP)
    (folder / "other.py").rename(app)
    files = [{"oldUri": uri(folder / "other.py"), "newUri": uri(app)}]
    wire.notify("workspace/didRenameFiles", {"files": files})
    await becomes([])


async def test_another_branch_is_read_again_with_its_settings(start: Start, folder: Path) -> None:
    app, views, settings = folder / "app.py", uri(folder / "views.py"), folder / "requirements.txt"
    others = [folder / f"m{number}.py" for number in range(100)]
    for each in (app, *others):
        each.write_text(APP)
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    wire.open(views, VIEWS)
    while codes(await wire.diagnostics(views)) != ["FL902"]:
        pass
    for each in (app, *others):
        each.write_text(NO_APP)
    settings.write_text("flask>=3\n")
    changes = [{"uri": uri(each), "type": 2} for each in (settings, *others, app)]
    wire.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    while codes(await wire.diagnostics(views)) != []:
        pass


async def test_a_route_that_is_renamed_changes_what_other_open_files_hear(start: Start, folder: Path) -> None:
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    app, go = uri(folder / "app.py"), uri(folder / "go.py")
    wire.open(app, APP + "\n@app.route('/users')\ndef users():\n    return 'x'\n")
    view = "def go():\n    return redirect('/users')\n"
    wire.open(go, "from flask import redirect\nfrom app import app\n\n@app.route('/go')\n" + view)

    async def says(what: str) -> None:
        while what not in str(await wire.diagnostics(go)):
            pass

    await says("leads to `users`")
    wire.change(app, 2, ((4, 12), (4, 18), "/people"))
    await says("written out breaks")
    wire.change(app, 3, ((4, 12), (4, 19), "/users"))
    await says("leads to `users`")


async def test_files_that_cannot_be_read_do_not_hide_the_others(start: Start, folder: Path) -> None:
    (folder / "app.py").write_text(APP)
    (folder / "a_nul.py").write_bytes(b"x = 1\0")
    (folder / "b_latin.py").write_bytes(b"x = '\xe9'\n")
    (folder / "c_big.py").write_text("x = 1\n" * 900_000)
    (folder / "d_broken.py").write_text("def (:\n")
    if sys.platform != "win32":
        (folder / "e_nowhere.py").symlink_to("nowhere")
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    wire.open(uri(folder / "views.py"), VIEWS)
    while codes(await wire.diagnostics(uri(folder / "views.py"))) != ["FL902"]:
        pass
    for name in ("a_nul.py", "b_latin.py", "c_big.py"):
        await wire.log_line(name)


async def test_every_workspace_folder_is_a_project(start: Start, tmp_path: Path) -> None:
    one, two, three = (tmp_path.resolve() / name for name in ("one", "two", "three"))
    for each, app in ((one, APP), (two, NO_APP), (three, APP)):
        each.mkdir()
        (each / "app.py").write_text(app)
    wire = await start()
    await wire.initialize(folders={"1": uri(one), "2": uri(two)})
    for each in (one, two, three):
        wire.open(uri(each / "views.py"), VIEWS)
    while codes(await wire.diagnostics(uri(one / "views.py"))) != ["FL902"]:
        pass
    assert await wire.diagnostics(uri(two / "views.py")) == []
    assert await wire.diagnostics(uri(three / "views.py")) == []  # text alone: the folder is none of the workspace
    event = {"added": [{"uri": uri(three), "name": "3"}], "removed": [{"uri": uri(one), "name": "1"}]}
    wire.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    assert codes(await wire.diagnostics(uri(three / "views.py"))) == ["FL902"]


async def test_progress_is_shown_to_clients_that_show_it(start: Start, folder: Path) -> None:
    for number in range(120):
        (folder / f"m{number}.py").write_text("x = 1\n" * 100)
    wire = await start()
    await wire.initialize({"window": {"workDoneProgress": True}}, folders={"a": uri(folder)})
    token = (await wire.next("window/workDoneProgress/create"))["params"]["token"]
    begin = (await wire.next("$/progress"))["params"]
    assert (begin["token"], begin["value"]["kind"]) == (token, "begin")
    await wire.next("$/progress", lambda params: params["token"] == token and params["value"]["kind"] == "end")


async def test_the_user_may_stop_the_index(start: Start, folder: Path) -> None:
    for number in range(300):
        (folder / f"m{number}.py").write_text(f"def f{number}():\n    return [{number}]\n" * 50)
    wire = await start()
    await wire.initialize({"window": {"workDoneProgress": True}}, folders={"a": uri(folder)})
    token = (await wire.next("window/workDoneProgress/create"))["params"]["token"]
    await wire.next("$/progress")
    wire.notify("window/workDoneProgress/cancel", {"token": token})
    await wire.next("$/progress", lambda params: params["value"]["kind"] == "end")
    wire.notify("window/workDoneProgress/cancel", {"token": "never"})
    wire.open("untitled:x", "fake_safe\n")
    assert len(await wire.diagnostics("untitled:x")) == 1


async def test_a_body_changes_what_other_open_files_hear(start: Start, folder: Path) -> None:
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    mail, views = uri(folder / "mail.py"), uri(folder / "views.py")
    work = "def work():\n    app.app_context()\n    send()\n\n\nThread(target=work).start()\n"
    wire.open(views, f"from threading import Thread\nfrom mail import send\n{APP}\n\n{work}")
    wire.open(mail, "from flask import current_app\n\n\ndef send():\n    print(current_app.name)\n")
    while codes(await wire.diagnostics(mail)) != ["FL102"]:
        pass
    wire.change(views, 2, ((8, 4), (9, 4), "with app.app_context(): "))  # the same names, used the same way
    assert await wire.diagnostics(mail) == []


WORK = (
    "from threading import Thread\nfrom flask import current_app\n\n\ndef work():\n    print(current_app.name)\n\n\n"
    "Thread(target=work).start()\n"
)


async def test_who_types_hears_at_once_and_of_the_calls_in_the_pause(start: Start, folder: Path) -> None:
    wire = await start()
    await wire.initialize(folders={"a": uri(folder)})
    mail = uri(folder / "mail.py")
    wire.open(mail, WORK)
    while codes(await wire.diagnostics(mail)) != ["FL102"]:
        pass
    wire.change(mail, 2, ((0, 0), (0, 0), "import os\n"))
    (moved,) = await wire.diagnostics(mail, 2)  # what was said stays, where it stands now
    assert moved["range"]["start"]["line"] == 6
    wire.change(mail, 3, ((7, 0), (7, 0), "    print(current_app.debug)\n"), ((6, 4), (6, 9), "log"))
    assert await wire.diagnostics(mail, 3) == []
    (found,) = await wire.diagnostics(mail, 3)
    assert (found["code"], found["range"]["start"]["line"]) == ("FL102", 6)
    wire.change(mail, 4, ((10, 0), (10, 0), "print()  #"))
    await wire.settle()
    assert await wire.diagnostics(mail, 4) == [found]
    assert await wire.diagnostics(mail, 4) == []


async def test_who_pulls_hears_of_the_calls_in_the_pause(start: Start, folder: Path) -> None:
    wire = await start()
    await wire.initialize(PULL, folders={"a": uri(folder)})
    mail = uri(folder / "mail.py")
    wire.open(mail, WORK.replace("Thread(target", "print(target"))
    refresh = "workspace/diagnostic/refresh"
    while codes((await wire.request("textDocument/diagnostic", {"textDocument": {"uri": mail}}))["items"]):
        await wire.next(refresh)
    await wire.settle()
    wire.change(mail, 2, ((8, 0), (8, 5), "Thread"))
    assert (await wire.request("textDocument/diagnostic", {"textDocument": {"uri": mail}}))["items"] == []
    await wire.next(refresh)
    report = await wire.request("textDocument/diagnostic", {"textDocument": {"uri": mail}})
    assert codes(report["items"]) == ["FL102"]
