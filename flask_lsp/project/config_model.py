"""What fills the configuration of each application, in the order in which it happens.

An application's configuration begins where it is made: the steps of that body, those of the functions that get the
application, the classes and modules that are read. What happens to it elsewhere comes at a time nobody knows, and
stands at the end. A source that cannot be read leaves the configuration *open*: whatever rests on "nothing sets it"
asks that first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flask_lsp.facts.configuring import Scope, Step, configuring
from flask_lsp.facts.model import Defined, Literal, Path, Value
from flask_lsp.frozen import frozen
from flask_lsp.project import names
from flask_lsp.project.config_objects import NOTHING, Choices, Target, attributes, bases, choices
from flask_lsp.project.config_sources import from_environment, may_differ, source_at, wanted
from flask_lsp.project.known_extensions import extension_of
from flask_lsp.project.places import place
from flask_lsp.project.route_model import Key
from flask_lsp.project.stages import Stage

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

ANY = ("", "")
"""An application that is not told apart."""
_MOST_CALLS = 8
_HARMLESS = frozenset({"builtins", "typing", "os", "sys", "logging", "pprint", "inspect", "functools", "contextlib"})
_PLAIN = ("flask.", "werkzeug.", "click.", "sqlalchemy.", "flask_sqlalchemy.", "sentry_sdk.", "pytest.", "celery.")
_CONFIGURES = re.compile(r"conf|env|settings|yaml|vault")
"""A word in the name of packages that fill configurations."""
_ANY_APP = ("current_app", "_get_current_object()")


class Given(NamedTuple):
    """One value that a key is given, or a source that may hold any."""

    key: str | None
    value: Value
    document: str
    scope: str
    """The function or class in which it stands, empty in a module body."""
    sure: bool
    """It is given whenever the application is made for that environment, and its turn is known."""
    object: Target | None = None
    """The class or module whose attribute it is."""
    method: str = ""


@frozen()
class Filled:
    """The configuration of one application in one environment."""

    app: Key
    given: tuple[Given, ...]
    """In the order in which it happens; the last one wins."""
    open: tuple[str, ...] = ()
    """Why there may be more."""
    objects: frozenset[Target] = frozenset()
    """The classes and modules that it uses, with their bases."""
    passed: frozenset[Target] = frozenset()
    """Those that other environments use."""


Scopes: TypeAlias = "tuple[Scope, ...]"


def scopes_of(file: File) -> Scopes:
    """A part of a project: the scopes of a file that have a say; the blocks share that of the module."""
    found = [scope for _, block in file.facts.blocks for scope in configuring(block)]
    module = tuple(step for scope in found if not scope.name for step in scope.steps)
    functions = tuple(scope for scope in found if scope.name)
    return (Scope("", (), module), *functions) if module else functions


def all_scopes(project: Project) -> Mapping[str, Scopes]:
    """The files that have a say, with their scopes."""
    parts = project.parts(scopes_of)
    return project.kept(_all_scopes, parts)


def _all_scopes(project: Project) -> Mapping[str, Scopes]:
    return {document: scopes for document, scopes in project.parts(scopes_of).items() if scopes}


def steps_in(project: Project) -> Iterator[tuple[str, Scope, Step]]:
    """Every step, with where it stands."""
    for document, scopes in all_scopes(project).items():
        for scope in scopes:
            for step in scope.steps:
                yield document, scope, step


def asked_of_environment(project: Project) -> tuple[frozenset[str], tuple[str, ...]]:
    """The variables that name files to be read, and how those begin that are keys."""
    return project.kept(_asked_of_environment, project.parts(scopes_of))


def _asked_of_environment(project: Project) -> tuple[frozenset[str], tuple[str, ...]]:
    names, prefixes = set[str](), set[str]()
    for _, _, step in steps_in(project):
        said = step.value.value if isinstance(step.value, Literal) else None
        if step.method == "from_envvar" and isinstance(said, str):
            names.add(said)
        elif step.method == "from_prefixed_env" and isinstance(said, str):
            prefixes.add(f"{said}_")
    return frozenset(names), tuple(sorted(prefixes))


def sources_wanted(project: Project) -> tuple[str, ...]:
    """The files to be read for ``Project.sources``."""
    return wanted(project, steps_in(project))


# -- applications ------------------------------------------------------------------------------------------------------


class Made(NamedTuple):
    """Where an application is made."""

    document: str
    scope: str
    name: str

    @property
    def key(self) -> Key:
        return self.document, f"{self.scope}.{self.name}".lstrip(".")


def apps_made(project: Project) -> tuple[Made, ...]:
    """The applications that are made anywhere and bound to a name."""
    known = project.answers.get(apps_made)
    if known is None:
        known = project.answers[apps_made] = tuple(dict.fromkeys(_apps_made(project)))
    return known  # type: ignore[return-value]


def _apps_made(project: Project) -> Iterator[Made]:
    for document, scopes in all_scopes(project).items():
        for scope in scopes:
            for step in scope.steps:
                if step.how == "made" and _is_flask(project, document, step.value):
                    yield Made(document, scope.name, step.owner)


def _is_flask(project: Project, document: str, value: Value) -> bool:
    if not isinstance(value, Path):
        return False
    name = names.canonical(project, document, value.text)
    return name == "flask.Flask()" if name is not None else value.text in ("Flask()", "flask.Flask()")


# -- configurations ----------------------------------------------------------------------------------------------------


def filled(project: Project, made: Made, stage: Stage) -> Filled:
    """The configuration of an application in an environment."""
    key = (filled, made, stage)
    if key not in project.answers:
        project.answers[key] = _Run(project, stage).filled(made)
    return project.answers[key]  # type: ignore[return-value]


class _Run:
    """Follows one application through the bodies that it goes through."""

    def __init__(self, project: Project, stage: Stage) -> None:
        self.project = project
        self.stage: Stage = stage
        self.given: list[Given] = []
        self.open: list[str] = []
        self.objects: set[Target] = set()
        self.passed: set[Target] = set()
        self.seen: set[tuple[str, str, str]] = set()

    def filled(self, made: Made) -> Filled:
        self.body(made.document, made.scope, made.name, True, 0)
        for document, scopes in all_scopes(self.project).items():
            for scope in scopes:
                self.elsewhere(made, document, scope)
        return Filled(
            made.key,
            tuple(self.given),
            tuple(dict.fromkeys(self.open)),
            frozenset(self.objects),
            frozenset(self.passed - self.objects),
        )

    def body(self, document: str, name: str, owner: str, sure: bool, depth: int) -> None:
        """The steps of a body that are about what is called ``owner`` there."""
        if (document, name, owner) in self.seen or depth > _MOST_CALLS:
            return
        self.seen.add((document, name, owner))
        for scope in all_scopes(self.project).get(document, ()):
            if scope.name == name:
                own = (step for step in scope.steps if step.owner == owner)
                for is_choice, steps in groupby(own, lambda step: step.how == "object" and not step.sure):
                    together = tuple(steps)
                    if is_choice and self.branches(document, scope, together, sure):
                        continue
                    for step in together:
                        self.step(document, scope, step, sure and step.sure, depth)

    def elsewhere(self, made: Made, document: str, scope: Scope) -> None:
        """What other bodies do to the application, or to one that cannot be told: at a time that nobody knows."""
        for step in scope.steps:
            if step.how in ("made", "uses") or (document, scope.name, step.owner) in self.seen:
                continue
            key = self.owner(document, scope, step)
            if key in (ANY, made.key) and not (step.how == "handed" and key == ANY):
                self.step(document, scope, step, False, 1)

    def owner(self, document: str, scope: Scope, step: Step) -> Key:
        """The application that a step is about."""
        owner = step.owner
        if not owner or owner.endswith(_ANY_APP) or not owner.replace(".", "").isidentifier():
            return ANY
        root = owner.partition(".")[0]
        if root in ("self", "cls") or any(root == name for name, _ in scope.parameters):
            return ANY
        if any(made.document == document and made.scope == scope.name and made.name == owner for made in self.apps):
            return document, f"{scope.name}.{owner}".lstrip(".")
        at = place(self.project, document, owner)
        return ANY if at is None else at.key

    @property
    def apps(self) -> tuple[Made, ...]:
        return apps_made(self.project)

    def step(self, document: str, scope: Scope, step: Step, sure: bool, depth: int) -> None:
        match step.how:
            case "set":
                self.given.append(Given(step.key, step.value, document, scope.name, sure, None, step.method))
            case "object":
                self.object(document, scope, step, sure)
            case "source":
                self.source(document, scope, step, sure)
            case "handed":
                self.handed(document, step, sure, depth)
            case _:
                pass

    def source(self, document: str, scope: Scope, step: Step, sure: bool) -> None:
        file = source_at(self.project, document, step)
        if file is None or may_differ(step):
            self.open.append(step.method or "config")
            self.given.append(Given(None, step.value, document, scope.name, False, None, step.method))
        if file is not None:
            self.read(file, step, sure and not may_differ(step))
        for key, value, where in from_environment(self.project, step):
            self.given.append(Given(key, value, where, "", False, None, step.method))

    def object(self, document: str, scope: Scope, step: Step, sure: bool) -> None:
        found = choices(self.project, document, step.value, scope)
        if not found.complete:
            found = found + self.guessed(found)
            self.open.append("from_object")
            self.given.append(Given(None, step.value, document, scope.name, False, None, "from_object"))
        chosen = found.of(self.stage)
        for choice in found.found:
            if choice not in chosen:
                self.passed.update(bases(self.project, choice.target))
        for choice in chosen:
            self.read(choice.target, step, sure and len(chosen) == 1 and found.complete)

    def branches(self, document: str, scope: Scope, steps: tuple[Step, ...], sure: bool) -> bool:
        """Classes under conditions, each for another environment by its name: ``if ...: from_object(Production)``,
        ``else: from_object(Development)``. Nothing happens where some are for none."""
        found = [choices(self.project, document, step.value, scope) for step in steps]
        if not all(each.complete and each.found and all(one.stage for one in each.found) for each in found):
            return False
        every = ((step, one) for step, each in zip(steps, found, strict=True) for one in each.found)
        chosen = [(step, one) for step, one in every if one.stage == self.stage]
        if not chosen and len(steps) > 1:
            return False
        for each in found:
            self.passed.update(target for one in each.found for target in bases(self.project, one.target))
        for step, one in chosen:
            self.read(one.target, step, sure and len(chosen) == 1 < len(steps))
        return True

    def read(self, target: Target, step: Step, sure: bool) -> None:
        """The application reads a class or a module."""
        values, whole = attributes(self.project, target)
        self.objects.update(bases(self.project, target))
        if not whole:
            self.open.append(target.name or "module")
            self.given.append(Given(None, step.value, target.document, target.name, False))
        for one in values:
            where = one.owner
            self.given.append(Given(one.key, one.value, where.document, where.name, sure and one.sure, where))

    def guessed(self, found: Choices) -> Choices:
        """The classes beside those that are found, by the look of it: the name comes from the environment."""
        beside = {choice.target.document for choice in found.found if choice.target.name}
        targets = [
            Target(document, name)
            for document in sorted(beside)
            for name in self.project.files[document].facts.bindings
            if name.lower().endswith("config") and name[:1].isupper()
        ]
        one = sum((choices(self.project, each.document, Path(each.name)) for each in targets), Choices())
        return one if one.found else NOTHING

    def handed(self, document: str, step: Step, sure: bool, depth: int) -> None:
        """The application is given to a function."""
        callee = step.method
        at = place(self.project, document, callee)
        match at.bound if at is not None else None:
            case Defined(function=function) if at is not None:
                parameter = self.parameter(step, [each.name for each in function.parameters])
                if parameter is not None:
                    self.body(at.document, at.name, parameter, sure, depth + 1)
                return
            case _:
                pass
        if not self.is_harmless(document, callee):
            self.open.append(callee)
            self.given.append(Given(None, step.value, document, "", False, None, callee))

    def parameter(self, step: Step, parameters: list[str]) -> str | None:
        if not isinstance(step.value, Path):
            return None
        for index, value in enumerate(step.value.args):
            if isinstance(value, Path) and value.text == step.owner and index < len(parameters):
                return parameters[index]
        for name, value in step.value.keywords:
            if isinstance(value, Path) and value.text == step.owner and name in parameters:
                return name
        return None

    def is_harmless(self, document: str, callee: str) -> bool:
        """Whoever gets the application there does not fill its configuration with anything of the user's."""
        name = names.canonical(self.project, document, callee)
        if callee.startswith(("app.", "self.")) or callee.endswith(("[].init_app", ".run", ".register")):
            return True  # a configuration class from a dict: its ``init_app`` mostly does nothing
        if name is None:
            return False
        root = name.partition(".")[0]
        if root in _HARMLESS or name.startswith(_PLAIN) or extension_of(_class_of(name)) is not None:
            return True
        return root.startswith("flask_") and not _CONFIGURES.search(root)


def _class_of(name: str) -> str:
    """``flask_login.LoginManager`` of ``flask_login.LoginManager().init_app``."""
    return name.partition("()")[0]
