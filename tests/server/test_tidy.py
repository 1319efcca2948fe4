"""When garbage is collected, and what happens to the working thread meanwhile."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from flask_lsp.server import schedule as scheduling
from flask_lsp.server.documents import Documents
from flask_lsp.server.projects import Projects
from flask_lsp.server.schedule import Schedule, Token
from flask_lsp.server.tidy import LONG_PAUSE, MOST_JOBS, PAUSE, Tidy, settle


class Collector:
    """Notes which generation is collected, in place of the collector itself."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[int] = []
        monkeypatch.setattr(gc, "collect", lambda generation=2: self.done.append(generation))


@pytest.fixture(autouse=True)
def collector_is_on_again() -> Generator[None, None, None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_who_does_nothing_is_never_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    done, tidy = Collector(monkeypatch).done, Tidy()
    assert (gc.isenabled(), tidy.wait, done) == (False, None, [])


def test_each_burst_of_work_is_followed_by_a_small_look_and_a_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    done, tidy = Collector(monkeypatch).done, Tidy()
    for _ in range(3):
        done.clear()
        for _ in range(5):
            tidy.worked()
        assert (tidy.wait, done) == (PAUSE, [])
        tidy.paused()
        assert (tidy.wait, done) == (LONG_PAUSE, [1])
        tidy.worked()  # work before the long pause is over
        assert tidy.wait == PAUSE
        tidy.paused()
        tidy.paused()
        assert (tidy.wait, done) == (None, [1, 1, 2])


def test_who_never_pauses_is_tidied_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    done, tidy = Collector(monkeypatch).done, Tidy()
    for _ in range(3 * MOST_JOBS):
        tidy.worked()
    assert done == [1, 1, 1]


def test_what_the_index_made_is_set_aside() -> None:
    before = gc.get_freeze_count()
    kept = [[] for _ in range(1000)]  # type: ignore[var-annotated]
    settle()
    assert gc.get_freeze_count() >= before + len(kept)


async def test_a_pause_that_fails_does_not_end_the_thread(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failed, loop = asyncio.Event(), asyncio.get_running_loop()

    class Failing(Tidy):
        wait = 0.0

        def paused(self) -> None:
            type(self).wait = None  # type: ignore[assignment]
            loop.call_soon_threadsafe(failed.set)
            raise RuntimeError("no")

    monkeypatch.setattr(scheduling, "Tidy", Failing)
    schedule = Schedule()
    assert await schedule.request(lambda: 1) == 1
    await failed.wait()
    assert await schedule.request(lambda: 2) == 2
    assert "background work failed" in caplog.text


def test_old_snapshots_go_by_themselves(tmp_path: Path) -> None:
    """While somebody types nothing is collected: no snapshot may stay behind a keystroke."""
    (tmp_path / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    view = (
        "@app.route('/{0}')\ndef view{0}():\n    total = int(request.args.get('page', 1))\n    return redirect('/2')\n"
    )
    text = "from flask import redirect, request\nfrom app import app\n\n" + "".join(map(view.format, range(3)))
    document = (tmp_path / "views.py").as_posix()
    (tmp_path / "views.py").write_text(text)
    documents = Documents()
    projects = Projects(documents)
    projects.set_up([tmp_path.as_posix()], {})
    gc.collect()
    gc.disable()
    for _ in projects.index(lambda _: None, lambda: None, Token()):
        pass
    settle()
    documents.open(document, 1, text)
    seen: list[weakref.ref[Any]] = []
    for version, (column, char) in enumerate([(4, "x"), (5, "("), (6, ")"), (4, "return 7  # ")], start=2):
        place = {"line": 5, "character": column}
        change = {"range": {"start": place, "end": place}, "text": char}
        identifier = {"uri": document, "version": version}
        state = documents.change({"textDocument": identifier, "contentChanges": [change]})
        assert state
        project = projects.synced(state)
        assert projects.findings(project, document)
        seen += [weakref.ref(project), weakref.ref(project.files[document])]
        del project
    assert [each() is not None for each in seen] == [False] * 6 + [True] * 2
