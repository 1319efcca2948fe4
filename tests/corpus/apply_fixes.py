"""Applies every fix of every finding below a folder to the texts in memory, one by one, and says what went wrong.

``python tests/corpus/apply_fixes.py FOLDER [FL905 FL906 …]``; nothing is written. Each fix must do something, leave
text that parses, take its finding away and make no other, in all files that it changes. What it says is for people who
read it; it exits with 1 if there is anything.
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
        for document, finding, fix in offered(asked, codes):
            tried[finding.rule.code] += 1
            for problem in problems(asked.project, document, finding, fix):
                failed[finding.rule.code] += 1
                line = asked.project.files[document].source.position(finding.span.start).line + 1
                print(f"{asked.project.path(document)}:{line}: {finding.rule.code} {fix.title}: {problem}")
    print(f"{tried.total()} fixes of {len(tried)} rules, {failed.total()} of them wrong; {dict(tried)}")
    return 1 if failed else 0


def offered(asked: Asked, codes: tuple[str, ...]) -> Iterator[tuple[str, Finding, Fix]]:
    for document in asked.documents:
        for finding in check(asked.project, document):
            if not codes or finding.rule.code in codes:
                for fix in finding.fixes:
                    yield document, finding, fix


def problems(project: Project, document: str, finding: Finding, fix: Fix) -> Iterator[str]:
    """What is wrong with one fix alone."""
    change = edits(project, document, [(finding, fix)])
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
    if now[finding.rule.code] >= before[finding.rule.code]:
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
