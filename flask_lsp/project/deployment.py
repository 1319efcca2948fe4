"""How the project is started, and what a target such as ``shop:create_app()`` leads to.

What the deployment files say is read by ``facts``; here it is joined to the modules of the project.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from flask_lsp.facts.building import build_arguments
from flask_lsp.facts.launching import (
    FACTORIES,
    SERVERS,
    TARGET,
    Part,
    Programs,
    Started,
    Target,
    moved_program,
    programs,
    read_target,
    target_of,
)
from flask_lsp.frozen import frozen

if TYPE_CHECKING:
    from flask_lsp.facts.deployment import Piece, Variable
    from flask_lsp.project.project import File, Project

_INIT = "/__init__.py"
_FOUND_BY_FLASK = ("/.env", "/.flaskenv")
"""The first has the first word."""
_SCRIPT = re.compile(r"[^/\s\"']+\.sh$")


@frozen()
class Launch:
    """One way in which the project is started."""

    how: str
    """For a message: ``gunicorn shop:app``."""
    target: str
    """A module, ``shop.web``, or the path of a file, ``src/run.py``."""
    folder: str = ""
    """Where, relative to the project's root."""
    calls: tuple[str, ...] = ()
    """The functions of the module that make the application, as far as it has them."""
    script: bool = False
    """The file is run as ``__main__``."""
    package: bool = False
    """The module is run as ``__main__``: ``python -m``."""


@frozen()
class Deployment:
    """What starts the project besides its deployment files: the commands that it installs."""

    launches: tuple[Launch, ...] = ()


# -- launches ----------------------------------------------------------------------------------------------------------


def launches_of(project: Project) -> tuple[Launch, ...]:
    """All ways in which the project is started, by its deployment files and otherwise; the same object for as long as
    these say the same."""
    return project.kept(_launches, project.parts(_said_in), project.deployment)


def _launches(project: Project) -> tuple[Launch, ...]:
    found = list(project.deployment.launches)
    for document, launches in project.parts(_said_in).items():
        folder = project.path(document).rpartition("/")[0]
        for launch in launches:
            found.append(launch)
            if folder:  # what is built there may be started there, or at the root
                found.append(Launch(launch.how, launch.target, f"{folder}/{launch.folder}".strip("/"), *_rest(launch)))
    return tuple(dict.fromkeys(found))


def _rest(launch: Launch) -> tuple[tuple[str, ...], bool, bool]:
    return launch.calls, launch.script, launch.package


def _said_in(file: File) -> tuple[Launch, ...]:
    """What a deployment file starts; nothing for all others."""
    return _launches_in(file) if file.is_deployment else ()


def says_the_same(project: Project, before: File, now: File) -> bool:
    """Others may ask of a deployment file what they could before: what it starts of the project, which scripts it runs
    and which variables it sets that some configuration reads. While a target is typed, it leads nowhere, and disturbs
    nobody."""
    if scripts_of(before) != scripts_of(now) or _said_to(project, before) != _said_to(project, now):
        return False
    if _tells_flask(before) != _tells_flask(now) or _built_with(before) != _built_with(now):
        return False
    one, other = _launches_in(before), _launches_in(now)
    if one != other and any(_is_there(project, each) for each in {*one} ^ {*other}):
        return False
    first, second = _told_servers(before), _told_servers(now)
    return first == second or _imported(project, before, first) == _imported(project, now, second)


def scripts_of(file: File) -> frozenset[str]:
    """The shell scripts that a deployment file runs, by the names of their files."""
    if not file.is_deployment or file.kind in ("shell", "workflow"):
        return frozenset()
    known = file.kept.get(scripts_of)
    if known is None:
        said = [_scripts_in(part.piece) for part in file.deployment.parts if part.piece.commands]
        known = file.kept[scripts_of] = frozenset[str]().union(*said)
    return cast("frozenset[str]", known)


def _scripts_in(piece: Piece) -> frozenset[str]:
    known = piece.kept.get(scripts_of)
    if known is None:
        words = (word for each in piece.commands if not each.where.development for word in each.words)
        found = frozenset(found.group() for word in words if (found := _SCRIPT.search(word.text)))
        known = piece.kept[scripts_of] = found
    return cast("frozenset[str]", known)


def _is_there(project: Project, launch: Launch) -> bool:
    return is_there(project.files, Target(launch.target, is_file=".py" in launch.target))


def _said_to(project: Project, file: File) -> list[tuple[str, str | None]]:
    """The variables of a file that configurations read, with the values that count."""
    from flask_lsp.project.config_model import asked_of_environment

    asked = asked_of_environment(project)
    if not any(asked):
        return []
    key = _said_to, asked
    known = file.kept.get(key)
    if known is None:
        known = file.kept[key] = [each for part in file.deployment.parts for each in _asked_of(part.piece, *asked)]
    return cast("list[tuple[str, str | None]]", known)


def _asked_of(piece: Piece, names: frozenset[str], prefixes: tuple[str, ...]) -> tuple[tuple[str, str | None], ...]:
    if not piece.variables:
        return ()
    key = _said_to, names, prefixes
    known: tuple[tuple[str, str | None], ...] | None = piece.kept.get(key)
    if known is None:
        known = piece.kept[key] = tuple(
            [
                (each.name, each.value if each.name in names else None)
                for each in piece.variables
                if each.name in names or each.name.startswith(prefixes)
            ]
        )
    return known


def _launches_in(file: File) -> tuple[Launch, ...]:
    known = file.kept.get(Launch)
    if known is None:
        known = file.kept[Launch] = tuple(launches_in(file))
    return cast("tuple[Launch, ...]", known)


def launches_in(file: File) -> Iterator[Launch]:
    """What a file starts, as the run of imports wants it."""
    for one in programs_in(file):
        known: tuple[Launch, ...] | None = one.part.piece.kept.get((Launch, one.folder))
        if known is None:
            known = one.part.piece.kept[Launch, one.folder] = tuple(
                [launch for each in one.said for launch in launch_of(each)]
            )
        yield from known
    for one in programs_in(file):
        for variable in one.part.piece.by_name.get("FLASK_APP", ()):
            if variable.value:
                yield from _flask(Part(variable.value, variable.span), "")


def programs_in(file: File) -> tuple[Programs, ...]:
    """What a file starts, piece by piece; kept with it."""
    known = file.kept.get(Programs)
    if known is None:
        known = file.kept[Programs] = programs(file.deployment)
    return cast("tuple[Programs, ...]", known)


def started_in(file: File) -> tuple[Started, ...]:
    """What a file starts."""
    return tuple([each for one in programs_in(file) for each in one.placed])


class Named(NamedTuple):
    """A target as a file names it."""

    part: Part
    target: Target | None
    tool: str
    folders: tuple[str, ...]
    """From which it may be started, for ``folders_of``."""
    started: Started | None = None

    def moved(self, by: int) -> Named:
        """The same, so many letters further down."""
        part = Part(self.part.text, self.part.span.shift(by))
        each = moved_program(self.started, by) if self.started is not None else None
        return Named(part, self.target, self.tool, self.folders, each)


def named_in(file: File) -> Iterator[Named]:
    """The applications that a deployment file names."""
    for start, named in named_by_piece(file):
        for each in named:
            yield each.moved(start)


def named_by_piece(file: File) -> list[tuple[int, tuple[Named, ...]]]:
    """The same with places that count from the piece, behind the place where this stands."""
    found = [(one.part.start, _named_in(one)) for one in programs_in(file)]
    return [each for each in found if each[1]]


def _named_in(one: Programs) -> tuple[Named, ...]:
    piece = one.part.piece
    known: tuple[Named, ...] | None = piece.kept.get((Named, one.folder))
    if known is None:
        known = piece.kept[Named, one.folder] = tuple(_named(piece.by_name.get("FLASK_APP", ()), one.said))
    return known


def _named(variables: Iterable[Variable], said: Iterable[Started]) -> Iterator[Named]:
    for variable in variables:
        if variable.value:
            part = Part(variable.value, variable.span)
            yield Named(part, read_target(part, "flask"), "flask", variable.where.folders)
    for each in said:
        for variable in each.sets:
            if variable.name == "FLASK_APP" and variable.value:
                part = Part(variable.value, variable.span)
                yield Named(part, read_target(part, "flask"), "flask", start_folders(each))
        if each.target is not None:
            yield Named(each.target, target_of(each), each.tool, start_folders(each), each)


def served(project: Project) -> frozenset[str]:
    """The files that gunicorn and its like import, by what deployment files tell them."""
    return project.kept(_served, project.parts(_told_servers), project.modules)


def _served(project: Project) -> frozenset[str]:
    told = project.parts(_told_servers)
    found = [_imported(project, project.files[document], targets) for document, targets in told.items() if targets]
    return frozenset[str]().union(*found)


def _imported(project: Project, file: File, told: Iterable[tuple[Target, tuple[str, ...]]]) -> frozenset[str]:
    found = [resolved(project, file.document, target, *folders) for target, folders in told]
    return frozenset(module for module in found if module is not None)


def _told_servers(file: File) -> frozenset[tuple[Target, tuple[str, ...]]]:
    """The targets that servers are told, and from where."""
    if not file.is_deployment:
        return frozenset()
    known = file.kept.get(_told_servers)
    if known is None:
        said = {each for _, named in named_by_piece(file) for each in _told(named)}
        known = file.kept[_told_servers] = frozenset(said)
    return cast("frozenset[tuple[Target, tuple[str, ...]]]", known)


def _told(named: Iterable[Named]) -> Iterator[tuple[Target, tuple[str, ...]]]:
    for each in named:
        if each.tool in SERVERS and each.target is not None:
            yield each.target, each.folders


def start_folders(each: Started) -> tuple[str, ...]:
    """The folders from which a program may be started."""
    built = each.command.where.folders
    if not each.folder:
        return built
    return (each.folder, *(f"{folder}/{each.folder}" for folder in built), *built)


def launch_of(each: Started) -> Iterator[Launch]:
    """The launch that a program is, if it is one of the project's."""
    for variable in each.sets:
        if variable.name == "FLASK_APP" and variable.value:
            yield from _flask(Part(variable.value, variable.span), each.folder)
    if each.target is None:
        return
    if each.tool == "flask":
        yield from _flask(each.target, each.folder)
        return
    target = target_of(each)
    if target is None:
        return
    how = f"{each.tool} {each.target.text}" + (f":{each.name.text}" if each.name is not None else "")
    called = (target.name,) if target.name and (target.called or each.factory) else ()
    yield Launch(how, target.module, each.folder, called, each.tool == "python", each.tool == "python -m")


def _flask(part: Part, folder: str) -> Iterator[Launch]:
    target = read_target(part, "flask")
    if target is not None:
        calls = (target.name,) if target.name else FACTORIES
        yield Launch(f"flask --app {part.text}", target.module, folder, calls)


def from_pyproject(data: Mapping[str, Any]) -> Iterator[Launch]:
    """The commands that the project installs: their modules are imported."""
    tool = data.get("tool")
    poetry = cast("Mapping[str, Any]", tool).get("poetry") if isinstance(tool, dict) else None
    for table in (data.get("project"), poetry):
        scripts = cast("Mapping[str, Any]", table).get("scripts") if isinstance(table, dict) else None
        for name, value in cast("Mapping[str, Any]", scripts).items() if isinstance(scripts, dict) else ():
            if isinstance(value, str) and (found := TARGET.fullmatch(value.partition("[")[0].strip())):
                yield Launch(name, found["module"])


# -- targets -----------------------------------------------------------------------------------------------------------


def folders_of(project: Project, document: str, *folders: str) -> tuple[str, ...]:
    """The folders in which a program may start that a file speaks of: where the file is, and those above it up to the
    root, each also with the folder that the file names."""
    root = (project.root or "").rstrip("/")
    here = document.rpartition("/")[0]
    found: list[str] = []
    while here.startswith(root):
        for folder in (*folders, ""):
            if not folder.startswith(("/", "$", "~")):
                found += [posixpath.normpath(f"{here}/{folder}"), posixpath.normpath(f"{here}/{folder}/src")]
        if here == root or not here:
            break
        here = here.rpartition("/")[0]
    return tuple(dict.fromkeys(found))


def candidates(documents: Collection[str], target: Target, folder: str) -> Iterator[str]:
    """The files of the project that a target means to a program that starts in ``folder``."""
    path = target.module if target.is_file or "/" in target.module else target.module.replace(".", "/")
    path = posixpath.normpath(f"{folder}/{path}")
    for end in _ends(target):
        if path.removesuffix(".py") + end in documents:
            yield path.removesuffix(".py") + end


def _ends(target: Target) -> tuple[str, ...]:
    """What a module's file may end with, the first choice of an import first."""
    return (".py",) if target.is_file and not target.may_be_package else (_INIT, ".py")


def is_there(documents: Collection[str], target: Target) -> bool:
    """Some folder of the project has a file of that name: an image may be built from that one."""
    path = target.module.removesuffix(".py") if target.is_file else target.module.replace(".", "/")
    ends = tuple(f"/{path}{end}" for end in _ends(target))
    return any(document.endswith(ends) for document in documents)


def told_beside(project: Project, document: str) -> str:
    """What ``flask`` is told by the ``.env`` or ``.flaskenv`` that it finds where a file is, or above it; empty where
    there is none. A question for ``Context.ask``."""
    for folder in folders_of(project, document):
        for name in _FOUND_BY_FLASK:
            file = project.files.get(f"{folder}{name}")
            if file is not None and (told := _tells_flask(file)):
                return told
    return ""


def _tells_flask(file: File) -> str:
    """The application that a ``.env`` or ``.flaskenv`` names first, though its target may lead nowhere."""
    if file.kind != "env" or not file.document.endswith(_FOUND_BY_FLASK):
        return ""
    for variable in file.deployment.named("FLASK_APP", lambda each: bool(each.value)):
        return variable.value or ""
    return ""


def is_argument_given(project: Project, _document: str, name: str) -> bool:
    """A compose file, a workflow or a script gives builds the argument ``name``. A question for ``Context.ask``."""
    return any(name in given for given in project.parts(_built_with).values())


def _built_with(file: File) -> frozenset[str]:
    """The names of the arguments that a deployment file gives to builds."""
    if not file.is_deployment or file.kind in ("python", "dockerfile"):
        return frozenset()
    known = file.kept.get(_built_with)
    if known is None:
        known = file.kept[_built_with] = build_arguments(file.source.text)
    return cast("frozenset[str]", known)


def resolved(project: Project, document: str, target: Target, *folders: str) -> str | None:
    """The file that a target in a deployment file means. A question for ``Context.ask``."""
    for folder in folders_of(project, document, *folders):
        for found in candidates(project.files, target, folder):
            return found
    path = posixpath.normpath(target.module.removesuffix(".py")) if target.is_file else target.module.replace(".", "/")
    ends = tuple(f"/{path}{end}" for end in _ends(target))
    found = [each for each in project.files if each.endswith(ends)]
    return found[0] if len(found) == 1 else None
