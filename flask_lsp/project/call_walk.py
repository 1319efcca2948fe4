"""What the functions of a block call, hand on and need, each with the context that is there: one walk over its events.

The context at a place is told for each context in which the function may be entered (``call_model.Through``), so a
function is walked once, whoever calls it.
"""

from __future__ import annotations

from typing import NamedTuple

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Branch,
    Call,
    ClassDefined,
    Defined,
    Event,
    Function,
    Import,
    Items,
    Leave,
    Literal,
    Loop,
    Pairs,
    Path,
    Store,
    Try,
    Use,
    Value,
    With,
)
from flask_lsp.facts.pushes import pushed_in
from flask_lsp.facts.traverse import every_event
from flask_lsp.project import links
from flask_lsp.project.call_collected import Collected
from flask_lsp.project.call_flow import is_quiet
from flask_lsp.project.call_model import MODULE, NEVER, PUSHED, Derived, Entry, Said
from flask_lsp.project.call_names import RUNNERS, Names, Question, is_property
from flask_lsp.project.call_passing import Passing
from flask_lsp.project.call_tests import OF_MODULE, PATCHES, marks_of
from flask_lsp.project.callables import ClassAt, FunctionAt, Scope, members
from flask_lsp.project.entries import PUSHING, TRANSPARENT, decorated
from flask_lsp.project.needs import PUSHES, Level
from flask_lsp.project.route_model import Key
from flask_lsp.text import Span

_ANSWERS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "dispatch_request"})
_SAME_STATEMENT = 200
"""Within so many letters behind a target a lambda is taken for what it is bound to: the facts do not say."""
_LEAVES = frozenset({"return", "raise", "break", "continue"})


class Walked(NamedTuple):
    """What a block says, by the qualified names of its functions."""

    said: dict[str, Said]
    spans: dict[str, tuple[Span, ...]]
    """Of the numbered places, counted from the block."""
    used: frozenset[Question]
    """What was asked about names."""


def walk(block: BlockFacts, names: Names) -> Walked:
    """What the functions of a block and its share of the module body say."""
    return _Walk(block, names).run()


class _Walk(Passing):
    def run(self) -> Walked:
        self.names.used = set()
        self.bodies[MODULE] = self.here
        self.body(self.block.body)
        said = {name: body.said() for name, body in self.bodies.items() if name != MODULE or body.says_something}
        spans = {name: tuple(body.spans) for name, body in self.bodies.items() if body.spans}
        return Walked(said, spans, frozenset(self.names.used))

    # -- events ----------------------------------------------------------------------------------------------------

    def body(self, body: Body) -> None:
        for event in body:
            self.event(event)

    def event(self, event: Event) -> None:
        match event:
            case Use(path=path, span=span, searched=searched):
                self.need(path + "[]" * searched, span, called=False)
            case Store():
                self.store(event)
            case Call():
                self.call(event)
            case Bind():
                self.bind(event)
            case With():
                self.with_(event)
            case Branch():
                self.branch(event)
            case Loop():
                self.loop(event)
            case Try():
                self.try_(event)
            case Leave():
                self.leave(event)

    def store(self, event: Store) -> None:
        self.need(event.target.text, event.span, called=False)
        if event.target.text.endswith(".Task"):
            self.task_class(event.value)
        if self.names.is_test:
            if self.is_patch(event):
                self.here.marks.add("patched")
        elif not event.target.text.endswith("]"):
            self.replace(event.target.text)
        self.make(event.target.text, event.value)
        self.escape(event.value, event.span)

    def replace(self, path: str) -> None:
        """A function of the project may be another from now on: ``mail.send = quiet``, ``Mailer.send = quiet``."""
        root = links.split(path)[0]
        bounds = next((found for scope in self.here.scopes if (found := scope.function.bindings.get(root))), None)
        if bounds is None or isinstance(bounds[0], Import):
            found = self.thing(path)
            if isinstance(found, FunctionAt):
                self.here.replaced.add(found.key)

    def set_attribute(self, args: tuple[Value, ...]) -> None:
        match args:
            case (Path(text=owner), Literal(value=str(name)), _) if not self.names.is_test:
                self.replace(f"{owner}.{name}")
            case _:
                pass

    def is_patch(self, event: Store) -> bool:
        """A test puts a function of its own in the place of another: ``service.client.get = fake``."""
        path, value = event.target.text.removeprefix("self."), event.value
        if "." not in path:
            return False
        if isinstance(value, Path):
            return value.text.endswith("Mock()") or self.plain_function(value.text) is not None
        return any(event.span.start <= start < event.span.end + _SAME_STATEMENT for start in self.lambdas)

    def bind(self, event: Bind) -> None:
        match event.bound:
            case Defined(function=function):
                self.defined(function)
            case ClassDefined() as bound:
                self.class_(bound)
            case Assigned(name="pytestmark", value=value) if self.here.name == MODULE and not self.class_name:
                self.here.marks |= set(marks_of(value, self.name))
            case Assigned(name=name, value=Items() | Pairs() as value, span=span):
                if name == "pytest_plugins":
                    self.here.marks.add("plugins")
                self.escape(value, span)
            case Assigned(name=name, value=Path(text=text)) if text.endswith(".test_client()"):
                self.here.clients.add(name)
            case Assigned(name=name, value=value):
                if self.here.function is not None and name in self.here.function.outer:
                    self.here.replaced.add((self.document, name))  # ``global name``
                self.make(name, value)
            case _:
                pass

    def make(self, name: str, value: Value) -> None:
        if isinstance(value, Path) and value.text.endswith(tuple(PUSHES)):
            self.here.made[name] = value.text

    def leave(self, event: Leave) -> None:
        if event.how == "return" and (function := self.here.function) is not None:
            first = function.parameters[0].name if function.parameters else None
            self.here.returned.add(isinstance(event.value, Path) and event.value.text == first)
        if event.how in ("return", "yield"):
            self.take_lambdas(event.span, "", None)
            self.escape(event.value, event.span)
        if event.how in _LEAVES:
            self.here.state = (NEVER, NEVER, NEVER)

    def class_(self, bound: ClassDefined) -> None:
        here = self.here
        before = here.hidden
        if any(isinstance(base, Path) and "Task" in base.text for base in bound.bases):
            self.task_classes.add(self.qualified(bound.name))
            here.marks |= self.task_marks(bound)
        if bases := self.names.project_bases(bound, here.scopes):
            here.derived.append(Derived(self.qualified(bound.name), bases, members(bound)))
        self.properties[self.qualified(bound.name)] = _properties(bound)
        here.hidden = frozenset(event.bound.name for event in every_event(bound.body) if isinstance(event, Bind))
        outer, outer_bound = self.class_name, self.class_bound
        self.class_name, self.class_bound = self.qualified(bound.name), bound
        self.body(bound.body)
        self.class_name, self.class_bound = outer, outer_bound
        here.hidden = before

    def task_marks(self, bound: ClassDefined) -> set[str]:
        """What a class of tasks does to the context: ``task class`` where that cannot be told."""
        bounds = [event.bound for event in every_event(bound.body) if isinstance(event, Bind)]
        levels = {pushed_in(each.function) for each in bounds if isinstance(each, Defined)} - {0}
        if not levels and all(isinstance(base, Path) and self.is_celerys(base) for base in bound.bases):
            return set()
        return {"task app"} if levels == {1} else {"task class"}

    def is_celerys(self, base: Path) -> bool:
        return (self.name(base.text) or "").startswith("celery.") or base.text in ("Task", "celery.Task")

    def task_class(self, value: Value) -> None:
        """A class is given to a Celery application for its tasks: one of the project speaks for itself."""
        found = self.thing(value.text) if isinstance(value, Path) else None
        if not isinstance(found, ClassAt) or not self.is_task_class(found.key):
            self.here.marks.add("task class")

    def is_task_class(self, key: Key) -> bool:
        return (key[0] == self.document and key[1] in self.task_classes) or self.names.is_task_class(key)

    def mark(self, call: Path, path: str, name: str | None) -> None:
        """What a call tells of the whole project."""
        if PATCHES.search(path):
            self.here.marks.add("patched")
        if path == "setattr":
            self.set_attribute(call.args)
        if path.endswith(".work") or (name is not None and name.startswith("rq.") and "Worker" in name):
            self.here.marks.add("worker")
        for key, value in call.keywords:
            if key in ("task_cls", "base"):
                self.task_class(value)

    # -- functions -------------------------------------------------------------------------------------------------

    def defined(self, function: Function) -> None:
        """A function is defined: its body is walked by itself."""
        name = self.free(self.qualified(function.name))
        if not self.class_name:
            self.here.inner.append(name)
        body = Collected(name, (Scope(function, name, self.class_name), *self.here.scopes), function=function)
        for value, span in function.decorators:
            self.decorated(body, value, span)
        if not body.entries and (PUSHED, "APP") in body.wraps and _is_command(function):
            body.entries.append(Entry("command", Level.APP, (self.document, self.here.name), -1))
        found = self.entered(function.name)
        if found is not None and not (found[0] == "test" and self.is_made_to_something(body, function)):
            body.entries.append(Entry(*found, (self.document, self.here.name), -1))
            if found[0] == "test":
                self.set_up(body)
        self.inside(body, function.body)

    def set_up(self, body: Collected) -> None:
        """What is done before a test runs."""
        class_, scopes = self.class_bound, self.here.scopes
        if class_ is not None:
            body.before = self.names.before(class_, (self.document, self.class_name), scopes)
            body.marks |= self.names.marks(class_, scopes)
        of_module = [self.names.trace(name, ()) for name in OF_MODULE]
        body.before += tuple([each.key for each in of_module if isinstance(each, FunctionAt)])

    def is_made_to_something(self, body: Collected, function: Function) -> bool:
        """A function is a view, say, whatever its name: a decorator says so, or one of the project's that is called
        may."""
        called = any(isinstance(value, Path) and value.text.endswith("()") for value, _ in function.decorators)
        return bool(body.entries) or (called and any(key and key[0] != PUSHED for key in body.wraps))

    def decorated(self, body: Collected, value: Value, span: Span) -> None:
        """What a decorator makes of a function."""
        path = value.text.removesuffix("()") if isinstance(value, Path) else ""
        if not path or not isinstance(value, Path):
            body.wraps = (None, *body.wraps)
            return
        canonical = self.name(path)
        if path.endswith(".command") and (canonical is None or canonical.startswith("<")):
            canonical = self.names.group_command(self.thing(path.rpartition(".")[0])) or canonical
        if path == value.text:
            self.need(path, span, called=True)
        if (found := decorated(canonical, value)) is not None:
            body.entries.append(Entry(*found, (self.document, self.here.name), -1))
            body.marks |= _marks(value)
            if (canonical or "").startswith("celery.signals."):
                self.here.marks.add("task class")
        elif PATCHES.search(path) or (canonical or "").startswith(("pytest.mark.", "unittest.")):
            body.marks |= set(marks_of(value, self.name))
        elif canonical in PUSHING:
            body.wraps = ((PUSHED, PUSHING[canonical].name), *body.wraps)
        elif canonical not in TRANSPARENT and not is_quiet(canonical or path):
            target = None if canonical is not None and not canonical.startswith("<") else self.function(path)
            body.wraps = (None if target is None else target.key, *body.wraps)

    def entered(self, name: str) -> tuple[str, Level | None] | None:
        """How Flask or a test runner enters a function, by its name and the class that it is in."""
        as_test: tuple[str, Level | None] | None = ("test", Level.NONE) if name.startswith("test") else None
        if self.class_bound is None:
            return as_test if self.names.is_test and self.here.name == MODULE and not self.class_name else None
        kin = {base.rpartition(".")[2] for base in self.names.bases(self.class_bound, self.here.scopes)}
        if name == "run" and (kind := self.runner()) is not None:
            return kind, Level.NONE
        if name in _ANSWERS and not kin.isdisjoint({"View", "MethodView", "Resource"}):
            return "view", Level.REQUEST
        is_case = self.class_bound.name.startswith("Test") if self.names.is_test else False
        if as_test is None or not (is_case or any(base.endswith("TestCase") for base in kin)):
            return None
        level = self.names.set_up(self.class_bound, (self.document, self.class_name), self.here.scopes)
        return "test", None if level < 0 else Level(level)

    def runner(self) -> str | None:
        """What starts the ``run`` of the class that is walked."""
        bases = self.names.bases(self.class_bound, self.here.scopes) if self.class_bound is not None else ()
        found = [RUNNERS[base] for base in bases if base in RUNNERS]
        return found[0] if found else None


def _properties(class_: ClassDefined) -> frozenset[str]:
    """The names in a class by which a function is called that is only read, as far as its decorator tells."""
    bounds = [event.bound for event in class_.body if isinstance(event, Bind)]
    return frozenset(
        bound.name
        for bound in bounds
        if isinstance(bound, Defined)
        and is_property(bound.function)
        and sum(each.name == bound.name for each in bounds) == 1
    )


def _is_command(function: Function) -> bool:
    """A command of click, whatever group it is added to."""
    texts = [value.text.removesuffix("()") for value, _ in function.decorators if isinstance(value, Path)]
    return any(text.rpartition(".")[2] == "command" for text in texts)


def _marks(decorator: Path) -> set[str]:
    marks = {"autouse"} if decorator.keyword("autouse") == Literal(value=True) else set[str]()
    return marks | ({"wide"} if decorator.keyword("scope") not in (None, Literal("function")) else set())
