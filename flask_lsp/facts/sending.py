"""What clients send to an application: the requests that tests, templates and scripts write out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_lsp.facts.model import (
    Assigned,
    Bind,
    BlockFacts,
    Body,
    Call,
    ClassDefined,
    Defined,
    Function,
    Joined,
    Literal,
    Pairs,
    Path,
    Value,
)
from flask_lsp.facts.traverse import inner_bodies
from flask_lsp.facts.values import keys_of
from flask_lsp.frozen import frozen

HOLE = "\0"
"""In a path, what is only known when the program runs: as in ``syntax.urlrule``."""


@frozen()
class Sent:
    """One request that is written out."""

    method: str
    path: str
    """Without its query; empty where the endpoint is named, or where the page itself is meant."""
    endpoint: str
    kind: str
    """``json``, ``form`` (also with files), ``none`` without a body, ``?`` where that cannot be told."""
    keys: frozenset[str] | None = None
    """Of the body, ``None`` where they cannot be told."""
    query: bool = False
    """It has a query."""
    where: str = ""
    """The function it stands in, by its qualified name; empty for templates and scripts."""
    form: frozenset[str] = frozenset()
    """The ids of the form that sends it, and of its buttons."""


# -- tests -----------------------------------------------------------------------------------------------------------

_CLIENT = re.compile(
    r"(?:(?:client|tester|session)\w*(?:\(\))?|(?:^|^self\.)(?:app|c|cli|http|browser))\.(get|post|put|patch|delete)\(\)$",
    re.IGNORECASE,
)
"""``self.post()`` and the like are helpers of the project: what they send is for them to know."""
_REFUSED = re.compile(
    r"invalid|missing|wrong|bad|error|fail|without|unsupported|malformed|empty|refus|reject|not_|no_|4\d\d",
    re.IGNORECASE,
)
"""A test of that name may send on purpose what the view does not take."""


def sent_in(facts: BlockFacts) -> tuple[Sent, ...]:
    """The calls of a test client in the functions of a block, by the look of them."""
    return tuple(dict.fromkeys(_in_body(facts.body, "", None)))


def _in_body(body: Body, name: str, function: Function | None) -> Iterator[Sent]:
    for event in body:
        match event:
            case Bind(bound=Defined(function=inner)):
                yield from _in_body(inner.body, f"{name}.{inner.name}".lstrip("."), inner)
            case Bind(bound=ClassDefined(name=inner, body=inside)):
                yield from _in_body(inside, f"{name}.{inner}".lstrip("."), None)
            case Call(value=Path(text=text) as call) if (found := _CLIENT.search(text)) and function is not None:
                if not _REFUSED.search(name) and (sent := _sent(call, found.group(1).upper(), name, function)):
                    yield sent
            case _:
                for inner in inner_bodies(event):
                    yield from _in_body(inner, name, function)


def _sent(call: Path, method: str, name: str, function: Function) -> Sent | None:
    given = _known(call.args[0] if call.args else call.keyword("path"), function)
    path, endpoint = written_path(given), _endpoint(given)
    if path is None and endpoint is None:
        return None
    kind, keys = _body(call, function)
    query = call.keyword("query_string") is not None or "?" in (path or "")
    if method == "GET" and kind == "none":
        return None  # most are, and say nothing
    return Sent(method, (path or "").partition("?")[0], endpoint or "", kind, keys, query, name)


def _known(value: Value | None, function: Function) -> Value | None:
    """The value of a local name that is bound once."""
    if isinstance(value, Path) and (bounds := function.bindings.get(value.text)) and len(bounds) == 1:
        return bounds[0].value if isinstance(bounds[0], Assigned) else value
    return value


def written_path(value: Value | None) -> str | None:
    """The path that a text says, with holes."""
    match value:
        case Literal(value=str(text)):
            pass
        case Joined(parts=parts):
            text = "".join(str(part.value) if isinstance(part, Literal) else HOLE for part in parts)
        case _:
            return None
    return text if text.startswith("/") and not text.startswith("//") else None


def _endpoint(value: Value | None) -> str | None:
    match value:
        case Path(text=text, args=(Literal(value=str(name)), *_)) if text.rpartition(".")[2] == "url_for()":
            return name
        case _:
            return None


def _body(call: Path, function: Function) -> tuple[str, frozenset[str] | None]:
    """What the arguments of a call of a test client send."""
    if call.keyword("**") is not None or len(call.args) > 1:
        return "?", None
    sent = _known(call.keyword("json"), function)
    if sent is not None:
        return "json", keys_of(sent)
    data = _known(call.keyword("data"), function)
    if data is None:
        return "none", None
    kind = _content_type(call, function)
    if isinstance(data, Pairs) or (isinstance(data, Path) and data.text == "dict()"):
        return ("form" if kind in ("", "multipart/form-data", "application/x-www-form-urlencoded") else "?"), keys_of(
            data
        )
    if kind == "application/json":
        inner = data.args[0] if isinstance(data, Path) and data.text.endswith("dumps()") and data.args else None
        return "json", keys_of(_known(inner, function))
    return "?", None


def _content_type(call: Path, function: Function) -> str:
    """The content type that is given, empty without one, ``?`` where it cannot be told."""
    given = _known(call.keyword("content_type") or call.keyword("mimetype"), function)
    if given is None:
        headers = _known(call.keyword("headers"), function)
        if headers is None:
            return ""
        if not isinstance(headers, Pairs):
            return "?"
        named = [v for k, v in headers.items if not isinstance(k, Literal) or str(k.value).lower() == "content-type"]
        if not named:
            return ""
        given = named[0]
    return str(given.value).partition(";")[0].lower() if isinstance(given, Literal) else "?"
