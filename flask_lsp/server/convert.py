"""Our plain data as the protocol has it, in JSON: offsets become positions in the client's unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_lsp import RULE_ADDRESS
from flask_lsp.features.actions import Action
from flask_lsp.features.deployment import Completion
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding, Related
from flask_lsp.rules.fixes import WorkspaceChange
from flask_lsp.server.client import Client
from flask_lsp.text import Edit, Source, Span, Unit

Json = dict[str, Any]

_TAGS = {"unnecessary": 1, "deprecated": 2}


def range_of(source: Source, span: Span, unit: Unit) -> Json:
    """The protocol's range of a span."""
    start = source.position(span.start, unit)
    end = start if span.end == span.start else source.position(span.end, unit)
    return {
        "start": {"line": start.line, "character": start.column},
        "end": {"line": end.line, "character": end.column},
    }


def diagnostics(
    project: Project, document: str, findings: Sequence[Finding], client: Client, uri_of: Callable[[str], str]
) -> list[Json]:
    """The diagnostics of a document, each with all that this client understands."""
    source = project.files[document].source
    counts: dict[str, int] = {}
    result: list[Json] = []
    for finding in findings:
        code = finding.rule.code
        item: Json = {
            "range": range_of(source, finding.span, client.unit),
            "severity": int(finding.level),
            "code": code,
            "source": "flask-lsp",
            "message": finding.message,
        }
        if RULE_ADDRESS and client.code_description:
            item["codeDescription"] = {"href": RULE_ADDRESS.format(code=code)}
        if client.data:
            counts[code] = counts.get(code, -1) + 1
            item["data"] = f"{code}/{counts[code]}"
        if tags := [_TAGS[tag] for tag in finding.tags if _TAGS[tag] in client.tags]:
            item["tags"] = tags
        if client.related and finding.related:
            shown = (_related(project, document, each, client.unit, uri_of) for each in finding.related)
            item["relatedInformation"] = [each for each in shown if each is not None]
        result.append(item)
    return result


def workspace_edit(
    project: Project,
    change: WorkspaceChange,
    client: Client,
    uri_of: Callable[[str], str],
    version_of: Callable[[str], int | None],
) -> Json | None:
    """The edit for a change, None where the client cannot carry out all of it.

    New files need ``documentChanges``, the only place for them; a client that can create files understands it.
    """
    if change.created and not client.create:
        return None
    edits = {
        document: _text_edits(project.source(document), edits, client.unit)
        for document, edits in change.edits.items()
        if edits
    }
    if not client.document_changes and not change.created:
        return {"changes": {uri_of(document): each for document, each in edits.items()}}
    changes: list[Json] = []
    for document, text in change.created.items():
        start = {"line": 0, "character": 0}
        changes.append({"kind": "create", "uri": uri_of(document), "options": {"ignoreIfExists": True}})
        identifier = {"uri": uri_of(document), "version": None}
        changes.append(
            {"textDocument": identifier, "edits": [{"range": {"start": start, "end": start}, "newText": text}]}
        )
    for document, each in edits.items():
        changes.append({"textDocument": {"uri": uri_of(document), "version": version_of(document)}, "edits": each})
    return {"documentChanges": changes}


def code_action(action: Action, diagnostic: Json | None, client: Client) -> Json:
    """A code action that lacks its edit yet."""
    item: Json = {"title": action.title, "kind": action.kind}
    if diagnostic is not None:
        item["diagnostics"] = [diagnostic]
    if action.preferred and client.preferred:
        item["isPreferred"] = True
    return item


def hover(markdown: str, range_: Json, client: Client) -> Json:
    """A hover in Markdown, or in plain text for a client that shows nothing else."""
    kind, value = ("markdown", markdown) if client.markdown else ("plaintext", plain(markdown))
    return {"contents": {"kind": kind, "value": value}, "range": range_}


def completion(source: Source, found: Sequence[Completion], unit: Unit) -> Json:
    """Targets as a list of completions: all there are, in our order."""
    items = [
        {
            "label": each.label,
            "kind": 9,
            "sortText": f"{number:03}",
            "filterText": each.label,
            "textEdit": {"range": range_of(source, each.span, unit), "newText": each.text},
        }
        for number, each in enumerate(found)
    ]
    return {"isIncomplete": False, "items": items}


def plain(markdown: str) -> str:
    """Our Markdown without its marks."""
    lines: list[str] = []
    in_code = False
    for line in markdown.split("\n"):
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            lines.append("    " + line if line else line)
        else:
            lines.append(line.lstrip("#").lstrip().replace("**", "").replace("`", ""))
    return "\n".join(lines)


def _related(
    project: Project, document: str, related: Related, unit: Unit, uri_of: Callable[[str], str]
) -> Json | None:
    """The place of a related information; None where a name it goes by is not bound any more."""
    span = related.span
    if related.document:
        file = project.files.get(related.document)
        bound = file.facts.bindings.get(related.name) if file is not None and related.name else None
        span = bound[-1].span if bound else related.span
        if file is None or span is None:
            return None
        document = related.document
    if span is None:
        return None
    place = {"uri": uri_of(document), "range": range_of(project.files[document].source, span, unit)}
    return {"location": place, "message": related.message}


def _text_edits(source: Source, edits: Sequence[Edit], unit: Unit) -> list[Json]:
    return [{"range": range_of(source, edit.span, unit), "newText": edit.text} for edit in edits]
