"""What is known of a key of the configuration, in Markdown. The values of secrets are never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_lsp.facts.configuring import placed
from flask_lsp.facts.model import Assigned, Bind, ClassDefined, Either, Items, Joined, Literal, Pairs, Path, Value
from flask_lsp.facts.traverse import every_event
from flask_lsp.features.wording import code, more
from flask_lsp.project import config
from flask_lsp.project.config_model import Filled, Given, apps_made, filled, steps_in
from flask_lsp.project.config_sources import from_environment
from flask_lsp.project.known_keys import known_keys
from flask_lsp.project.known_keys_rows import KnownKey
from flask_lsp.project.project import Project
from flask_lsp.project.stages import Stage
from flask_lsp.text import Span

_MOST_PLACES = 10
_MOST_APPS = 3
_LONGEST = 60
_SECRET = re.compile(
    r"SECRET|PASSWORD|PASSWD|TOKEN|SALT|PRIVATE|API_?KEY|CREDENTIAL|_KEY$|^KEY$|DSN|_PWD$|(?:^|_)AUTH$"
)
_NO_SECRET = re.compile(r"_PREFIX$|_NAME$|_HEADER$|_EXPIRES$|_LOCATION$|_FIELD$|JSON_KEY$|_MESSAGE_KEY$|_AGE$|_LENGTH")
_PASSWORD = re.compile(r"(?<=:)[^:@/\s]+(?=@)")
_MASK = "•••"
_READERS = re.compile(r"(?:environ\.get|getenv|environ|config|env(?:\.\w+)?|get)(?:\(\)|\[\])$")


def describe_setting(project: Project, key: str) -> str | None:
    """The text about a key; ``None`` where nothing is known of it."""
    known = known_keys().get(key)
    places = list(_places(project, key))
    if known is None and not places:
        return None
    parts = [_head(key, known)]
    parts += [known.meaning] if known is not None else []
    parts += list(_wins(project, key))
    if places:
        lines = [f"- {line}" for line in dict.fromkeys(places)]
        parts.append("\n".join(["Set in:", "", *lines[:_MOST_PLACES], *more(len(lines), _MOST_PLACES)]))
    return "\n\n".join(parts)


def _head(key: str, known: KnownKey | None) -> str:
    if known is None:
        return f"`{code(key)}`"
    default = f", default `{code(known.default)}`" if known.default else ""
    versions = f", since {known.since}" if known.since else ""
    versions += f", gone since {known.removed}" if known.removed else ""
    return f"`{key}`: {known.type}{default} ({known.package}{versions})"


# -- which value wins --------------------------------------------------------------------------------------------------


def _wins(project: Project, key: str) -> Iterator[str]:
    """The value that each application has in the end, for each environment that has another one."""
    if not project.complete:
        return
    apps = [made for made in apps_made(project) if (made.document, made.scope) not in _tests(project)]
    for made in apps[:_MOST_APPS]:
        stages: tuple[Stage, ...] = ("production", "development", "testing")
        said = {stage: _last(project, filled(project, made, stage), key) for stage in stages}
        name = f"`{code(made.key[1])}`: " if len(apps) > 1 else ""
        if sum(other.key[1] == made.key[1] for other in apps) > 1:
            name = f"`{code(made.key[1])}` of `{code(project.path(made.document))}`: "
        if len(set(said.values())) == 1:
            if said["production"]:
                yield f"{name}{said['production']}"
            continue
        lines = [f"- {stage}: {text or 'not set'}" for stage, text in said.items()]
        yield "\n".join([f"{name}by environment:", "", *lines])


def _tests(project: Project) -> frozenset[tuple[str, str]]:
    used = {known.app[0] for known in config.configured(project, "")}
    return frozenset((made.document, made.scope) for made in apps_made(project) if made.document not in used)


def _last(project: Project, known: Filled, key: str) -> str:
    """What wins, and what may come behind it."""
    given = [each for each in known.given if each.key in (key, None)]
    values = [at for at, each in enumerate(given) if each.key == key]
    if not values:
        return f"perhaps from `{code(known.open[0])}`" if known.open else ""
    last = given[values[-1]]
    behind = [each for each in given[values[-1] + 1 :] if each.key is None]
    perhaps = "" if last.sure else ", as far as can be told"
    then = f", unless `{code(behind[-1].method)}` has another one" if behind and behind[-1].method else ""
    return f"{shown(key, last.value)} ({_where(project, last)}){perhaps}{then}"


def _where(project: Project, given: Given) -> str:
    scope = f" `{code(given.scope)}`" if given.scope else ""
    return f"`{project.path(given.document)}`{scope}"


# -- every place -------------------------------------------------------------------------------------------------------


def _places(project: Project, key: str) -> Iterator[str]:
    for document, file in project.files.items():
        for start, facts in file.facts.blocks:
            for scope, step, span in placed(facts):
                if step.how == "set" and step.key == key:
                    yield _place(project, document, span.shift(start), scope, key, step.value)
        for name, ats in file.facts.bindings.items():
            for at in ats:
                if isinstance(at.bound, ClassDefined) and config.is_config_class(project, document, name):
                    for event in every_event(at.bound.body):
                        if isinstance(event, Bind) and event.bound.name == key and isinstance(event.bound, Assigned):
                            span = event.bound.span.shift(at.start)
                            yield _place(project, document, span, name, key, event.bound.value)
                elif name == key and isinstance(at.bound, Assigned) and config.is_config_module(project, document):
                    yield _place(project, document, at.span, "", key, at.bound.value)

    yield from _elsewhere(project, key)


def _elsewhere(project: Project, key: str) -> Iterator[str]:
    """Files that are no modules, and variables of deployment files; what these hold is not known."""
    for document, source in project.sources.items():
        for (name, value), line in zip(source.values, source.lines, strict=True) if source is not None else ():
            if name == key:
                yield f"`{project.path(document)}:{line}`: {shown(key, value)}"
    for _, _, step in steps_in(project):
        for name, _, document in from_environment(project, step):
            file = project.files[document]
            for variable in file.deployment.variables if name == key else ():
                if variable.name.endswith(f"_{key}"):
                    line = file.source.line_at(variable.name_span.start) + 1
                    yield f"`{project.path(document)}:{line}`: `{code(variable.name)}`"


def _place(project: Project, document: str, span: Span, scope: str, key: str, value: Value) -> str:
    line = project.files[document].source.line_at(span.start) + 1
    within = f" in `{code(scope)}`" if scope else ""
    return f"`{project.path(document)}:{line}`{within}: {shown(key, value)}"


# -- values ------------------------------------------------------------------------------------------------------------


def shown(key: str, value: Value) -> str:
    """A value as it would be written, with all texts masked that may be secret."""
    secret = bool(_SECRET.search(key.upper())) and not _NO_SECRET.search(key.upper())
    text = code(_written(value, secret))
    return f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}`"


def _written(value: Value, secret: bool) -> str:
    match value:
        case Literal(value=str(text)):
            return f'"{_MASK}"' if secret and text else f'"{_PASSWORD.sub(_MASK, text)}"'
        case Literal(value=bytes(data)):
            return f'b"{_MASK}"' if data else 'b""'
        case Literal(value=plain):
            return _MASK if secret and not isinstance(plain, bool | None) else repr(plain)
        case Path():
            return _path(value, secret)
        case Either(values=values):
            return " or ".join(_written(each, secret) for each in values)
        case Items(values=values):
            return f"[{', '.join(_written(each, secret) for each in values)}]"
        case Joined(parts=parts):
            return " + ".join(_written(each, secret) for each in parts)
        case Pairs(items=items):
            return f"{{{', '.join(f'{_written(name, False)}: …' for name, _ in items)}}}"
        case _:
            return "…"


def _path(value: Path, secret: bool) -> str:
    """A name, a call, or an item; what the environment is asked for is no secret, its default is."""
    reads = bool(_READERS.search(value.text))
    args = [_written(each, secret and not (reads and at == 0)) for at, each in enumerate(value.args)]
    args += [f"{name}={_written(each, secret)}" for name, each in value.keywords]
    if value.text.endswith("()"):
        return f"{value.text[:-2]}({', '.join(args)})"
    if value.text.endswith("[]") and value.key is not None:
        return f"{value.text[:-2]}[{_written(value.key, False)}]"
    return value.text
