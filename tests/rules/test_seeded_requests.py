"""What we miss: correct applications, in which one mistake of reading or answering a request is made at a time."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from flask_lsp.rules.run import check
from tests.rules.corpus import project_of
from tests.rules.seeded_requests import APPLICATIONS

OURS = ("FL901", "FL902", "FL903", "FL904", "FL905", "FL906", "FL907")


class Break(NamedTuple):
    """One way to make a mistake: what is looked for in correct code, and what stands there instead."""

    name: str
    code: str
    good: str
    bad: str | Callable[[re.Match[str]], str]


def _url(found: re.Match[str]) -> str:
    return URLS[found.group(1)]


def _get(found: re.Match[str]) -> str:
    return "get" if found.group() == "post" else 'methods=["GET"]'


BREAKS = [
    Break(
        "cast",
        "FL905",
        r"([\w.]+\.(?:args|form|values))\.get\((\"\w+\"), (?:default=)?([\d.]+), type=(\w+)\)",
        r"\4(\1.get(\2, \3))",
    ),
    Break(
        "cast without default",
        "FL905",
        r"([\w.]+\.(?:args|form|values))\.get\((\"\w+\"), .*?type=(\w+)(?:, default=\d)?\)",
        r"\3(\1.get(\2))",
    ),
    Break(
        "cast of an item",
        "FL905",
        r"([\w.]+\.(?:args|form|values))\.get\((\"\w+\"), .*?type=(\w+)(?:, default=\d)?\)",
        r"\3(\1[\2])",
    ),
    Break(
        "literal redirect",
        "FL901",
        r"(?:flask\.)?url_for\(\"([\w.]+)\"(?:, \w+=[^()]*(?:\([^()]*\))?[^()]*)?\)",
        _url,
    ),
    Break(
        "dumps", "FL902", r"return (?:jsonify|as_json)\(((?!\w+=)[^=]*?)\)(?=, \d|, \{|\n)", r"return json.dumps(\1)"
    ),
    Break(
        "dumps with a keyword", "FL902", r"return jsonify\((\w+)=(.*)\)(?=, \d|\n)", r'return json.dumps({"\1": \2})'
    ),
    Break("dumps in a response", "FL902", r"make_response\(jsonify\(", r"make_response(json.dumps("),
    Break("parsed by hand", "FL904", r"request\.get_json\(force=True\)", r"json.loads(request.data)"),
    Break(
        "parsed by hand, get_data",
        "FL904",
        r"request\.get_json\(force=True\)",
        r"json.loads(request.get_data(as_text=True))",
    ),
    Break("not silent", "FL907", r"request\.get_json\(silent=True\)", r"request.get_json()"),
    Break("the attribute is not silent", "FL907", r"request\.get_json\(silent=True\)", r"request.json"),
    Break("unchecked", "FL906", r"    if \"\w+\" not in data.*:\n        abort\(.*\)\n", ""),
    Break("item of the body", "FL906", r"\b(data|payload|body)\.get\((\"\w+\")\)", r"\1[\2]"),
    Break("item of the body, inline", "FL906", r"\b(?:payload|body)\.get\((\"\w+\")\)", r"request.json[\1]"),
    Break("item of the headers", "FL906", r"request\.headers\.get\((\".*?\")\)", r"request.headers[\1]"),
    Break(
        "item of the form",
        "FL906",
        r"request\.(form|files|cookies|args)\.get\((\"\w+\")(?:, \"\w*\")?\)",
        r"request.\1[\2]",
    ),
    Break("JSON for the form", "FL903", r"(?<=request\.)form(?=\.get\(\"\w+\"\))", "json"),
    Break("JSON method for the form", "FL903", r"(?<=request\.)form(?=\.get\(\"\w+\"\))", "get_json()"),
    Break("form for JSON", "FL903", r"(?<=request\.)get_json\(\)", "form"),
    Break("query for the form", "FL903", r"(?<=request\.)form(?=\.get\(\"(?:number|count|back)\")", "args"),
    Break("form for the query", "FL903", r"(?<=request\.)args(?=\.get)", "form"),
    Break("JSON for the query", "FL903", r"(?<=request\.)args(?=\.get\(\"\w+\", \"\"\))", "json"),
    Break("no methods", "FL903", r", methods=[\[(]\"GET\", \"POST\"[\])]", ""),
    Break(
        "get for post",
        "FL903",
        r"(?<=bp\.)post(?=\(\"/add)|(?<=, )methods=\[\"POST\"\](?=\)\ndef clear)",
        _get,
    ),
]
URLS = {
    "index": '"/"',
    "login": '"/login"',
    "show": 'f"/users/{name}"',
    "pages.home": '"/"',
    "pages.search": '"/search"',
    "cart.show": '"/cart/"',
    "cart.item": '"/cart/item/1"',
    "notes": '"/notes"',
    "note": 'f"/notes/{len(Notes.notes) - 1}"',
}


class Seed(NamedTuple):
    files: dict[str, str]
    name: str
    line: int
    expected: str
    how: str


def seeds() -> Iterator[Seed]:
    for files in APPLICATIONS.values():
        for name, text in files.items():
            for each in BREAKS if name.endswith(".py") and not name.startswith("tests") else ():
                for found in re.finditer(each.good, text):
                    new = found.expand(each.bad) if isinstance(each.bad, str) else each.bad(found)
                    broken = text[: found.start()] + new + text[found.end() :]
                    if broken != text and _parses(broken):
                        line = text[: found.start()].count("\n")
                        yield Seed({**files, name: _with_json(broken)}, name, line, each.code, each.name)


def _with_json(text: str) -> str:
    return "import json\n" + text if "json." in text and "import json\n" not in text else text


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def told(files: dict[str, str], name: str) -> Counter[str]:
    project = project_of(files)
    return Counter(finding.rule.code for finding in check(project, f"/case/{name}") if finding.rule.code in OURS)


@pytest.mark.parametrize("which", APPLICATIONS)
def test_nothing_is_said_of_what_is_right(which: str) -> None:
    files = APPLICATIONS[which]
    for name in files:
        if name.endswith(".py"):
            assert not told(files, name), name


def test_seeded_mistakes_are_found() -> None:
    every = list(seeds())
    missed = [seed for seed in every if not told(seed.files, seed.name)[seed.expected]]
    shown = "\n".join(f"{seed.how} ({seed.expected}) in {seed.name}:{seed.line}" for seed in missed)
    assert len(every) >= 80
    assert len(missed) <= len(every) * 0.05, f"{len(missed)} of {len(every)} are missed:\n{shown}"
