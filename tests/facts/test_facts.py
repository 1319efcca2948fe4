"""Facts: a function of the text alone, in the order in which things happen, inside their block."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.interface import interface_of
from flask_lsp.facts.model import (
    OTHER,
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Branch,
    Call,
    Defined,
    Function,
    Items,
    Joined,
    Leave,
    Literal,
    Loop,
    Opaque,
    Pairs,
    Parameter,
    Path,
    Store,
    Try,
    Use,
    With,
)
from flask_lsp.facts.python import facts_of
from flask_lsp.facts.traverse import every_event
from flask_lsp.syntax import parse as syntax
from flask_lsp.syntax.parse import Tree, parse_file
from flask_lsp.text import Span, apply
from tests.texts import broken, corpus, read, seeds, some_edit, some_file, texts

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")


def facts(text: str) -> BlockFacts:
    """The facts of a text that is one block."""
    (placed,) = parse_file(text).blocks
    return facts_of(placed.block)


def fresh(text: str) -> Tree:
    """The tree of blocks that nobody has looked at."""
    kept = dict(syntax._blocks.items())
    syntax._blocks.clear()
    try:
        return parse_file(text)
    finally:
        syntax._blocks.clear()
        syntax._blocks.update(kept)


def spans(value: Any) -> Iterator[Span]:
    """Every span in some facts."""
    stack = [value]
    while stack:
        match stack.pop():
            case Span() as span:
                yield span
            case tuple() as several:
                stack += several
            case dict() as mapping:
                stack += mapping.values()
            case node if dataclasses.is_dataclass(node):
                stack += [getattr(node, field.name) for field in dataclasses.fields(node)]
            case _:
                pass


def everything_lies_inside(tree: Tree) -> None:
    for _, block in tree.blocks:
        known = facts_of(block)
        for start, end in spans((known.body, known.bindings, known.functions, known.classes)):
            assert 0 <= start <= end <= len(block.text)
        for start in (*known.functions, *known.classes):
            assert 0 <= start < len(block.text)


@given(texts)
def test_any_text(text: str) -> None:
    everything_lies_inside(parse_file(text))


@given(seeds)
def test_broken_code(seed: int) -> None:
    pick = random.Random(seed)
    tree = parse_file(broken(pick, some_file(pick)[:15_000]))
    everything_lies_inside(tree)
    FileFacts(tree)


@given(seeds)
def test_facts_of_kept_blocks_are_those_of_fresh_ones(seed: int) -> None:
    pick = random.Random(seed)
    text = some_file(pick)[:3000]
    tree = parse_file(text)
    for _ in range(4):
        FileFacts(tree)
        text = apply(text, [some_edit(pick, text)])
        tree = parse_file(text, tree)
        known, new = FileFacts(tree), FileFacts(fresh(text))
        assert known.blocks == new.blocks
        assert known.interface == new.interface
        assert known.bindings == new.bindings


def test_names_stand_where_they_are_bound() -> None:
    for path in corpus()[::8]:
        for _, block in parse_file(read(path)).blocks:
            known = facts_of(block)
            for function in known.functions.values():
                if function.name != "<lambda>":
                    assert block.text[slice(*function.span)] == function.name
            for defined in known.classes.values():
                assert block.text[slice(*defined.span)] == defined.name


@pytest.mark.parametrize(
    "text",
    [
        "def d():\n pass",
        "async def ef(): pass",
        "class c: pass",
        "@a\ndef \\\n  f(): pass",
        "@class_\nclass s(a): pass",
        "def ﬁ(): 0",
    ],
)
def test_names_are_not_looked_for_in_keywords(text: str) -> None:
    known = facts(text)
    (bounds,) = known.bindings.values()
    name = "ﬁ" if "ﬁ" in text else bounds[0].name
    assert text[slice(*bounds[0].span)] == name
    assert text[: bounds[0].span.start].rstrip(" \\\n").endswith(("def", "class"))


# -- values ----------------------------------------------------------------------------------------------------------


def test_literals_are_equal_when_they_are_written_alike() -> None:
    assert Literal(1) != Literal(True)
    assert Literal(1) != Literal(1.0)
    assert Literal(0) != Literal(False)
    assert Literal("a") == Literal("a")
    assert Literal(None) == Literal(None)
    assert len({Literal(1), Literal(True), Literal(1.0), Literal(1)}) == 3
    assert FileFacts(parse_file("DEBUG = 1\n")).interface != FileFacts(parse_file("DEBUG = True\n")).interface


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a' 'b'", Literal("ab")),
        ("'a' + 'b'", Literal("ab")),
        ("b'a' + b'b'", Literal(b"ab")),
        ("'a' + b'b'", OTHER),
        ("'a' + b", Joined((Literal("a"), Path("b")))),
        ("a + '/b' + c", Joined((Path("a"), Literal("/b"), Path("c")))),
        ("a + b", OTHER),
        ("[a] + [b]", Items((Path("a"), Path("b")))),
        ("-1", Literal(-1)),
        ("f'a'", Literal("a")),
        ("f'{a}/b'", Joined((Path("a"), Literal("/b")))),
        ("f'{a:>3}/b'", OTHER),
        ("...", OTHER),
        ("1j", OTHER),
        ("a.b().c[0]", Path("a.b().c[]", key=Literal(0))),
        ("a(1, *b, c=2, **d)", Path("a()", (Literal(1), OTHER), (("c", Literal(2)), ("**", Path("d"))))),
        ("(a, [1])", Items((Path("a"), Items((Literal(1),))))),
        ("{'a': 1, **b}", Pairs(((Literal("a"), Literal(1)), (OTHER, Path("b"))))),
        ("await a()", Path("a()")),
        ("(a := b)", Path("b")),
        ("lambda: 1", OTHER),
        ("1 .real", OTHER),
        ("''.join(a)", OTHER),
    ],
)
def test_values(text: str, value: object) -> None:
    (bound,) = facts(f"x = {text}").bindings["x"]
    assert isinstance(bound, Assigned)
    assert bound.value == value


# -- events ----------------------------------------------------------------------------------------------------------


def told(body: Body, text: str) -> list[object]:
    """Events in a form that is easy to read."""
    found: list[object] = []
    for event in body:
        match event:
            case Use(path=path):
                found.append(f"use {path}")
            case Call(value=value, callee=callee):
                assert text[slice(*callee)] in value.text or "(" in value.text
                found.append(f"call {value.text}")
            case Bind(bound=Defined(function=function)):
                found.append((f"def {function.name}", told(function.body, text)))
            case Bind(bound=bound):
                found.append(f"bind {bound.name}")
            case Store(target=target):
                found.append(f"store {target.text}")
            case With():
                found.append(("with", told(event.body, text)))
            case Branch():
                found.append(("branch", *(told(part, text) for part in event.bodies)))
            case Loop():
                found.append(("loop", told(event.body, text), told(event.orelse, text)))
            case Try():
                handlers = [handler.body for handler in event.handlers]
                bodies = [event.body, *handlers, event.orelse, event.final]
                found.append(("try", *(told(part, text) for part in bodies)))
            case Leave(how=how):
                found.append(how)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b(c.d, e(), k=f.g)", ["use c.d", "call e()", "use f.g", "call a.b()"]),
        ("a().b().c", ["call a()", "call a().b()", "use a().b().c"]),
        ("a[b.c].d", ["use b.c", "use a[]", "use a[].d"]),
        ("x = y = a()", ["call a()", "bind x", "bind y"]),
        ("a.b = c()", ["call c()", "store a.b"]),
        ("a[b()] = c()", ["call c()", "call b()", "store a[]"]),
        ("a.b += c()", ["call c()", "store a.b"]),
        ("del a.b", ["store a.b"]),
        ("x, (y, *z) = a()", ["call a()", "bind x", "bind y", "bind z"]),
        ("{a(): b(), c(): d()}", ["call a()", "call b()", "call c()", "call d()"]),
        ("a() if b() else c()", ["call b()", ("branch", ["call a()"], ["call c()"])]),
        ("a() and b() and c()", ["call a()", ("branch", ["call b()", "call c()"], [])]),
        ("a() or g or c()", ["call a()", ("branch", [], [("branch", [], ["call c()"])])]),
        ("a and b", []),
        ("'k' in a", ["use a"]),
        ("[b(x) for x in a if c(x)]", ["use a", ("loop", ["call c()", "call b()"], [])]),
        ("sum(b(x) for x in a)", ["use a", ("loop", ["call b()"], []), "call sum()"]),
        ("each(b(x) for x in a)", ["use a", "call each()"]),
        (
            "for x in a():\n    b()\nelse:\n    c()",
            ["call a()", "use a()", "bind x", ("loop", ["call b()"], ["call c()"])],
        ),
        ("while a():\n    break", ["call a()", ("loop", ["break"], [])]),
        ("with a() as x, b():\n    c()", ["call a()", "bind x", "call b()", ("with", ["call c()"])]),
        (
            "if a():\n    b()\nelif c():\n    d()",
            ["call a()", ("branch", ["call b()"], ["call c()", ("branch", ["call d()"], [])])],
        ),
        (
            "try:\n    a()\nexcept E as x:\n    b()\nelse:\n    c()\nfinally:\n    d()",
            [("try", ["call a()"], ["call b()"], ["call c()"], ["call d()"])],
        ),
        ("@a()\ndef f(x=b()):\n    return c()", ["call a()", "call b()", ("def f", ["call c()", "return"])]),
        ("class A(b()):\n    x = c()", ["call b()", "bind A"]),
        (
            "match a():\n    case [x, *y] if b():\n        c()",
            ["call a()", "bind x", "bind y", "call b()", ("branch", ["call c()"])],
        ),
        ("(x := a())", ["call a()", "bind x"]),
        ("import a.b", ["bind ", "bind a"]),
        ("from a import *", ["bind *"]),
        ("raise a() from b", ["call a()", "raise"]),
        ("x: int = a()", ["call a()", "bind x"]),
        ("f'{a()} {b.c}'", ["call a()", "use b.c"]),
    ],
)
def test_events(text: str, expected: list[object]) -> None:
    assert told(facts(text).body, text) == expected


def test_scopes() -> None:
    text = (
        "def f(a: int, *b: int, c=1, **d):\n"
        "    global g\n"
        "    x = [i for i in a]\n"
        "    y = (j for j in a)\n"
        "    def h(): nonlocal x\n"
        "    for k in a: pass\n"
        "    try: pass\n"
        "    except E as e: pass\n"
        "    import m.n, o as p\n"
        "    class K: z = 1\n"
        "    lambda q: (r := q)\n"
    )
    function = facts(text).functions[0]
    assert set(function.bindings) == {*"abcdxyijhkempK"}
    assert function.outer == {"g"}
    assert function.bindings["a"] == (Parameter("a", "int", Span(6, 12)),)
    assert function.bindings["b"] == (Parameter("b", None, Span(15, 21), None, "*"),)
    assert isinstance(function.bindings["j"][0], Opaque)
    (inner,) = [one for one in facts(text).functions.values() if one.name == "<lambda>"]
    assert set(inner.bindings) == {"q", "r"}


def test_functions_and_classes_are_found_wherever_they_stand() -> None:
    text = "class A:\n    def f(self):\n        def g():\n            class B: pass\n        return lambda: 1\n"
    known = facts(text)
    assert sorted(function.name for function in known.functions.values()) == ["<lambda>", "f", "g"]
    assert sorted(defined.name for defined in known.classes.values()) == ["A", "B"]


# -- interfaces ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    return a\n", "async def f():\n    return a\n"),
        ("def f():\n    return a\n", "def f():\n    global a\n    a = 1\n    return a\n"),
        ("def f():\n    x = a()\n    return x\n", "def f():\n    x = b()\n    return x\n"),
        ("def f(): pass\n", "@a\ndef f(): pass\n"),
        ("class A(b): pass\n", "class A(c): pass\n"),
        ("from .a import b\n", "from a import b\n"),
        ("x = 0\n", "x = False\n"),
        ("def f(a): pass\n", "def g(a): pass\n"),
        ("def f(app):\n    app.register_blueprint(a)\n", "def f(app):\n    app.register_blueprint(b)\n"),
    ],
)
def test_what_others_see(before: str, after: str) -> None:
    assert interface_of(facts(before)) != interface_of(facts(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    print(1)\n", "def f():\n    # why\n    print(2, a)\n"),
        ("x = 1\n", "x   =   1  # why\n"),
        ("def f():\n    x = a()\n    return b\n", "def f():\n    y = c()\n    return b\n"),
    ],
)
def test_what_others_do_not_see(before: str, after: str) -> None:
    assert interface_of(facts(before)) == interface_of(facts(after))


# -- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "+".join(["a"] * 5000) + "\n",
        "x = " + "+".join(["'a'"] * 900) + "\n",
        "x = " + "-" * 900 + "1\n",
        "x = " + "a." * 5000 + "b\n",
        "x = a" + "()" * 3000 + "\n",
        "x = " + "[" * 90 + "]" * 90 + "\n",
        "x = " + "a if b else " * 900 + "c\n",
        "x = " + "lambda: " * 90 + "c\n",
        "if a:\n    pass\n" + "elif a:\n    pass\n" * 3000,
        "if a:\n    x()\n" + "elif a:\n    x()\n" * 200,
        "".join("    " * depth + "if a:\n" for depth in range(90)) + "    " * 90 + "x()\n",
        "def f():\n" + "    x = 1\n" * 5000,
        "x = [" + "é, " * 5000 + "]\n",
    ],
    ids=lambda text: f"{text[:12]!r}",
)
def test_deep_and_long(text: str) -> None:
    tree = parse_file(text + "y = 1\n")
    everything_lies_inside(tree)
    known = FileFacts(tree)
    assert "y" in known.bindings
    assert known.interface == FileFacts(fresh(text + "y = 1\n")).interface


def test_a_name_bound_many_times_costs_no_more_than_many_names() -> None:
    known = FileFacts(parse_file("x = 1\n" * 20_000))
    assert len(known.bindings["x"]) == 20_000
    assert [at.start for at in known.bindings["x"][:3]] == [0, 6, 12]


def test_every_event_goes_into_bodies_but_not_functions() -> None:
    text = "if a:\n    with b():\n        c()\n    def f():\n        d()\n    class A:\n        e()\n"
    calls = [event.value.text for event in every_event(facts(text).body) if isinstance(event, Call)]
    assert calls == ["b()", "c()", "e()"]
    assert isinstance(facts(text).functions, dict)
    assert all(isinstance(function, Function) for function in facts(text).functions.values())
