"""Runs a body: its steps in order, and the values of its expressions."""

from __future__ import annotations

import re

from flask_lsp.facts.model import OTHER, Compared, Either, Items, Joined, Literal, Negated, Pairs, Path
from flask_lsp.facts.model import Value as Written
from flask_lsp.facts.script import HOOKS, Attach, Bring, Code, Do, Each, Give, Kind, Maybe, Set, Step, Steps
from flask_lsp.project import calling
from flask_lsp.project.looking import Later, Looking
from flask_lsp.project.names import home
from flask_lsp.project.route_model import UNKNOWN
from flask_lsp.project.things import (
    THINGS,
    ApiThing,
    AppThing,
    Args,
    BlueprintThing,
    ClassValue,
    Dict,
    FunctionValue,
    Growing,
    Instance,
    Many,
    Method,
    Module,
    Outer,
    SpaceThing,
    Super,
    Tail,
    Value,
    ViewValue,
)
from flask_lsp.project.ways import gives_something, merged

_TOKEN = re.compile(r"\.(\w+)|(\(\))|(\[\])")
_ROOT = re.compile(r"[^.(\[]*")
_MOST_ITEMS = 200
_DEEPEST = 50
"""Expressions that are read to read another."""


class Running(Looking):
    """One frame of an evaluation that runs."""

    # -- steps -----------------------------------------------------------------------------------------------------

    def run(self, steps: Steps) -> None:
        for step in steps:
            if self.frame.left or not self.evaluation.may_go_on(self.frame.unit):
                return
            self.step(step)

    def step(self, step: Step) -> None:
        match step:
            case Set(name=name, value=Path(text=text)) if self.may_wait(name) and not text.endswith("()"):
                self.frame.env[name] = Later(step)  # type: ignore[assignment]
            case Set(name=name) | Code(name=name) | Kind(name=name):
                self.frame.env[name] = self.bound(step)
            case Bring(name=name):
                if name != "*":
                    self.frame.env[name] = Later(step)  # type: ignore[assignment]
            case Do(call=call):
                self.frame.done[call.text] = self.value(call)
            case Attach(target=target, value=value):
                self.attach(target, value)
            case Each():
                self.each(step)
            case Maybe(test=test, bodies=bodies):
                self.maybe(test, bodies)
            case Give(value=value):
                if value is not None:
                    self.frame.given.append(self.value(value, "<returned>"))
                self.frame.left = True

    def may_wait(self, name: str) -> bool:
        """A name of a module that is bound for the first time is read when it is needed."""
        return not self.frame.name and name not in self.frame.env

    def bound(self, step: Step) -> Value:
        """What a step binds its name to."""
        frame = self.frame
        inside = frame if frame.name else None
        match step:
            case Set(name=name, value=value):
                return self.value(value, name)
            case Bring():
                return self.brought(step)
            case Code(name=name, decorators=decorators):
                function = FunctionValue(frame.document, self.qualified(name), step, inside)
                return calling.decorate(self, function, decorators) if decorators else function
            case Kind(name=name, decorators=decorators):
                kind = ClassValue(frame.document, self.qualified(name), step, inside)
                return calling.decorate(self, kind, decorators) if decorators else kind
            case _:
                return UNKNOWN

    def qualified(self, name: str) -> str:
        return f"{self.frame.name}.{name}" if self.frame.name else name

    def each(self, step: Each) -> None:
        over, frame = self.value(step.over), self.frame
        frame.looped.update(step.names)
        values = [*over.values] if isinstance(over, Many | Dict) else None
        if values is None or len(values) > _MOST_ITEMS:
            self.unsure([*[Set(name, OTHER) for name in step.names], *step.body])
            return
        for value in values:
            parts = value.values if isinstance(value, Many) and len(step.names) > 1 else [value]
            for name, part in zip(step.names, parts, strict=False):
                frame.env[name] = part
            self.run(step.body)

    def unsure(self, steps: list[Step]) -> None:
        """Runs steps that may not run."""
        frame = self.frame
        sure, frame.sure = frame.sure, False
        self.run(tuple(steps))
        frame.sure, frame.left = sure, False

    def maybe(self, test: Written, bodies: tuple[Steps, ...]) -> None:
        decided = self.decided(test) if len(bodies) == 2 else None
        if decided is not None:
            self.run(bodies[0 if decided else 1])
            return
        frame, before = self.frame, dict(self.frame.env)
        after: list[dict[str, Value]] = []
        leaving = 0
        for body in bodies:
            frame.env = dict(before)
            sure, frame.sure = frame.sure, False
            self.run(body)
            if frame.left:
                leaving += 1
            else:
                after.append(frame.env)
            frame.sure, frame.left = sure, False
        handlers = test == OTHER  # of a ``try``, whose own body has run
        if leaving == len(bodies) > 1:
            frame.left = True
        elif leaving and not handlers and any(bodies[index] for index in range(len(bodies))):
            frame.sure = frame.sure and not gives_something(bodies)
        frame.env = merged(before, after, handlers)
        if not frame.name:
            frame.unit.env = frame.env

    def decided(self, test: Written) -> bool | None:
        """Whether a test holds, ``None`` if that cannot be told."""
        match test:
            case Negated(value=value):
                inner = self.decided(value)
                return None if inner is None else not inner
            case Literal() | Path():
                value = self.value(test)
                if isinstance(value, Outer) and value.name == "typing.TYPE_CHECKING":
                    return False
                if isinstance(value, Literal):
                    return bool(value.value)
                return True if isinstance(value, THINGS) else None
            case Compared(left=left, operators=("Is" | "Eq" | "IsNot" | "NotEq" as how,), rights=(right,)):
                one, other = self.value(left), self.value(right)
                if isinstance(one, Literal) and isinstance(other, Literal):
                    return (one == other) == (how in ("Is", "Eq"))
                if isinstance(one, THINGS) and other == Literal(None):
                    return how in ("IsNot", "NotEq")
                return None
            case _:
                return None

    def attach(self, target: Path, value: Written) -> None:
        owner_path, _, name = target.text.rpartition(".")
        if not owner_path or target.key is not None:
            return
        owner = self.value(Path(owner_path))
        calling.attach(self, owner, name, self.value(value, f"{owner_path}.{name}"), target.text)

    def set_defaults(self, code: Code) -> None:
        """Sets the parameters that nobody has given."""
        for parameter in code.parameters:
            if parameter.name not in self.frame.env and parameter.default is not None:
                self.frame.env[parameter.name] = self.value(parameter.default, parameter.name)

    def given(self) -> Value:
        """What the function gives back: one value, or unknown."""
        values = [value for value in self.frame.given if value != Literal(None)]
        first = values[0] if values else Literal(None)
        return first if all(value == first for value in values) else UNKNOWN

    # -- expressions -----------------------------------------------------------------------------------------------

    def value(self, written: Written, hint: str = "") -> Value:
        """What an expression is; what it makes is named ``hint``."""
        match written:
            case Literal():
                return written
            case Path():
                return self.path(written, hint)
            case Items(values=values):
                return Many([self.value(each, f"{hint}[{index}]") for index, each in enumerate(values)])
            case Joined(parts=parts):
                texts = [self.value(part) for part in parts]
                if all(isinstance(text, Literal) and isinstance(text.value, str | int) for text in texts):
                    return Literal("".join(str(text.value) for text in texts if isinstance(text, Literal)))
                end = texts[-1].value if isinstance(texts[-1], Literal) else None
                return Tail(end) if isinstance(end, str) and "/" in end else UNKNOWN
            case Pairs(items=items):
                found = {self.value(key): self.value(value, f"{hint}[]") for key, value in items if key != OTHER}
                return Dict(found) if len(found) == len(items) else UNKNOWN
            case Either(values=values):
                found = [self.value(each, hint) for each in values]
                known = [each for each in found if not (isinstance(each, Literal) and not each.value)]
                return known[0] if known and all(each == known[0] for each in known) else UNKNOWN
            case _:
                return UNKNOWN

    def path(self, path: Path, hint: str) -> Value:
        evaluation = self.evaluation
        if evaluation.nesting >= _DEEPEST:
            evaluation.taint()  # it may be told from elsewhere
            return UNKNOWN
        evaluation.nesting += 1
        try:
            return self._path(path, hint)
        finally:
            evaluation.nesting -= 1

    def _path(self, path: Path, hint: str) -> Value:
        text = path.text
        root = _ROOT.match(text).group()  # type: ignore[union-attr]
        current = self.lookup(root)
        at = len(root)
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:
                return UNKNOWN
            at = token.end()
            last = at == len(text)
            if token[1]:
                current = self.attribute(current, token[1])
            elif token[2] and not last and text[:at] in self.frame.done:
                current = self.frame.done[text[:at]]
            elif token[2]:
                args = self.args(path) if last else (Args((), {}, all=False) if text[:at] != "super()" else Args())
                current = calling.call(self, current, args, text[:at], hint if last else "")
            else:
                current = self.item(current, path.key) if last else UNKNOWN
        return current

    def args(self, path: Path) -> Args:
        values = tuple([self.value(arg, f"<{path.text}>") for arg in path.args])
        keywords: dict[str, Value] = {}
        complete = OTHER not in path.args
        for name, written in path.keywords:
            value = self.value(written, f"<{path.text}>")
            if name != "**":
                keywords[name] = value
            elif isinstance(value, Dict) and all(isinstance(key, Literal) for key in value.values):
                keywords |= {str(key.value): inner for key, inner in value.values.items() if isinstance(key, Literal)}
            else:
                complete = False
        return Args(values, keywords, complete, self._plain(path))

    def _plain(self, path: Path) -> str:
        """The first argument as it is written, see ``Args``."""
        first = path.args[0] if path.args else path.keyword("blueprint")
        text = first.text if isinstance(first, Path) and "(" not in first.text and "[" not in first.text else ""
        return "" if text.partition(".")[0] in self.frame.looped else text

    def item(self, of: Value, key: Written | None) -> Value:
        index = UNKNOWN if key is None else self.value(key)
        match of, index:
            case Many(values=values), Literal(value=int() as number) if -len(values) <= number < len(values):
                return values[number]
            case Dict(values=values), Literal():
                return values.get(index, UNKNOWN)
            case _:
                return UNKNOWN

    def attribute(self, of: Value, name: str) -> Value:
        match of:
            case Module(document=document):
                return self.member(document, name)
            case Outer(name="flask.current_app" | "flask.Flask()") if name in _OF_APPS:
                return Method(None, name)
            case Outer(name=outer, document=document):
                if document and "(" not in outer and (inner := self.evaluation.find(document, f"{outer}.{name}", 0)):
                    return Module(inner)
                return Outer(home(f"{outer}.{name}"), document)
            case Instance(class_=kind, attributes=attributes):
                return attributes[name] if name in attributes else calling.member(self, kind, name, of)
            case ClassValue():
                return calling.member(self, of, name, None)
            case Many() | Dict():
                return Growing(of, name)
            case ViewValue() | FunctionValue():
                return UNKNOWN
            case AppThing() if name == "app":
                return of  # that of connexion holds the application
            case Super() | AppThing() | BlueprintThing() | ApiThing() | SpaceThing():
                return calling.method(self, of, name)
            case _:
                return Method(None, name) if of is UNKNOWN and name in _OF_APPS else UNKNOWN


_OF_APPS = HOOKS | {"route", "add_url_rule", "register_blueprint"}
"""These are only called on applications and blueprints, whatever the owner is called."""
