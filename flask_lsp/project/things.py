"""The values that matter while applications are put together, and what is done with them.

All are compared by what they are, never by where they were seen, so that what is kept of one file can be set beside
what is made anew of another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from flask_lsp.facts.model import Literal
from flask_lsp.facts.script import Code, Kind
from flask_lsp.frozen import frozen
from flask_lsp.project.route_model import UNKNOWN, Hook, Key, Reason, Text, Unknown

if TYPE_CHECKING:
    from flask_lsp.project.evaluation import Frame

Given: TypeAlias = "str | Unknown | None"
"""The text of an argument, ``None`` where it is not given or is ``None``."""


# -- what routes are said of -----------------------------------------------------------------------------------------


@frozen()
class AppThing:
    key: Key
    factory: Key | None
    static: Given
    """The rule of its static files."""
    class_: Key | None = None
    """The class of the project that it is made of."""


@frozen()
class BlueprintThing:
    key: Key
    name: Text
    prefix: Given
    static: Given
    subdomain: Given
    plain: bool
    """Without defaults for its URLs."""
    class_: Key | None = None


@frozen()
class ApiThing:
    """An object of an extension that puts resources on an application or a blueprint."""

    key: Key
    kind: str
    """The package: ``flask_restful``, ``flask_restx``, ``flask_smorest``."""
    prefix: Text
    documented: bool | None = True
    """It adds routes for its documentation, ``None``: that depends on what we do not read."""
    default: Given = ""
    """The name of the first namespace of Flask-RESTX."""


@frozen()
class SpaceThing:
    """A namespace of Flask-RESTX."""

    key: Key
    name: Text
    path: Text


Thing: TypeAlias = "AppThing | BlueprintThing | ApiThing | SpaceThing"
THINGS = (AppThing, BlueprintThing, ApiThing, SpaceThing)


# -- other values ----------------------------------------------------------------------------------------------------


@frozen()
class Outer:
    """Something of a package: its canonical name, a call of it with ``()``."""

    name: str
    document: str = field(default="", compare=False)
    """Who imports it: what follows may yet be a module of the project."""


@frozen()
class Tail:
    """A text of which only the end is known, from a slash on."""

    text: str


@frozen()
class Module:
    document: str


@frozen()
class FunctionValue:
    document: str
    name: str
    """Qualified."""
    code: Code = field(compare=False)
    frame: Frame | None = field(default=None, compare=False)
    """The function around it that runs."""
    of: Value = None
    """What it is a method of."""


@frozen()
class ClassValue:
    document: str
    name: str
    kind: Kind = field(compare=False)
    frame: Frame | None = field(default=None, compare=False)

    @property
    def key(self) -> Key:
        return self.document, self.name


@frozen(eq=False)
class Instance:
    """An object of a class of the project."""

    class_: ClassValue
    attributes: dict[str, Value]


@dataclass(slots=True, eq=False)
class Many:
    """A list or tuple; lists may grow."""

    values: list[Value]


@frozen(eq=False)
class Dict:
    values: dict[Value, Value]


@frozen(eq=False)
class Growing:
    """A method of a list or dict."""

    of: Many | Dict
    name: str


@frozen()
class Method:
    """A method of a thing, or of an application or blueprint that cannot be told."""

    of: Thing | None
    name: str


@frozen()
class Super:
    """``super()`` in a method of an application or blueprint of the project's own class."""

    of: Value


@frozen()
class ViewMaker:
    """``Class.as_view``."""

    class_: ClassValue


@frozen()
class ViewValue:
    """What ``as_view`` gives."""

    name: Text
    class_: ClassValue


@frozen()
class Router:
    """``owner.route(...)`` or ``owner.errorhandler(...)``, waiting for what it decorates."""

    of: Thing | None
    how: str
    args: Args = field(compare=False)


@frozen()
class Args:
    """The arguments of a call."""

    values: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict[str, "Value"])
    all: bool = True
    """There are no others."""
    first: str = field(default="", compare=False)
    """The first argument as it is written, where it is a plain path and no loop binds it."""

    def get(self, position: int | None, name: str) -> Value:
        """``UNKNOWN`` where it may be given; a ``Literal(None)`` where it is not."""
        if name in self.keywords:
            return self.keywords[name]
        if position is not None and position < len(self.values):
            return self.values[position]
        return Literal(None) if self.all else UNKNOWN

    def text(self, position: int | None, name: str) -> Given:
        value = self.get(position, name)
        return value.value if isinstance(value, Literal) and isinstance(value.value, str | None) else UNKNOWN

    def every(self) -> tuple[Value, ...]:
        return *self.values, *self.keywords.values()


Value: TypeAlias = (
    Literal
    | AppThing
    | BlueprintThing
    | ApiThing
    | SpaceThing
    | Outer
    | Tail
    | Module
    | FunctionValue
    | ClassValue
    | Instance
    | Many
    | Dict
    | Growing
    | Method
    | Super
    | ViewMaker
    | ViewValue
    | Router
    | Unknown
    | None
)


# -- what is done ----------------------------------------------------------------------------------------------------


@frozen()
class RuleSaid:
    """A rule on an application or blueprint."""

    owner: Thing | None
    document: str
    rule: Text
    endpoint: Text
    methods: frozenset[str] | None
    strict_slashes: bool = True
    plain: bool = True
    view: Key | None = None
    subdomain: Given = None
    sure: bool = True


@frozen()
class Registered:
    """A blueprint on an application or blueprint."""

    owner: Thing | None
    blueprint: BlueprintThing
    document: str
    function: str
    prefix: Given
    name: Given
    subdomain: Given
    plain: bool
    sure: bool = True
    again: int = 0
    """How often the same was done before."""
    given: str = ""
    """The blueprint as it is written, see ``Args.first``."""


@frozen()
class Opened:
    """Something may be added that we do not see; without an owner, to any application."""

    owner: Thing | None
    reason: Reason
    registers: bool = False
    """A blueprint that we cannot tell."""


@frozen()
class Placed:
    """An API on an application or blueprint, or a namespace on an API."""

    owner: Thing | None
    thing: ApiThing | SpaceThing
    document: str
    path: Given = None
    sure: bool = True


@frozen()
class ResourceSaid:
    """A resource on an API or a namespace."""

    owner: ApiThing | SpaceThing
    document: str
    urls: tuple[Text, ...]
    endpoint: Given
    view: Key
    name: str
    """Of the class."""
    methods: frozenset[str] | None
    sure: bool = True


Effect: TypeAlias = "RuleSaid | Registered | Opened | Placed | ResourceSaid | Hook | AppThing"
"""``AppThing``: it is made."""
