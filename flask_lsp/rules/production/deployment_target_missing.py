"""What is deployed names an application that is not there.

gunicorn, uWSGI and `flask` import the module and read the name that they are given. Where one of them is missing, the
server ends at once, often not before it is deployed. For gunicorn and uWSGI a factory needs its call, in quotes where a
shell reads them: without `()` they take the function for the application, and each request ends with a TypeError.
`flask --app shop:create_app` calls it by itself.

```python
from flask import Flask


def create_app():
    app = Flask(__name__)

    @app.route("/")
    def index():
        return "hello"

    return app
```

```text Procfile
web: gunicorn example:create_app
```

Better:

```python
from flask import Flask


def create_app():
    app = Flask(__name__)

    @app.route("/")
    def index():
        return "hello"

    return app
```

```text Procfile
web: gunicorn 'example:create_app()'
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from flask_lsp.facts.deployment import Command, DeploymentFacts
from flask_lsp.facts.launching import Part, Started, Target
from flask_lsp.project.deployment import Named, named_by_piece
from flask_lsp.project.targets import Judged, Outcome, judge
from flask_lsp.rules._deployment import in_shell
from flask_lsp.rules.base import Finding, Fix, Level, Related, Rule
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.text import Span

rule = Rule("FL807", "deployment-target-missing", Level.ERROR, words=("wsgi_app",))

_Question: TypeAlias = tuple[str, Target, tuple[str, ...], bool]
"""What ``judge`` wants to know."""


def check(facts: DeploymentFacts, ctx: Context) -> Iterator[Finding]:
    judged: dict[_Question, Judged] = {}
    for start, said in named_by_piece(ctx.file):
        for each in said:
            asked = _question(each, facts)
            if asked is None:
                continue
            if asked not in judged:  # most services of a file start the same
                judged[asked] = ctx.ask(judge, *asked)
            if judged[asked].outcome is not Outcome.FINE:
                yield from _named(each.moved(start), asked[1], judged[asked], ctx)


def _question(named: Named, facts: DeploymentFacts) -> _Question | None:
    if named.target is None or named.tool in ("python", "python -m"):
        return None
    here = facts.brings and (named.started is None or not named.started.command.where.foreign)
    return named.tool, named.target, named.folders, here


def _named(named: Named, target: Target, judged: Judged, ctx: Context) -> Iterator[Finding]:
    part, each = named.part, named.started
    span, message = _said(part, target, named.tool, each, judged)
    fixes: list[Fix] = []
    if each is None or each.name is None:
        near = [_as_written(name, part, named.tool) for name in judged.near]
        wanted = [f"{part.text}()"] if judged.outcome is Outcome.FUNCTION else near
        command = each.command if each is not None else None
        fixes = [_replace(name, part, command) for name in dict.fromkeys(wanted)]
    related = [Related("The module stands here.", Span(0, 0), judged.document)] if judged.document else []
    yield ctx.finding(span, message, fixes=fixes, related=related)


def _said(part: Part, target: Target, tool: str, each: Started | None, judged: Judged) -> tuple[Span, str]:
    module, name = target.module, target.name or "application"
    exact = part.span.end - part.span.start == len(part.text)
    at = part.text.find(":")
    hint = f"; `{judged.near[0]}` is there." if judged.near else "."
    match judged.outcome:
        case Outcome.NO_MODULE:
            span = Span(part.span.start, part.span.start + len(module)) if exact else part.span
            what = f"file `{module}`" if target.is_file else f"module `{module}`"
            return span, f"`{tool}` fails to start, for the project has no {what}{hint}"
        case Outcome.NO_NAME:
            span = part.span
            if each is not None and each.name is not None:
                span = each.name.span
            elif exact and at >= 0:
                span = Span(part.span.start + at + 1, part.span.start + at + 1 + len(name))
            asked = "" if target.name else ", which is asked for where no name is given"
            return span, f"`{tool}` fails to start, for `{module}` has no `{name}`{asked}{hint}"
        case Outcome.FUNCTION:
            message = (
                f"`{name}` makes the application and is none itself, so that each request ends with a TypeError: "
                f"`{tool}` needs the call, `{module}:{name}()`."
            )
            return each.name.span if each is not None and each.name is not None else part.span, message
        case Outcome.FINE:
            return part.span, ""


def _as_written(target: str, part: Part, tool: str) -> str:
    """A target as this one is written: ``flask`` is often given a module alone, or its file."""
    if tool != "flask" or ":" in part.text:
        return target
    module = target.partition(":")[0]
    return module.replace(".", "/") + ".py" if part.text.endswith(".py") else module


def _replace(target: str, part: Part, command: Command | None) -> Fix:
    def change(editing: Editing) -> None:
        text, span = editing.file.source.text, part.span
        quoted = text[span.start - 1 : span.start] in ("'", '"') and text[span.end : span.end + 1] in ("'", '"')
        quote = in_shell(text, command, span) if command is not None and "(" in target and not quoted else ""
        if command is None and "(" in target and not quoted and editing.file.kind == "shell":
            quote = '"'
        editing.replace(span, f"{quote}{target}{quote}")

    return Fix(f"Start `{target}`", False, change)
