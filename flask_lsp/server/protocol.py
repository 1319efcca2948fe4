"""What we say beyond the Language Server Protocol. ``docs/protocol.md`` is made of this module."""

from __future__ import annotations

from typing import Any, TypedDict

EXPLAIN_RULE = "flask-lsp.explainRule"
"""A command, for ``workspace/executeCommand`` with the code of a rule: its documentation in Markdown. An error where
there is no such rule."""

RULES = "flask-lsp/rules"
"""A request without parameters: every rule there is, a list of ``Rule``."""

ROUTES = "flask-lsp/routes"
"""A request with ``RoutesParams``: the routes of everything that is open, as ``Routes``. Nothing is run for it."""

ROUTES_CHANGED = "flask-lsp/routesChanged"
"""A notification from the server, without parameters, for clients that watch: ``flask-lsp/routes`` would say something
else now. It comes once, in a pause of typing, and again only after the client has asked."""


class Rule(TypedDict):
    """A rule."""

    code: str
    """``FL402``."""
    name: str
    """``secret-key-hardcoded``."""
    title: str
    """What it finds, in a few words."""


class RoutesParams(TypedDict, total=False):
    """What to do after the answer; may be left out."""

    watch: bool
    """Send ``flask-lsp/routesChanged`` from now on, or no more. Without it, all stays as it is."""


class Routes(TypedDict):
    """All routes."""

    complete: bool
    """All files are read. Before that, what is missing may come; a client that watches is told."""
    apps: list[App]


class App(TypedDict):
    """An application, those of tests left out."""

    name: str | None
    """As it is bound: ``app``, ``create_app.app``; ``null`` for the routes of an application that cannot be told."""
    file: str | None
    """Its path below the folder of its project."""
    root: str | None
    """The URI of that folder."""
    location: Location | None
    """Where it is bound."""
    factory: str | None
    """The function that makes it."""
    open: list[Doubt]
    """Why it may have more routes than these; empty where it has none but these."""
    routes: list[Route]
    """By rule and endpoint."""


class Route(TypedDict):
    """A route."""

    methods: list[str] | None
    """Without the ``HEAD`` and ``OPTIONS`` that Flask adds; ``null`` where they cannot be told."""
    rule: str
    """With all prefixes: ``/api/users/<int:id>``."""
    endpoint: str
    """As ``url_for`` takes it."""
    view: Named | None
    """The function or class that answers, where it is one of the project's."""
    blueprints: list[Named]
    """Through which it comes, outermost first."""
    subdomain: str | None
    sure: bool
    """Added whenever the application is made; else under a condition that cannot be told."""


class Named(TypedDict):
    """A thing by its name."""

    name: str
    file: str
    """Its path below the folder of its project."""
    location: Location | None
    """Where the name is bound, as the protocol has it."""


class Doubt(TypedDict):
    """A reason why there may be more routes."""

    uri: str
    reason: str


Location = dict[str, Any]
