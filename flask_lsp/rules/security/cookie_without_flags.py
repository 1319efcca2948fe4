"""A cookie that says who somebody is has none of the flags that protect it.

Without `httponly` every script on a page reads the cookie, without `secure` everybody on the way of a plain HTTP
request, and without `samesite` a browser may send it along with requests that other sites start. Flask's own session
cookie is set with the first of these; what `set_cookie` sets has only what it is given.

```python
from flask import Flask, make_response

app = Flask(__name__)


@app.route("/login")
def login():
    response = make_response("welcome")
    response.set_cookie("auth_token", "b6f0c1")
    return response
```

Better:

```python
from flask import Flask, make_response

app = Flask(__name__)


@app.route("/login")
def login():
    response = make_response("welcome")
    response.set_cookie("auth_token", "b6f0c1", secure=True, httponly=True, samesite="Lax")
    return response
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_lsp.project import kinds
from flask_lsp.rules.base import Finding, Fix, Level, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing

rule = Rule("FL407", "cookie-without-flags", Level.WARNING, words=("set_cookie",))

_FLAGS = {"secure": "True", "httponly": "True", "samesite": ""}
_POSITIONS = ("key", "value", "max_age", "expires", "path", "domain", "secure", "httponly", "samesite")
_SENSITIVE = re.compile(
    r"^user$|(?:^|[_\-.])(?:sess(?:ion)?(?:_?id)?|sid|s_id|token|auth(?:orization|enticated)?|jwt|bearer|login|logged_?in"
    r"|user_?(?:id|name)|uid|account_?id|identity|remember(?:_?me)?|api_?key|pass(?:word|wd)?|secret|credentials?"
    r"|(?:is_?)?admin|role)(?:$|[_\-.])",
    re.IGNORECASE,
)
_READ_BY_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_RESPONSES = re.compile(r"^(?:flask\.|werkzeug\.|apiflask\.)")


def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    func = node.func
    if not isinstance(func, ast.Attribute) or func.attr != "set_cookie" or ctx.is_test or not _is_response(func, ctx):
        return
    given = _given(node)
    if given is None or "key" not in given or _deletes(given, ctx):
        return
    name = ctx.string(given["key"])
    scripts = _is_for_scripts(name, given.get("value"), ctx)
    missing = [flag for flag in _FLAGS if _is_missing(flag, given, ctx) and not (scripts and flag == "httponly")]
    if not missing:
        return
    what = "" if scripts else _sensitive(name, given.get("value"))
    shown = _listed(missing)
    if what:
        level, message = Level.WARNING, f"The cookie {what}, and is set without {shown}: {_HARM[missing[0]]}."
    else:
        level, message = Level.INFORMATION, f"The cookie is set without {shown}: say whether it needs them."
    yield ctx.finding(node, message, level=level, fixes=[_add(node, missing)])


_HARM = {
    "secure": "anyone on the way of a plain HTTP request can take it",
    "httponly": "any script on a page can read it",
    "samesite": "browsers may send it with requests that other sites start",
}


def _is_for_scripts(name: str | None, value: ast.expr | None, ctx: Context) -> bool:
    """A token against forged requests, which scripts send back: by its name, or that of its value, also of one that the
    function keeps in the session first."""
    if name is not None and _READ_BY_SCRIPTS.search(name):
        return True
    function = ctx.function(value) if value is not None else None
    if value is None or function is None:
        return False
    values = [value, ctx.reaching(value) if isinstance(value, ast.Name) else None]
    if isinstance(value, ast.Subscript):
        given = (node for node in ctx.block.nodes.own(function) if isinstance(node, ast.Assign))
        values += [each.value for each in given if any(ctx.text(one) == ctx.text(value) for one in each.targets)]
    return any(_READ_BY_SCRIPTS.search(ctx.text(each)) for each in values if each is not None)


def _is_response(func: ast.Attribute, ctx: Context) -> bool:
    """A response of Flask, as far as can be told: other frameworks have the method too."""
    name = ctx.name(func.value)
    if name is not None and not name.startswith("<"):
        return bool(_RESPONSES.match(name)) and "test_client" not in name
    return ctx.ask(kinds.imports_flask)


def _given(call: ast.Call) -> dict[str, ast.expr] | None:
    """The arguments by name; ``None`` where some are not written out."""
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        return None
    by_position = dict(zip(_POSITIONS, call.args, strict=False))
    return {**by_position, **{each.arg: each.value for each in call.keywords if each.arg}}


def _deletes(given: dict[str, ast.expr], ctx: Context) -> bool:
    for name in ("max_age", "expires"):
        constant = ctx.constant(given.get(name))
        if (
            constant is not None
            and constant.value is not None
            and constant.value in (0, -1, "0", "Thu, 01 Jan 1970 00:00:00 GMT")
        ):
            return True
    constant = ctx.constant(given.get("value"))
    return constant is not None and constant.value == ""


def _is_missing(flag: str, given: dict[str, ast.expr], ctx: Context) -> bool:
    if flag not in given:
        return True
    if isinstance(given[flag], ast.Attribute):  # a setting, that whoever installs the application may change
        return False
    constant = ctx.constant(given[flag])
    return constant is not None and not constant.value


def _sensitive(name: str | None, value: ast.expr | None) -> str:
    """What the cookie carries that must stay with its owner, as a part of a sentence."""
    if name is not None and _SENSITIVE.search(_words(name)):
        return f"`{name}` says who somebody is"
    if isinstance(value, ast.Constant) or value is None:
        return ""
    parts = [each for each in ast.walk(value) if isinstance(each, ast.Name | ast.Attribute)]
    names = [each.id if isinstance(each, ast.Name) else each.attr for each in parts]
    telling = next((each for each in names if _TELLING.search(_words(each))), None)
    return f"carries `{telling}`" if telling else ""


_TELLING = re.compile(
    r"(?:^|_)(?:session_?id|sid|token|jwt|user_?id|current_user|password|secret|api_?key|credentials?)(?:$|_)",
    re.IGNORECASE,
)


def _words(name: str) -> str:
    return _WORDS.sub("_", name)


def _listed(flags: list[str]) -> str:
    written = [f"`{flag}`" for flag in flags]
    return written[0] if len(written) == 1 else f"{', '.join(written[:-1])} and {written[-1]}"


def _between(call: ast.Call, editing: Editing) -> str:
    """What stands between the arguments: they may have a line each."""
    given = [*call.args, *call.keywords]
    if len({each.lineno for each in given}) < len(given) or given[0].lineno == call.lineno:
        return ", "
    line = editing.block.source.line_text(given[-1].lineno - 1)
    return f",{editing.newline}{line[: len(line) - len(line.lstrip())]}"


def _add(call: ast.Call, missing: list[str]) -> Fix:
    def change(editing: Editing) -> None:
        given = {each.arg: each for each in call.keywords}
        new: list[str] = []
        for flag in missing:
            value = _FLAGS[flag] or editing.string("Lax")
            position = _POSITIONS.index(flag)
            if flag in given:
                editing.replace(given[flag].value, value)
            elif position < len(call.args):
                editing.replace(call.args[position], value)
            else:
                new.append(f"{flag}={value}")
        if new:
            editing.add_argument(call, _between(call, editing).join(new))

    return Fix(f"Add {_listed(missing)}", False, change)
