"""What a block says of routes: who is asked to route what, and which blueprint is registered where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from flask_lsp.facts.model import Bind, Body, Call, Defined, Function, Path, Value
from flask_lsp.facts.python import facts_of
from flask_lsp.facts.traverse import every_event
from flask_lsp.syntax.parse import Block

ROUTERS = frozenset({"route", "get", "post", "put", "patch", "delete"})
"""The methods of applications and blueprints that decorate a view with a rule."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A call that adds a route or a blueprint, with the functions it stands in, innermost first."""

    owner: str
    """The path of the application or blueprint, as written."""
    how: str
    """``route``, ``get``, …, ``add_url_rule`` or ``register_blueprint``."""
    call: Path
    scopes: tuple[Function, ...]
    function: str = ""
    """The view that is decorated."""

    def argument(self, position: int, keyword: str) -> Value | None:
        given = self.call.keyword(keyword)
        return self.call.args[position] if given is None and position < len(self.call.args) else given


_known: WeakKeyDictionary[Block, tuple[Said, ...]] = WeakKeyDictionary()


def routing_of(block: Block) -> tuple[Said, ...]:
    """All of it in one block, in the order of the text; kept for as long as the block lives."""
    said = _known.get(block)
    if said is None:
        said = _known[block] = tuple(_in_body(facts_of(block).body, ()))
    return said


def _in_body(body: Body, scopes: tuple[Function, ...]) -> Iterator[Said]:
    for event in every_event(body):
        match event:
            case Bind(bound=Defined(function=function)):
                for decorator, _ in reversed(function.decorators):
                    if isinstance(decorator, Path):
                        yield from _said(decorator, ROUTERS, scopes, function.name)
                yield from _in_body(function.body, (function, *scopes))
            case Call(value=value):
                yield from _said(value, _REGISTER, scopes)
            case _:
                pass


_REGISTER = frozenset({"add_url_rule", "register_blueprint"})


def _said(call: Path, methods: frozenset[str], scopes: tuple[Function, ...], function: str = "") -> Iterator[Said]:
    owner, _, method = call.text.removesuffix("()").rpartition(".")
    if owner and method in methods and call.text.endswith("()"):
        yield Said(owner, method, call, scopes, function)
