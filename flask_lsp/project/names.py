"""What is this name? A canonical name such as ``flask.request`` for a path as it is written in a file.

Own bindings and imports first, then the modules of the project, through the import graph. A call of a class is written
``flask.Flask()``, so an application is ``flask.Flask()`` and its method ``flask.Flask().run``; a class of the project
that derives from one of a package goes by that one's name. ``None`` is unknown, and unknown is no reason to report.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    Bound,
    ClassDefined,
    Defined,
    Function,
    Import,
    Parameter,
    Path,
)
from flask_lsp.facts.traverse import Attributes, attributes, returns
from flask_lsp.project import links
from flask_lsp.project.links import split
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_BUILTINS = frozenset(dir(builtins))
_MODULE = "@"
"""Before the document id of a module of the project."""
_MOST_STEPS = 40
"""Longer chains of names do not occur; this ends those that go in circles."""

_HOMES = {
    "flask.app.Flask": "flask.Flask",
    "flask.blueprints.Blueprint": "flask.Blueprint",
    "flask.json.jsonify": "flask.jsonify",
    "flask.wrappers.Request": "flask.Request",
    "flask.wrappers.Response": "flask.Response",
    "flask_sqlalchemy.extension.SQLAlchemy": "flask_sqlalchemy.SQLAlchemy",
    "flask.ext.sqlalchemy.SQLAlchemy": "flask_sqlalchemy.SQLAlchemy",
    "flask_sqlalchemy.base.SQLAlchemy": "flask_sqlalchemy.SQLAlchemy",
    "werkzeug.wrappers.response.Response": "werkzeug.wrappers.Response",
    "werkzeug.wrappers.request.Request": "werkzeug.wrappers.Request",
    "flask.current_app._get_current_object()": "flask.Flask()",
    "connexion.App().app": "flask.Flask()",
    "connexion.FlaskApp().app": "flask.Flask()",
}
_NO_METHODS = frozenset({"staticmethod", "classmethod"})
_MODULES = ("flask.globals.", "flask.helpers.", "flask.templating.", "flask.ctx.")


def canonical(project: Project, document: str, path: str) -> str | None:
    """What a path means in the module scope of a file. A question for ``Context.ask``."""
    return Resolver(project).name(document, path, ())


def imported(project: Project, document: str, module: str, attribute: str | None, level: int, rest: str) -> str | None:
    """What ``rest`` of an import means, wherever in a file it stands. A question for ``Context.ask``."""
    return Resolver(project).import_(document, Import("", module, attribute, level, Span(0, 0)), rest)


class Resolver:
    """Resolves paths; ``module_name`` is asked for everything that the scopes of the block itself do not answer, and
    ``imported`` for what an import in one of these scopes brings."""

    def __init__(
        self,
        project: Project,
        module_name: Callable[[str, str], str | None] | None = None,
        imported: Callable[[str, str | None, int, str], str | None] | None = None,
    ) -> None:
        self._project = project
        self._module_name = module_name
        self._imported = imported
        self._steps = 0

    def name(self, document: str, path: str, scopes: tuple[Function, ...]) -> str | None:
        """The canonical name of ``path`` where it stands in ``scopes``, innermost first."""
        self._steps = 0
        found = self._resolve(document, path, scopes)
        return None if found is None or found.startswith(_MODULE) else found

    def import_(self, document: str, bound: Import, rest: str) -> str | None:
        """The canonical name of ``rest`` of what an import binds."""
        self._steps = 0
        found = self._import(document, bound, rest)
        return None if found is None or found.startswith(_MODULE) else found

    def _resolve(self, document: str, path: str, scopes: tuple[Function, ...]) -> str | None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            return None
        root, rest = split(path)
        for depth, scope in enumerate(scopes):
            if root in scope.outer:
                continue
            if bounds := scope.bindings.get(root):
                if rest and (class_ := self._class_of(document, scope, bounds)) is not None:
                    return self._instance(document, class_, rest, scopes[depth + 1 :])
                return self._all_same(document, bounds, rest, scopes[depth:])
        if self._module_name is not None:
            return self._module_name(document, path)
        return self._in_module(document, root, rest)

    def _in_module(self, document: str, root: str, rest: str) -> str | None:
        """What a path means in the module scope of a file. Every block asks for the same few, so the answer is kept
        with the snapshot, and with it the steps it took: a chain ends where it would end without."""
        if self._project.is_watched:
            return self._looked_up(document, root, rest)
        answers, asked, before = self._project.answers, (Resolver, document, root, rest), self._steps
        known = answers.get(asked)
        if known is not None:
            found, steps = cast("tuple[str | None, int]", known)
            self._steps += steps
            return found if self._steps <= _MOST_STEPS else None
        found = self._looked_up(document, root, rest)
        if self._steps <= _MOST_STEPS and self._module_name is None and self._imported is None:
            answers[asked] = found, self._steps - before
        return found

    def _looked_up(self, document: str, root: str, rest: str) -> str | None:
        self._steps += 1
        file = self._project.files.get(document)
        if file is None or self._steps > _MOST_STEPS:  # two files may import from each other
            return None
        bindings = file.facts.bindings
        if ats := bindings.get(root):
            return self._all_same(document, [at.bound for at in ats], rest, ())
        link = links.starred(self._project, document, root) if "*" in bindings else links.ABSENT
        if link is links.ABSENT:
            return f"builtins.{root}{rest}" if root in _BUILTINS else None
        return self._linked(link, rest)

    def _all_same(self, document: str, bounds: Sequence[Bound], rest: str, scopes: tuple[Function, ...]) -> str | None:
        """The one meaning that all bindings of a name share."""
        if len(bounds) == 1:  # nearly always
            return self._bound(document, bounds[0], rest, scopes)
        found: set[str | None] = set()
        for bound in bounds:
            found.add(self._bound(document, bound, rest, scopes))
            if len(found) > 1 or None in found:
                return None
        return found.pop() if found else None

    def _bound(self, document: str, bound: Bound, rest: str, scopes: tuple[Function, ...]) -> str | None:
        match bound:
            case Import() if self._imported is not None:
                return self._imported(bound.module, bound.attribute, bound.level, rest)
            case Import():
                return self._import(document, bound, rest)
            case Assigned(value=Path(text=text)):
                return self._resolve(document, text + rest, scopes)
            case Defined(function=function):
                return self._function(document, function, rest, scopes)
            case ClassDefined():
                return self._class(document, bound, rest, scopes)
            case Parameter(annotation=str(annotation)):
                return self._resolve(document, f"{annotation}(){rest}", scopes[1:])
            case _:
                return None

    def _import(self, document: str, bound: Import, rest: str) -> str | None:
        return self._linked(links.follow(self._project, document, bound, rest), "")

    def _linked(self, link: links.Link | None, rest: str) -> str | None:
        """The canonical name of ``rest`` of what a link leads to."""
        match link:
            case links.Inside(found, "", _) if rest:
                inner = links.member(self._project, found, rest)
                return None if inner == link else self._linked(inner, "")
            case links.Inside(found, "", _):
                return _MODULE + found
            case links.Inside(found, name, after):
                return self._in_module(found, name, after + rest)
            case links.Outside(path):
                return home(self._project.packages.name(home(path + rest)))
            case None:
                return None

    def _function(self, document: str, function: Function, rest: str, scopes: tuple[Function, ...]) -> str | None:
        if not rest.startswith("()"):
            return f"{_module_name(document)}.{function.name}{rest}"
        if function.decorators or function.is_async:
            return None
        found = {
            self._resolve(document, value.text + rest[2:], (function, *scopes)) if isinstance(value, Path) else None
            for value in returns(function)
        }
        return found.pop() if len(found) == 1 else None

    def _class_of(self, document: str, method: Function, bounds: tuple[Bound, ...]) -> ClassDefined | None:
        """The class whose instance a name is: the first parameter of a method, bound to nothing else."""
        match bounds:
            case (Parameter(name=name, annotation=None),) if method.parameters[0].name == name:
                pass
            case _:
                return None
        file = self._project.files.get(document)
        if file is None or any(isinstance(each, Path) and each.text in _NO_METHODS for each, _ in method.decorators):
            return None
        if (known := file.kept.get(Parameter)) is None:
            known = file.kept[Parameter] = {
                id(event.bound.function): class_
                for _, facts in file.facts.blocks
                for class_ in facts.classes.values()
                for event in class_.body
                if isinstance(event, Bind) and isinstance(event.bound, Defined)
            }
        return known.get(id(method))

    def _instance(self, document: str, class_: ClassDefined, rest: str, scopes: tuple[Function, ...]) -> str | None:
        """``rest`` of ``self``: what a class of the project alone says of it means nothing to a rule."""
        found = self._class(document, class_, f"(){rest}", scopes)
        return None if found is None or found.startswith("<") else found

    def _attribute(self, document: str, class_: ClassDefined, path: str, scopes: tuple[Function, ...]) -> str | None:
        """What all assignments to an attribute of the instances mean, with what follows it in the path."""
        name, rest = split(path)
        found: set[str | None] = set()
        for method, value in attributes_of(self._project, document, class_).get(name, ()):
            around = scopes if method is None else (method, *scopes)
            found.add(self._resolve(document, value.text + rest, around) if isinstance(value, Path) else None)
        return found.pop() if len(found) == 1 else None

    def _class(self, document: str, bound: ClassDefined, rest: str, scopes: tuple[Function, ...]) -> str | None:
        """A class goes by the first of its bases that is one of Flask's kin; a mixin only where there is no other."""
        if rest.startswith("().") and (found := self._attribute(document, bound, rest[3:], scopes)) is not None:
            return found
        kin: list[str] = []
        for base in bound.bases:
            if isinstance(base, Path) and base.text != bound.name:
                found = self._resolve(document, base.text, scopes)
                if found is not None and found.partition(".")[0].startswith(("flask", "werkzeug", "celery")):
                    kin.append(found)
        if not kin:
            return f"{_module_name(document)}.{bound.name}{rest}"
        return next((name for name in kin if not name.endswith("Mixin")), kin[0]) + rest


def attributes_of(project: Project, document: str, class_: ClassDefined) -> Attributes:
    """What a class of a file and its methods bind to the attributes of its objects, kept with the file."""
    known: dict[int, Attributes] = project.files[document].kept.setdefault(ClassDefined, {})
    if id(class_) not in known:
        known[id(class_)] = attributes(class_)
    return known[id(class_)]


@lru_cache(4096)
def home(name: str) -> str:
    """The public name of what a package also offers elsewhere."""
    for module in _MODULES:
        if name.startswith(module):
            return "flask." + name[len(module) :]
    for start, public in _HOMES.items():
        if name.startswith(start) and name[len(start) : len(start) + 1] in ("", ".", "(", "["):
            return public + name[len(start) :]
    return name


def is_standard(name: str) -> bool:
    """A canonical name of the standard library or a builtin."""
    root = split(name)[0]
    return root == "builtins" or root in sys.stdlib_module_names


def _module_name(document: str) -> str:
    name = document.rpartition("/")[2].removesuffix(".py")
    return f"<{name}>"
