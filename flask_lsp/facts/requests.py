"""What functions do while a request is answered: what they put on ``g`` and read from it, how they end it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Call,
    ClassDefined,
    Defined,
    Event,
    Function,
    Leave,
    Literal,
    Path,
    Store,
    Use,
    With,
)
from flask_lsp.facts.traverse import every_event, inner_bodies

_CLOSES = re.compile(
    r"(?:^|[._])(?:clos\w*|release\w*|put_?conn\w*|disconnect|quit|remove|dispose|terminate|shutdown|clean\w*|__exit__)\(\)$"
)
TELLING = (
    r"(?:^|\.)g(?:\.|$|\[)|(?:set|get|has|del)attr|abort|_or_404|NotFound|MethodNotAllowed|send_|safe_join"
    r"|clos|release|put_?conn|disconnect|quit|remove|dispose|terminate|shutdown|clean|__exit__"
)
"""A part of each path that says something here."""

_ON_G = re.compile(r"(?:^|\.)g\.(\w+)")
_MISSES = re.compile(
    r"(?:^|\.)(?:abort|\w*_or_404|NotFound|MethodNotAllowed|HTTPException|send_from_directory|safe_join"
    r"|send_static_file)(?:\(\))?$"
)
_NUMBERS = {"NotFound": "404", "MethodNotAllowed": "405"}


class OnG(NamedTuple):
    """One access to an attribute of what is called ``g``."""

    how: str
    """``set``; ``get`` and ``taken``, as it is; ``asked``: read with care; ``popped``; or ``closes``, whatever."""
    name: str
    """Empty: any attribute."""


def on_g(event: Event) -> OnG | None:
    match event:
        case Store(target=Path(text=text)) if found := _ON_G.search(text):
            return OnG("set" if found.end() == len(text) else "get", found.group(1))
        case Call(value=Path(text=text, args=args)) if text in ("setattr()", "hasattr()", "getattr()", "delattr()"):
            if not args or not isinstance(args[0], Path) or args[0].text.rpartition(".")[2] != "g":
                return None
            named = args[1].value if len(args) > 1 and isinstance(args[1], Literal) else ""
            return OnG("set" if text == "setattr()" else "asked", str(named))
        case Call(value=Path(text=text, args=args)) if found := _ON_G.search(text):
            if found.group(1) in ("get", "pop", "setdefault") and text.endswith(f"g.{found.group(1)}()"):
                named = args[0].value if args and isinstance(args[0], Literal) else ""
                return OnG({"setdefault": "set", "pop": "popped"}.get(found.group(1), "asked"), str(named))
            return OnG("closes" if _CLOSES.search(text) else "get", found.group(1))
        case Call(value=Path(text=text)) if _CLOSES.search(text):
            return OnG("closes", "")
        case Use(path=path, searched=searched):
            if searched and path.rpartition(".")[2] == "g":
                return OnG("asked", "")
            found = _ON_G.search(path)
            return OnG("taken" if found.end() == len(path) else "get", found.group(1)) if found else None
        case _:
            return None


def error_of(event: Event) -> str | None:
    """The error with which an event may end a request: ``404``, ``405``, or ``?`` for any."""
    match event:
        case Call(value=Path(text=text, args=args)):
            found = _MISSES.search(text)
        case Leave(how="raise", value=Path(text=text, args=args)):
            found = _MISSES.search(text)
        case _:
            return None
    if not found:
        return None
    last = text.removesuffix("()").rpartition(".")[2]
    if last != "abort":
        return "?" if last == "HTTPException" else _NUMBERS.get(last, "404")
    code = args[0].value if args and isinstance(args[0], Literal) else None
    return "?" if code is None else str(code)


_LOOKS = re.compile(r"(?:^|\.)request\.(headers|json|get_json|is_json|args|form|files|cookies|values|data|get_data)\b")
_RUNS_BEFORE = re.compile(r"before_(?:app_)?request(?:\(\))?$")


def looks_at(function: Function) -> frozenset[str]:
    """What a decorator, or a hook before requests, reads of the request: ``json``, ``headers``; nothing for other
    functions."""
    hook = any(isinstance(value, Path) and _RUNS_BEFORE.search(value.text) for value, _ in function.decorators)
    wraps = any(isinstance(event, Bind) and isinstance(event.bound, Defined) for event in function.body)
    return read_of_request(function) if hook or wraps else frozenset()


def read_of_request(function: Function) -> frozenset[str]:
    """What a function, those in it included, reads of the request."""
    found: set[str] = set()
    for event in every_event(function.body):
        match event:
            case Use(path=text) | Call(value=Path(text=text)):
                if read := _LOOKS.search(text):
                    found.add("json" if read.group(1) in ("get_json", "is_json") else read.group(1))
            case Bind(bound=Defined(function=inner)):
                found |= read_of_request(inner)
            case _:
                pass
    return frozenset(found)


def errors(facts: BlockFacts) -> frozenset[str]:
    """All errors with which something in a block may end a request."""
    found = (error_of(event) for _, event in _in_body(facts.body, ""))
    return frozenset(error for error in found if error is not None)


def uses_of_g(facts: BlockFacts) -> tuple[tuple[str, OnG], ...]:
    """What each function in a block, by its qualified name, does to ``g``."""
    found = ((name, on_g(event)) for name, event in _in_body(facts.body, ""))
    return tuple((name, use) for name, use in found if use is not None)


def all_events(facts: BlockFacts) -> Iterator[Event]:
    """The events of a block, those of its functions included."""
    return (event for _, event in _in_body(facts.body, ""))


def closes_what_it_gets(facts: BlockFacts, getter: str) -> bool:
    """A function in the block closes what a call of ``getter`` gave it."""
    bound: set[tuple[str, str]] = set()
    for where, event in _in_body(facts.body, ""):
        match event:
            case Bind(bound=Assigned(name=name, value=Path(text=text))) if _is_call_of(text, getter):
                bound.add((where, name))
            case Call(value=Path(text=text)) if _CLOSES.search(text):
                owner = text.removesuffix("()").rpartition(".")[0]
                if (where, owner) in bound or _is_call_of(owner, getter):
                    return True
            case With(managers=managers):
                for each in managers:
                    args = each.args if isinstance(each, Path) and each.text.endswith("closing()") else ()
                    if args and isinstance(args[0], Path):
                        text = args[0].text
                        if (where, text) in bound or _is_call_of(text, getter):
                            return True
            case _:
                pass
    return False


def _is_call_of(text: str, name: str) -> bool:
    return text.removesuffix("()").rpartition(".")[2] == name and text.endswith("()")


def _in_body(body: Body, name: str) -> Iterator[tuple[str, Event]]:
    """The events of a body, each with the qualified name of the function it stands in."""
    for event in body:
        match event:
            case Bind(bound=Defined(function=function)):
                yield from _in_body(function.body, f"{name}.{function.name}".lstrip("."))
            case Bind(bound=ClassDefined(name=inner, body=inside)):
                yield from _in_body(inside, f"{name}.{inner}".lstrip("."))
            case _:
                yield name, event
                for inside in inner_bodies(event):
                    yield from _in_body(inside, name)
