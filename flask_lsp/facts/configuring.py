"""What the bodies of a block do to the configuration of applications, in order: the few steps that matter.

Steps hold no spans: they are part of what others may ask for (``interface``). ``placed`` gives them with their spans,
for who shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal as Word
from typing import NamedTuple, TypeAlias

from flask_lsp.facts.model import (
    OTHER,
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Bound,
    Branch,
    Call,
    ClassDefined,
    Defined,
    Event,
    Function,
    Literal,
    Loop,
    Pairs,
    Path,
    Store,
    Try,
    Use,
    Value,
)
from flask_lsp.facts.traverse import inner_bodies
from flask_lsp.text import Span

ATTRIBUTES = {
    "debug": "DEBUG",
    "permanent_session_lifetime": "PERMANENT_SESSION_LIFETIME",
    "secret_key": "SECRET_KEY",
    "send_file_max_age_default": "SEND_FILE_MAX_AGE_DEFAULT",
    "session_cookie_name": "SESSION_COOKIE_NAME",
    "templates_auto_reload": "TEMPLATES_AUTO_RELOAD",
    "testing": "TESTING",
    "use_x_sendfile": "USE_X_SENDFILE",
}
"""The attributes of an application that set a key."""
INTERFACE = "session_interface"
"""Set like a key: what keeps the sessions of an application."""

ALWAYS_THERE = frozenset(
    {
        *("APPLICATION_ROOT", "DEBUG", "EXPLAIN_TEMPLATE_LOADING", "MAX_CONTENT_LENGTH", "MAX_COOKIE_SIZE"),
        *("PERMANENT_SESSION_LIFETIME", "PREFERRED_URL_SCHEME", "PROPAGATE_EXCEPTIONS", "SECRET_KEY"),
        *("SEND_FILE_MAX_AGE_DEFAULT", "SERVER_NAME", "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_HTTPONLY"),
        *("SESSION_COOKIE_NAME", "SESSION_COOKIE_PATH", "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_SECURE"),
        *("SESSION_REFRESH_EACH_REQUEST", "TEMPLATES_AUTO_RELOAD", "TESTING", "TRAP_BAD_REQUEST_ERRORS"),
        *("TRAP_HTTP_EXCEPTIONS", "USE_X_SENDFILE"),
    }
)
"""What Flask puts into each configuration, if only as ``None``: ``setdefault`` leaves it as it is."""

How: TypeAlias = Word["made", "set", "source", "object", "handed", "uses"]

_CALLS = re.compile(r"^(?:(?P<owner>.+)\.)?(?P<config>\w*config)\.(?P<method>update|setdefault|from_\w+|load\w*)\(\)$")
_STORES = re.compile(r"^(?:(?P<owner>.+)\.)?(?P<config>\w*config)\[\]$")
_CONFIG = re.compile(r"^(?P<owner>.+)\.config$")
_LOADS = re.compile(r"(?:^|\.)(?:json|tomllib|tomli|toml)\.load$")
"""What ``from_file`` is given, as it is written, if it reads a file as it is."""
_APP = re.compile(r"(?:^|[._])(?:app|application|flask_app)$|^(?:server|self)$")
_SESSION = re.compile(
    r"(?:^|\.)session(?:\[\]|\.\w+(?:\(\))?)$"
    r"|(?:^|\.)(?:flash|login_user|get_flashed_messages|CSRFProtect|CsrfProtect|LoginManager|ModelView|authorize_redirect)"
    r"\(\)$"
)


class Step(NamedTuple):
    """One thing that a body does."""

    how: How
    owner: str
    """The application as it is written, empty where it is not; of ``made`` the name it is bound to."""
    key: str | None
    """``None``: any key."""
    value: Value
    method: str = ""
    """``from_pyfile``, ``setdefault``; of ``handed`` the function that gets the application."""
    sure: bool = True
    """Under no condition."""
    silent: bool = False
    """Of a file: it may be missing, so that whoever deploys brings another one."""


class Scope(NamedTuple):
    """The steps of one function, of a class body or of the module body."""

    name: str
    """The function's qualified name, empty for the module."""
    parameters: tuple[tuple[str, Value | None], ...]
    """With their defaults."""
    steps: tuple[Step, ...]
    locals: tuple[tuple[str, tuple[Value, ...]], ...] = ()
    """What the names are bound to that the steps speak of."""


Placed: TypeAlias = "tuple[Step, Span]"


def configuring(facts: BlockFacts) -> tuple[Scope, ...]:
    """The scopes of a block that have a step, kept with its facts."""
    known = facts.kept.get(Scope)
    if not isinstance(known, tuple):
        known = facts.kept[Scope] = tuple(_scopes(facts))
    return known  # type: ignore[return-value]


def placed(facts: BlockFacts) -> Iterator[tuple[str, Step, Span]]:
    """The steps of all scopes of a block, each with the name of its scope and its span in the block."""
    for name, _, body in _bodies(facts.body, "", None):
        for step, span in _steps(body, True, {}):
            yield name, step, span


def _scopes(facts: BlockFacts) -> Iterator[Scope]:
    for name, function, body in _bodies(facts.body, "", None):
        # Uses of the session come and go while somebody types: one says as much as many.
        steps = tuple(dict.fromkeys(step for step, _ in _steps(body, True, {})))
        if not steps:
            continue
        if function is None:
            yield Scope(name, (), steps)
            continue
        parameters = tuple([(each.name, each.default) for each in function.parameters])
        named = {name for step in steps for name in _names_of(step)}
        bound = tuple(
            (local, tuple(each.value if isinstance(each, Assigned) else OTHER for each in bounds))
            for local, bounds in function.bindings.items()
            if local in named and not any(local == parameter for parameter, _ in parameters)
        )
        yield Scope(name, parameters, steps, bound)


def _names_of(step: Step) -> Iterator[str]:
    """The first names of what a step is given."""
    stack: list[Value] = [step.value]
    while stack:
        match stack.pop():
            case Path(text=text, key=key, args=args):
                yield re.split(r"[.(\[]", text, maxsplit=1)[0]
                stack += [*args, *([key] if key is not None else [])]
            case Pairs(items=items):
                stack += [value for _, value in items]
            case value:
                stack += getattr(value, "values", ()) or getattr(value, "parts", ())


def _bodies(body: Body, name: str, function: Function | None) -> Iterator[tuple[str, Function | None, Body]]:
    yield name, function, body
    for event in _all(body):
        match event:
            case Bind(bound=Defined(function=inner)):
                yield from _bodies(inner.body, f"{name}.{inner.name}".lstrip("."), inner)
            case Bind(bound=ClassDefined(name=inner_name, body=inside)):
                for each in _all(inside):
                    match each:
                        case Bind(bound=Defined(function=method)):
                            qualified = f"{name}.{inner_name}.{method.name}".lstrip(".")
                            yield from _bodies(method.body, qualified, method)
                        case _:
                            pass
            case _:
                pass


def _all(body: Body) -> Iterator[Event]:
    """All events that run where the body stands, without those of class bodies."""
    for event in body:
        yield event
        if not isinstance(event, Bind):
            for inner in inner_bodies(event):
                yield from _all(inner)


def _steps(body: Body, sure: bool, aliases: dict[str, str]) -> Iterator[Placed]:
    """The steps of a body; ``aliases`` has the names that stand for the configuration of an application."""
    for event in body:
        match event:
            case Bind(bound=bound):
                yield from ((step._replace(sure=step.sure and sure), bound.span) for step in _bound(bound, aliases))
            case Store(target=target, value=value, span=span):
                yield from ((step._replace(sure=sure), span) for step in _stored(target, value, aliases))
            case Call(value=call, span=span):
                yield from ((step._replace(sure=sure), span) for step in _called(call, aliases))
            case Use(path=path, span=span):
                if "session" in path and _SESSION.search(path):
                    yield Step("uses", "session", None, OTHER), span
            case Branch() | Loop() | Try():
                for number, inner in enumerate(inner_bodies(event)):
                    certain = sure and isinstance(event, Try) and number == 0
                    yield from _steps(inner, certain, aliases)
            case _:
                for inner in inner_bodies(event):
                    yield from _steps(inner, sure, aliases)


def _bound(bound: Bound, aliases: dict[str, str]) -> Iterator[Step]:
    match bound:
        case Assigned(name=name, value=Path() as value):
            if found := _CONFIG.match(value.text):
                aliases[name] = found["owner"]
            elif _makes_app(value):
                yield Step("made", name, None, value)
        case ClassDefined(bases=bases):
            for base in bases:
                if isinstance(base, Path) and base.text.endswith(("FlaskForm", "ModelView")):
                    yield Step("uses", base.text, None, OTHER)
        case _:
            pass


def _makes_app(value: Path) -> bool:
    """By the look of it."""
    if not value.text.endswith("()"):
        return False
    return value.text.endswith("Flask()") or Path("__name__") in value.args


def _stored(target: Path, value: Value, aliases: dict[str, str]) -> Iterator[Step]:
    text = target.text
    owner, _, name = text.rpartition(".")
    if text.endswith("[]"):
        yield from _item(target, value, aliases)
    elif owner and name in ATTRIBUTES:
        yield Step("set", owner, ATTRIBUTES[name], value)
    elif owner and name == INTERFACE:
        yield Step("set", owner, INTERFACE, value)
    elif owner and name == "config":
        yield Step("source", owner, None, value, "config")


def _item(target: Path, value: Value, aliases: dict[str, str]) -> Iterator[Step]:
    text = target.text
    if text == "session[]" or text.endswith(".session[]"):
        yield Step("uses", "session", None, OTHER)
        return
    owner = aliases.get(text[:-2])
    if owner is None:
        found = _STORES.match(text)
        if found is None:
            return
        owner = found["owner"] or ""
    key = target.key.value if isinstance(target.key, Literal) else None
    yield Step("set", owner, key, value) if isinstance(key, str) else Step("source", owner, None, value)


def _called(call: Path, aliases: dict[str, str]) -> Iterator[Step]:
    root, _, rest = call.text.partition(".")
    if not call.args and not call.keywords and not rest:
        return
    text = f"{aliases[root]}.config.{rest}" if root in aliases else call.text
    if found := _CALLS.match(text):
        yield from _filled(call, found["owner"] or "", found["method"])
        return
    if _SESSION.search(call.text):
        name = call.text[:-2]
        yield Step("uses", "session" if "session" in name else name, None, OTHER)
    given = (*call.args, *(value for _, value in call.keywords))
    for value in given:
        match value:
            case Path(text=path, args=(), keywords=(), key=None) if not path.endswith(("()", "[]")):
                owner = aliases.get(path) or path.removesuffix(".config")
                if path in aliases or _APP.search(owner):
                    yield Step("handed", owner, None, call, call.text[:-2])
            case _:
                pass


def _filled(call: Path, owner: str, method: str) -> Iterator[Step]:
    if method == "setdefault":
        match call.args:
            case (Literal(value=str(key)), *_) if key in ALWAYS_THERE:
                pass
            case (Literal(value=str(key)), *values):
                yield Step("set", owner, key, values[0] if values else Literal(None), method)
            case _:
                yield Step("source", owner, None, call, method)
        return
    if method not in ("update", "from_mapping"):
        source, silent = _source(call, method)
        yield Step("object" if method == "from_object" else "source", owner, None, source, method, silent=silent)
        return
    for argument in call.args:
        match argument:
            case Pairs(items=items):
                for key, value in items:
                    if isinstance(key, Literal) and isinstance(key.value, str):
                        yield Step("set", owner, key.value, value, method)
                    else:
                        yield Step("source", owner, None, value, method)
            case Path(text="dict()", args=(), keywords=keywords):
                for key, value in keywords:
                    yield _keyword(owner, key, value, method)
            case _:
                yield Step("source", owner, None, argument, method)
    for key, value in call.keywords:
        yield _keyword(owner, key, value, method)


def _source(call: Path, method: str) -> tuple[Value, bool]:
    """What a call reads, and whether it does without where that is missing."""
    keywords = dict(call.keywords)
    if method == "from_prefixed_env":
        return (call.args[0] if call.args else keywords.get("prefix", Literal("FLASK"))), True
    source = call.args[0] if call.args else next((value for _, value in call.keywords), OTHER)
    flag = keywords.get("silent", call.args[1] if len(call.args) > 1 and method != "from_file" else Literal(False))
    if method == "from_file":
        load = keywords.get("load", call.args[1] if len(call.args) > 1 else OTHER)
        if not isinstance(load, Path) or not _LOADS.search(load.text):
            source = OTHER
    return source, flag != Literal(False)


def _keyword(owner: str, key: str, value: Value, method: str) -> Step:
    if key == "**":
        return Step("source", owner, None, value, method)
    return Step("set", owner, key, value, method)
