"""What the paths of one file are, kept from edit to edit: each answer with the documents that it rests on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from flask_lsp.facts.model import Bind, ClassDefined, Defined, Function, Import, Leave, Path
from flask_lsp.facts.pushes import pushes, runs_given
from flask_lsp.facts.traverse import every_event
from flask_lsp.project import kinds, names
from flask_lsp.project.call_tests import RUNS, SET_UP, class_marks
from flask_lsp.project.callables import Callable_, ClassAt, FunctionAt, Instance, Outside, Scopes, Tracer
from flask_lsp.project.names import Resolver
from flask_lsp.project.route_model import Key
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

RUNNERS = {
    **dict.fromkeys(("threading.Thread", "threading.Timer"), "thread"),
    **dict.fromkeys(("multiprocessing.Process", "multiprocessing.context.Process"), "process"),
}
"""Classes that are started, which calls ``run``."""

Question: TypeAlias = "tuple[object, ...]"
"""What was asked: the name of a method here, and its arguments."""


class Known(NamedTuple):
    answer: Any
    read: frozenset[str]


class Names:
    """Answers for one file. ``used`` collects the questions that were asked, for who keeps what rests on them."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.used: set[Question] = set()
        self.is_test = False
        self._known: dict[Question, Known] = {}
        self._read: set[str] = set()
        self._project: Project

    def move(self, project: Project, changed: frozenset[str] | None) -> frozenset[Question]:
        """Goes on with another snapshot: the questions that have other answers now. ``changed`` are the documents with
        other interfaces, ``None``: anything may have changed."""
        self._read = set()
        self._project = project.watched(self._read)
        self.is_test = kinds.is_test(project, self.document)
        if changed is not None and not changed:
            return frozenset()
        stale = {
            question: known
            for question, known in self._known.items()
            if changed is None or not known.read.isdisjoint(changed)
        }
        for question in stale:
            del self._known[question]
        return frozenset(question for question, known in stale.items() if self._ask(question) != known.answer)

    def rest(self) -> None:
        """Lets go of the snapshot, which would be kept else."""
        del self._project

    @property
    def read(self) -> frozenset[str]:
        """The documents that answers rest on."""
        return frozenset[str]().union(*{known.read for known in self._known.values()})

    def forget(self, used: set[Question]) -> None:
        """Drops what nobody uses any more."""
        if len(self._known) > 2 * len(used) + 64:
            self._known = {question: known for question, known in self._known.items() if question in used}

    # -- questions -------------------------------------------------------------------------------------------------

    def canonical(self, path: str, scopes: Scopes) -> str | None:
        """The canonical name of a path, see ``names``."""
        functions = tuple([scope.function for scope in scopes])
        return Resolver(self._project, self._module_name, self._imported_name).name(self.document, path, functions)

    def called(self, thing: Callable_) -> FunctionAt | None:
        """The function of the project that a call of a thing runs: for a class its ``__init__``, for an object its
        ``__call__``."""
        if isinstance(thing, ClassAt):
            thing = self._init(thing.key) if self._is_inner(thing.key) else self._ask(("_init", thing.key))
        elif isinstance(thing, Instance):
            asked = thing.key, "__call__"
            thing = self._member(*asked) if self._is_inner(thing.key) else self._ask(("_member", *asked))
        return thing if isinstance(thing, FunctionAt) else None

    def group_command(self, thing: Callable_) -> str | None:
        """The name of ``users.command``, where ``users`` is a function that a decorator made a group of commands."""
        if not isinstance(thing, FunctionAt) or self._is_inner(thing.key):
            return None
        group = self._ask(("_group", thing.key))
        return f"{group}.command" if group else None

    def trace(self, path: str, scopes: Scopes) -> Callable_:
        """What a path is, followed into the project, see ``callables``."""
        asked = self._module_thing, self._imported_thing, self._class_thing
        return Tracer(self._project, *asked, self.document).trace(self.document, path, scopes)

    def is_property(self, key: Key) -> bool:
        """The function is called by who only reads its name."""
        return self._has_property(key) if self._is_inner(key) else self._ask(("_has_property", key))

    def effect(self, key: Key) -> int:
        """The context that a call of a function leaves pushed, see ``facts.pushes``."""
        return self._pushes(key)[1] if self._is_inner(key) else self._ask(("_pushes", key))[1]

    def managed(self, thing: Callable_) -> int:
        """The context that is there in a ``with`` over what a function or class of the project gives."""
        match thing:
            case FunctionAt(key):
                return self._pushes(key)[0] if self._is_inner(key) else self._ask(("_pushes", key))[0]
            case ClassAt(key):
                enter = self._ask(("_member", key, "__enter__"))
                return self._ask(("_pushes", enter.key))[1] if isinstance(enter, FunctionAt) else -1
            case _:
                return -1

    def parameter(self, target: FunctionAt, where: int | str) -> str:
        """The name of the parameter that an argument is given to, empty where that cannot be told."""
        names: tuple[str, ...] = self._ask(("_parameters", target.key))
        if isinstance(where, str):
            return where if where in names else ""
        where += target.bound
        return names[where] if where < len(names) else ""

    def set_up(self, class_: ClassDefined, key: Key, scopes: Scopes) -> int:
        """The context that the fixtures of a test case push before each of its tests."""
        level = 0
        for each in (key, *self._project_kin(class_, scopes)):
            if self._ask(("_has_fixtures", each)) or self._ask(("_has_unknown_base", each)):
                return -1
            if any(isinstance(self._ask(("_member", each, name)), FunctionAt) for name in RUNS):
                return -1
        for base in self.bases(class_, scopes):
            if base.startswith("flask_testing."):
                level = 2
            elif not base.startswith(("unittest.", "builtins.")):
                level = -1
        return level

    def before(self, class_: ClassDefined, key: Key, scopes: Scopes) -> tuple[Key, ...]:
        """The functions that run before the tests of a class."""
        is_case = any(base.startswith("unittest.") for base in self.bases(class_, scopes))
        names = SET_UP if is_case else (*SET_UP, "setup")
        kin = (key, *self._project_kin(class_, scopes))
        found = [self._ask(("_member", each, name)) for each in kin for name in names]
        return tuple(dict.fromkeys([each.key for each in found if isinstance(each, FunctionAt)]))

    def marks(self, class_: ClassDefined, scopes: Scopes) -> frozenset[str]:
        """The marks of the tests in a class, its own and those that it inherits."""
        own = class_marks(class_, lambda path: self.canonical(path, scopes))
        return own.union(*[self._ask(("_marks", each)) for each in self._project_kin(class_, scopes)])

    def project_bases(self, class_: ClassDefined, scopes: Scopes) -> tuple[Key, ...]:
        """The classes of the project that a class derives from at once."""
        found = [self.trace(base.text, scopes) for base in class_.bases if isinstance(base, Path)]
        return tuple([base.key for base in found if isinstance(base, ClassAt)])

    def _project_kin(self, class_: ClassDefined, scopes: Scopes, depth: int = 8) -> list[Key]:
        """The classes of the project that a class derives from."""
        found: list[Key] = []
        for base in class_.bases:
            at = self.trace(base.text, scopes) if isinstance(base, Path) else None
            if isinstance(at, ClassAt) and depth:
                found += [at.key, *self._ask(("_kin_keys", at.key, depth - 1))]
        return found

    def _is_inner(self, key: Key) -> bool:
        """It stands in a function or class of this file: no interface tells all of it."""
        return key[0] == self.document and "." in key[1]

    def bases(self, class_: ClassDefined, scopes: Scopes) -> frozenset[str]:
        """The names of the classes of packages that a class derives from."""
        found: set[str] = set()
        for base in class_.bases:
            at = self.trace(base.text, scopes) if isinstance(base, Path) else None
            if isinstance(at, Outside):
                found.add(at.path)
            elif isinstance(at, ClassAt):
                found |= self._kin(at.key, 8) if self._is_inner(at.key) else self._ask(("_kin", at.key, 8))
        return frozenset(found)

    def is_task_class(self, key: Key) -> bool:
        """The class says itself that it is one of tasks, by what it derives from."""
        return not self._is_inner(key) and bool(self._ask(("_has_task_base", key)))

    def runs_given(self, key: Key) -> str | None:
        """The class of Python whose objects run what they are given, where objects of this class do so too, and push no
        context before."""
        return self._runs_given(key) if self._is_inner(key) else self._ask(("_runs_given", key))

    # -- answers ---------------------------------------------------------------------------------------------------

    def _ask(self, question: Question) -> Any:
        self.used.add(question)
        known = self._known.get(question)
        if known is None:
            outer = set(self._read)
            self._read.clear()
            method: Callable[..., Any] = getattr(self, str(question[0]))
            answer = method(*question[1:])
            known = self._known[question] = Known(answer, frozenset(self._read))
            self._read |= outer
        else:
            self._read |= known.read
        return known.answer

    def _module_name(self, document: str, path: str) -> str | None:
        return self._ask(("_name", document, path))

    def _imported_name(self, module: str, attribute: str | None, level: int, rest: str) -> str | None:
        return self._ask(("_import_name", module, attribute, level, rest))

    def _module_thing(self, document: str, path: str) -> Callable_:
        return self._ask(("_thing", document, path))

    def _imported_thing(self, bound: Import, rest: str) -> Callable_:
        return self._ask(("_import_thing", bound.module, bound.attribute, bound.level, rest))

    def _class_thing(self, *question: Any) -> Any:
        return self._ask(question)

    def _name(self, document: str, path: str) -> str | None:
        return names.canonical(self._project, document, path)

    def _import_name(self, module: str, attribute: str | None, level: int, rest: str) -> str | None:
        return names.imported(self._project, self.document, module, attribute, level, rest)

    def _thing(self, document: str, path: str) -> Callable_:
        return Tracer(self._project).trace(document, path)

    def _import_thing(self, module: str, attribute: str | None, level: int, rest: str) -> Callable_:
        return Tracer(self._project).imported(self.document, Import("", module, attribute, level, Span(0, 0)), rest)

    def _init(self, key: Key) -> Callable_:
        return Tracer(self._project).member(key, "__init__")

    def _member(self, key: Key, name: str, depth: int = 8) -> Callable_:
        return Tracer(self._project).member(key, name, depth)

    def _attributes(self, key: Key, name: str, after: str, depth: int) -> frozenset[Callable_] | None:
        return Tracer(self._project).attributes(key, name, after, depth)

    def _pushes(self, key: Key) -> tuple[int, int]:
        found = Tracer(self._project).function_at(key)
        return (0, 0) if found is None else pushes(found[0])

    def _parameters(self, key: Key) -> tuple[str, ...]:
        found = Tracer(self._project).function_at(key)
        return () if found is None else tuple([each.name for each in found[0].parameters if not each.stars])

    def _group(self, key: Key, depth: int = 4) -> str:
        """The class of the group of commands that a function was made: those of an application push its context."""
        tracer = Tracer(self._project)
        found = tracer.function_at(key)
        for value, _ in found[0].decorators if found is not None else ():
            path = value.text.removesuffix("()") if isinstance(value, Path) else ""
            name = names.canonical(self._project, key[0], path) if path else None
            if path.endswith("cli.group") or name == "flask.cli.AppGroup().group":
                return "flask.cli.AppGroup()"
            if name == "click.group":
                return "click.Group()"
            outer = tracer.trace(key[0], path.removesuffix(".group")) if path.endswith(".group") and depth else None
            if isinstance(outer, FunctionAt) and (group := self._group(outer.key, depth - 1)):
                return group
        return ""

    def _has_property(self, key: Key) -> bool:
        found = Tracer(self._project).function_at(key)
        return found is not None and is_property(found[0])

    def _has_fixtures(self, key: Key) -> bool:
        found = Tracer(self._project).class_at(key)
        if found is None:
            return True
        bounds = [event.bound for event in every_event(found[0].body) if isinstance(event, Bind)]
        decorators = [value for each in bounds if isinstance(each, Defined) for value, _ in each.function.decorators]
        return any(isinstance(value, Path) and "fixture" in value.text for value in decorators)

    def _has_unknown_base(self, key: Key) -> bool:
        tracer = Tracer(self._project)
        found = tracer.class_at(key)
        return found is None or any(
            not isinstance(base, Path) or tracer.trace(key[0], base.text, found[1]) is None for base in found[0].bases
        )

    def _marks(self, key: Key) -> frozenset[str]:
        found = Tracer(self._project).class_at(key)
        if found is None:
            return frozenset({"patched"})
        return class_marks(found[0], lambda path: names.canonical(self._project, key[0], path))

    def _has_task_base(self, key: Key) -> bool:
        found = Tracer(self._project).class_at(key)
        return found is not None and any(isinstance(base, Path) and "Task" in base.text for base in found[0].bases)

    def _runs_given(self, key: Key) -> str | None:
        tracer = Tracer(self._project)
        base = next((base for base in self._kin(key, 8) if base in RUNNERS), None)
        made = tracer.member(key, "__init__") if base is not None else None
        init = tracer.function_at(made.key) if isinstance(made, FunctionAt) else None
        if base is None or (init is not None and not all(each.stars for each in init[0].parameters[1:])):
            return None
        run = tracer.member(key, "run")
        own = tracer.function_at(run.key) if isinstance(run, FunctionAt) else None
        if own is None:
            return base if isinstance(run, Outside) else None
        return base if runs_given(own[0]) else None

    def _kin_keys(self, key: Key, depth: int) -> tuple[Key, ...]:
        tracer = Tracer(self._project)
        found = tracer.class_at(key)
        keys: list[Key] = []
        for base in found[0].bases if found is not None and depth else ():
            at = tracer.trace(key[0], base.text, found[1]) if found and isinstance(base, Path) else None
            if isinstance(at, ClassAt) and at.key != key:
                keys += [at.key, *self._kin_keys(at.key, depth - 1)]
        return tuple(keys)

    def _kin(self, key: Key, depth: int) -> frozenset[str]:
        tracer = Tracer(self._project)
        found = tracer.class_at(key)
        if found is None or not depth:
            return frozenset()
        kin: set[str] = set()
        for base in found[0].bases:
            at = tracer.trace(key[0], base.text, found[1]) if isinstance(base, Path) else None
            if isinstance(at, Outside):
                kin.add(at.path)
            elif isinstance(at, ClassAt) and at.key != key:
                kin |= self._kin(at.key, depth - 1)
        return frozenset(kin)


def is_generator(function: Function) -> bool:
    return any(isinstance(event, Leave) and event.how == "yield" for event in every_event(function.body))


def is_property(function: Function) -> bool:
    names = [value.text.rpartition(".")[2] for value, _ in function.decorators if isinstance(value, Path)]
    return names in (["property"], ["cached_property"])
