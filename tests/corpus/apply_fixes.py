"""Applies every fix of every finding below a folder to the texts in memory and says what went wrong.

``python tests/corpus/apply_fixes.py FOLDER [FL905 FL906 …]``; nothing is written. Each fix must do something, leave
text that parses, take its finding away and make no other, in all files that it changes. The fixes of a file are applied
together, and by halves down to single ones where anything is wrong. What it says is for people who read it; it exits
with 1 if there is anything.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections import Counter
from collections.abc import Iterator

from flask_lsp.cli.load import Asked, Loader
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Fix
from flask_lsp.rules.fixes import edits
from flask_lsp.rules.run import check
from flask_lsp.text import apply


def main(folder: str, codes: tuple[str, ...]) -> int:
    warnings.simplefilter("ignore")
    tried: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for asked in Loader({"preset": "strict"}, lambda _: None, lambda *_: None).paths([folder]):
        for document, fixes in offered(asked, codes):
            tried.update(finding.rule.code for finding, _ in fixes)
            for finding, fix, problem in wrong(asked.project, document, fixes):
                failed[finding.rule.code] += 1
                line = asked.project.files[document].source.position(finding.span.start).line + 1
                print(f"{asked.project.path(document)}:{line}: {finding.rule.code} {fix.title}: {problem}")
    print(f"{tried.total()} fixes of {len(tried)} rules, {failed.total()} of them wrong; {dict(tried)}")
    return 1 if failed else 0


Fixes = list[tuple[Finding, Fix]]


def offered(asked: Asked, codes: tuple[str, ...]) -> Iterator[tuple[str, Fixes]]:
    """The fixes of each file: the first one of each finding, then the second one."""
    for document in asked.documents:
        findings = [each for each in check(asked.project, document) if not codes or each.rule.code in codes]
        for number in range(max((len(finding.fixes) for finding in findings), default=0)):
            yield document, [(each, each.fixes[number]) for each in findings if number < len(each.fixes)]


def wrong(project: Project, document: str, fixes: Fixes) -> Iterator[tuple[Finding, Fix, str]]:
    """The fixes of one file that alone do something wrong."""
    found = list(problems(project, document, fixes))
    if len(fixes) == 1:
        yield from ((*fixes[0], problem) for problem in found)
    elif found:
        half = len(fixes) // 2
        yield from wrong(project, document, fixes[:half])
        yield from wrong(project, document, fixes[half:])


def problems(project: Project, document: str, fixes: Fixes) -> Iterator[str]:
    """What is wrong with fixes that are applied together."""
    change = edits(project, document, fixes)
    if change is None:
        yield "does nothing"
        return
    after = project
    for name, new in change.edits.items():
        if name not in project.files:
            continue  # .env, .gitignore: no Python
        text = apply(project.files[name].source.text, new)
        if parses(project.files[name].source.text) and not parses(text):
            yield f"leaves {project.path(name)} broken"
            return
        after = after.with_text(name, text)
    for name, text in change.created.items():
        if not name.endswith(".py"):
            continue
        if not parses(text):
            yield f"makes {project.path(name)}, which does not parse"
        after = after.with_text(name, text)
    concerned = {name for name in (document, *change.edits, *change.created) if name in after.files}
    before, now = said(project, concerned & project.files.keys()), said(after, concerned)
    gone = Counter(finding.rule.code for finding, _ in fixes)
    if any(now[code] > before[code] - number for code, number in gone.items()):
        yield "leaves its finding"
    if more := +Counter({code: now[code] - before[code] for code in now}):
        yield f"makes {dict(more)}"


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def said(project: Project, documents: set[str]) -> Counter[str]:
    return Counter(finding.rule.code for document in documents for finding in check(project, document))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], tuple(sys.argv[2:])))
