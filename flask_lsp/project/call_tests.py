"""What is done to tests before they run: the marks of pytest on them, what is put in the place of something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from flask_lsp.facts.model import Assigned, Bind, ClassDefined, Items, Literal, Path, Value

PATCHES = re.compile(r"(?:^|\.)(?:patch(?:\.\w+)?|setattr)$")
SET_UP = ("setUpClass", "setUp", "setup_class", "setup_method", "asyncSetUp")
"""The methods that run before the tests of a class."""
OF_MODULE = ("setUpModule", "setup_module", "setup_function", "setup")
"""The functions that run before the tests of a module."""
RUNS = ("run", "__call__", "debug")
"""The methods by which a test case of unittest runs its tests."""
_NOT_MEANT_TO_WORK = frozenset(
    {
        *("pytest.mark.skip", "pytest.mark.xfail", "unittest.skip", "unittest.expectedFailure"),
        *("unittest.case.skip", "unittest.case.expectedFailure"),
    }
)
_UNKNOWN = "use:?"
_HARMLESS = ("unittest.", "pytest.mark.", "ddt.", "parameterized.", "nose.", "freezegun.", "allure.")


def marks_of(value: Value, name: Callable[[str], str | None]) -> Iterator[str]:
    """The marks of tests (``call_model.Said.marks``) by a decorator or by what ``pytestmark`` is bound to: ``use:NAME``
    for a fixture, ``use:?`` for one that nobody knows, ``given:NAME`` for what is no fixture, ``skipped``, ``patched``.
    """
    if isinstance(value, Items):
        for each in value.values:
            yield from marks_of(each, name)
        return
    path = value.text.removesuffix("()") if isinstance(value, Path) else ""
    canonical = name(path) or path
    if not isinstance(value, Path):
        yield _UNKNOWN
    elif canonical in _NOT_MEANT_TO_WORK:
        yield "skipped"
    elif PATCHES.search(path):
        yield "patched"
    elif canonical == "pytest.mark.usefixtures":
        yield from (f"use:{each.value}" if isinstance(each, Literal) else _UNKNOWN for each in value.args)
    elif canonical == "pytest.mark.parametrize":
        yield from (f"given:{each}" for each in _parameters(value))
    elif not canonical.startswith(_HARMLESS) or canonical.endswith("()"):
        yield _UNKNOWN  # a mark of another name may use a fixture


def _parameters(mark: Path) -> list[str]:
    """What a test is given by ``parametrize``."""
    names = mark.args[0] if len(mark.args) > 1 and mark.keyword("indirect") is None else None
    match names:
        case Literal(value=str(text)):
            return [each.strip() for each in text.split(",")]
        case Items(values=values):
            return [str(each.value) for each in values if isinstance(each, Literal)]
        case _:
            return []


def class_marks(class_: ClassDefined, name: Callable[[str], str | None]) -> frozenset[str]:
    """The marks of the tests in a class, by its decorators and its ``pytestmark``."""
    bounds = [event.bound for event in class_.body if isinstance(event, Bind)]
    own = [bound.value for bound in bounds if isinstance(bound, Assigned) and bound.name == "pytestmark"]
    return frozenset(mark for value in (*class_.decorators, *own) for mark in marks_of(value, name))
