"""What stands at a place of a deployment file: the variables that Flask reads, and the applications that are named.
Hover, completion and definition; nothing anywhere else."""

from __future__ import annotations

from typing import NamedTuple

from flask_lsp.facts.deployment import Variable
from flask_lsp.facts.launching import Target, slot_at
from flask_lsp.project import routes, targets
from flask_lsp.project.deployment import Named, named_in, started_in
from flask_lsp.project.places import place
from flask_lsp.project.project import File, Project
from flask_lsp.rules._deployment import in_shell
from flask_lsp.text import Span

_DEBUG_OFF = ("", "0", "false", "no")
_VARIABLES = {
    "FLASK_DEBUG": "switches debug mode on: the development server starts anew when the code changes, and each error "
    "shows Werkzeug's debugger, whose console runs code on the server. It is off where nothing sets it.",
    "FLASK_APP": "tells the `flask` command which application to load: a module or a file, with a name or a call "
    "behind a colon, as in `shop:app`. Without it, `flask` looks for `wsgi.py` and `app.py`. Other "
    "servers do not read it.",
    "FLASK_RUN_HOST": "is the host on which `flask run` listens. Without it, `127.0.0.1`.",
    "FLASK_RUN_PORT": "is the port on which `flask run` listens. Without it, `5000`.",
    "FLASK_SKIP_DOTENV": "keeps the `flask` command from reading `.env` and `.flaskenv`.",
}
_ENV = {
    True: "says which environment this is; `development` switches debug mode on, without it this is `production`.",
    False: "was removed in Flask 2.3 and is ignored: debug mode is what `FLASK_DEBUG=1` switches on.",
}


class Completion(NamedTuple):
    """A target that could stand at a place."""

    label: str
    text: str
    """What to write, with quotes where a shell needs them."""
    span: Span
    """What it takes the place of."""


def hover(project: Project, document: str, offset: int) -> tuple[str, Span] | None:
    """What a variable does, and which application a target starts, in Markdown."""
    file = project.files[document]
    named = _named_at(file, offset)
    said = _target(project, document, named) if named is not None else ""
    for variable in _variables(file):
        whole = Span(variable.name_span.start, max(variable.span.end, variable.name_span.end))
        if _contains(whole, offset) and (text := _variable(project, variable)):
            span = variable.span if named is not None else variable.name_span
            return f"{text}\n\n{said}".rstrip(), span
    return (said, named.part.span) if named is not None and said else None


def definition(project: Project, document: str, offset: int) -> tuple[str, Span] | None:
    """The file and the span of what a target names."""
    named = _named_at(project.files[document], offset)
    if named is None or named.target is None:
        return None
    colon = named.part.text.find(":")
    module_only = colon >= 0 and offset <= named.part.span.start + colon
    found = targets.definition(project, document, named.target, named.folders)
    if found is None:
        return None
    home, name = found
    bound = project.files[home].facts.bindings.get(name) if name and not module_only else None
    return home, bound[-1].span if bound else Span(0, 0)


def completions(project: Project, document: str, offset: int) -> list[Completion] | None:
    """The targets that could stand at an offset; ``None`` where none could."""
    file = project.files[document]
    if not file.is_deployment:
        return None
    slot = slot_at(file.deployment, started_in(file), offset)
    if slot is None:
        return None
    folders = slot.command.where.folders if slot.command is not None else ()
    found: list[Completion] = []
    for target in targets.targets(project, document, folders):
        label = target.removesuffix("()") if slot.tool == "flask" else target
        quote = ""
        if "(" in label and not slot.quoted and slot.command is not None:
            quote = in_shell(file.source.text, slot.command, slot.span)
        found.append(Completion(label, f"{quote}{label}{quote}", slot.span))
    return found


def _named_at(file: File, offset: int) -> Named | None:
    if not file.is_deployment:
        return None
    return next((each for each in named_in(file) if _contains(each.part.span, offset)), None)


def _variables(file: File) -> list[Variable]:
    if not file.is_deployment:
        return []
    return [*file.deployment.variables, *(one for each in started_in(file) for one in each.sets)]


def _contains(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end


def _variable(project: Project, variable: Variable) -> str:
    what = _VARIABLES.get(variable.name, "")
    if variable.name == "FLASK_ENV":
        what = _ENV[project.versions.below("flask", (2, 3)) is True]
    if not what:
        return ""
    here = ""
    if variable.name == "FLASK_DEBUG" and variable.value is not None:
        here = f"\n\nHere it is {'off' if variable.value.lower() in _DEBUG_OFF else 'on'}."
    return f"`{variable.name}` {what}{here}"


def _target(project: Project, document: str, named: Named) -> str:
    """Which application is started, by what, and where it stands."""
    if named.target is None or not project.complete:
        return ""
    found = targets.definition(project, document, named.target, named.folders)
    if found is None:
        return ""
    home, name = found
    path = project.path(home)
    if named.tool == "python":
        return f"Runs the file `{path}`."
    if named.tool == "python -m":
        return f"Runs the module in `{path}` as a program."
    if not name:
        return f"`{named.tool}` imports `{path}`."
    what = f"calls `{name}`" if _is_called(project, home, named.target, named.tool) else f"serves `{name}`"
    return f"`{named.tool}` imports `{path}` and {what}{_application(project, home, name)}."


def _is_called(project: Project, home: str, target: Target, tool: str) -> bool:
    return target.called or (tool == "flask" and f"{target.name}()" in targets.offers(project, home))


def _application(project: Project, home: str, name: str) -> str:
    """How many routes the application has, where they are known."""
    found = place(project, home, name)
    if found is None:
        return ""
    key = next((one.app for one in routes.factories(project, home) if one.key == found.key), found.key)
    if routes.app(project, home, key) is None:
        return ""
    count = len(routes.routes(project, home, key))
    made = "" if key[0] == home else f", made in `{project.path(key[0])}`"
    return f": an application with {count} route{'s' * (count != 1)}{made}"
