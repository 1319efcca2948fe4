"""What a project's routes are made of: applications, blueprints and the ways they are put together.

Nothing here holds a span: where a thing stands is found by its ``Key`` when somebody looks (``places.span_of``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from flask_lsp.frozen import frozen
from flask_lsp.syntax.urlrule import UrlRule

if TYPE_CHECKING:
    from flask_lsp.project.joining import Sorted
    from flask_lsp.project.things import Thing


class Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
Text: TypeAlias = "str | Unknown"
Key: TypeAlias = "tuple[str, str]"
"""The document in which something is bound, and its qualified name there: ``create_app.app``, ``Users.get``. What a
function makes anew for other arguments has a number behind it: ``make.bp@2``."""


@frozen()
class Reason:
    """Why an application is open: something adds routes that we do not see."""

    document: str
    """Where that stands."""
    what: str
    """A clause: ``a blueprint that cannot be told is registered: register_blueprint(found)``."""


@frozen()
class App:
    key: Key
    factory: Key | None
    """The function that makes it."""
    open: tuple[Reason, ...] = ()
    """Empty: every route of it is known."""


@frozen()
class Blueprint:
    key: Key
    name: Text
    prefix: str | Unknown | None
    """That of the constructor."""
    static: bool = False
    """It has a folder of static files, which is a route too."""
    subdomain: str | Unknown | None = None
    open: tuple[Reason, ...] = ()


@frozen()
class Registration:
    """One call of ``register_blueprint``, as it is written."""

    owner: Key | None
    """The application or blueprint; ``None`` is one that cannot be told, for instance a parameter of a function that
    we do not see called."""
    blueprint: Key
    document: str
    """Where the call stands."""
    function: str
    """The qualified name of the function it stands in, empty in a module body."""
    prefix: str | Unknown | None
    """``None`` where it is not given."""
    name: str | Unknown | None
    subdomain: str | Unknown | None = None
    sure: bool = True
    """It is made whenever the application is; else under a condition that we cannot tell."""
    again: int = 0
    """How often the same call stands before it in its function."""
    given: str = ""
    """The blueprint as it is written, empty where that is no plain path or stands for several."""


@frozen()
class Mount:
    """One way by which a blueprint comes to an application, all nesting included."""

    app: Key | None
    """``None`` is an application that we cannot tell, for instance a parameter."""
    document: str
    """Where that is registered."""
    prefix: str | Unknown | None
    own: bool
    """The prefix begins with that of the blueprint's constructor."""
    name: Text
    chain: tuple[Key, ...] = ()
    """The blueprints it is nested in, outermost first, and itself."""
    subdomain: str | Unknown | None = None
    sure: bool = True


@frozen()
class Route:
    """A rule of an application."""

    app: Key | None
    document: str
    """Where it is added to the application: the registration of its blueprint, or itself."""
    rule: UrlRule
    """With all prefixes."""
    endpoint: str
    methods: frozenset[str] | None
    """As they are said, without the ``HEAD`` and ``OPTIONS`` that Flask adds; ``None`` where they cannot be told."""
    strict_slashes: bool
    plain: bool
    """Nothing but a rule: no defaults, no host, no redirect."""
    owner: Key | None = None
    """The application or blueprint that it is said of."""
    said: str = ""
    """The document in which the rule is said."""
    view: Key | None = None
    """The function or class that answers, where it is one of the project's."""
    chain: tuple[Key, ...] = ()
    """The blueprints it comes through, outermost first."""
    subdomain: str | None = None
    sure: bool = True
    """Added whenever the application is made; else under a condition that we cannot tell."""


@frozen()
class Hook:
    """A function that runs around requests, or an error handler."""

    owner: Key | None
    """The application or blueprint that it is said of, ``None`` where that cannot be told."""
    how: str
    """The method by its name: ``before_request``, ``app_context_processor``, ``errorhandler``."""
    everywhere: bool
    """It is for all requests of the application, else for those that reach the blueprint ``owner``."""
    document: str
    """Where it is said."""
    function: Key | None
    """The function, where it is one of the project's."""
    error: str | Unknown | None = None
    """For error handlers: a code such as ``404``, or the canonical name of an exception."""
    sure: bool = True
    within: str = ""
    """The qualified name of the function in which it is said, empty in a module body."""


@frozen()
class Factory:
    """A function that makes an application and gives it back."""

    key: Key
    app: Key


@dataclass(slots=True)
class RouteMap:
    """All that is known of a project's routes; made by ``route_map.route_map``, asked through ``routes``."""

    apps: dict[Key, App] = field(default_factory=dict[Key, App])
    blueprints: dict[Key, Blueprint] = field(default_factory=dict[Key, Blueprint])
    registrations: dict[Key, tuple[Registration, ...]] = field(default_factory=dict[Key, "tuple[Registration, ...]"])
    """By blueprint."""
    mounts: dict[Key, tuple[Mount, ...]] = field(default_factory=dict[Key, "tuple[Mount, ...]"])
    """By blueprint."""
    factories: tuple[Factory, ...] = ()
    hooks: tuple[Hook, ...] = ()
    tables: dict[Key | None, list[tuple[Route, ...]]] = field(
        default_factory=dict["Key | None", "list[tuple[Route, ...]]"]
    )
    """The routes by application, in parts that are kept for as long as nothing in them changes."""
    routed: set[Key] = field(default_factory=set[Key])
    """Applications and blueprints that have a route, known in full or not."""
    owners: dict[str, set[Key]] = field(default_factory=dict[str, set[Key]])
    """By document, the applications and blueprints that it adds routes to."""
    said: dict[Key | None, list[tuple[Sorted, Thing | None, bool]]] = field(
        default_factory=dict["Key | None", "list[tuple[Sorted, Thing | None, bool]]"]
    )
    """The rules by what they are said of, as they are written: also those that make no route (``unplaced``)."""
    dispatched: bool = False
    """A middleware puts applications below paths, so a path does not tell whose it is."""
    various: set[Key] = field(default_factory=set[Key])
    """Applications that are put together in more than one way: what one call of a function adds another does not."""
    registers_unknown: bool = False
    """Somewhere a blueprint is registered that cannot be told."""
    reach: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @property
    def routes(self) -> tuple[Route, ...]:
        return tuple(route for tables in self.tables.values() for table in tables for route in table)

    def of(self, app: Key | None) -> tuple[Route, ...]:
        return tuple(route for table in self.tables.get(app, ()) for route in table)
