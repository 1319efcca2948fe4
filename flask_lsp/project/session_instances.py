"""Which names of a function are instances that the session has loaded, and which of their attributes it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.model import Assigned, Bind, Bound, Defined, Loop, Opaque, Path, Value
from flask_lsp.facts.transactions import Act, Out, Script, every_step
from flask_lsp.facts.traverse import every_event
from flask_lsp.project.callables import ClassAt
from flask_lsp.project.databases import DATABASE
from flask_lsp.project.links import split
from flask_lsp.project.route_model import Key

if TYPE_CHECKING:
    from flask_lsp.project.session_names import NamesAt

_ONE = r"(?:get|get_or_404|first|first_or_404|one|one_or_none|one_or_404)\(\)"
_STEPS = rf"(?:\.(?!{_ONE})\w+\(\))*?"
"""Methods of a query: what is called of an instance gives anything."""
INSTANCE = re.compile(
    re.escape(DATABASE)
    + rf"\.(?:(?:Model\.query|session\.query\(\)){_STEPS}\.{_ONE}"
    + r"|session\.get\(\)|session\.get_one\(\)|get_or_404\(\)|first_or_404\(\)|one_or_404\(\))"
)
"""The canonical name of what a query gives, where that is one instance."""
ALL = re.compile(re.escape(DATABASE) + rf"\.(?:Model\.query|session\.query\(\)){_STEPS}\.all\(\)")
"""Of what gives a list of them."""
ROWS = re.compile(re.escape(DATABASE) + rf"\.(?:Model\.query|session\.query\(\)){_STEPS}")
"""Of what gives them one by one."""
_GIVEN_MODEL = re.compile(r"(?:^|\.)(?:get|get_one|get_or_404)\(\)$")
_OF_MODEL = re.compile(r"(?P<model>\w[\w.]*)\.query(?:\.\w+\(\))*")
_COLUMN = re.compile(r"(?:^|\.)(?:Column|mapped_column|relationship|deferred)\(\)$")
_FORM_DATA = re.compile(r"form\w*(?:\(\))?\.\w+\.data\b", re.IGNORECASE)
_PREVIEW = re.compile(r"preview|dry_?run|simulat", re.IGNORECASE)
_MOST_BASES = 12


class Loaded(NamedTuple):
    """What a name is bound to, whichever way leads there."""

    model: Key | None
    """The class, where it is seen."""
    names: tuple[str, ...] = ()
    """By which somebody may be shown the instance; empty where it is anybody's."""


class Touch(NamedTuple):
    """A change of an attribute of a parameter."""

    parameter: str
    attribute: str


class Instances:
    """Answers for one function."""

    def __init__(self, names: NamesAt, script: Script) -> None:
        self._names = names
        self._script = script
        self._loaded: dict[str, Loaded | None] = {}

    def changes(self, act: Act) -> bool:
        """The assignment, or ``form.populate_obj(user)``, changes what the session has loaded, and means to."""
        if not act.stores:
            populated = act.path.rpartition(".")[2] == "populate_obj"
            return populated and any(self.loaded(path) is not None for path in act.given[:1])
        root, rest = split(act.path)
        attribute = rest.removeprefix(".")
        loaded = self.loaded(root) if attribute.isidentifier() else None
        if loaded is None:
            return False
        if self._is_sent(act):
            return loaded.model is None or self._is_mapped(loaded.model, attribute)
        if loaded.model is None or not self._is_mapped(loaded.model, attribute):
            return False
        return not self._is_shown(loaded, act)

    def touches(self, act: Act) -> Touch | None:
        """The assignment changes an attribute of a parameter, of whatever that is."""
        root, rest = split(act.path)
        attribute = rest.removeprefix(".")
        known = attribute.isidentifier() and self._names.is_own_parameter(root)
        return Touch(root, attribute) if known else None

    def touched(self, act: Act, touches: frozenset[Touch], parameters: tuple[str, ...], *, bound: bool) -> bool:
        """A call changes attributes of its parameters, and one of these is what the session has loaded."""
        given: dict[str, str] = {}
        for key, path in act.handed:
            position = int(key) + bound if key.isdigit() else -1
            given[parameters[position] if 0 <= position < len(parameters) else key] = path
        if bound and parameters:
            given[parameters[0]] = act.path.rpartition(".")[0]
        sent = self._is_sent(act)
        for touch in touches:
            loaded = self.loaded(given.get(touch.parameter, ""))
            if loaded is None or loaded.model is None or not self._is_mapped(loaded.model, touch.attribute):
                continue
            if sent or not self._is_shown(loaded, act):
                return True
        return False

    def model_of(self, path: str) -> Key | None:
        loaded = self.loaded(path)
        return loaded.model if loaded is not None else None

    def loaded(self, name: str) -> Loaded | None:
        """What the name is, if it is an instance that the session has loaded on every way."""
        if name not in self._loaded:
            self._loaded[name] = self._find(name) if name.isidentifier() else None
        return self._loaded[name]

    def _find(self, name: str) -> Loaded | None:
        if _PREVIEW.search(self._names.qualified):
            return None
        if self._names.is_current_user(name):
            return Loaded(None) if self._names.users_are_rows() else None
        bounds = self._names.own_bindings(name)
        values = list(self._values(name, bounds))
        if not bounds or len(values) != len(bounds):
            return None
        models = {self._model(value) for value in values}
        rows = (value.text for value in values if value.text.isidentifier())
        return Loaded(models.pop() if len(models) == 1 else None, (name, *rows))

    def _values(self, name: str, bounds: tuple[Bound, ...]) -> Iterator[Path]:
        """The queries that give the instance, one for each binding that is one."""
        for bound in bounds:
            match bound:
                case Assigned(value=Path() as value) if INSTANCE.fullmatch(self._names.canonical(value.text) or ""):
                    yield value
                case Opaque():
                    yield from self._loop(name)
                case _:
                    pass

    def _loop(self, name: str) -> Iterator[Path]:
        """``for user in User.query.all()``; where another loop binds the name too, both are given."""
        for event in every_event(self._names.own_body):
            match event:
                case Loop(names=(one,), over=Path() as over) if one == name:
                    if ROWS.fullmatch(self._names.canonical(over.text) or ""):
                        yield over
                case _:
                    pass

    def _model(self, value: Path) -> Key | None:
        if _GIVEN_MODEL.search(value.text) and value.args and isinstance(first := value.args[0], Path):
            found = self._names.trace(first.text)
            if isinstance(found, ClassAt):
                return found.key
        path = self._names.origin(value.text)
        queried = _OF_MODEL.match(path)
        found = self._names.trace(queried["model"]) if queried else None
        return found.key if isinstance(found, ClassAt) else None

    def _is_shown(self, loaded: Loaded, change: Act) -> bool:
        """Something but the session is given the instance, or asked of it: it may be changed to be shown."""
        for step in every_step(self._script):
            match step:
                case Act(stores=False) if step != change:
                    given = any(name in step.given for name in loaded.names)
                    if given and not (self._names.canonical(step.path) or "").startswith(DATABASE):
                        return True
                    if split(step.path)[0] in loaded.names:
                        return True
                case Out(path=path) if split(path)[0] in loaded.names:
                    return True
                case _:
                    pass
        return not loaded.names

    def _is_sent(self, act: Act) -> bool:
        """Something in it comes with the request."""
        return any(self._comes_with_request(path) for _, path in act.handed)

    def _comes_with_request(self, path: str) -> bool:
        """``request.form["name"]``, ``form.name.data``, also through a local name."""
        path = self._names.origin(path)
        return bool(_FORM_DATA.search(path)) or (self._names.canonical(path) or "").startswith("flask.request.")

    def _is_mapped(self, model: Key, attribute: str) -> bool:
        """The attribute is a column or a relationship of the model, or a property that may be set."""
        for bound in self._members(model, attribute):
            match bound:
                case Assigned(value=value):
                    return _is_column(value)
                case Defined(function=function) if any(_is_setter(value) for value, _ in function.decorators):
                    return True
                case _:
                    pass
        return False

    def _members(self, model: Key, name: str) -> Iterator[Bound]:
        """What the class and its bases bind under a name, the class's own first."""
        todo, seen = [model], set[Key]()
        while todo and len(seen) < _MOST_BASES:
            key = todo.pop(0)
            found = self._names.class_at(key)
            if found is None or key in seen:
                continue
            seen.add(key)
            for event in every_event(found.body):
                if isinstance(event, Bind) and event.bound.name == name:
                    yield event.bound
            for base in found.bases:
                at = self._names.trace_in(key[0], base.text) if isinstance(base, Path) else None
                if isinstance(at, ClassAt):
                    todo.append(at.key)


def _is_column(value: Value) -> bool:
    return isinstance(value, Path) and bool(_COLUMN.search(value.text))


def _is_setter(value: Value) -> bool:
    return isinstance(value, Path) and value.text.endswith(".setter")
