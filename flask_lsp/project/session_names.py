"""What the calls of one function are, for who follows a database session: by name where no path leads on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from flask_lsp.facts.model import Assigned, Bind, Body, Bound, ClassDefined, Items, Parameter, Path
from flask_lsp.facts.transactions import Act, FileTold, Out, Told, Under, every_step
from flask_lsp.facts.traverse import every_event
from flask_lsp.project import session_calls
from flask_lsp.project.callables import Callable_, ClassAt, FunctionAt, Instance, Outside, Scope, Scopes, Tracer
from flask_lsp.project.databases import DATABASE
from flask_lsp.project.links import split
from flask_lsp.project.names import Resolver
from flask_lsp.project.needs import CURRENT_USER
from flask_lsp.project.route_model import Key
from flask_lsp.project.session_calls import SESSION
from flask_lsp.project.session_instances import INSTANCE

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_CHANGING = frozenset(
    {"add", "add_all", "delete", "merge", "execute", "update", "bulk_save_objects", "bulk_insert_mappings"}
    | {"bulk_update_mappings"}
)
_ROW = re.compile(
    r"(?P<model>[\w.]+)\.query(?:\.\w+\(\))*?\.(?:get|get_or_404|first|first_or_404|one|one_or_none|one_or_404)\(\)"
    r"\.(?P<method>\w+)"
)
"""A method of the model on a row of it."""
_LOADING = frozenset(
    {"get", "get_one", "get_or_404", "first", "first_or_404", "one", "one_or_none", "one_or_404", "all"}
    | {"filter", "filter_by"}
)
_MOST_NAMES = 4
_CURRENT_USERS = CURRENT_USER | {"flask_security.current_user"}
_OF_VIEWS = frozenset({"get", "post", "put", "patch", "head", "options"})


class SessionNames:
    """Questions about names, for a whole project."""

    def __init__(self, project: Project, told: Mapping[str, FileTold]) -> None:
        self.project = project
        self.told = told
        self._users_are_rows: bool | None = None
        self._by_name: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def of(self, key: Key) -> Told | None:
        """What a function does."""
        file = self.told.get(key[0])
        return file.functions.get(key[1]) if file is not None else None

    def at(self, key: Key) -> NamesAt:
        return NamesAt(self, key)

    def users_are_rows(self) -> bool:
        """A ``user_loader`` of the project gives what a query gave."""
        if self._users_are_rows is None:
            self._users_are_rows = any(
                isinstance(step, Out) and INSTANCE.fullmatch(self.at((document, name)).canonical(step.path) or "")
                for document, file in self.told.items()
                for name, told in file.functions.items()
                if _loads_users(told)
                for step in every_step(told.script)
            )
        return self._users_are_rows

    def by_name(self, what: str) -> tuple[frozenset[str], frozenset[str]]:
        """The names of the functions, and of the methods, of the project that may do something to a session (see
        ``_DOES``), by the names of all that they call."""
        known = self._by_name.get(what)
        if known is None:
            known = self._by_name[what] = self._closure(_DOES[what])
        return known

    def commits_by_name(self, name: str, *, method: bool) -> bool:
        return name in self.by_name("commit")[method]

    def may(self, what: str, told: Told) -> bool:
        """A cheap guard: the function does it, or calls something that has the name of what does."""
        functions, methods = self.by_name(what)
        calls = told.calls
        return _DOES[what](told) or not calls.isdisjoint(functions) or not calls.isdisjoint(methods)

    def may_touch(self, told: Told) -> bool:
        """A cheap guard: the function may load instances and change them, itself or by something of that name."""
        if "populate_obj" in told.calls or "current_user" in told.stores:
            return True
        if told.calls.isdisjoint(_LOADING):
            return False
        return bool(told.stores) or not told.calls.isdisjoint(self._touching)

    @cached_property
    def _touching(self) -> frozenset[str]:
        """The last names of functions that change attributes of a parameter."""
        return frozenset(
            name.rpartition(".")[2]
            for file in self.told.values()
            for name, told in file.functions.items()
            if any(each in told.stores for each, _ in told.parameters)
        )

    def changed_since(self, before: SessionNames) -> Iterator[Key]:
        """The functions that do something else than before."""
        for document in self.told.keys() | before.told.keys():
            one, other = before.told.get(document), self.told.get(document)
            if one is other:
                continue
            first: Mapping[str, Told] = one.functions if one is not None else {}
            second: Mapping[str, Told] = other.functions if other is not None else {}
            for name in first.keys() | second.keys():
                if first.get(name) != second.get(name):
                    yield document, name

    def take_over(self, before: SessionNames, changed: frozenset[Key]) -> bool:
        """Keeps what is known by names, where none of the changed functions is another one by its name."""
        if not before._by_name or any(_loads_users(each.of(key)) for key in changed for each in (before, self)):
            return False
        self._by_name = dict(before._by_name)

        def kind(told: Told | None) -> list[bool]:
            return [told is not None and self.may(what, told) for what in self._by_name]

        if any(kind(before.of(key)) != kind(self.of(key)) for key in changed):
            self._by_name = {}
            return False
        return True

    def _closure(self, first: Callable[[Told], bool]) -> tuple[frozenset[str], frozenset[str]]:
        """The names of functions and of methods for which ``first`` holds, and of all that call one of that name."""
        found: tuple[set[str], set[str]] = (set(), set())
        new: set[str] = set()
        for file in self.told.values():
            for name, told in file.functions.items():
                if first(told):
                    _note(found, new, name, told)
        while new:
            frontier, new = new, set[str]()
            for file in self.told.values():
                if file.calls.isdisjoint(frontier):
                    continue
                for name, told in file.functions.items():
                    if not told.calls.isdisjoint(frontier):
                        _note(found, new, name, told)
        return frozenset(found[0]), frozenset(found[1])


def _note(found: tuple[set[str], set[str]], new: set[str], name: str, told: Told) -> None:
    last = name.rpartition(".")[2]
    if last not in found[told.of_class] and not (told.of_class and last in _OF_VIEWS):
        found[told.of_class].add(last)
        new.add(last)


def _loads_users(told: Told | None) -> bool:
    return told is not None and any("user_loader" in decorator for decorator in told.decorators)


def _commits(told: Told) -> bool:
    if "commit" in told.calls:
        return True
    managers = [path for step in every_step(told.script) if isinstance(step, Under) for path in step.managers]
    return any(path.endswith(".begin()") or "commit" in path for path in managers)


def _changes(told: Told) -> bool:
    return not told.calls.isdisjoint(_CHANGING)


def _saves(told: Told) -> bool:
    return "flush" in told.calls or _commits(told)


def _gives_up(told: Told) -> bool:
    return any(map(session_calls.gives_up, told.calls))


_DOES: Mapping[str, Callable[[Told], bool]] = {
    "commit": _commits,
    "change": _changes,
    "save": _saves,
    "give up": _gives_up,
}


class NamesAt:
    """The same in one function."""

    def __init__(self, names: SessionNames, key: Key) -> None:
        self._names = names
        self._key = key
        self._document = key[0]
        self._tracer = Tracer(names.project)
        self._scopes = self._around(key)

    def _around(self, key: Key) -> Scopes:
        if key[1].startswith("@"):
            return ()
        found = self._tracer.function_at(key)
        if found is None:
            return ()
        function, scopes = found
        class_ = key[1].rpartition(".")[0]
        of_class = class_ if class_ and self._tracer.class_at((key[0], class_)) is not None else ""
        return (Scope(function, key[1], of_class), *scopes)

    # -- the function itself ---------------------------------------------------------------------------------------

    @property
    def qualified(self) -> str:
        return self._key[1]

    @property
    def own_body(self) -> Body:
        return self._scopes[0].function.body if self._scopes else ()

    def own_bindings(self, name: str) -> tuple[Bound, ...]:
        """What the function itself binds the name to."""
        return self._scopes[0].function.bindings.get(name, ()) if self._scopes else ()

    def is_own_parameter(self, name: str) -> bool:
        bounds = self.own_bindings(name)
        return len(bounds) == 1 and isinstance(bounds[0], Parameter)

    def origin(self, path: str) -> str:
        """The path with its first name replaced by what is assigned to that, while that is one path."""
        for _ in range(_MOST_NAMES):
            root, rest = split(path)
            match self.own_bindings(root):
                case (Assigned(value=Path(text=text)),) if split(text)[0] != root:
                    path = text + rest
                case _:
                    break
        return path

    def parameters(self, key: Key) -> tuple[str, ...]:
        """The names of the parameters of a function of the project."""
        told = self._names.of(key)
        return tuple([name for name, _ in told.parameters]) if told is not None else ()

    def class_at(self, key: Key) -> ClassDefined | None:
        found = self._tracer.class_at(key)
        return found[0] if found is not None else None

    def trace_in(self, document: str, path: str) -> Callable_:
        return self._tracer.trace(document, path)

    def is_current_user(self, name: str) -> bool:
        return self.canonical(name) in _CURRENT_USERS

    def users_are_rows(self) -> bool:
        """What Flask-Login calls the user is an instance that the session has loaded."""
        return self._names.users_are_rows()

    @property
    def known(self) -> bool:
        """The function is found, so that its names can be told."""
        return bool(self._scopes) or self._key[1].startswith("@")

    def canonical(self, path: str) -> str | None:
        functions = tuple([scope.function for scope in self._scopes])
        name = Resolver(self._names.project).name(self._document, path, functions)
        return self._own_session(path) if name is None and path.startswith(("self.", "cls.")) else name

    def _own_session(self, path: str) -> str | None:
        """``self.session.add`` where the class itself says that ``session`` is the one of Flask-SQLAlchemy."""
        _, attribute, rest = (*path.split(".", 2), "")[:3]
        found = self._tracer.class_at((self._document, self._key[1].rpartition(".")[0]))
        if found is None or not rest:
            return None
        values = [
            event.bound.value
            for event in every_event(found[0].body)
            if isinstance(event, Bind) and isinstance(event.bound, Assigned) and event.bound.name == attribute
        ]
        if len(values) != 1 or not isinstance(values[0], Path):
            return None
        return Resolver(self._names.project).name(self._document, f"{values[0].text}.{rest}", ())

    def trace(self, path: str) -> Callable_:
        return self._tracer.trace(self._document, path, self._scopes)

    def member(self, class_: Key, name: str) -> FunctionAt | None:
        found = self._tracer.member(class_, name)
        return found if isinstance(found, FunctionAt) else None

    def may_by_name(self, what: str, last: str) -> bool:
        """A function or a method of the project of that name may do it."""
        return any(last in names for names in self._names.by_name(what))

    # -- calls -----------------------------------------------------------------------------------------------------

    def called(self, act: Act) -> Key | bool:
        """The function of the project that is called; else whether the call may commit."""
        if any(self.is_session(given) for given in act.given):
            return True
        if any(self._commits_handed(given) for given in act.given):
            return True
        if self.is_current_user(split(act.path)[0]):
            return self._unknown(act.path)
        match self.callee(act.path):
            case FunctionAt(key):
                return True if self._may_be_another(act.path, key) else key
            case Instance():
                return True
            case ClassAt():
                return False
            case Outside(path):
                return session_calls.outside(path)
            case _:
                return self._unknown(act.path)

    def callee(self, path: str) -> Callable_:
        """What runs when the path is called: for a class its ``__init__``, for an object its ``__call__``."""
        found = self._of_row(path) or self.trace(path)
        match found:
            case ClassAt(key):
                return self.member(key, "__init__") or found
            case Instance(key):
                return self.member(key, "__call__") or found
            case _:
                return found

    def _of_row(self, path: str) -> FunctionAt | None:
        """The method of the project's model that is called on what a query gave: ``user = User.query.get(1)``,
        ``user.delete()``."""
        root, rest = split(path)
        for scope in self._scopes:
            bounds = scope.function.bindings.get(root, ())
            if len(bounds) == 1 and isinstance(bounds[0], Assigned) and isinstance(bounds[0].value, Path):
                path = bounds[0].value.text + rest
                break
        found = _ROW.fullmatch(path)
        model = self.trace(found["model"]) if found else None
        return self.member(model.key, found["method"]) if found and isinstance(model, ClassAt) else None

    def _unknown(self, path: str) -> bool:
        owner, _, last = path.rpartition(".")
        if owner:
            return self._names.commits_by_name(last, method=True)
        if self._names.commits_by_name(last, method=False):
            return True
        return self.is_parameter(last)

    def is_parameter(self, name: str) -> bool:
        """The name is one of the function, or of one around it, that who calls it gives."""
        scopes = [scope.function.bindings.get(name) for scope in self._scopes]
        bounds = next((each for each in scopes if each), ())
        return any(isinstance(bound, Parameter) for bound in bounds)

    def _may_be_another(self, path: str, key: Key) -> bool:
        """``self.save()`` may be the method of a subclass; one that commits is silence."""
        if split(path)[0] not in ("self", "cls") or path.count(".") != 1:
            return False
        last = path.rpartition(".")[2]
        if not self._names.commits_by_name(last, method=True):
            return False
        told = self._names.of(key)
        return told is not None and not _commits(told)

    def is_session(self, given: str) -> bool:
        name = self.canonical(given)
        return name in (SESSION, DATABASE, f"{SESSION}()") or (name is None and given.rpartition(".")[2] == "session")

    def _commits_handed(self, given: str) -> bool:
        """A function is handed over that may commit, whatever it is called for."""
        last = given.rpartition(".")[2]
        if not any(self._names.commits_by_name(last, method=method) for method in (False, True)):
            return False
        return isinstance(self.trace(given), FunctionAt)

    # -- managers and decorators -----------------------------------------------------------------------------------

    def manager_does(self, path: str, does: Callable[[Key], bool]) -> bool:
        """The context manager does something with the session in the end, or may: ``does`` says what functions do."""
        name = self.canonical(path.removesuffix("()")) if path else None
        if name is not None and name.startswith(DATABASE):
            return session_calls.of_database(name, manager=True)
        if not path:
            return True
        match self.trace(path.removesuffix("()")):
            case FunctionAt(key):
                return does(key)
            case ClassAt(key) | Instance(key):
                ends = [self.member(key, name) for name in ("__exit__", "__enter__")]
                return any(each is None or does(each.key) for each in ends)
            case Outside(outside):
                return session_calls.outside(outside, manager=True)
            case _:
                return session_calls.unknown_manager(path)

    def decorators_do(self, does: Callable[[Key], bool]) -> bool:
        """A decorator of the function, or of the views of its class, may do it when the function is done."""
        if not self._scopes:
            return False
        scope = self._scopes[0]
        paths = [value.text for value, _ in scope.function.decorators if isinstance(value, Path)]
        return any(self._decorator_does(path, does) for path in (*paths, *self._of_class(scope)))

    def _of_class(self, scope: Scope) -> Iterator[str]:
        found = self._tracer.class_at((self._document, scope.of_class)) if scope.of_class else None
        for event in found[0].body if found is not None else ():
            match event:
                case Bind(bound=Assigned(name="decorators" | "method_decorators", value=Items(values=values))):
                    yield from (value.text for value in values if isinstance(value, Path))
                case _:
                    pass

    def _decorator_does(self, path: str, does: Callable[[Key], bool]) -> bool:
        path = path.removesuffix("()")
        match self.trace(path):
            case FunctionAt(key):
                file = self._names.told.get(key[0])
                inner = [name for name in file.functions if name.startswith(key[1] + ".")] if file is not None else []
                return any(does((key[0], name)) for name in (key[1], *inner))
            case ClassAt(key) | Instance(key):
                call = self.member(key, "__call__")
                return call is not None and does(call.key)
            case Outside(outside):
                return session_calls.unknown_decorator(outside)
            case _:
                return session_calls.unknown_decorator(path) or self._unknown(path)
