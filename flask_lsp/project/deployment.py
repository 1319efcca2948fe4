"""What deployment files start: ``FLASK_APP=shop``, ``gunicorn shop:app``, ``python -m shop``, ``python run.py``.

Pure functions of the text of such files; the files themselves are read by ``flask_lsp.project.files``. What is written
in another way says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from flask_lsp.frozen import frozen

FACTORIES = ("create_app", "make_app")
"""What ``flask`` calls where no application is named."""

_TARGET = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_]\w*)(?P<call>\(.*\))?(?:\.\w+)*")
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_FLASK_TARGET = re.compile(r"(?P<path>[\w./\\-]+?)(?::(?P<name>[A-Za-z_]\w*)(?:\(.*\))?)?")
_ASSIGNED = re.compile(r"(?:export\s+|set\s+)?(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*w?|py")
_SHELLS = ("sh", "bash", "dash", "ash")
_SERVERS = ("gunicorn", "hypercorn", "uvicorn", "waitress-serve", "mod_wsgi-express", "uwsgi")
_WITH_TARGET = ("--module", "-w", "--call", "--wsgi", "--wsgi-file", "--file")
"""The options of uWSGI, and one of Waitress, behind which the application stands."""
_WITH_OTHERS = ("-c", "--config", "-b", "--bind", "--logger-class", "-k", "--worker-class", "--listen", "--socket")
"""Options of servers whose value may look like an application."""
_YAML = re.compile(
    r"(?P<indent>\s*)(?:- )?[\"']?(?P<key>command|entrypoint|startCommand|FLASK_APP)[\"']?\s*[:=]\s*(?P<value>.*)"
)


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
    """All that the deployment files of a project say."""

    launches: tuple[Launch, ...] = ()


def from_file(name: str, text: str) -> tuple[Launch, ...]:
    """What a file of that name starts."""
    reader = _reader(name)
    return tuple(dict.fromkeys(reader(text))) if reader is not None else ()


def is_one(name: str) -> bool:
    """Whether a file of that name is a deployment file that we read."""
    return _reader(name) is not None


def from_pyproject(data: Mapping[str, Any]) -> Iterator[Launch]:
    """The commands that the project installs: their modules are imported."""
    tool = data.get("tool")
    poetry = cast("Mapping[str, Any]", tool).get("poetry") if isinstance(tool, dict) else None
    for table in (data.get("project"), poetry):
        scripts = cast("Mapping[str, Any]", table).get("scripts") if isinstance(table, dict) else None
        for name, value in cast("Mapping[str, Any]", scripts).items() if isinstance(scripts, dict) else ():
            if isinstance(value, str) and (found := _TARGET.fullmatch(value.partition("[")[0].strip())):
                yield Launch(name, found["module"])


def from_command(command: str) -> Iterator[Launch]:
    """What a line of shell starts."""
    import shlex

    lexer = shlex.shlex(command.replace("\\\n", " "), posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        words = command.split()
    return from_words(words)


def from_words(words: Sequence[str]) -> Iterator[Launch]:
    """What the words of a command start, those of commands behind ``&&`` included."""
    folder, one = "", list[str]()
    for word in (*words, ";"):
        if word.strip(";&|"):
            one.append(word)
            continue
        if len(one) > 1 and one[0] == "cd":
            folder = "" if one[1].startswith(("/", "$", "~")) else f"{folder}/{one[1]}".strip("/")
        else:
            yield from _one_command(one, folder)
        one = []


def _one_command(words: Sequence[str], folder: str) -> Iterator[Launch]:
    for at, word in enumerate(words):
        tool, rest = word.rpartition("/")[2], words[at + 1 :]
        if assigned := _ASSIGNED.fullmatch(word):
            yield from _flask_app(assigned["value"], folder) if assigned["name"] == "FLASK_APP" else ()
        elif tool in _SHELLS and "-c" in rest[:-1]:
            yield from from_command(rest[rest.index("-c") + 1])
            return
        elif tool in _SERVERS:
            yield from _server(tool, rest, folder)
            return
        elif tool == "flask":
            if app := _option(rest, ("--app", "-A")):
                yield from _flask_app(app, folder)
            return
        elif _PYTHON.fullmatch(tool):
            yield from _python(rest, folder)
            return


def _python(words: Sequence[str], folder: str) -> Iterator[Launch]:
    for at, word in enumerate(words):
        if word == "-m" and at + 1 < len(words):
            module = words[at + 1]
            if module in (*_SERVERS, "flask"):
                yield from _one_command(words[at + 1 :], folder)
            elif _MODULE.fullmatch(module):
                yield Launch(f"python -m {module}", module, folder, package=True)
            return
        if word == "-c":
            return
        if not word.startswith("-") and words[at - 1 : at] not in (["-W"], ["-X"]):
            if word.endswith(".py"):
                yield Launch(f"python {word}", word, folder, script=True)
            return


def _server(tool: str, words: Sequence[str], folder: str) -> Iterator[Launch]:
    folder = _option(words, ("--chdir",)) or folder
    target = _option(words, _WITH_TARGET) if tool in ("uwsgi", "mod_wsgi-express") else ""
    target = target or _positional(words)
    if found := _TARGET.fullmatch(target):
        called = found["call"] or "--factory" in words or "--call" in words
        yield Launch(f"{tool} {target}", found["module"], folder, (found["name"],) if called else ())
    elif _MODULE.fullmatch(target) or target.endswith(".py"):
        yield Launch(f"{tool} {target}", target, folder)


def _positional(words: Sequence[str]) -> str:
    """What looks most like an application among the arguments of a server."""
    free = [word for at, word in enumerate(words) if not (at and words[at - 1] in _WITH_OTHERS)]
    named = next((word for word in free if _TARGET.fullmatch(word)), "")
    if named or not words:
        return named
    bare = [words[0], *(words[-1:] if len(words) > 1 and not words[-2].startswith("-") else ())]
    return next((word for word in bare if _MODULE.fullmatch(word)), "")


def _option(words: Sequence[str], names: tuple[str, ...]) -> str:
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else "".join(words[at + 1 : at + 2])
    return ""


def _flask_app(value: str, folder: str = "") -> Iterator[Launch]:
    value = value.strip().strip("\"'")
    found = _FLASK_TARGET.fullmatch(value)
    if found and not value.startswith(("/", "$")):
        name = found["name"]
        yield Launch(f"flask --app {value}", found["path"], folder, (name,) if name else FACTORIES)


# -- files -------------------------------------------------------------------------------------------------------------


def _from_environment(text: str) -> Iterator[Launch]:
    """``.flaskenv`` and ``.env``, of which nothing but ``FLASK_APP`` is looked at."""
    for line in text.splitlines():
        assigned = _ASSIGNED.fullmatch(line.strip())
        if assigned and assigned["name"] == "FLASK_APP":
            yield from _flask_app(re.split(r"\s+#", assigned["value"], maxsplit=1)[0])


def _from_procfile(text: str) -> Iterator[Launch]:
    for line in text.splitlines():
        if not line.startswith("#"):
            yield from from_command(line.partition(":")[2])


def _from_script(text: str) -> Iterator[Launch]:
    for line in text.replace("\\\n", " ").splitlines():
        if not line.lstrip().startswith("#"):
            yield from from_command(line)


def _from_dockerfile(text: str) -> Iterator[Launch]:
    entry: list[str] = []
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        said, _, rest = line.strip().partition(" ")
        listed = _listed(rest)
        match said.upper():
            case "ENV":
                yield from _one_command(_assignments(rest), "")
            case "ENTRYPOINT":
                entry = listed or []
                yield from from_words(listed) if listed else from_command(rest)
            case "CMD":
                yield from from_words([*entry, *listed]) if listed else from_command(rest)
            case _:
                pass


def _assignments(text: str) -> list[str]:
    """``FLASK_APP=shop X=1`` and ``FLASK_APP shop``."""
    name, space, value = text.strip().partition(" ")
    return [f"{name}={value}"] if space and "=" not in name else text.split()


def _from_yaml(text: str) -> Iterator[Launch]:
    """The commands of Docker Compose, App Engine and the like, line by line."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if not (found := _YAML.fullmatch(line)):
            continue
        value = found["value"].strip()
        if found["key"] == "FLASK_APP":
            yield from _flask_app(value.split(" #")[0])
        elif value.startswith("["):
            yield from from_words(_listed(value) or [each.strip(" \"'[]") for each in value.split(",")])
        elif value in ("", ">", "|", ">-", "|-"):
            below = list(_deeper(lines[at + 1 :], len(found["indent"])))
            if below and all(each.startswith("- ") for each in below):
                yield from from_words([each[2:].strip().strip("\"'") for each in below])
            else:
                yield from from_command((" " if value.startswith(">") else "; ").join(below))
        else:
            quoted = value[:1] in "\"'" and value[-1:] == value[:1]
            yield from from_command(value[1:-1] if quoted else value)


def _deeper(lines: Iterable[str], indent: int) -> Iterator[str]:
    for line in lines:
        if line.strip():
            if len(line) - len(line.lstrip()) <= indent:
                return
            yield line.strip()


def _from_ini(text: str) -> Iterator[Launch]:
    """The settings of uWSGI."""
    said = dict[str, str]()
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            said[name.strip()] = value.strip()
    target = said.get("module") or said.get("wsgi") or said.get("wsgi-file") or said.get("mount", "").partition("=")[2]
    if target and "callable" in said and ":" not in target and not target.endswith(".py"):
        target = f"{target}:{said['callable']}"
    yield from _server("uwsgi", ["--module", target], "") if target else ()


def _listed(text: str) -> list[str] | None:
    """The words of ``["gunicorn", "shop:app"]``."""
    try:
        data: object = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    words = cast("list[object]", data) if isinstance(data, list) else None
    return [str(word) for word in words] if words else None


def _reader(name: str) -> Callable[[str], Iterator[Launch]] | None:
    return next((reader for pattern, reader in _READERS if re.fullmatch(pattern, name)), None)


_READERS: tuple[tuple[str, Callable[[str], Iterator[Launch]]], ...] = (
    (r"\.flaskenv|\.env", _from_environment),
    (r"Procfile(\.\w+)?", _from_procfile),
    (r"Dockerfile(\.\w+)?", _from_dockerfile),
    (r"(docker-)?compose(\.\w+)?\.ya?ml|app\.ya?ml|render\.ya?ml", _from_yaml),
    (r"uwsgi\.ini", _from_ini),
    (r"(\w+[-_])*(start|run|boot|entrypoint|entry-point|serve)([-_]\w+)*\.sh", _from_script),
)
