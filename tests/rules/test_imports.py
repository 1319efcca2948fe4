"""Imports that fixes add and take out."""

from __future__ import annotations

import ast

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.imports import settle
from flask_lsp.settings import Settings
from flask_lsp.syntax.nodes import walk
from flask_lsp.text import Edit, Span, apply

Needed = set[tuple[str, str | None]]
JSONIFY: Needed = {("flask", "jsonify")}


def settled(text: str, needed: Needed, left_over: set[str], document: str = "/p/app.py") -> str:
    """The text after the last use of ``left_over`` has become ``new``, its imports settled."""
    file = Project("/p", Settings(), Versions()).with_text(document, text).files[document]
    edits: list[Edit] = []
    for start, block in file.tree.blocks:
        gone = [node for node in walk(block.tree.body) if isinstance(node, ast.Attribute) and node.attr == "GONE"]
        edits += [Edit(block.span(node).shift(start), "new") for node in gone]
    after = apply(text, [*edits, *settle(file, needed, left_over, edits)])
    ast.parse(after)
    return after


def everywhere(text: str) -> list[str]:
    return [text, text.replace("\n", "\r\n"), text.replace("\n", "\r"), text.replace("    ", "\t")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # an import that takes the name
        ("from flask import Flask\nx\n", "from flask import Flask, jsonify\nx\n"),
        ("from flask import Flask, request\nx\n", "from flask import Flask, jsonify, request\nx\n"),
        ("from flask import request, Flask\nx\n", "from flask import request, Flask, jsonify\nx\n"),
        ("from flask import Flask as F\nx\n", "from flask import Flask as F, jsonify\nx\n"),
        ("from flask import (Flask)\nx\n", "from flask import (Flask, jsonify)\nx\n"),
        ("from flask import (Flask, request,)\nx\n", "from flask import (Flask, jsonify, request,)\nx\n"),
        ("from flask import Flask  # why\nx\n", "from flask import Flask, jsonify  # why\nx\n"),
        ("from flask import Flask; x\n", "from flask import Flask, jsonify; x\n"),
        (
            "from flask import (\n    Flask,\n    request,\n)\nx\n",
            "from flask import (\n    Flask,\n    jsonify,\n    request,\n)\nx\n",
        ),
        ("from flask import (\n    Flask,\n)\nx\n", "from flask import (\n    Flask,\n    jsonify,\n)\nx\n"),
        ("from flask import (\n    Flask\n)\nx\n", "from flask import (\n    Flask,\n    jsonify\n)\nx\n"),
        (
            "from flask import (\n    Flask,  # why\n    request  # so\n)\nx\n",
            "from flask import (\n    Flask,  # why\n    jsonify,\n    request  # so\n)\nx\n",
        ),
        ("from flask import (\n    Flask  # so\n)\nx\n", "from flask import (\n    Flask,  # so\n    jsonify\n)\nx\n"),
        (
            "from flask import (Flask,\n                   request)\nx\n",
            "from flask import (Flask,\n                   jsonify, request)\nx\n",
        ),
        ("from flask import Flask, \\\n    request\nx\n", "from flask import Flask, \\\n    jsonify, request\nx\n"),
        # a line of its own
        ("from .flask import Flask\nx\n", None),
        ("from flask import *\nx\n", None),
        ("import os\n\nx\n", "import os\n\nfrom flask import jsonify\n\nx\n"),
        ('"""Docs."""\n\nx\n', None),
        ("from __future__ import annotations\n\nx\n", None),
        ('"""Docs."""\n\nfrom __future__ import annotations\n\nimport os\n\nx\n', None),
        ("#!/usr/bin/env python\nx\n", "#!/usr/bin/env python\n\nfrom flask import jsonify\n\nx\n"),
        ("# -*- coding: utf-8 -*-\nx\n", "# -*- coding: utf-8 -*-\n\nfrom flask import jsonify\n\nx\n"),
        ("# about x\nx\n", "from flask import jsonify\n\n# about x\nx\n"),
        ("# Licence.\n\nx\n", None),
        ("", "from flask import jsonify\n"),
        ("x", "from flask import jsonify\n\nx"),
    ],
)
def test_added(before: str, after: str | None) -> None:
    if after is None:
        text = settled(before, JSONIFY, set())
        tree = ast.parse(text)
        kinds = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "flask"]
        assert any(alias.name == "jsonify" for node in kinds if not node.level for alias in node.names)
        assert ast.get_docstring(tree) == ast.get_docstring(ast.parse(before))
        compile(text, "x", "exec")  # what comes from __future__ comes first
        assert [line for line in text.split("\n") if "jsonify" not in line and line] == [
            line for line in before.split("\n") if line
        ]
        return
    for text, expected in zip(everywhere(before), everywhere(after), strict=True):
        by_line_end = "\n" in before  # else there is none to go by
        assert settled(text, JSONIFY, set()) == (expected if by_line_end else after)


def test_an_import_below_the_use_is_no_help() -> None:
    text = "import os\nx.GONE\nfrom flask import Flask\n"
    assert settled(text, JSONIFY, set()).index("jsonify") < settled(text, JSONIFY, set()).index("new")


@pytest.mark.parametrize(
    ("needed", "expected"),
    [
        ({("flask", "a"), ("flask", "b")}, "from flask import Flask, a, b\nx\n"),
        ({("flask", None)}, "from flask import Flask\nimport flask\nx\n"),
        ({("os", None)}, "import os\n\nfrom flask import Flask\nx\n"),
        ({("os.path", "join"), ("os", None)}, "import os\nfrom os.path import join\n\nfrom flask import Flask\nx\n"),
    ],
)
def test_several(needed: Needed, expected: str) -> None:
    assert settled("from flask import Flask\nx\n", needed, set()) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import json\nimport os\njson.GONE\n", "import os\nnew\n"),
        ("import json  # why\njson.GONE\n", "new\n"),
        ("import json, os\njson.GONE\n", "import os\nnew\n"),
        ("import os, json\njson.GONE\n", "import os\nnew\n"),
        ("import json as j, os\nj.GONE\n", "import os\nnew\n"),
        ("import os; import json\njson.GONE\n", "import os; pass\nnew\n"),
        ("import json; import os\njson.GONE\n", "import os\nnew\n"),
        ("from a import json\njson.GONE\n", "new\n"),
        ("from a import b, json, c\njson.GONE\n", "from a import b, c\nnew\n"),
        ("from a import b as json, c\njson.GONE\n", "from a import c\nnew\n"),
        ("from a import (\n    b,\n    json,\n    c,\n)\njson.GONE\n", "from a import (\n    b,\n    c,\n)\nnew\n"),
        ("from a import (\n    b,\n    json,  # why\n)\njson.GONE\n", "from a import (\n    b,\n)\nnew\n"),
        ("from a import (\n    b,\n    json\n)\njson.GONE\n", "from a import (\n    b,\n)\nnew\n"),
        ("from a import (b,\n    json,\n    c)\njson.GONE\n", "from a import (b,\n    c)\nnew\n"),
        ("from a import b, \\\n    json\njson.GONE\n", "from a import b\nnew\n"),
        ("import os\n\nimport json\n\n\njson.GONE\n", "import os\n\n\nnew\n"),
        # used in another way
        ("import json\njson.GONE\njson.loads\n", None),
        ("import json\njson.GONE\n__all__ = ['json']\n", None),
        ("import json\njson.GONE\nx: 'json.JSONDecoder'\n", None),
        ("import json\njson.GONE\ndef f(x: 'list[json.A]'): ...\n", None),
        ("import json\njson.GONE\ndef f() -> 'list[json.A]': ...\n", None),
        ("import json\njson.GONE\ndef f(a):  # type: (json.A) -> None\n    pass\n", None),
        ("import json\njson.GONE\n@json\ndef f(): ...\n", None),
    ],
)
def test_removed(before: str, after: str | None) -> None:
    after = before.replace("json.GONE", "new") if after is None else after
    for text, expected in zip(everywhere(before), everywhere(after), strict=True):
        assert settled(text, set(), {"json", "j"}) == expected


def test_packages_offer_what_they_import() -> None:
    text = "import json\njson.GONE\n"
    assert settled(text, set(), {"json"}, "/p/app/__init__.py") == "import json\nnew\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from flask import json\njson.GONE\n", "from flask import jsonify\nnew\n"),
        ("from flask import Flask, json\njson.GONE\n", "from flask import Flask, jsonify\nnew\n"),
        ("from flask import json, request\njson.GONE\n", "from flask import jsonify, request\nnew\n"),
        (
            "from flask import (\n    Flask,\n    json,\n)\njson.GONE\n",
            "from flask import (\n    Flask,\n    jsonify,\n)\nnew\n",
        ),
        (
            "from flask import (\n    Flask,\n    json\n)\njson.GONE\n",
            "from flask import (\n    Flask,\n    jsonify,\n)\nnew\n",
        ),
        (
            "from flask import (\n    json,\n    request,\n)\njson.GONE\n",
            "from flask import (\n    jsonify,\n    request,\n)\nnew\n",
        ),
    ],
)
def test_one_for_another(before: str, after: str) -> None:
    for text, expected in zip(everywhere(before), everywhere(after), strict=True):
        assert settled(text, JSONIFY, {"json"}) == expected


def test_text_that_is_not_read_is_left_alone() -> None:
    file = Project("/p", Settings(), Versions()).with_text("/p/a.py", "import json, \nx = 1\n").files["/p/a.py"]
    assert settle(file, set(), {"json"}, [Edit(Span(14, 15), "y")]) == []
