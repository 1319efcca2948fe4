"""In which context does a test run? What the fixtures it depends on have pushed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, cast

from flask_lsp.project import kinds
from flask_lsp.project.call_graph import CallGraph
from flask_lsp.project.call_model import GETS_FIXTURE, MODULE, NOTHING_SAID, Said
from flask_lsp.project.needs import Level
from flask_lsp.project.route_model import Key

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

_OF_PYTEST = frozenset(
    {
        *("monkeypatch", "tmp_path", "tmpdir", "tmp_path_factory", "tmpdir_factory", "capsys", "capfd", "caplog"),
        *("request", "recwarn", "pytestconfig", "cache", "record_property", "mocker", "capsysbinary", "self", "cls"),
        *("benchmark", "faker", "freezer", "requests_mock", "responses", "snapshot", "event_loop"),
    }
)
"""Fixtures of pytest and its plugins that push no context."""
_PLUGIN = "pytest-flask"
_UNTOLD = frozenset({"patched", "skipped"})
"""The marks of tests that do something else than their text says, or are not meant to work."""


def level_of_test(project: Project, graph: CallGraph, key: Key) -> Level | None:
    """The context in which a test runs; ``None`` where a fixture cannot be told."""
    said = graph.said.get(key, NOTHING_SAID)
    own = next((entry.level for entry in graph.entries.get(key, ()) if entry.kind == "test"), None)
    if own is None or graph.callers.get(key):
        return None  # a program of the file may call its tests itself, in a context
    if project.versions.of(_PLUGIN) is not None or _is_open(project, graph):
        return None  # a fixture of its own pushes one for whoever has an application
    if any(_sees(key[0], each[0]) for each in _fixtures(graph).leaving) or _is_left(project, graph):
        return None  # once a test used it, the context stays for the others
    left = [_left_by(graph, each) for each in said.before]
    if -1 in left:
        return None
    level: int = max(own, *left, 0)
    seen: set[Key] = set()
    said = replace(said, marks=said.marks | _marks_of_module(graph, key[0]))
    todo = [(key, said), *((each, graph.said[each]) for each in _autouse(graph, key[0]))]
    while todo:
        here, said = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        if not _UNTOLD.isdisjoint(said.marks) or any(path.endswith(GETS_FIXTURE) for path in said.unseen):
            return None
        if here != key:
            pushed = max(said.pushes) if -1 not in said.pushes else -1
            if pushed < 0 or _may_do_more(graph, said):
                return None
            level = max(level, pushed)
        for name in _depends_on(said):
            fixture = _fixture(graph, here[0], name)
            if fixture is None:
                return None
            todo.append((fixture, graph.said[fixture]))
    return Level(level)


def _is_left(project: Project, graph: CallGraph) -> bool:
    """Some test, or what runs before it, leaves a context that nobody pops: it stays for those that come later."""
    pushing = graph.kept.get(_is_left)
    if pushing is None:
        tests = [key for key, entries in graph.entries.items() if any(entry.kind == "test" for entry in entries)]
        every = {*tests, *(each for key in tests if key in graph.said for each in graph.said[key].before)}
        pushing = {key[0] for key in every if key in graph.said and graph.said[key].pushes[1] != 0}
        graph.kept[_is_left] = pushing
    pops = project.parts(_pops)
    return any(not pops.get(document, True) for document in cast("set[str]", pushing))


def _pops(file: File) -> bool:
    """The file may pop the contexts that it pushes."""
    text = file.source.text
    return any(word in text for word in _POPS)


_POPS = (
    *(".pop(", "__exit__", "ddCleanup", "addfinalizer"),
    *("enter_context(", "enterContext(", "enterClassContext(", "enterAsyncContext("),
)


def grounds(project: Project) -> tuple[object, ...]:
    """What ``level_of_test`` rests on beside the call graph and the versions."""
    return project.parts(_pops), project.parts(_tests_as_command)


def _marks_of_module(graph: CallGraph, document: str) -> frozenset[str]:
    """What a file does to each of its tests, by its ``pytestmark`` for one."""
    marks = graph.said.get((document, MODULE), NOTHING_SAID).marks
    return frozenset(mark for mark in marks if mark == "skipped" or mark.startswith(("use:", "given:")))


def _depends_on(said: Said) -> list[str]:
    """The names of the fixtures that a test or another fixture uses."""
    named = (*said.parameters, *(mark[4:] for mark in said.marks if mark.startswith("use:")))
    return [name for name in named if name not in _OF_PYTEST and f"given:{name}" not in said.marks]


def _left_by(graph: CallGraph, key: Key) -> int:
    """The context that a function leaves pushed which runs before a test; -1 where that cannot be told."""
    known = graph.kept.get((_left_by, key))
    if known is None:
        said = graph.said.get(key, NOTHING_SAID)
        others = [graph.said.get(each, NOTHING_SAID) for each in graph.reachable(key) if each != key]
        is_open = "patched" in said.marks or any(each.pushes[1] or "patched" in each.marks for each in others)
        known = graph.kept[_left_by, key] = -1 if is_open or said.generator else said.pushes[1]
    return cast("int", known)


def _tests_as_command(file: File) -> bool:
    """The file may run the tests in a context: by a command of Flask, or one of Flask-Script, which makes up a request,
    or as a program that pushes one."""
    text = file.source.text
    if not _RUNS_TESTS.search(text):
        return False
    by_script = "anager" in text and bool(_SCRIPT.search(text))
    return by_script or bool(_STARTS_TESTS.search(text) and _IN_CONTEXT.search(text))


_SCRIPT = re.compile(r"\bflask(?:_|\.ext\.)script\b")
_RUNS_TESTS = re.compile(r"\b(?:unittest|pytest|nose)\b")
_STARTS_TESTS = re.compile(r"\bTextTestRunner\b|\b(?:unittest|pytest|nose)\.(?:main|run)\(")
_IN_CONTEXT = re.compile(
    r"\bcli\.command\b|\bwith_appcontext\b|\b(?:Flask|App)Group\b|_context\(\)[^#]{0,300}\b(?:unittest|pytest)\.main\("
)


def pushing_fixture(graph: CallGraph, test: Key, level: Level) -> str | None:
    """The name of a fixture that a test may use, which pushes the context."""
    if "." in test[1]:
        return None  # test cases of unittest take none
    every = [key for keys in _fixtures(graph).named.values() for key in keys]
    found = [key for key in every if _sees(test[0], key[0]) and max(graph.said[key].pushes) >= level]
    best = max(found, key=lambda key: (key[0] == test[0], len(key[0])), default=None)
    return None if best is None else best[1].rpartition(".")[2]


def _is_open(project: Project, graph: CallGraph) -> bool:
    """Fixtures for all tests may come from elsewhere, or a context from who runs the tests."""
    if any(project.parts(_tests_as_command).values()):
        return True
    known = graph.kept.get(_is_open)
    if known is None:
        plugins = any("plugins" in said.marks for said in graph.said.values() if said.marks)
        known = graph.kept[_is_open] = plugins or any(
            not _is_plain(project, key[0]) for key in _fixtures(graph).autouse
        )
    return bool(known)


def _is_plain(project: Project, document: str) -> bool:
    """A file that pytest reads by its name."""
    name = document.rpartition("/")[2]
    return name == "conftest.py" or (kinds.is_test(project, document) and "test" in name)


def _may_do_more(graph: CallGraph, fixture: Said) -> bool:
    """It calls what pushes a context."""
    return any(graph.said.get(site.callee, NOTHING_SAID).pushes != (0, 0) for site in fixture.calls if site.callee[1])


def _autouse(graph: CallGraph, document: str) -> list[Key]:
    return [key for key in _fixtures(graph).autouse if _sees(document, key[0])]


def _fixture(graph: CallGraph, document: str, name: str) -> Key | None:
    """The nearest fixture of a name: in the file, or in a ``conftest.py`` above it."""
    found = [key for key in _fixtures(graph).named.get(name, ()) if _sees(document, key[0])]
    return max(found, key=lambda key: (key[0] == document, len(key[0])), default=None)


def _sees(document: str, other: str) -> bool:
    if document == other:
        return True
    folder, _, file = other.rpartition("/")
    return file == "conftest.py" and document.startswith(f"{folder}/")


class _Fixtures(NamedTuple):
    named: dict[str, list[Key]]
    autouse: list[Key]
    leaving: list[Key]
    """They leave a context, or push it for more than one test."""


def _fixtures(graph: CallGraph) -> _Fixtures:
    known = graph.kept.get(_fixtures)
    if known is None:
        named: dict[str, list[Key]] = {}
        for key, entries in graph.entries.items():
            if any(entry.kind == "fixture" for entry in entries):
                named.setdefault(key[1].rpartition(".")[2], []).append(key)
        marked = [(key, graph.said[key]) for keys in named.values() for key in keys]
        autouse = [key for key, said in marked if "autouse" in said.marks]
        leaving = [key for key, said in marked if said.pushes[1] or ("wide" in said.marks and said.pushes[0])]
        known = graph.kept[_fixtures] = _Fixtures(named, autouse, leaving)
    return cast("_Fixtures", known)
