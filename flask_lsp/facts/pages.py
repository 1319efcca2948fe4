"""What templates and scripts say, read by pattern as the plain texts they are: the requests they send, what they read
of ``g`` and of their context, which other templates they show. Bounded; never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_lsp.facts.page_parts import Part, parts_of
from flask_lsp.facts.sending import HOLE, Sent
from flask_lsp.frozen import frozen

_MOST_CALL = 3000
"""Characters of a call, or of a form's begin, that are looked at."""
_MOST_FORM = 40_000


@frozen()
class Page:
    """All that is kept of a template or script."""

    sent: tuple[Sent, ...] = ()
    g: frozenset[str] = frozenset()
    """The attributes of ``g`` that it reads without asking for them first."""
    names: frozenset[str] = frozenset()
    """What it shows or loops over of its context, without asking first."""
    bound: frozenset[str] = frozenset()
    """What it binds or asks for, and so does for the templates that it shows."""
    others: frozenset[str] = frozenset()
    """The templates that it extends or includes."""
    endpoints: frozenset[str] = frozenset()
    """What it asks ``url_for`` about."""
    parts: tuple[Part, ...] = ()
    """What it does whenever it is shown."""
    blocks: frozenset[str] = frozenset()
    """The blocks that it has."""
    scripted: frozenset[str] = frozenset()
    """The ids of elements in whose place a script of it may send something."""


SILENT = Page()
"""A page that says nothing."""

_JINJA_G = re.compile(r"\{[{%][^}]*?(?<![\w.])g\.(\w+)[^}]*?\}")
_G = re.compile(r"(?<![\w.\"'])g\.(\w+)\b(?!\s*(?:\(|is (?:not )?defined|\|\s*default))")
_ASKED = frozenset({"get", "pop", "setdefault"})


def page_of(text: str) -> Page:
    """What a template or script says."""
    sent = tuple(dict.fromkeys((*_forms(text), *_calls(text)))) if _SAYS.search(text) else ()
    g = _g(text) if "g." in text else frozenset[str]()
    scripted = _scripted(text)
    if "{{" not in text and "{%" not in text:
        return Page(sent, g, scripted=scripted)
    bound, parts = _bound(text), parts_of(text)
    blocks = frozenset(_BLOCK.findall(text)) if parts else frozenset[str]()
    endpoints = frozenset(_ENDPOINT.findall(text))
    return Page(sent, g, _names(text) - bound, bound, _others(text), endpoints, parts, blocks, scripted)


_SAYS = re.compile(r"<form|fetch\(|axios|\$\.|jQuery\.", re.IGNORECASE)


def _g(text: str) -> frozenset[str]:
    found = (inner.group(1) for part in _JINJA_G.finditer(text) for inner in _G.finditer(part.group()))
    return frozenset(name for name in found if name not in _ASKED)


# -- templates -------------------------------------------------------------------------------------------------------

_SHOWN = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)(?=\s*[.\[|}\-])(?!\s*\|\s*default)")
_LOOPED = re.compile(r"\{%-?\s*for\s+[^%]+?\s+in\s+([A-Za-z_]\w*)(?=\s*[.\[|%\-])(?!\s*\|\s*default)")
_STATEMENT = re.compile(r"\{%-?\s*(set|for|macro|call|import|from|with|if|elif|block)\b((?:[^%]|%(?!\}))*)%\}")
_WORD = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*")
_ENDPOINT = re.compile(r"\burl_for\(\s*[\"']([\w.]+)[\"']")
_BLOCK = re.compile(r"\{%[-+]?\s*block\s+(\w+)")
_OTHER = re.compile(r"\{%-?\s*(?:extends|include)\s+[\"']([^\"']+)[\"']")


def _names(text: str) -> frozenset[str]:
    """The names that are shown or looped over."""
    return frozenset((*_SHOWN.findall(text), *_LOOPED.findall(text)))


def _bound(text: str) -> frozenset[str]:
    """The names that the template binds, or asks for somewhere."""
    found: set[str] = set()
    for kind, rest in _STATEMENT.findall(text):
        said = rest.partition("=")[0] if kind == "set" else rest.partition(" in ")[0] if kind == "for" else rest
        found.update(_WORD.findall(said))
    return frozenset(found)


def _others(text: str) -> frozenset[str]:
    return frozenset(_OTHER.findall(text))


# -- forms -----------------------------------------------------------------------------------------------------------

_FORM = re.compile(r"<form\b((?:\{\{.*?\}\}|\{%.*?%\}|[^>])*)>", re.IGNORECASE | re.DOTALL)
_FORM_END = re.compile(r"</form", re.IGNORECASE)
_NAMES = re.compile(
    r"<(?:input|textarea|select|button)\b(?:\{\{.*?\}\}|[^>])*?\bname\s*=\s*([\"'])([\w.-]+)\1", re.IGNORECASE
)
_BY_SCRIPT = re.compile(
    r"preventDefault|onsubmit|\.submit\(|FormData|serialize|hx-|v-on:|@submit|ng-submit|data-remote", re.IGNORECASE
)
"""A script may send the form in another way."""
_ATTRIBUTE = r"\b{}\s*=\s*(?:\"((?:\{{\{{.*?\}}\}}|[^\"])*)\"|'((?:\{{\{{.*?\}}\}}|[^'])*)'|([^\s\"'>]+))"
_ACTION = re.compile(_ATTRIBUTE.format("action"), re.IGNORECASE | re.DOTALL)
_METHOD = re.compile(_ATTRIBUTE.format("method"), re.IGNORECASE | re.DOTALL)
_OPAQUE = re.compile(r"\{\{|\{%")


_ID = re.compile(_ATTRIBUTE.format("id"), re.IGNORECASE | re.DOTALL)
_BUTTON = re.compile(r"<(?:button|input)\b(?:\{\{.*?\}\}|[^>])*", re.IGNORECASE)
_SELECTED = re.compile(r"[\"'`](?:form)?#([\w-]+)|getElementById\(\s*[\"'`]([\w-]+)")
_INTERCEPTS = re.compile(r"preventDefault|\.submit\(|[\"'`]submit[\"'`]|FormData|serialize", re.IGNORECASE)


def _scripted(text: str) -> frozenset[str]:
    if not _INTERCEPTS.search(text):
        return frozenset()
    return frozenset(one or other for one, other in _SELECTED.findall(text))


def _ids(begin: str, inside: str) -> frozenset[str]:
    """The ids of a form and of its buttons."""
    found = (_attribute(_ID, each) for each in (begin, *_BUTTON.findall(inside)))
    return frozenset(each for each in found if each)


def _forms(text: str) -> Iterator[Sent]:
    if _BY_SCRIPT.search(text):
        return
    for found in _FORM.finditer(text):
        begin = found.group(1)[:_MOST_CALL]
        method, action = _attribute(_METHOD, begin), _attribute(_ACTION, begin)
        if method is not None and _OPAQUE.search(method):
            continue
        if action is None and "action" in begin.lower():
            continue
        end = _FORM_END.search(text, found.end(), found.end() + _MOST_FORM)
        inside = text[found.end() : end.start()] if end else ""
        names = frozenset(name for _, name in _NAMES.findall(inside))
        keys = None if _OPAQUE.search(inside) or not inside else names
        path, endpoint = _target((action or "").strip())
        if path is None:
            continue
        how = (method or "get").strip().upper()
        kind, query = "none" if how == "GET" else "form", how == "GET" or "?" in (action or "")
        yield Sent(how, path, endpoint, kind, keys, query, form=_ids(begin, inside))


def _attribute(pattern: re.Pattern[str], begin: str) -> str | None:
    found = pattern.search(begin)
    return None if found is None else next((group for group in found.groups() if group is not None), "")


_URL_FOR = re.compile(r"\{\{\s*url_for\(\s*([\"'])([\w.]+)\1[^}]*\)\s*\}\}(.*)", re.DOTALL)


def _target(text: str) -> tuple[str | None, str]:
    """Path and endpoint of an address; no path at all where it cannot be told or leads elsewhere, an empty one with no
    endpoint for the page itself."""
    if found := _URL_FOR.fullmatch(text):
        return ("", found.group(2)) if found.group(3)[:1] in ("", "?", "#") else (None, "")
    if text in ("", "#", "."):
        return "", ""
    plain = re.sub(r"\{\{.*?\}\}|\$\{[^}]*\}", HOLE, text.partition("?")[0].partition("#")[0])
    if not plain.startswith("/") or plain.startswith("//") or "{%" in plain:
        return None, ""
    return plain, ""


# -- scripts ---------------------------------------------------------------------------------------------------------

_CALL = re.compile(
    r"(?<![\w.])(?:window\.)?(fetch|axios(?:\.(?:get|post|put|patch|delete))?|(?:\$|jQuery)\.(?:ajax|post|get|getJSON))\("
)
_TEXT = re.compile(r"\s*(?:\"((?:\{\{.*?\}\}|[^\"])*)\"|'((?:\{\{.*?\}\}|[^'])*)'|`([^`]*)`)")
_URL_OPTION = re.compile(r"\burl\s*:\s*(?:\"((?:\{\{.*?\}\}|[^\"])*)\"|'((?:\{\{.*?\}\}|[^'])*)'|`([^`]*)`)")
_METHOD_OPTION = re.compile(r"\b(?:method|type)\s*:\s*[\"'`](\w+)[\"'`]", re.IGNORECASE)
_JSON_TYPE = re.compile(r"application/json", re.IGNORECASE)
_KEY = re.compile(r"(?:^|,)\s*[\"']?([A-Za-z_][\w-]*)[\"']?\s*(?=[:,]|$)")


def _calls(text: str) -> Iterator[Sent]:
    for found in _CALL.finditer(text):
        inside = _balanced(text, found.end())
        if inside is None:
            continue
        name = found.group(1).replace("jQuery.", "$.")
        given = (
            _URL_OPTION.search(inside) if name == "$.ajax" and inside.lstrip().startswith("{") else _TEXT.match(inside)
        )
        if given is None or (name == "axios" and not inside[given.end() :].strip(", \n")):
            continue
        address = next(group for group in given.groups() if group is not None)
        after = inside[given.end() :].lstrip()
        if after.startswith("+"):  # "/users/" + id, and perhaps more of the path
            rest = re.match(r"\+\s*[\w.]+\s*(?=,|$|\})", after)
            if rest is None:
                continue
            address, after = address + HOLE, after[rest.end() :].lstrip()
        path, endpoint = _target(address.strip())
        if path is None or (not path and not endpoint):
            continue
        method, kind, keys = _said(name, inside if name == "$.ajax" else after)
        if kind == "none" and method == "GET":
            continue
        yield Sent(method, path, endpoint, kind, keys, "?" in address)


def _balanced(text: str, start: int) -> str | None:
    """The text of a call's arguments; ``None`` where its end is not near."""
    depth, quote, at, end = 1, "", start, min(len(text), start + _MOST_CALL)
    while at < end:
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "\"'`":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if not depth:
                return text[start:at]
        at += 1
    return None


def _said(name: str, rest: str) -> tuple[str, str, frozenset[str] | None]:
    """Method, kind of body and its keys."""
    options = rest.removeprefix(",").strip()
    if name.startswith("axios."):
        method = name.rpartition(".")[2].upper()
        return (method, *_axios(options, method))
    if name in ("$.post", "$.get", "$.getJSON"):
        return (
            ("POST", "form" if options.startswith(("{", "$(")) else "?", _literal_keys(options))
            if name == "$.post"
            else ("GET", "none", None)
        )
    told = _METHOD_OPTION.search(options)
    method = told.group(1).upper() if told else "GET"
    if options and not options.startswith("{") and name != "$.ajax":
        return method, "?", None
    if name == "$.ajax":
        return method, _jquery(options), None
    if name == "axios":
        return method, "?", None
    if not re.search(r"\bbody\s*[:,}]", options):
        return method, "none", None
    if "JSON.stringify" in options:
        at = options.index("JSON.stringify") + len("JSON.stringify")
        return method, "json" if _JSON_TYPE.search(options) else "?", _literal_keys(options[at + 1 :])
    form = re.search(r"\bbody\s*:\s*new\s+(?:FormData|URLSearchParams)\b", options)
    return method, "form" if form else "?", None


def _axios(options: str, method: str) -> tuple[str, frozenset[str] | None]:
    if method in ("GET", "DELETE") or not options:
        return "none", None
    if "Content-Type" in options or "headers" in options:
        return "?", None
    if options.startswith("{"):
        return "json", _literal_keys(options)
    return ("form" if re.match(r"new\s+(?:FormData|URLSearchParams)\b", options) else "?"), None


def _jquery(options: str) -> str:
    data = re.search(r"\bdata\s*:\s*(\S+)", options)
    if data is None:
        return "none"
    if re.search(r"contentType\s*:", options):
        return "json" if _JSON_TYPE.search(options) and "JSON.stringify" in options else "?"
    given = data.group(1)
    return "form" if given.startswith(("{", "$(")) and "processData" not in options else "?"


def _literal_keys(text: str) -> frozenset[str] | None:
    """The keys of the object that a text begins with, where it has no other objects in it."""
    found = re.match(r"\s*\{([^{}]*)\}", text)
    if found is None or "..." in found.group(1) or "[" in found.group(1) or "(" in found.group(1):
        return None
    return frozenset(_KEY.findall(re.sub(r"\"[^\"]*\"(?!\s*:)|'[^']*'(?!\s*:)|`[^`]*`", "0", found.group(1))))
