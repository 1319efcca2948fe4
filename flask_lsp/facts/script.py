"""The steps of scripts (``facts/assembly``): statements that may have a say in how applications are put together."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from flask_lsp.facts.model import Path, Value
from flask_lsp.frozen import frozen

ROUTERS = frozenset({"route", "get", "post", "put", "patch", "delete"})
"""The methods of applications and blueprints that decorate a view with a rule."""
HOOKS = frozenset(
    {
        *("before_request", "after_request", "teardown_request", "teardown_appcontext", "before_first_request"),
        *("context_processor", "url_value_preprocessor", "url_defaults", "errorhandler", "register_error_handler"),
        *("before_app_request", "after_app_request", "teardown_app_request", "before_app_first_request"),
        *("app_context_processor", "app_url_value_preprocessor", "app_url_defaults", "app_errorhandler"),
    }
)


@frozen()
class Set:
    """``name = value``; ``OTHER`` where it is bound to something that we do not follow."""

    name: str
    value: Value


@frozen()
class Attach:
    """``target.attribute = value``."""

    target: Path
    value: Value


@frozen()
class Bring:
    """An import, see ``model.Import``."""

    name: str
    module: str
    attribute: str | None
    level: int


class Given(NamedTuple):
    """A parameter."""

    name: str
    annotation: str | None
    default: Value | None
    stars: str


@frozen()
class Code:
    """A function; without steps where none of its body matters."""

    name: str
    decorators: tuple[Value, ...]
    parameters: tuple[Given, ...]
    steps: Steps
    makes_app: bool = False
    """By the look of it, it makes an application."""
    gives: tuple[str | None, ...] = ()
    """The inner function that it gives back, the one that this gives back, and so on: a decorator gives its views that
    one's name, unless that takes on the view's (``functools.wraps``), which is an empty text here, or one that cannot
    be told, ``None``."""


@frozen()
class Kind:
    """A class."""

    name: str
    bases: tuple[Value, ...]
    decorators: tuple[Value, ...]
    body: Steps


@frozen()
class Do:
    """A call."""

    call: Path


@frozen()
class Each:
    """A loop."""

    names: tuple[str, ...]
    over: Value
    body: Steps


@frozen()
class Maybe:
    """Bodies of which at most one runs."""

    test: Value
    bodies: tuple[Steps, ...]


@frozen()
class Give:
    """``return``, also ``raise``, which gives nothing."""

    value: Value | None


Step: TypeAlias = "Set | Attach | Bring | Code | Kind | Do | Each | Maybe | Give"
Steps: TypeAlias = "tuple[Step, ...]"


@frozen()
class Script:
    """What a block or a file says."""

    steps: Steps
    bindings: dict[str, Steps]
    """What the module binds, by name: ``Set``, ``Bring``, ``Code`` or ``Kind``."""
