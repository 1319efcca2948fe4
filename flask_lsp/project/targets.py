"""What targets such as ``shop:create_app()`` lead to in the project, and which there could be. Questions for
``Context.ask``; all of them wait until the project is read in full.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, cast

from flask_lsp.facts.file import FileFacts
from flask_lsp.facts.launching import Part, Target, read_target
from flask_lsp.facts.model import (
    Assigned,
    Bind,
    Branch,
    Call,
    Defined,
    Function,
    Import,
    Parameter,
    Path,
)
from flask_lsp.facts.serving import always, asks_name, host_and_port, is_run
from flask_lsp.facts.traverse import every_event
from flask_lsp.project import kinds, links, names, routes
from flask_lsp.project.deployment import folders_of, is_there, resolved
from flask_lsp.project.places import place
from flask_lsp.text import Span

if TYPE_CHECKING:
    from flask_lsp.project.project import Project

_INIT = "/__init__.py"
_APP = "flask.Flask()"
_NAMES = ("app", "application", "create_app", "make_app")
"""What is looked for where no name is given, and what people write."""
_WRAPPED = frozenset({"flask_socketio.SocketIO()", "connexion.App()", "connexion.FlaskApp()"})
_OTHER_SERVERS = ("waitress", "gevent", "eventlet", "gunicorn", "hypercorn", "cherrypy", "cheroot", "tornado", "bjoern")
_MOST_OFFERED = 40


class Outcome(Enum):
    FINE = "it is there, or nobody can tell"
    NO_MODULE = "there is no such module"
    NO_NAME = "the module has no such name"
    FUNCTION = "it is a function that makes the application, and has to be called"


class Judged(NamedTuple):
    outcome: Outcome
    document: str = ""
    """The file that the module is."""
    near: tuple[str, ...] = ()
    """Targets that are there, the most alike first."""


_FINE = Judged(Outcome.FINE)


class Runs(NamedTuple):
    """A file that starts a development server when it is run."""

    document: str
    target: str
    """What another server is given instead; empty where that cannot be told."""
    host: str = ""
    port: str = ""


def judge(project: Project, document: str, tool: str, target: Target, folders: tuple[str, ...], here: bool) -> Judged:
    """What comes of a target in a deployment file; ``here``: the code of the project is what is started there."""
    if not project.complete:
        return _FINE
    found = resolved(project, document, target, *folders)
    if found is None:
        missing = here and not is_there(project.files, target) and _is_ours(project, document, target, folders)
        return Judged(Outcome.NO_MODULE, near=_near(project, document, target, tool, folders)) if missing else _FINE
    name = target.name or ("application" if tool in ("gunicorn", "uwsgi", "mod_wsgi-express") else "")
    if not name or tool in ("python", "python -m"):
        return _FINE
    file = project.files[found]
    bounds = file.facts.bindings.get(name)
    if bounds is None:
        if _may_have(project, found, name) or file.tree.broken:
            return _FINE
        return Judged(Outcome.NO_NAME, found, _near(project, document, target, tool, folders))
    if tool in ("gunicorn", "uwsgi") and not target.called and _makes_app(project, found, name):
        return Judged(Outcome.FUNCTION, found)
    return _FINE


def definition(project: Project, document: str, target: Target, folders: tuple[str, ...]) -> tuple[str, str] | None:
    """The file that a target means and the name in it, empty for the module itself."""
    found = resolved(project, document, target, *folders)
    if found is None:
        return None
    return found, target.name if target.name in project.files[found].facts.bindings else ""


def targets(project: Project, document: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """All targets that a deployment file could name, as a server takes them: ``shop:app``, ``shop:create_app()``."""
    known = project.answers.get((targets, document, folders))
    if known is None:
        known = project.answers[targets, document, folders] = _targets(project, document, folders)
    return cast("tuple[str, ...]", known)


def _targets(project: Project, document: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    if not project.complete:
        return ()
    found: list[str] = []
    for other in project.files:
        if other.endswith(".py") and not kinds.is_test(project, other) and (offered := offers(project, other)):
            module = module_of(project, document, other, folders)
            found += [f"{module}:{name}" for name in offered if module]
        if len(found) >= _MOST_OFFERED:
            break
    return tuple(sorted(found, key=_rank))


def offers(project: Project, document: str) -> tuple[str, ...]:
    """The applications of a module, and behind them the functions in it that make one: ``app``, ``create_app()``."""
    known = project.answers.get((offers, document))
    if known is None:
        found = sorted(_offers(project, document), key=lambda name: (name.endswith("()"), name != "app"))
        known = project.answers[offers, document] = tuple(found)
    return cast("tuple[str, ...]", known)


def _offers(project: Project, document: str) -> Iterator[str]:
    facts = project.files[document].facts
    scripted = _only_as_script(facts)
    for name, ats in facts.bindings.items():
        match ats[-1].bound:
            case Assigned(value=Path(text=text)) if text.endswith("()") and name not in scripted:
                if names.canonical(project, document, name) == _APP:
                    yield name
            case Import() if name in _NAMES:
                if names.canonical(project, document, name) == _APP:
                    yield name
                elif _makes_app(project, document, name):
                    yield f"{name}()"
            case Defined(function=function) if not function.decorators and not _required(function):
                if names.canonical(project, document, f"{name}()") == _APP:
                    yield f"{name}()"
            case _:
                pass


def module_of(project: Project, document: str, module: str, folders: tuple[str, ...]) -> str:
    """How a module is named for a program that a deployment file starts; empty where no name leads there."""
    best = ""
    for base in folders_of(project, document, *folders):
        if module.startswith(base + "/"):
            path = module[len(base) + 1 :].removesuffix(".py").removesuffix(_INIT.removesuffix(".py"))
            dotted = path.replace("/", ".")
            if dotted.replace(".", "_").isidentifier() and (not best or len(dotted) < len(best)):
                best = dotted
    return best


def runs_server(project: Project, document: str, target: Target, folders: tuple[str, ...]) -> Runs | None:
    """The file of a target, if all it does as a script is to start Flask's development server."""
    found = resolved(project, document, target, *folders) if project.complete else None
    if found is None and project.complete and not target.is_file:
        inner = Target(f"{target.module}.__main__")
        found = resolved(project, document, inner, *folders)
    if found is None:
        return None
    facts = project.files[found].facts
    if any(each.module.partition(".")[0] in _OTHER_SERVERS for each in facts.imports):
        return None
    call = _server_call(project, found, facts)
    if call is None:
        return _flask_script(project, document, found, folders)
    offered = offers(project, found) or _called_apps(project, found, call)
    module = module_of(project, document, found, folders)
    target_text = f"{module}:{offered[0]}" if offered and module else ""
    return Runs(found, target_text, *host_and_port(call))


def _server_call(project: Project, document: str, facts: FileFacts) -> Path | None:
    """The ``app.run()`` that is reached whenever the file is run."""
    functions = {function.name: function for _, block in facts.blocks for function in block.functions.values()}
    called: list[str] = []
    for _, block in facts.blocks:
        for event in always(block.body):
            if found := _is_run(project, document, event, ()):
                return found
            called.append(event.value.text.removesuffix("()"))
    for name in called:
        function = functions.get(name)
        for event in always(function.body) if function is not None else ():
            if found := _is_run(project, document, event, (cast("Function", function),)):
                return found
    return None


def _is_run(project: Project, document: str, event: Call, scopes: tuple[Function, ...]) -> Path | None:
    if not is_run(event):
        return None
    text = event.value.text.removesuffix("()")
    return event.value if names.Resolver(project).name(document, text, scopes) == f"{_APP}.run" else None


def _only_as_script(facts: FileFacts) -> frozenset[str]:
    """The names that are bound under ``if __name__ == "__main__":`` and nowhere else."""
    inside, outside = set[str](), set[str]()
    for _, block in facts.blocks:
        for event in block.body:
            if isinstance(event, Branch) and asks_name(event):
                inside |= {each.bound.name for each in every_event(event.bodies[0]) if isinstance(each, Bind)}
            else:
                outside |= {each.bound.name for each in every_event((event,)) if isinstance(each, Bind)}
    return frozenset(inside - outside)


def _called_apps(project: Project, document: str, call: Path) -> tuple[str, ...]:
    """The factory of this file or another one whose application is run."""
    del call
    facts = project.files[document].facts
    return tuple(f"{name}()" for name in facts.bindings if name in _NAMES and _makes_app(project, document, name))


def _flask_script(project: Project, document: str, found: str, folders: tuple[str, ...]) -> Runs | None:
    """``manage.py runserver`` of Flask-Script."""
    if not any(each.module.partition(".")[0] == "flask_script" for each in project.files[found].facts.imports):
        return None
    offered, module = offers(project, found), module_of(project, document, found, folders)
    return Runs(found, f"{module}:{offered[0]}" if offered and module else "", port="runserver")


def _makes_app(project: Project, document: str, name: str) -> bool:
    """A name is a function that gives back an application, and none that answers requests itself."""
    found = place(project, document, name)
    if found is None or not isinstance(found.bound, Defined) or found.bound.function.decorators:
        return False
    function = found.bound.function
    required = _required(function)
    if function.is_async or any("environ" in each.name or each.name == "start_response" for each in required):
        return False
    if names.canonical(project, found.document, f"{found.name}()") == _APP:
        return True
    if any(one.key == found.key for one in routes.factories(project, document)):
        return True
    return not required and name in ("create_app", "make_app") and not function.parameters


def _required(function: Function) -> list[Parameter]:
    return [each for each in function.parameters if each.default is None and not each.stars]


def _may_have(project: Project, document: str, name: str) -> bool:
    """Something that we do not see may bind the name in a module."""
    file = project.files[document]
    if "__getattr__" in file.facts.bindings or "globals()" in file.source.text or "exec(" in file.source.text:
        return True
    if document.endswith(_INIT) and project.module(document, name, 1) is not None:
        return True
    return "*" in file.facts.bindings and links.starred(project, document, name) is not links.ABSENT


def _is_ours(project: Project, document: str, target: Target, folders: tuple[str, ...]) -> bool:
    """A module that is missing can only be one of the project's."""
    top = target.module.partition(".")[0] if not target.is_file else ""
    if top in sys.stdlib_module_names or "setup" in target.module:
        return False
    known = {each.replace("-", "_").lower() for each in project.versions.packages}
    if top.lower() in known or any(each.startswith(f"{top.lower()}_") for each in known if top):
        return False
    if not routes.apps(project, document) and not targets(project, document, folders):
        return False  # what is started is not in this project
    return not target.module.startswith(("/", "~", ".."))


def _near(project: Project, document: str, target: Target, tool: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """The targets that are there, the most alike first, as the tool takes them."""
    written = f"{target.module}:{target.name or 'app'}"
    offered = targets(project, document, folders)
    same = [each for each in offered if each.partition(":")[0] == target.module]
    pool = same or list(offered)
    near = get_close_matches(written, pool, 3, 0.6) or (pool if len(pool) == 1 or same else [])
    if tool == "flask":
        near = [each.removesuffix("()") for each in near]
    return tuple(dict.fromkeys(near))


def _rank(target: str) -> tuple[int, int, str]:
    module, _, name = target.partition(":")
    first = 0 if name == "app" else 1 if name == "create_app()" else 2
    return module.count("."), first, target


def served_by_flask(project: Project, document: str, said: str, folders: tuple[str, ...]) -> str:
    """What another server is given for what ``flask --app`` is told, or finds by itself; empty where that cannot be
    told."""
    if not project.complete:
        return ""
    part = Part(said, Span(0, 0))
    wanted = [read_target(part, "flask")] if said else [Target("wsgi"), Target("app")]
    for target in wanted:
        found = resolved(project, document, target, *folders) if target is not None else None
        if found is None or target is None:
            continue
        module, offered = module_of(project, document, found, folders), offers(project, found)
        names_ = [each for each in offered if not target.name or each.removesuffix("()") == target.name]
        return f"{module}:{names_[0]}" if names_ and module else ""
    return ""
