"""What a body calls, and which functions it hands on: the half of the walk (``call_walk``) that follows calls."""

from __future__ import annotations

from abc import abstractmethod

from flask_lsp.facts.model import Body, Call, Either, Items, Opaque, Pairs, Parameter, Path, Value
from flask_lsp.project import links
from flask_lsp.project.call_collected import Collected
from flask_lsp.project.call_flow import Flow
from flask_lsp.project.call_model import GETS_FIXTURE, MODULE, NEVER, SCRIPT, UNKNOWN, By, Given, Handed, Need, Site
from flask_lsp.project.call_states import pushed
from flask_lsp.project.callables import ClassAt, FunctionAt, Instance, Outside, Scope
from flask_lsp.project.entries import COPYING, Handing, handing
from flask_lsp.project.guards import LOOPS, RUN
from flask_lsp.project.names import home
from flask_lsp.project.needs import DEPENDING, MESSAGE, Level, asks_for_sender, is_told_app, need_of, template_of
from flask_lsp.project.route_model import Key
from flask_lsp.text import Span

_CALLS_AT_ONCE = frozenset({"map", "filter", "sorted", "max", "min", "any", "all", "sum", "reduce", "run", "sort"})
"""Take a function and call it before they give back."""
_REQUESTS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "open"})
_TAKE = (".submit", ".submit_stored", ".map", ".add_job", ".spawn", ".enqueue", ".start_background_task")
"""Methods that take a function, of what an attribute of a class may be."""


class Passing(Flow):
    """Follows calls, and functions that are given to others."""

    def call(self, event: Call) -> None:
        path = event.value.text.removesuffix("()")
        self.need(path, event.callee, called=True, call=event.value)
        name = None if path.startswith("super().") else self.name(path)
        if (name is None or name.startswith("<")) and path.endswith(_TAKE) and "." in path[:-1]:
            found = self.thing(path)
            name = home(found.path) if isinstance(found, Outside) and found.path else name
        if self.pushes(event, path):
            return
        self.mark(event.value, path, name)
        if name in COPYING:
            self.copied(_argument(event.value, COPYING[name], "fn"), event)
            return
        if (taking := handing(name, path) or self.runner_of(event.value, name)) is not None:
            value = _argument(event.value, taking.position, taking.keyword)
            self.hand(value, event, taking.kind, taking.level)
            return
        target = None if name is not None and not name.startswith("<") else self.function(path)
        if self.here.keeping and any(
            isinstance(each, Path) and each.text in self.here.clients for each in event.value.args
        ):
            self.here.state = pushed(self.here.state, UNKNOWN)  # whoever gets the client may send requests with it
        if target is not None:
            self.to(target, event.callee, path)
        elif path.endswith(GETS_FIXTURE) or (name is None and not self.gives(path, event.callee)):
            self.here.unseen.append(path)
        self.requests(path, known=name is not None and not name.startswith(("<", "flask.Flask()")))
        self.arguments(event, path.rpartition(".")[2], target)

    @abstractmethod
    def mark(self, call: Path, path: str, name: str | None) -> None:
        """What a call tells of the whole project."""

    def runner_of(self, call: Path, name: str | None) -> Handing | None:
        """The call makes a thread of a class of the project that runs what it is given, or tells some scheduler of a
        job."""
        if name is None and call.text.endswith(".add_job()") and call.keyword("trigger") is not None:
            return Handing(0, "func", "scheduled", Level.NONE)
        if (name is not None and not name.startswith("<")) or not (call.keyword("target") or len(call.args) > 1):
            return None
        path = call.text.removesuffix("()")
        found = self.thing(path) if not self.here.hidden else None
        return handing(self.names.runs_given(found.key), path) if isinstance(found, ClassAt) else None

    def copied(self, value: Value | None, event: Call) -> None:
        """A function runs in a copy of the context that is there."""
        if isinstance(value, Path) and (given := self.function(value.text)):
            self.to(given, event.callee, value.text)
        else:
            self.at_once(event)

    def arguments(self, event: Call, last: str, target: FunctionAt | None) -> None:
        """Functions among the arguments of a call."""
        if last in _CALLS_AT_ONCE and target is None:
            self.at_once(event)
        else:
            self.take_lambdas(event.span, "", None)
        if last in ("init_app", "isinstance", "wraps", "update_wrapper", "add_command"):
            return
        named: list[tuple[int | str, Value]] = [*enumerate(event.value.args), *event.value.keywords]
        for where, value in named:
            if last in _CALLS_AT_ONCE and isinstance(value, Path) and (given := self.function(value.text)):
                self.to(given, event.span, value.text)
            elif target is not None and isinstance(value, Path) and (given := self.plain_function(value.text)):
                parameter = self.names.parameter(target, where)
                to = (target.key, parameter) if parameter else None
                self.handed(given.key, event.callee, "", None, to)
            else:
                self.escape(value, event.span)

    def to(self, target: FunctionAt, span: Span, path: str) -> None:
        self.here.calls.append(Site(self.here.at(span), target.key, *self.here.now, self.looked_up(path)))
        if (level := self.names.effect(target.key)) != 0:
            self.here.state = pushed(self.here.state, level)

    def gives(self, path: str, span: Span, kind: str = "", level: Level | None = None) -> bool:
        """What is called is a parameter of a function around, whoever gives it."""
        for scope in self.here.scopes:
            if bounds := scope.function.bindings.get(path):
                if not isinstance(bounds[0], Parameter):
                    return False
                at = self.here.at(span)
                self.here.given.append(Given(scope.name, path, self.here.name, at, kind, level, self.here.state))
                return True
        return False

    def requests(self, path: str, *, known: bool) -> None:
        """In ``with client:`` the context of a request stays."""
        here = self.here
        if not here.keeping or known:
            return
        root, _, last = path.rpartition(".")
        if root in here.clients and last in _REQUESTS:
            here.state = pushed(here.state, Level.REQUEST)
        elif root not in here.clients:
            here.state = pushed(here.state, UNKNOWN)

    def at_once(self, event: Call) -> None:
        for start in [start for start in self.lambdas if event.span.start <= start < event.span.end]:
            key = self.lambda_(start)
            self.here.calls.append(Site(self.here.at(Span(start, start)), key, *self.here.now))

    def hand(self, value: Value | None, event: Call, kind: str, level: Level | None) -> None:
        """A function is handed to what calls it later."""
        if isinstance(value, Path) and value.text.endswith(RUN) and self.name(value.text) in LOOPS:
            self.hand_coroutines(event, kind, level)
            return
        if isinstance(value, Path) and value.text.endswith("()") and value.args:
            wrapper = self.name(value.text.removesuffix("()"))
            if wrapper == "flask.copy_current_request_context":
                level = Level.REQUEST
            elif wrapper != "functools.partial":
                return
            value = value.args[0]
        if isinstance(value, Path) and (found := self.function(value.text)):
            here = self.here  # what wraps the function was only made for this
            here.handed = [
                each
                for each in here.handed
                if each.kind or each.function != found.key or not event.span.contains(here.spans[each.at])
            ]
            self.handed(found.key, event.callee, kind, level, by=self.looked_up(value.text))
        elif isinstance(value, Path):
            self.gives(value.text, event.callee, kind, level)
        else:
            self.take_lambdas(event.span, kind, level)

    def hand_coroutines(self, event: Call, kind: str, level: Level | None) -> None:
        """``Thread(target=asyncio.run, args=(work(),))``: the coroutine is made here, and runs there."""
        here, given = self.here, event.value.keyword("args")
        for value in (*event.value.args, *(given.values if isinstance(given, Items) else ())):
            found = self.function(value.text[:-2]) if isinstance(value, Path) and value.text.endswith("()") else None
            if found is not None:
                here.calls = [
                    each
                    for each in here.calls
                    if each.callee != found.key or not event.span.contains(here.spans[each.at])
                ]
                self.handed(found.key, event.callee, kind, level)

    def handed(
        self,
        key: Key,
        span: Span,
        kind: str,
        level: Level | None,
        to: tuple[Key, str] | None = None,
        by: By | None = None,
    ) -> None:
        if self.here.state != (NEVER, NEVER, NEVER):
            self.here.handed.append(Handed(self.here.at(span), key, kind, level, to, self.here.state, by))

    def looked_up(self, path: str) -> By | None:
        """Where a path is looked up on an object that may be of a class that we do not see here: on ``self``, say."""
        root, rest = links.split(path)
        if not rest.startswith("."):
            return None
        for scope in self.here.scopes:
            if bounds := scope.function.bindings.get(root):
                found = self.thing(root) if isinstance(bounds[0], Parameter) else None
                return (found.key, links.split(rest[1:])[0]) if isinstance(found, Instance | ClassAt) else None
        return None

    def plain_function(self, path: str) -> FunctionAt | None:
        """The function of the project that a path is, without a look at what cannot be one."""
        if path.endswith(("()", "[]")) or self.is_plain_local(links.split(path)[0]):
            return None
        found = self.thing(path)
        if not isinstance(found, FunctionAt) or ("." in path and self.names.is_property(found.key)):
            return None
        return found

    def escape(self, value: Value, span: Span) -> None:
        """Functions of the project in a value go to somebody that we do not see."""
        match value:
            case Path(text=text):
                if found := self.plain_function(text):
                    self.handed(found.key, span, "", None)
            case Items(values=values) | Either(values=values):
                for inner in values:
                    self.escape(inner, span)
            case Pairs(items=items):
                for _, inner in items:
                    self.escape(inner, span)
            case _:
                pass

    def is_plain_local(self, name: str) -> bool:
        """A local that is no function, as most names are that are passed on."""
        for scope in self.here.scopes:
            if bounds := scope.function.bindings.get(name):
                first = bounds[0]
                return isinstance(first, Opaque) or (isinstance(first, Parameter) and not scope.of_class)
        return False

    # -- lambdas, and functions in functions -------------------------------------------------------------------------

    def take_lambdas(self, span: Span, kind: str, level: Level | None) -> int:
        """The lambdas in an expression that nobody has taken are handed on; how many they are."""
        inside = [start for start in self.lambdas if span.start <= start < span.end]
        for start in inside:
            self.handed(self.lambda_(start), Span(start, start), kind, level)
        return len(inside)

    def lambda_(self, start: int) -> Key:
        function = self.lambdas.pop(start)
        name = self.free(self.qualified("<lambda>"))
        self.inside(Collected(name, (Scope(function, name), *self.here.scopes), function=function), function.body)
        return self.document, name

    def inside(self, body: Collected, events: Body) -> None:
        here, class_, bound = self.here, self.class_name, self.class_bound
        self.here, self.class_name, self.class_bound = body, "", None
        self.bodies[body.name] = body
        self.body(events)
        self.here, self.class_name, self.class_bound = here, class_, bound

    def free(self, name: str) -> str:
        count, free = 1, name
        while free in self.bodies:
            count += 1
            free = f"{name}@{count}"
        return free

    def qualified(self, name: str) -> str:
        around = self.class_name or self.here.name
        around = "" if around in (MODULE, SCRIPT) else around
        return f"{around}.{name}" if around else name

    # -- names -----------------------------------------------------------------------------------------------------

    def function(self, path: str) -> FunctionAt | None:
        """The function of the project that a path is here; ``__init__`` for a class."""
        if self.here.hidden and links.split(path)[0] in self.here.hidden:
            return None
        return self.names.called(self.thing(path))

    def read(self, path: str, span: Span) -> None:
        """``self.name``, where that is a property of the class: its function runs."""
        for scope in self.here.scopes:
            first = scope.function.parameters[0].name if scope.of_class and scope.function.parameters else None
            if first is not None and path.startswith(f"{first}."):
                name = links.split(path[len(first) + 1 :])[0]
                if name in self.properties.get(scope.of_class, ()):
                    target = FunctionAt((self.document, f"{scope.of_class}.{name}"))
                    self.to(target, Span(span.start, span.start + len(first) + 1 + len(name)), path)
                return

    def need(self, path: str, span: Span, *, called: bool, call: Path | None = None) -> None:
        if self.properties:
            self.read(path, span)
        name = self.name(path)
        found = None if name is None else need_of(name, path, called=called)
        if name == MESSAGE and call is not None and asks_for_sender(call):
            found = name, DEPENDING[name]
        if name is None or found is None or (call is not None and is_told_app(name, call)):
            return
        what, level = found
        rest = name[len(what) :]
        written = path[: len(path) - len(rest)] if rest and path.endswith(rest) else path
        written = written.removesuffix("[]")
        if len(written) < span.end - span.start:
            span = Span(span.start, span.start + len(written))
        template = template_of(name, call) if call is not None else ""
        self.here.needs.append(Need(self.here.at(span), what, written, level, *self.here.now, template))


def _argument(call: Path, position: int, keyword: str) -> Value | None:
    named = call.keyword(keyword)
    if named is not None:
        return named
    return call.args[position] if position < len(call.args) else None
