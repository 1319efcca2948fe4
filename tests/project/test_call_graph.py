"""Who calls whom, and how functions are entered."""

from __future__ import annotations

import pytest

from flask_lsp.project.call_graph import CallGraph, call_graph, span_of
from flask_lsp.project.needs import Level
from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.settings import Settings

MAIL = """
from threading import Thread, Timer
from flask import current_app, copy_current_request_context


class Mailer:
    def send(self, message):
        self.deliver(message)

    def deliver(self, message):
        return current_app.config["MAIL"]

    @staticmethod
    def plain():
        pass


class Quiet(Mailer):
    def deliver(self, message):
        super().deliver(message)


def send_async(message):
    mailer = Mailer()
    mailer.send(message)


def start(message):
    Thread(target=send_async, args=(message,)).start()
    Timer(1, lambda: send_async(message)).start()


def guarded():
    if not current_app:
        return
    helper()


def helper():
    def inner():
        return current_app.name

    return inner()
"""
VIEWS = """
import atexit
from concurrent.futures import ThreadPoolExecutor
from flask import Flask
import mail
from mail import start as go, Quiet

app = Flask(__name__)
pool = ThreadPoolExecutor()


@app.route("/")
def index():
    go("x")
    mail.helper()
    with app.app_context():
        pool.submit(mail.guarded)
        Quiet().send("x")
    return [work for work in (one, two)]


@app.before_request
def one():
    Quiet.plain()


@app.cli.command()
def two():
    register(one)


def register(function):
    atexit.register(two)


if __name__ == "__main__":
    two()
"""


def project_of(**texts: str) -> Project:
    project = Project("/p", Settings(), Versions())
    for name, text in texts.items():
        project = project.with_text(f"/p/{name}.py", text)
    return project.with_complete(True)


def edges(graph: CallGraph) -> set[tuple[str, str]]:
    return {(key[1], site.callee[1]) for key, said in graph.said.items() for site in said.calls}


def ways(graph: CallGraph, module: str, name: str) -> set[tuple[str, Level | None]]:
    return {(entry.kind, entry.level) for entry in graph.entries.get((f"/p/{module}.py", name), ())}


def test_calls() -> None:
    graph = call_graph(project_of(mail=MAIL, views=VIEWS))
    assert edges(graph) == {
        ("Mailer.send", "Mailer.deliver"),
        ("Quiet.deliver", "Mailer.deliver"),
        ("send_async", "Mailer.send"),
        ("start.<lambda>", "send_async"),
        ("guarded", "helper"),
        ("helper", "helper.inner"),
        ("index", "start"),
        ("index", "helper"),
        ("index", "Mailer.send"),
        ("one", "Mailer.plain"),
        ("two", "register"),
        ("__main__", "two"),
    }


def test_ways_in() -> None:
    graph = call_graph(project_of(mail=MAIL, views=VIEWS))
    assert ways(graph, "mail", "send_async") == {("thread", Level.NONE)}
    assert ways(graph, "mail", "start.<lambda>") == {("timer", Level.NONE)}
    assert ways(graph, "mail", "guarded") == {("executor", Level.NONE)}
    assert ways(graph, "views", "index") == {("view", Level.REQUEST)}
    assert ways(graph, "views", "one") == {("hook", Level.REQUEST), ("handed on", None)}
    assert ways(graph, "views", "two") == {("command", Level.APP), ("atexit", Level.NONE)}
    assert graph.escapes(("/p/views.py", "one"))
    assert not graph.escapes(("/p/mail.py", "send_async"))


def test_contexts_at_calls() -> None:
    graph = call_graph(project_of(mail=MAIL, views=VIEWS))
    through = {site.callee[1]: site.through for site in graph.calls(("/p/views.py", "index"))}
    assert through == {"start": (0, 1, 2), "helper": (0, 1, 2), "Mailer.send": (1, 1, 2)}
    assert graph.calls(("/p/mail.py", "guarded"))[0].through == (-2, 1, 2)


def test_places() -> None:
    project = project_of(mail=MAIL, views="def f():\n    pass\n\n\nf()\nf\nprint(f())\n")
    graph = call_graph(project)
    places = [span_of(project, ("/p/views.py", ""), site.at) for site in graph.calls(("/p/views.py", ""))]
    text = project.files["/p/views.py"].source.text
    assert [text[span.start : span.end] for span in places if span] == ["f", "f"]
    assert [span.start for span in places if span] == [text.index("f()\nf"), text.index("f())")]


def same(graph: CallGraph, other: CallGraph) -> bool:
    callers = [{key: set(found) for key, found in each.callers.items() if found} for each in (graph, other)]
    entries = [{key: set(found) for key, found in each.entries.items() if found} for each in (graph, other)]
    return graph.said == other.said and callers[0] == callers[1] and entries[0] == entries[1]


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("views", "    go(", "    mail.send_async("),
        ("mail", "def helper", "def helped"),
        ("mail", "class Quiet(Mailer)", "class Quiet"),
        ("mail", "    def plain():", "    def plainer():"),
        ("mail", "    def inner():", "    @unknown\n    def inner():"),
        ("views", "from mail import start as go, Quiet", "from mail import send_async as go, Quiet"),
        ("mail", "class Quiet(Mailer):", "class Quiet(Mailer):\n    def send(self, message):\n        pass\n"),
        ("mail", "    mailer = Mailer()\n", "    mailer = start()\n"),
        ("mail", "    mailer.send(message)", "    yield mailer.send(message)"),
    ],
)
def test_an_edit_gives_what_a_new_project_gives(module: str, old: str, new: str) -> None:
    texts = {"mail": MAIL, "views": VIEWS}
    project = project_of(**texts)
    before = call_graph(project)
    edited = texts[module].replace(old, new)
    assert edited != texts[module]
    after = call_graph(project.with_text(f"/p/{module}.py", edited))
    assert not same(after, before)
    assert same(after, call_graph(project_of(**{**texts, module: edited})))
    again = call_graph(project.with_text(f"/p/{module}.py", edited).with_text(f"/p/{module}.py", texts[module]))
    assert same(again, before)


def test_an_edit_that_says_nothing_leaves_the_graph() -> None:
    project = project_of(mail=MAIL, views=VIEWS)
    graph = call_graph(project)
    project = project.with_text(
        "/p/mail.py", MAIL.replace("    mailer = Mailer()\n", "    x = 1\n    mailer = Mailer()\n")
    )
    assert call_graph(project) is graph


def test_attributes_of_objects() -> None:
    text = """
from flask_executor import Executor
import lib

executor = Executor()


class Base(lib.Thing):
    def stop(self):
        pass


class Queue(Base):
    def push(self, item):
        super().stop()
        super().unknown()


class Worker:
    def __init__(self, other):
        self.queue = None
        self.other = other
        self.both = Queue()

    def start(self):
        self.queue = Queue()
        executor.submit(self.work, 1)
        executor.map(lambda item: self.work(item), [])
        self.other.push(1)

    def work(self, item):
        self.queue.push(item)
        self.both.push(item)

    def change(self):
        self.both = Base()
"""
    assert edges(call_graph(project_of(work=text))) == {
        ("Queue.push", "Base.stop"),
        ("Worker.start", "Worker.work"),
        ("Worker.start", "Worker.start.<lambda>"),
        ("Worker.start.<lambda>", "Worker.work"),
        ("Worker.work", "Queue.push"),
    }
