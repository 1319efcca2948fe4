"""Small Flask programs that call each other in all the ways there are, and what Flask says of each use of a context.

A use stands in a line of its own, with its number: ``current_app.name  # 7``. What is run has probes in their place, so
that a program goes on after a use that raises. ``context_oracle.py`` runs a batch of them in one interpreter.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

USES = {"current_app.name": 1, "g.get('x')": 1, "request.path": 2, "session.get('x')": 2}
HEAD = """\
from contextlib import ExitStack, contextmanager
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from threading import Thread, Timer

from flask import Flask, copy_current_request_context, current_app, g, has_app_context, has_request_context
from flask import request, session
from flask.cli import with_appcontext

app = Flask(__name__)
app.config["SECRET_KEY"] = "key"
started = []


@contextmanager
def pushed():
    with app.app_context():
        yield


@contextmanager
def requested():
    context = app.test_request_context()
    context.push()
    yield
    context.pop()


@contextmanager
def nothing():
    yield


def needs_app(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        with app.app_context():
            return function(*args, **kwargs)

    return wrapper


def plain(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def in_background(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        thread = Thread(target=function, args=args, kwargs=kwargs)
        started.append(thread)
        thread.start()

    return wrapper


def call(function):
    function()


def later(function):
    thread = Thread(target=function)
    started.append(thread)
    thread.start()


class Base:
    def inherited(self):
        self.hook()

    def hook(self):
        pass
"""
_TESTS = (
    *("has_app_context()", "has_request_context()", "current_app", "request", "not current_app"),
    *("not has_request_context()", "has_app_context() and has_request_context()", "g or request"),
)
_USE = re.compile(r"^(\s*)(.+?)  # (\d+)$", re.MULTILINE)


_OBJECTS = (
    lambda number: [f"    C{number}().run()"],
    lambda number: [f"    C{number}().inherited()", "    Base().inherited()"],
    lambda number: [
        *(f"    class D(C{number}):", "        def run(self):", "            super().run()", "", "    D().run()"),
    ],
    lambda number: [
        *("    class Owner:", "        def __init__(self):", f"            self.inner = C{number}()", ""),
        *("        def go(self):", "            self.inner.run()", "", "    Owner().go()"),
    ],
    lambda number: [
        *("    class Worker(Thread):", "        def run(self):", f"            C{number}().run()", ""),
        *("    worker = Worker()", "    started.append(worker)", "    worker.start()"),
    ],
)
"""What functions do with the class that stands before them."""


class _Writer:
    """Writes one program: functions call only those that stand behind them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.uses = self.contexts = 0
        self.count = rng.randint(2, 5)
        self.lines: list[str] = []

    def program(self) -> str:
        for number in range(self.count):
            self.function(number)
        for number in range(self.rng.randint(1, 2)):
            self.lines += [
                "",
                "",
                f'@app.get("/v{number}")',
                f"def view{number}():",
                *self.body(0, 1),
                '    return "x"',
            ]
        if self.rng.random() < 0.4:
            self.lines += ["", "", '@app.cli.command("c0")', "def command0():", *self.body(0, 1)]
        if self.rng.random() < 0.2:
            self.lines += ["", "", "@app.before_request", "def before():", *self.body(0, 1)]
        if self.rng.random() < 0.3:
            self.lines += ["", "", "def test_it():", *self.body(0, 1)]
        if self.rng.random() < 0.2:
            self.uses += 1
            kept = ["    with app.test_client() as client:", '        client.get("/v0")']
            use = f"        {self.rng.choice(list(USES))}  # {self.uses}"
            self.lines += ["", "", "def test_kept():", *kept, use, *self.body(0, 1)]
        if self.rng.random() < 0.3:
            self.lines += ["", "", *self.body(0, 0)]
        return HEAD + "\n".join(self.lines) + "\n"

    def function(self, number: int) -> None:
        choice = self.rng.random()
        if choice < 0.15:
            self.lines += ["", "", f"class C{number}(Base):", "    def run(self):", *self.body(number + 1, 2)]
            if self.rng.random() < 0.3:
                self.lines += ["", "    def hook(self):", *self.body(number + 1, 2)]
            self.lines += ["", "", f"def f{number}():", *self.rng.choice(_OBJECTS)(number)]
            return
        decorator = self.rng.choice(["", "", "", "", "@needs_app", "@plain", "@in_background", "@with_appcontext"])
        if decorator == "@with_appcontext":
            decorator = "@needs_app"
        self.lines += ["", "", *([decorator] if decorator else []), f"def f{number}():", *self.body(number + 1, 1)]

    def body(self, first: int, depth: int) -> list[str]:
        """Statements that may call the functions from ``first`` on."""
        lines: list[str] = []
        for _ in range(self.rng.choice([1, 2, 2, 3])):
            lines += self.statement(first, depth, 0)
        return lines

    def statement(self, first: int, depth: int, nested: int) -> list[str]:
        pad, choice = "    " * depth, self.rng.random()
        if choice < 0.35 or nested > 2:
            return self.use(pad)
        if choice < 0.6:
            return self.calling(first, pad)
        if choice < 0.78:
            manager = self.rng.choice(
                ["app.app_context()", "app.test_request_context()", "pushed()", "requested()", "nothing()"]
            )
            return [f"{pad}with {manager}:", *self.inner(first, depth + 1, nested)]
        if choice < 0.93:
            test = self.rng.choice(_TESTS)
            lines = [f"{pad}if {test}:", *self.inner(first, depth + 1, nested)]
            if depth and self.rng.random() < 0.2:
                asks = self.rng.choice(["if", "if" if nested else "while"])
                return [f"{pad}{asks} {test}:", f"{pad}    return None"]
            return lines + ([f"{pad}else:", *self.inner(first, depth + 1, nested)] if self.rng.random() < 0.3 else [])
        if choice < 0.96:
            lines = [f"{pad}with ExitStack() as stack:", f"{pad}    stack.enter_context(app.app_context())"]
            return [*lines, *self.inner(first, depth + 1, nested)]
        self.contexts += 1
        name = f"context{self.contexts}"
        lines = [f"{pad}{name} = app.app_context()", f"{pad}{name}.push()"]
        return [*lines, *self.inner(first, depth, nested), f"{pad}{name}.pop()"]

    def use(self, pad: str) -> list[str]:
        self.uses += 1
        test = self.rng.choice(_TESTS)
        use = f"{pad}    {self.rng.choice(list(USES))}  # {self.uses}"
        choice = self.rng.random()
        if choice < 0.85:
            return [use[4:]]
        if choice < 0.9:
            return [f"{pad}({test}) and started is not None and (", use, f"{pad})"]
        if choice < 0.95:
            return [f"{pad}[", use, f"{pad}    for _ in range(2)", f"{pad}    if {test}", f"{pad}]"]
        return [f"{pad}(", use, f"{pad}) if {test} else None"]

    def inner(self, first: int, depth: int, nested: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.rng.randint(1, 2)):
            lines += [line for line in self.statement(first, depth, nested + 1) if "return None" not in line]
        return _whole(lines, "    " * depth)

    def calling(self, first: int, pad: str) -> list[str]:
        if first >= self.count:
            return [f"{pad}str(1)"]
        name = f"f{self.rng.randrange(first, self.count)}"
        self.contexts += 1
        nested = f"nested{self.contexts}"
        return self.rng.choice(
            [
                [f"{pad}{name}()"],
                [f"{pad}{name}()"],
                [f"{pad}call({name})"],
                [f"{pad}later({name})"],
                [f"{pad}thread = Thread(target={name})", f"{pad}started.append(thread)", f"{pad}thread.start()"],
                [
                    f"{pad}thread = Thread(target=lambda: {name}())",
                    f"{pad}started.append(thread)",
                    f"{pad}thread.start()",
                ],
                [f"{pad}timer = Timer(0, partial({name}))", f"{pad}started.append(timer)", f"{pad}timer.start()"],
                [f"{pad}with ThreadPoolExecutor(1) as pool:", f"{pad}    pool.submit({name})"],
                [f"{pad}def {nested}():", f"{pad}    {name}()", "", f"{pad}{nested}()"],
                [f"{pad}for _ in range(2):", f"{pad}    {name}()"],
            ]
        )


def _whole(lines: list[str], pad: str) -> list[str]:
    """A header whose body was taken away gets another."""
    found: list[str] = []
    for index, line in enumerate(lines):
        found.append(line)
        after = lines[index + 1] if index + 1 < len(lines) else ""
        indent = len(line) - len(line.lstrip())
        if line.endswith(":") and len(after) - len(after.lstrip()) <= indent:
            found.append(" " * (indent + 4) + "pass")
    return found or [f"{pad}pass"]


@cache
def programs(times: int = 1) -> tuple[str, ...]:
    """As many programs as the profile of hypothesis asks for."""
    found: list[str] = []
    count = settings().max_examples * times

    @settings(max_examples=count, phases=[Phase.generate], database=None)
    @given(st.integers(0, 2**32))
    def collect(seed: int) -> None:
        found.append(_Writer(random.Random(seed)).program())

    collect()
    return tuple(dict.fromkeys(found))


def runnable(text: str) -> str:
    """The program with probes in the place of its uses."""
    return _USE.sub(r"\1probe(\3, lambda: \2)", text)


def uses(text: str) -> dict[int, tuple[int, int]]:
    """By their numbers the offset of each use and the context it needs."""
    return {int(found[3]): (found.start(2), USES[found[2]]) for found in _USE.finditer(text)}


def as_flask_says(texts: tuple[str, ...]) -> list[dict[int, set[bool]]]:
    """For each program, by the number of a use whether it worked: both where it did and did not."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump([runnable(text) for text in texts], file)
        file.flush()
        command = [sys.executable, str(Path(__file__).with_name("context_oracle.py")), file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stderr[-3000:]
    return [{int(key): set(value) for key, value in each.items()} for each in json.loads(done.stdout)]
