"""URL rules are read and matched as Werkzeug does it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect, Rule

from flask_lsp.syntax.urlrule import CONVERTERS, HOLE, match, parse_rule

_PIECES = ["/", "a", "users", "<", ">", ":", "int", "<int:x>", "<y>", "<path:p>", "<string:s>", " ", "(1)", "-", "<x>"]
RULES = st.lists(st.sampled_from(_PIECES), max_size=8).map("".join)
_SOUND = ["/", "a", "users", "/<int:x>", "<y>", "/<path:p>", "/<string:s>/", ">"]
SOUND = st.lists(st.sampled_from(_SOUND), max_size=5, unique=True).map(lambda pieces: "/" + "".join(pieces))


def accepted(rule: str) -> bool:
    try:
        Map([Rule(rule, endpoint="x")])
    except (ValueError, LookupError, SyntaxError, TypeError):
        return False
    return True


@settings(max_examples=400, deadline=None)
@given(RULES)
def test_refuses_what_werkzeug_refuses(rule: str) -> None:
    parsed = parse_rule(rule)
    if any(variable.arguments is not None for variable in parsed.variables):
        return  # what a converter takes is not read
    known = all(variable.converter in CONVERTERS for variable in parsed.variables)
    assert (not parsed.errors and known) == accepted(rule)
    assert all(0 <= error.span.start <= error.span.end <= len(rule) for error in parsed.errors)


@settings(max_examples=400, deadline=None)
@given(SOUND.filter(accepted), st.lists(st.sampled_from(["/", "a", "users", "7", "007", "b-c"]), max_size=6))
def test_matches_what_werkzeug_matches(rule: str, pieces: list[str]) -> None:
    path = re.sub("/+", "/", "/" + "".join(pieces))
    parsed = parse_rule(re.sub("/+", "/", rule))
    if any(variable.arguments is not None for variable in parsed.variables):
        return
    ours = match(parsed, path)
    try:
        theirs = Map([Rule(rule, endpoint="x")]).bind("h").match(path)[1]
    except RequestRedirect:  # to the same path with a slash
        assert ours is not None
        return
    except HTTPException:
        assert ours is None
        return
    assert ours is not None
    found = {variable.name: value for variable, value in zip(parsed.variables, ours, strict=True)}
    assert {name: str(value) for name, value in theirs.items()} == {
        name: str(int(value)) if isinstance(theirs[name], int) else value for name, value in found.items()
    }


@pytest.mark.parametrize(
    ("rule", "path", "values"),
    [
        ("/user/<int:id>", f"/user/{HOLE}", (HOLE,)),
        ("/user/<int:id>", f"/user/1{HOLE}", None),
        ("/user/<name>/", f"/user/{HOLE}", (HOLE,)),
        ("/user/<name>", f"/{HOLE}/{HOLE}", None),
        ("/<a>/<b>", f"/{HOLE}/{HOLE}", (HOLE, HOLE)),
        ("/<regex:a>", "/x", None),
    ],
)
def test_holes(rule: str, path: str, values: tuple[str, ...] | None) -> None:
    assert match(parse_rule(rule), path) == values
