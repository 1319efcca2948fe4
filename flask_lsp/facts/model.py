"""What a file says, as plain frozen data: values, bindings, and the events of each body in order.

No ``ast`` node leaves ``facts/``. Spans are code points, counted from the block that holds them.

A *path* is an expression as it is written, reduced to names, calls and subscripts: ``db.session.query().first``,
``os.environ[]``, ``create_app()``. What its first name means is for ``project/names.py`` to say.
"""

from __future__ import annotations

from dataclasses import field
from typing import NamedTuple, TypeAlias

from flask_lsp.frozen import frozen
from flask_lsp.text import Span

# -- values ----------------------------------------------------------------------------------------------------------


@frozen(eq=False)
class Literal:
    """A constant as written; implicit and ``+`` concatenation of strings included."""

    value: str | bytes | int | float | bool | None

    def __eq__(self, other: object) -> bool:
        """``1``, ``1.0`` and ``True`` are equal for Python, but not the same text."""
        return isinstance(other, Literal) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@frozen()
class Path:
    """A path with the arguments of its outermost call or the key of its outermost subscript."""

    text: str
    args: tuple[Value, ...] = ()
    """A starred argument is ``OTHER``."""
    keywords: tuple[tuple[str, Value], ...] = ()
    """``**options`` has the name ``**``."""
    key: Value | None = None

    def keyword(self, name: str) -> Value | None:
        return next((value for key, value in self.keywords if key == name), None)


@frozen()
class Either:
    """``a or b``, ``a and b``, ``a if test else b``: one of these."""

    values: tuple[Value, ...]
    how: str = ""
    """``and`` or ``or``; empty for a conditional expression."""


@frozen()
class Items:
    """A list, tuple or set display."""

    values: tuple[Value, ...]


@frozen()
class Joined:
    """Texts put together by ``+`` or in an f-string, not all of them literals."""

    parts: tuple[Value, ...]


@frozen()
class Pairs:
    """A dict display; ``**other`` has the key ``OTHER``."""

    items: tuple[tuple[Value, Value], ...]


@frozen()
class Compared:
    """A comparison, its operators by the names of their ``ast`` classes: ``Eq``, ``Is``, ``NotIn``."""

    left: Value
    operators: tuple[str, ...]
    rights: tuple[Value, ...]


@frozen()
class Negated:
    """``not value``."""

    value: Value


@frozen()
class Other:
    """An expression that says nothing we read."""


OTHER = Other()
Value: TypeAlias = "Literal | Path | Either | Items | Joined | Pairs | Compared | Negated | Other"


# -- bindings --------------------------------------------------------------------------------------------------------
#
# Bindings and events are made by the ten thousand, which named tuples allow three times as fast as data classes. They
# are told apart by their class; compared are only the values they hold.


class Import(NamedTuple):
    """``import module``, ``import module as name``, ``from module import attribute as name``; a star binds ``*``."""

    name: str
    module: str
    """Without the dots of a relative import."""
    attribute: str | None
    level: int
    span: Span
    follows: bool = False
    """One more name of the statement that the import before it began."""


class Assigned(NamedTuple):
    """``name = value``, also annotated, walrus and ``with value as name``."""

    name: str
    value: Value
    span: Span


class Defined(NamedTuple):
    name: str
    function: Function
    span: Span


class ClassDefined(NamedTuple):
    name: str
    bases: tuple[Value, ...]
    body: Body
    span: Span
    decorators: tuple[Value, ...] = ()


class Parameter(NamedTuple):
    """A parameter; its annotation is a path or nothing."""

    name: str
    annotation: str | None
    span: Span
    default: Value | None = None
    stars: str = ""
    """``*`` or ``**`` as it is written before the name."""


class Opaque(NamedTuple):
    """Bound to something we do not follow: a loop target, an unpacking, an exception, ``del``, ``+=``."""

    name: str
    span: Span
    gone: bool = False
    """By ``del``: it is bound no more."""


Bound: TypeAlias = "Import | Assigned | Defined | ClassDefined | Parameter | Opaque"


# -- events, in the order in which they happen -----------------------------------------------------------------------


class Use(NamedTuple):
    """An attribute or item is read, or something is iterated over or asked for with ``in``; bare names that are only
    passed on are not recorded."""

    path: str
    span: Span
    searched: bool = False
    """Iterated over, or the right side of ``in``."""
    key: str | None = None
    """Of an item that a literal names."""


class Call(NamedTuple):
    """A call, after its arguments were evaluated."""

    value: Path
    span: Span
    callee: Span


class Bind(NamedTuple):
    bound: Bound


class Store(NamedTuple):
    """``target.attribute = value`` or ``target[key] = value``; an augmented assignment has the value ``OTHER``."""

    target: Path
    value: Value
    span: Span


class With(NamedTuple):
    """The managers' own evaluation stands before it, as events."""

    managers: tuple[Value, ...]
    body: Body
    span: Span


class Branch(NamedTuple):
    """``if``, ``match``, a conditional expression, or what asks for a context in a comprehension; a ``match`` has each
    case as a body, and asks for a context as one of ``Either``, for its patterns are not told."""

    test: Value
    bodies: tuple[Body, ...]
    span: Span


class Loop(NamedTuple):
    body: Body
    orelse: Body
    span: Span
    over: Value = OTHER
    """What a ``for`` loops over."""
    names: tuple[str, ...] = ()
    """The names it binds, one for each item or for each part of it; none where it is more complicated."""
    test: Value = OTHER
    """What a ``while`` loop asks each time."""


class Handler(NamedTuple):
    types: tuple[Value, ...]
    body: Body
    span: Span


class Try(NamedTuple):
    body: Body
    handlers: tuple[Handler, ...]
    orelse: Body
    final: Body
    span: Span


class Leave(NamedTuple):
    """``return``, ``raise``, ``yield``, ``break`` or ``continue``."""

    how: str
    value: Value
    span: Span


Event: TypeAlias = "Use | Call | Bind | Store | With | Branch | Loop | Try | Leave"
Body: TypeAlias = "tuple[Event, ...]"


@frozen()
class Function:
    """A function, method or lambda (named ``<lambda>``); its decorators and defaults are events of where it stands."""

    name: str
    decorators: tuple[tuple[Value, Span], ...]
    parameters: tuple[Parameter, ...]
    body: Body
    span: Span
    bindings: dict[str, tuple[Bound, ...]] = field(hash=False)
    """Everything bound in the function itself, parameters included."""
    outer: frozenset[str]
    """Names declared ``global`` or ``nonlocal``."""
    is_async: bool = False


Lent: TypeAlias = "tuple[str, str | None, int]"
"""What a function imports: module, attribute and level."""


@frozen()
class BlockFacts:
    """All that one block says."""

    body: Body
    """The events of the module body in this block."""
    bindings: dict[str, tuple[Bound, ...]]
    """What the block binds in the module's scope."""
    functions: dict[int, Function]
    """Every function and lambda in the block, by the offset at which it begins."""
    classes: dict[int, ClassDefined]
    handed: frozenset[str] = frozenset()
    """The names, of no function, whose values go somewhere as they are: into a call, a list, a variable, a test."""
    reached: frozenset[str] = frozenset()
    """The names, of no function, of which something is read or called."""
    lent: frozenset[Lent] = frozenset()
    """What functions import and hand on."""
    kept: dict[object, object] = field(default_factory=dict[object, object], compare=False, repr=False)
    """What others made of it, each under a key of its own."""


NO_FACTS = BlockFacts((), {}, {}, {})
