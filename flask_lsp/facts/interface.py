"""The part of a block's facts that others may ask for, without spans.

Two blocks with equal interfaces give everybody else equal answers, so typing in a body disturbs nothing but its block.
It holds the bindings of the module, what its functions return, catch and clean up, how they are decorated, every call
and assignment by which applications are put together or that writes the session, wherever in a body it stands, and
every import with what stands around it. What project questions read must be in here; a question that reads more has
to say so here first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from flask_lsp.facts import requests
from flask_lsp.facts.assembly import script_of
from flask_lsp.facts.configuring import configuring
from flask_lsp.facts.importing import outline, steps_of
from flask_lsp.facts.imports import imports_of
from flask_lsp.facts.model import (
    OTHER,
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Bound,
    Call,
    ClassDefined,
    Compared,
    Defined,
    Either,
    Event,
    Function,
    Import,
    Items,
    Joined,
    Leave,
    Literal,
    Negated,
    Pairs,
    Parameter,
    Path,
    Store,
    Try,
    Use,
    Value,
)
from flask_lsp.facts.pushes import pushes, runs_given
from flask_lsp.facts.rendering import names_given, rendered
from flask_lsp.facts.requests import error_of, on_g
from flask_lsp.facts.sending import sent_in
from flask_lsp.facts.serving import host_and_port, runs_in
from flask_lsp.facts.traverse import attributes, every_event, returns

Interface: TypeAlias = "tuple[object, ...]"
"""Only compared."""

_ASSEMBLY = re.compile(
    r"(?:^|\.)(?:register_blueprint|add_url_rule|add_resource|init_app|setup_app|import_module|import_string|__import__|load_module|exec_module|find_modules"
    r"|register_error_handler|(?:app_)?errorhandler|converters\.update|(?:before|after)_(?:app_)?request|url_value_preprocessor|context_processor)\(\)$"
)
_SETTING = re.compile(r"config\b|(?:^|\.)(?:permanent|session_interface|secret_key|debug|env|url_map|converters)\b")
_SESSION = re.compile(r"(?:^|\.)session(?:\[\]|\.\w+)$")
_WRITES_SESSION = re.compile(
    r"(?:^|\.)(?:session\.(?:update|pop|popitem|clear|setdefault)|flash|login_user|logout_user|confirm_login)\(\)$"
)
_LOOKS_FOR = (".replace()", ".startswith()", "re.sub()")
_ROOT = re.compile(r"[^.(\[]+")
_TELLING = re.compile(
    r"config|setting|env|session|register|add_|url_for|init_app|import|_module|errorhandler|request|processor|converters|permanent|secret"
    r"|debug|url_map|headers|mimetype|content_type|flash|login|logout|replace|startswith|re\.sub|cache_|memoized"
    rf"|{requests.TELLING}",
    re.IGNORECASE,
)
"""A word of each pattern here: most events hold none, and one search tells."""


_SETTINGS = re.compile(
    r"(?:config|environ)(?:\[\]|\.get\(\))$|(?:^|\.)(?:getenv|config)\(\)$|(?:^|[._])env(?:\.\w+)?\(\)$"
)
_CONSTANT = re.compile(r"(?i:config|settings)\w*\.([A-Z][A-Z_]+)$")
_APP_ENV = re.compile(r"(?:^|[._])(?:app|application)(?:\(\))?\.env$")
_CHANGES = re.compile(r"\.(?:update|pop|popitem|setdefault|clear)\(\)$")
_CLEARS = re.compile(r"(?:^|\.)(?P<name>\w+)\.(?:cache_clear|cache_info|cache_parameters)\(\)$")
_FORGETS = ".delete_memoized()"
_RESULT = re.compile(r"(?:\w+\.)?(\w+)\(\)$")


def interface_of(facts: BlockFacts) -> Interface:
    bindings = tuple((name, tuple(map(_bare, bounds))) for name, bounds in facts.bindings.items())
    assembly, imports = tuple(_assembly(facts)), tuple(imports_of(facts))
    script, steps, settings = script_of(facts), outline(steps_of(facts)[0]), configuring(facts)
    if not (bindings or assembly or imports or script.steps or steps or settings):
        return ()
    return bindings, assembly, imports, script, steps, settings


def caught(function: Function) -> tuple[Value, ...]:
    """What the handlers in a function catch, those of nested functions included; a bare one catches ``Exception``."""
    found: list[Value] = []
    for event in every_event(function.body):
        if isinstance(event, Try):
            for handler in event.handlers:
                found += handler.types or (Path("BaseException"),)
        elif isinstance(event, Bind) and isinstance(event.bound, Defined):
            found += caught(event.bound.function)
    return tuple(found)


def writes_session(event: Event) -> bool:
    """Puts something in Flask's session or marks it, by the look of it: the names are not resolved."""
    if isinstance(event, Store):
        return bool(_SESSION.search(event.target.text))
    return isinstance(event, Call) and bool(_WRITES_SESSION.search(event.value.text))


def applications(function: Function) -> tuple[Path, ...]:
    """The calls in a function that make an application, by the look of them: ``Flask(...)``, ``App(__name__)``."""
    calls = (event.value for event in every_event(function.body) if isinstance(event, Call))
    named = (Path("__name__"), Path("__package__"))
    return tuple(call for call in calls if "Flask" in call.text or any(name in call.args for name in named))


def takes_over(function: Function) -> bool:
    """Merges something into a database session, by the look of it."""
    calls = (event.value.text for event in every_event(function.body) if isinstance(event, Call))
    return any(text.endswith(".merge()") for text in calls)


def sets_content_type(event: Event) -> bool:
    """Says what a response holds: ``response.mimetype = ...``, ``response.headers["Content-Type"] = ...``."""
    if not isinstance(event, Store):
        return False
    name, key = event.target.text.rpartition(".")[2], event.target.key
    if name == "headers[]":
        return not isinstance(key, Literal) or str(key.value).lower() == "content-type"
    return name in ("mimetype", "content_type")


def mends_scheme(event: Event) -> bool:
    """Looks for the scheme ``postgres:`` in a text, as who replaces it does."""
    if not isinstance(event, Call) or not event.value.text.endswith(_LOOKS_FOR):
        return False
    return any(isinstance(given, Literal) and str(given.value).startswith("postgres:") for given in event.value.args)


def names_near(event: Event) -> bool:
    """``url_for(".index")``: an endpoint by its name in the blueprint that answers."""
    if not isinstance(event, Call) or not event.value.text.endswith("url_for()"):
        return False
    first = event.value.args[0] if event.value.args else None
    return isinstance(first, Literal) and isinstance(first.value, str) and first.value.startswith(".")


def changes(event: Event, name: str) -> bool:
    """Changes the dict ``name`` in place."""
    if isinstance(event, Store):
        return event.target.text == f"{name}[]"
    text = event.value.text if isinstance(event, Call) else ""
    return text.startswith(f"{name}.") and bool(_CHANGES.search(text))


def results_changed(function: Function) -> tuple[str, ...]:
    """The last names of the functions that gave what the function changes an attribute of: ``post = find(1)``,
    ``post.views += 1``."""
    stored = {
        event.target.text.partition(".")[0]
        for event in every_event(function.body)
        if isinstance(event, Store) and "." in event.target.text
    }
    values = [
        bound.value.text
        for name in stored
        for bound in function.bindings.get(name, ())
        if isinstance(bound, Assigned) and isinstance(bound.value, Path)
    ]
    return tuple(sorted({found[1] for text in values if (found := _RESULT.match(text))}))


def cleared(event: Event) -> str | None:
    """The last name of the function whose cache an event deals with: ``find.cache_clear()``, ``cache.delete_memoized(
    find, 1)``."""
    match event:
        case Call(value=Path(text=text)) if found := _CLEARS.search(text):
            return found["name"]
        case Call(value=Path(text=text, args=(Path(text=given), *_))) if text.endswith(_FORGETS):
            return given.rpartition(".")[2]
        case _:
            return None


def read_setting(event: Event) -> str | None:
    """The key of the configuration or the environment that is read, by the look of it; ``.env`` for ``app.env``."""
    match event:
        case Use(path=path, key=str(key)) if _SETTINGS.search(path):
            return key
        case Use(path=path) if _APP_ENV.search(path):
            return ".env"
        case Use(path=path) if found := _CONSTANT.search(path):
            return found.group(1)
        case Call(value=Path(text=text, args=(Literal(value=str(key)), *_))) if _SETTINGS.search(text):
            return key
        case _:
            return None


def keys_of_instances(defined: ClassDefined) -> tuple[tuple[tuple[str, Value], ...], bool]:
    """The keys of a configuration that methods give to instances, ``self.DEBUG = True``, and whether there are no
    others."""
    found, complete = list[tuple[str, Value]](), True
    for event in every_event(defined.body):
        match event:
            case Bind(bound=Defined(function=Function(parameters=[first, *_]) as method)):
                for inner in every_event(method.body):
                    match inner:
                        case Store(target=Path(text=text), value=value) if text.startswith(f"{first.name}."):
                            key = text.removeprefix(f"{first.name}.")
                            found += [(key, value)] if key.isupper() else []
                        case Call(value=Path(text="setattr()", args=[Path(text=text), *_])) if text == first.name:
                            complete = False
                        case Call(value=Path(text=text)) if text == f"{first.name}.__dict__.update()":
                            complete = False
                        case _:
                            pass
            case _:
                pass
    return tuple(found), complete


def _assembly(facts: BlockFacts) -> Iterator[object]:
    yield from _said(facts.body)
    for event in every_event(facts.body):
        if isinstance(event, Store) and event.target.text.endswith("[]"):
            yield event.target.text
        elif isinstance(event, Call) and _CHANGES.search(event.value.text):
            yield event.value.text
    for function in facts.functions.values():
        said = tuple(_said(function.body))
        decorators = tuple(value for value, _ in function.decorators)
        looks, pages = requests.looks_at(function), rendered(function)
        changed, runs = results_changed(function), runs_in(function)
        if said or decorators or looks or pages or changed or runs:
            needed, given = _needed(function, (*said, *runs)), names_given(function)
            servers = tuple([(each.text, host_and_port(each)) for each in runs])
            yield function.name, decorators, said, needed, looks, pages, given, changed, servers
    yield from sent_in(facts)


def _said(body: Body) -> Iterator[Value]:
    """The calls and assignments by which an application is put together and set up."""
    for event in every_event(body):
        if not _TELLING.search(_written(event)):
            continue
        if (use := on_g(event)) is not None:
            yield Path(f"g.{use.how}", key=Literal(use.name))
        if isinstance(event, Call) and (_ASSEMBLY.search(event.value.text) or "config" in event.value.text):
            yield event.value
        elif isinstance(event, Store) and _SETTING.search(event.target.text):
            yield event.target
            yield event.value
        elif (key := read_setting(event)) is not None:
            yield Path("setting", key=Literal(key))
        elif writes_session(event):
            yield Path("session", key=OTHER)
        elif sets_content_type(event):
            yield Path("content_type", key=OTHER)
        elif mends_scheme(event):
            yield Path("scheme", key=OTHER)
        elif names_near(event):
            yield Path("url_for", key=OTHER)
        else:
            named = (("error", error_of(event)), ("cleared", cleared(event)))
            yield from (Path(what, key=Literal(name)) for what, name in named if name is not None)


def _written(event: Event) -> str:
    match event:
        case Use(path=path):
            return path
        case Call(value=Path(text=text)) | Store(target=Path(text=text)) | Leave(how="raise", value=Path(text=text)):
            return text
        case _:
            return ""


def _bare(bound: Bound) -> object:
    match bound:
        case Import():
            return bound.module, bound.attribute, bound.level
        case Assigned():
            return bound.value
        case Defined(function=function):
            given = returns(function)
            decorators = tuple(value for value, _ in function.decorators)
            made = applications(function)
            takes = takes_over(function)
            said = caught(function), takes, function.outer, function.is_async, made, pushes(function)
            return decorators, given, _needed(function, (*given, *made)), said
        case ClassDefined():
            events = every_event(bound.body)
            members = tuple(_member(event.bound) for event in events if isinstance(event, Bind))
            return bound.bases, bound.decorators, members, _instance(bound), keys_of_instances(bound)
        case Parameter():
            return bound.annotation
        case _:
            return "opaque"


def _instance(bound: ClassDefined) -> object:
    """What methods bind to the attributes of instances, as far as it can be told what that is."""
    found: list[object] = []
    for name, every in attributes(bound).items():
        values = [each for each in every if each[1] != Literal(None)]
        said = [
            (value.text, _needed(method, (value,))) for method, value in values if method and isinstance(value, Path)
        ]
        if said and len(said) == len(values):
            found.append((name, tuple(said)))
    return tuple(found)


def _member(bound: Bound) -> object:
    """A name of a class; what its methods return is asked of nobody."""
    if isinstance(bound, Defined):
        function = bound.function
        runs = bound.name == "run" and runs_given(function)
        return bound.name, tuple(value for value, _ in function.decorators), pushes(function), runs
    return bound.name, _bare(bound)


def _needed(function: Function, values: Iterable[Value]) -> object:
    """The local bindings that tell what ``values`` are."""
    found: dict[str, object] = {}
    roots = list(_roots(values))
    while roots:
        name = roots.pop()
        bounds = function.bindings.get(name)
        if bounds is None or name in found:
            continue
        found[name] = tuple(_bare(bound) for bound in bounds)
        roots += _roots(bound.value for bound in bounds if isinstance(bound, Assigned))
    return tuple(sorted(found.items(), key=lambda item: item[0]))


def _roots(values: Iterable[Value]) -> Iterator[str]:
    """The first names of all paths in the values."""
    stack = list(values)
    while stack:
        match stack.pop():
            case Path(text=text, args=args, keywords=keywords):
                if found := _ROOT.match(text):
                    yield found.group()
                stack += [*args, *(value for _, value in keywords)]
            case Either(values=inner) | Items(values=inner) | Joined(parts=inner):
                stack += inner
            case Pairs(items=items):
                stack += [value for pair in items for value in pair]
            case Negated(value=value):
                stack.append(value)
            case Compared(left=left, rights=rights):
                stack += [left, *rights]
            case _:
                pass
