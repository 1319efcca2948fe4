"""Small packages that import each other in all the ways there are, and what CPython says of them.

``oracle.py`` beside this file runs a batch of them in one isolated interpreter.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

MODULES = ("a", "b", "p", "p.x", "p.y", "p.q", "p.q.z", "n.m")
"""``p`` and ``p.q`` are packages, ``n`` is one without ``__init__.py``."""
PACKAGES = ("p", "p.q")
NAMES = ("v", "w", "x", "q", "f")


@dataclass(frozen=True)
class Program:
    files: dict[str, str]
    entry: str
    script: bool


@dataclass(frozen=True)
class Seen:
    """How a program ended: nothing for one that worked."""

    file: str = ""
    line: int = 0
    kind: str = ""
    name: str = ""
    partial: str = field(default="", compare=False)
    """The module that, as CPython says, had not run to its end."""


def path_of(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if module in PACKAGES else f"{path}.py"


@st.composite
def programs(draw: st.DrawFn) -> Program:
    chosen = set(draw(st.lists(st.sampled_from(MODULES), min_size=2, max_size=6, unique=True)))
    for module in list(chosen):  # what is in a package needs it
        chosen |= {parent for parent in PACKAGES if module.startswith(f"{parent}.")}
    modules = tuple(sorted(chosen))
    files = {path_of(module): "\n".join(draw(_body(module, modules))) + "\n" for module in modules}
    entry = draw(st.sampled_from(modules))
    return Program(files, entry, draw(st.integers(0, 9)) == 0 and entry not in PACKAGES)


@cache
def _body(module: str, modules: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(_statement(module, modules, 2), min_size=1, max_size=5).map(
        lambda groups: [line for group in groups for line in group]
    )


@cache
def _statement(module: str, modules: tuple[str, ...], depth: int) -> st.SearchStrategy[list[str]]:
    simple = [_binding(), _import(module, modules), _import(module, modules), _import(module, modules)]
    if depth:
        inner = st.lists(_statement(module, modules, depth - 1), min_size=1, max_size=2).map(
            lambda groups: [line for group in groups for line in group]
        )
        simple += [_attempt(inner), _branch(inner), _function(_import(module, modules), modules), _others(inner)]
    return st.one_of(*simple)


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def _without(lines: list[str], *words: str) -> list[str]:
    """The lines, with ``pass`` for those that hold one of the words."""
    blank = [line[: len(line) - len(line.lstrip())] + "pass" for line in lines]
    return [new if any(word in line for word in words) else line for line, new in zip(lines, blank, strict=True)]


@st.composite
def _binding(draw: st.DrawFn) -> list[str]:
    name = draw(st.sampled_from(NAMES[:4]))
    return draw(
        st.sampled_from(
            [
                [f"{name} = anything"],
                [f"{name}: int = anything"],
                [f"class {name}(metaclass=anything): pass"],
                [f"{name} = anything", f"del {name}"],
                [f"for {name} in (anything,): pass"],
                ["from contextlib import nullcontext", f"with nullcontext(anything) as {name}: pass"],
                [f"({name} := anything)"],
                [f"{name}, other = anything, 2"],
                [f"__all__ = ['{name}']"],
                ["__all__ = ['v', 'w']"],
                [f"__all__ = ['{name}']", "__all__ += ['w']"],
            ]
        )
    )


@st.composite
def _import(draw: st.DrawFn, module: str, modules: tuple[str, ...]) -> list[str]:
    target = draw(st.sampled_from(modules))
    name, other = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES[:4]))
    parent, _, last = target.rpartition(".")
    forms = [
        [f"import {target}"],
        [f"import {target} as k"],
        [f"import {target}", f"{target}.{name}"],
        [f"import {target} as k", f"k.{name}"],
        [f"import {target}", f"@anything.use({target}.{name})", "def unused(): pass"],
        [f"import {target}", f"class Sub: value = {target}.{name}"],
        [f"import {target}", f"def unused(value={target}.{name}): pass"],
        [f"from {target} import {name}"],
        [f"from {target} import {name} as {other}"],
        [f"from {target} import {name}, {other}"],
        [f"from {target} import *"],
        [f"from {target} import f", "f()"],
    ]
    if parent:
        forms += [[f"from {parent} import {last}"], [f"from {parent} import {last} as k", f"k.{name}"]]
    package = module if module in PACKAGES else module.rpartition(".")[0]
    if package:
        forms += [[f"from . import {name}"], [f"from . import {other}, {name}"], ["from . import *"]]
        forms += [[f"from .{'x' if package == 'p' else 'z'} import {name}"], [f"from .missing import {name}"]]
        if package == "p.q":
            forms += [[f"from .. import {name}"], [f"from ..x import {name}"], [f"from ... import {name}"]]
        if target.startswith("p."):
            forms += [["from p import x"], ["from p import y, x"]]
    return draw(st.sampled_from(forms))


@st.composite
def _attempt(draw: st.DrawFn, inner: st.SearchStrategy[list[str]]) -> list[str]:
    caught = draw(
        st.sampled_from(
            [
                "ImportError",
                "ImportError",
                "ModuleNotFoundError",
                "(ImportError, AttributeError)",
                "Exception",
                "KeyError",
            ]
        )
    )
    lines = ["try:", *_indented(draw(inner)), f"except {caught}:"]
    lines += _indented(draw(st.one_of(st.sampled_from([["pass"], ["v = anything"], ["raise"]]), inner)))
    if draw(st.booleans()):
        lines += [draw(st.sampled_from(["else:", "finally:"])), *_indented(draw(inner))]
    return lines


@st.composite
def _branch(draw: st.DrawFn, inner: st.SearchStrategy[list[str]]) -> list[str]:
    tests = ["True", "False", "TYPE_CHECKING", "not TYPE_CHECKING", "__name__ == '__main__'", "len(__name__) > 1"]
    test = draw(st.sampled_from([*tests, "len(__name__) > 2"]))
    before = ["from typing import TYPE_CHECKING"] if "TYPE" in test else []
    lines = [*before, f"if {test}:", *_indented(draw(inner))]
    if draw(st.booleans()):
        lines += ["else:", *_indented(draw(inner))]
    return lines


@st.composite
def _function(draw: st.DrawFn, inner: st.SearchStrategy[list[str]], modules: tuple[str, ...]) -> list[str]:
    body = [*_without(draw(inner), "*"), "pass"]
    lines = ["def f():", *_indented(body)]
    return lines + draw(st.sampled_from([[], ["f()"], ["f()"]]))


@st.composite
def _others(draw: st.DrawFn, inner: st.SearchStrategy[list[str]]) -> list[str]:
    body = _indented(draw(inner))
    return draw(
        st.sampled_from(
            [
                ["def __getattr__(name): raise AttributeError(name)"],
                ["def __getattr__(name): return anything"],
                ["from contextlib import nullcontext", "with nullcontext():", *body],
                ["for each in (1,):", *body],
                [
                    "class Holder:",
                    *_without(body, "*", "class Sub", "    f()"),
                    "    pass",
                ],
                ["raise ImportError('given up')"],
            ]
        )
    )


BATCH = 500


def against_python(times: int) -> Iterator[tuple[Program, Seen]]:
    """Programs, ``times`` the number of examples that other properties are tried on, and what CPython makes of them.

    All programs first, then CPython on many at once: a process for each would take a hundred times as long.
    """
    made: list[Program] = []

    @settings(max_examples=settings.default.max_examples * times, phases=[Phase.generate], database=None)
    @given(programs())
    def collect(program: Program) -> None:
        made.append(program)

    collect()
    for start in range(0, len(made), BATCH):
        batch = made[start : start + BATCH]
        yield from zip(batch, observed(batch), strict=True)


def written(program: Program) -> str:
    """The program, for a person."""
    files = (f"--- {path}\n{text}" for path, text in program.files.items())
    return f"{program.entry} script={program.script}\n" + "\n".join(files)


def observed(batch: list[Program]) -> list[Seen]:
    """What CPython makes of the programs."""
    oracle = Path(__file__).with_name("oracle.py")
    with tempfile.TemporaryDirectory() as folder:
        asked = json.dumps([[each.files, each.entry, each.script] for each in batch])
        command = [sys.executable, "-I", "-S", "-B", str(oracle), folder]
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return [Seen(*row) for row in json.loads(done.stdout)]
