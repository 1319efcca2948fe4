"""Asks jedi what names of installed packages mean. The only module that knows jedi; nothing else imports it.

jedi is not thread-safe and may take its time: one thread asks it, one name after the other, when nobody types. It
reads the folders of an environment and nothing else: no interpreter is started, and no module is imported but those of
the standard library that this program runs on.
"""

from __future__ import annotations

import ast
import logging
import os
import shutil
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from importlib.machinery import BuiltinImporter, PathFinder
from importlib.util import module_from_spec
from typing import Any, TypeAlias

from flask_lsp.project import answer_cache
from flask_lsp.project.answer_cache import Answers
from flask_lsp.project.installed import Installed
from flask_lsp.project.names import home
from flask_lsp.project.packages import STAR, parts, root_of

log = logging.getLogger(__name__)

Known: TypeAlias = Mapping[str, str]
"""By path its canonical name, see ``Packages.known``."""

KINDS = frozenset({"flask.Flask", "flask.Blueprint", "flask_sqlalchemy.SQLAlchemy"})
"""What a class of a package goes by if it derives from it. No views: what Flask-RESTX makes of a ``Resource`` is
another matter than what Flask makes of a ``MethodView``."""
_FORMAT = "1"
"""Part of the name of the cache: another one forgets what older versions answered."""
_MOST_BASES = 60


class Bridge:
    """Answers questions in the background, in the order in which they come."""

    def __init__(self, cache: str | None = None, pause: float = 0.0) -> None:
        self._cache = cache
        self._pause = pause
        """Seconds without a keystroke before the next name is looked at."""
        self._disturbed = 0.0
        self._changed = threading.Condition()
        self._questions: list[tuple[tuple[str, ...], Sequence[str], Callable[[Known], None]]] = []
        self._busy = False
        self._thread: threading.Thread | None = None
        self._environments: dict[tuple[str, ...], _Environment] = {}

    def ask(self, folders: tuple[str, ...], paths: Sequence[str], done: Callable[[Known], None]) -> None:
        """Looks ``paths`` up in the environment with these site-packages; ``done`` is called in the bridge's thread
        with those that go by another name than they are written by, and only if there are some."""
        if not folders or not paths:
            return
        with self._changed:
            self._questions.append((folders, paths, done))
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="flask-lsp-jedi", daemon=True)
                self._thread.start()

    def disturb(self) -> None:
        """Somebody types: what is not begun waits."""
        self._disturbed = time.monotonic()

    def forget(self, folders: tuple[str, ...]) -> None:
        """The packages in these folders have changed."""
        with self._changed:
            self._environments.pop(folders, None)

    def answers(self, folders: tuple[str, ...], paths: Sequence[str]) -> list[Known]:
        """What ``ask`` would tell, when it is known."""
        told: list[Known] = []
        self.ask(folders, paths, told.append)
        with self._changed:
            self._changed.wait_for(lambda: not self._questions and not self._busy)
        return told

    def _work(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._questions))
                folders, paths, done = self._questions.pop(0)
                self._busy = True
                environment = self._environments.setdefault(folders, _Environment(folders, self._cache))
            try:
                if known := environment.answer(paths, self._rest):
                    done(known)
            except Exception:  # a bug here costs these answers only
                log.exception("jedi cannot be asked")

    def _rest(self) -> None:
        while (left := self._disturbed + self._pause - time.monotonic()) > 0:
            time.sleep(left)


class _Environment:
    """What is known of the packages in some folders."""

    def __init__(self, folders: tuple[str, ...], cache: str | None) -> None:
        self._installed = Installed(folders)
        self._cache = cache
        self._answers: dict[str, Answers] = {}
        """By top-level module, what was answered of it."""

    def answer(self, paths: Iterable[str], rest: Callable[[], None]) -> Known:
        """The canonical names of those paths that have another one."""
        by_module: dict[str, list[str]] = {}
        for path in paths:
            by_module.setdefault(root_of(path), []).append(path)
        known: dict[str, str] = {}
        for module, asked in by_module.items():
            if self._installed.on_flask(module):
                known |= self._of_module(module, asked, rest)
        return known

    def _of_module(self, module: str, paths: list[str], rest: Callable[[], None]) -> Known:
        key = self._installed.key(module)
        file = os.path.join(self._folder, f"{key}.json") if key else ""
        if module not in self._answers:
            self._answers[module] = answer_cache.load(file) if file else {}
        answers = self._answers[module]
        before = len(answers)
        for path in paths:
            for part in [path] if STAR in path else _questions(path):
                if part not in answers:
                    rest()
                    answers[part] = self._jedi.meaning(part)
                if answers[part] is not None:
                    break
        if file and len(answers) > before:
            answer_cache.save(file, answers)
        return {path: meaning for path, meaning in answers.items() if meaning is not None}

    @cached_property
    def _folder(self) -> str:
        versions = f"{_FORMAT}-{sys.version_info[0]}.{sys.version_info[1]}"
        return os.path.join(self._cache or answer_cache.folder(), f"names-{versions}")

    @cached_property
    def _jedi(self) -> _Jedi:
        return _Jedi(self._installed.paths, os.path.join(self._cache or answer_cache.folder(), "jedi"))


def _questions(path: str) -> list[str]:
    """The parts of a path whose meaning settles that of the whole."""
    return [part for part in parts(path.partition("[")[0]) if "." in part]


class _Jedi:
    """jedi for one environment. Its modules are loaded with the first of these."""

    def __init__(self, paths: tuple[str, ...], cache: str) -> None:
        begin = time.perf_counter()
        import jedi  # pyright: ignore[reportMissingTypeStubs]

        self._cache = jedi.settings.cache_directory = cache
        jedi.settings.dynamic_params = False  # it would search whole folders for calls
        self._jedi: Any = jedi
        self._environment = _environment()
        standard = self._environment.get_sys_path()
        self._project: Any = jedi.Project(
            paths[0], sys_path=[*paths, *standard], smart_sys_path=False, load_unsafe_extensions=False
        )
        self._kinds: dict[str, str | None] = {}
        self._bases: dict[str, dict[int, list[tuple[int, int]]]] = {}
        log.debug("jedi is ready after %.0f ms", (time.perf_counter() - begin) * 1000)

    def meaning(self, path: str) -> str | None:
        """The canonical name of a path, ``None`` where it is no other than the path itself."""
        begin = time.perf_counter()
        try:
            with _LOCK:
                return self._twice(path)
        except Exception as error:  # noqa: BLE001 - whatever it stumbles over
            log.info("jedi does not understand %s: %r", path, error)
            return None
        finally:
            log.debug("jedi: %s took %.0f ms", path, (time.perf_counter() - begin) * 1000)

    def _twice(self, path: str) -> str | None:
        try:
            return self._meaning(path)
        except RecursionError:
            return None
        except Exception as error:  # noqa: BLE001 - it stumbles over its own cache, if that is corrupt
            log.warning("jedi fails, its cache %s is dropped: %r", self._cache, error)
            shutil.rmtree(self._cache, ignore_errors=True)
            return self._meaning(path)

    def _meaning(self, path: str) -> str | None:
        module, star, name = path.partition(STAR)
        code = f"from {module} import *\n{name}" if star else f"{self._import(path)}\n{path}"
        script = self._jedi.Script(code, project=self._project, environment=self._environment)
        line = code.count("\n") + 1
        column = len(code.rpartition("\n")[2].removesuffix("()"))
        return self._star(path, script, line, column) if star else self._of(script, path, line, column)

    def _of(self, script: Any, path: str, line: int, column: int) -> str | None:
        called = path.endswith("()")
        targets = script.goto(line, column, follow_imports=True)
        if not called and (alias := _alias(targets)):
            return alias
        values = script.infer(line, column)
        if called:
            values = [result for value in values if value.type == "function" for result in value.execute()]
        return self._kind(values)

    def _star(self, path: str, script: Any, line: int, column: int) -> str:
        """What a star brings: the name in its package, if no other; nothing where the star does not bring it."""
        if not script.goto(line, column):
            return ""
        return self._of(script, path, line, column) or path.replace(STAR, ".")

    def _import(self, path: str) -> str:
        """The statement that makes all modules in the path known, not only the package."""
        found = root_of(path)
        for part in parts(path.partition("(")[0]):
            steps = part.split(".")
            if any(os.path.exists(os.path.join(each, *steps) + end) for each in self._paths for end in ("", ".py")):
                found = part
        return f"import {found}"

    @property
    def _paths(self) -> list[str]:
        return self._project.sys_path

    def _kind(self, values: list[Any]) -> str | None:
        """What all the values are, leaving aside that they may be nothing yet."""
        found = {self._value(value) for value in values if value.full_name != "builtins.NoneType"}
        return found.pop() if len(found) == 1 else None

    def _value(self, value: Any) -> str | None:
        if value.type not in ("class", "instance"):
            return None
        kind = self._class(value)
        return f"{kind}()" if kind and value.type == "instance" else kind

    def _class(self, value: Any) -> str | None:
        """The first of the ``KINDS`` that a class is or derives from."""
        name: str = value.full_name or ""
        if name not in self._kinds:
            self._kinds[name] = None  # also ends a class that derives from itself
            self._kinds[name] = home(name) if home(name) in KINDS else self._inherited(value)
        return self._kinds[name]

    def _inherited(self, value: Any) -> str | None:
        if value.module_path is None or value.line is None or len(self._kinds) > 100 * _MOST_BASES:
            return None
        file = str(value.module_path)
        positions = self._bases_in(file).get(value.line, [])
        if not positions:
            return None
        script = self._jedi.Script(path=file, project=self._project, environment=self._environment)
        for line, column in positions[:_MOST_BASES]:
            for base in script.infer(line, column):
                if base.type == "class" and (kind := self._class(base)):
                    return kind
        return None

    def _bases_in(self, file: str) -> dict[int, list[tuple[int, int]]]:
        """By the line of each class in a file, where its bases end."""
        if file not in self._bases:
            with open(file, "rb") as opened:
                tree = ast.parse(opened.read())
            self._bases[file] = {
                node.lineno: [
                    (base.end_lineno or 1, base.end_col_offset or 0)
                    for base in node.bases
                    if isinstance(base, ast.Name | ast.Attribute)
                ]
                for node in ast.walk(tree)
                if isinstance(node, ast.ClassDef)
            }
        return self._bases[file]


_LOCK = threading.Lock()
"""jedi keeps state in its modules: one caller at a time, however many bridges there are."""


def _alias(targets: list[Any]) -> str | None:
    """The public name in Flask of what the targets are, where they are that and nothing else."""
    found = {home(target.full_name or "") for target in targets}
    name = found.pop() if len(found) == 1 else ""
    package, _, rest = name.partition(".")
    return name if package == "flask" and (rest.isidentifier() or name == package) else None


def _environment() -> Any:
    """The environment of this program, without what is installed in it. No interpreter is started for it."""
    from jedi.api.environment import InterpreterEnvironment  # pyright: ignore[reportMissingTypeStubs]
    from jedi.inference.compiled.subprocess import (  # pyright: ignore[reportMissingTypeStubs]
        InferenceStateSameProcess,
    )

    class Process(InferenceStateSameProcess):
        def load_module(self, dotted_name: str, sys_path: list[str]) -> Any:
            """Only what is part of Python is loaded, and before jedi changes ``sys.path``, which others use too."""
            if root_of(dotted_name) not in sys.stdlib_module_names or not _load_standard(dotted_name):
                return None
            load: Any = getattr(super(), "__getattr__")("load_module")  # noqa: B009 - it is without types
            return load(dotted_name=dotted_name, sys_path=sys_path)

    class Standard(InterpreterEnvironment):
        def get_sys_path(self) -> list[str]:
            return standard_library()

        def get_inference_state_subprocess(self, inference_state: Any) -> Any:
            return Process(inference_state)

    return Standard()


def _load_standard(name: str) -> bool:
    """Loads a compiled module of the standard library from its folders, wherever else that name may be found."""
    if name in sys.modules:
        return True
    spec = BuiltinImporter.find_spec(name) or PathFinder.find_spec(name, standard_library())
    if spec is None or spec.loader is None or "." in name:
        return False
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return True


def standard_library() -> list[str]:
    """The folders of the standard library that this program runs on."""
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    extensions = {os.path.join(each, "lib-dynload") for each in folders} | {os.path.join(sys.base_prefix, "DLLs")}
    return [path for path in sys.path if path in folders | extensions]
