"""``flask-lsp rule``: what a rule finds, why, and what to write instead."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import get_close_matches

from flask_lsp.cli import Failure
from flask_lsp.cli.terminal import Paint, painter
from flask_lsp.rules.base import Rule
from flask_lsp.rules.documentation import documentation
from flask_lsp.rules.registry import rules


def explain(which: str | None, *, everything: bool) -> int:
    """Prints the documentation of the rule with this code or name, or of all. Raises Failure for one that is none."""
    paint = painter(sys.stdout)
    chosen = [each.rule for each in rules()] if everything or which is None else [_rule(which)]
    for count, rule in enumerate(chosen):
        print("\n" * bool(count) + "\n".join(_page(rule, paint)))
    return 0


def _rule(which: str) -> Rule:
    known = {key: each.rule for each in rules() for key in (each.rule.code, each.rule.name)}
    for key in (which.upper(), which.lower()):
        if key in known:
            return known[key]
    near = get_close_matches(which.upper(), known, 1) or get_close_matches(which.lower(), known, 1)
    raise Failure(f'there is no rule "{which}"' + (f", did you mean {near[0]}?" if near else ""))


def _page(rule: Rule, paint: Paint) -> Iterator[str]:
    doc = documentation(rule.code)
    yield f"{paint(rule.code, 'bold')} {paint(rule.name, 'bold')}"
    preset = ", only in the preset strict" if rule.strict else ""
    yield paint(f"{rule.level.name.lower()}, since {rule.since}{preset}", "dim")
    yield ""
    yield doc.title
    yield ""
    yield doc.why
    for title, files, style in (("Example", doc.files(), "red"), ("Better", doc.files(better=True), "green")):
        for name, code in files.items():
            yield ""
            yield paint(f"{title}, {name}:" if len(files) > 1 else f"{title}:", style)
            yield ""
            yield from ("    " + line if line else "" for line in code.rstrip("\n").split("\n"))
