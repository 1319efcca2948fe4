"""What the server answers, computed: open documents and projects in, JSON out. All of it runs in the working thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

from flask_lsp.features import actions as feature
from flask_lsp.features import deployment
from flask_lsp.features.hover import explain, hover
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Finding
from flask_lsp.rules.documentation import documentation
from flask_lsp.rules.registry import rules
from flask_lsp.server import convert, protocol
from flask_lsp.server.client import Client
from flask_lsp.server.convert import Json
from flask_lsp.server.documents import Documents, Open
from flask_lsp.server.projects import Projects
from flask_lsp.server.routes import listing
from flask_lsp.server.schedule import Token
from flask_lsp.server.uris import is_below, uri_below, uri_of
from flask_lsp.text import Position, Span


class Session:
    """The answers for one client."""

    def __init__(self, client: Client, documents: Documents, projects: Projects) -> None:
        self.projects = projects
        self.folder_uris: dict[str, str] = {}
        """The workspace folders and their URIs as the client spelled them."""
        self._client = client
        self._documents = documents
        self._last: dict[str, tuple[int, list[Json]]] = {}
        """What was said last of each document, with the number of that answer."""
        self._number = 0

    def diagnostics(self, state: Open, token: Token | None = None, *, is_hurried: bool = False) -> list[Json]:
        """The diagnostics of a document in one of its states; not all of them where the token is cancelled. Hurried:
        somebody types, so that nobody is asked who waits for a pause."""
        project, findings = self._checked(state, token, is_hurried=is_hurried)
        return convert.diagnostics(project, state.document, findings, self._client, self._uri)

    def renewed(self, state: Open, token: Token) -> list[Json] | None:
        """The diagnostics where they are not those that were said last; None also where nothing was said yet."""
        if state.document not in self._last:
            return None
        self.projects.read_sources(state.document)
        items = self.diagnostics(state, token)
        return None if self._last[state.document][1] == items else items

    def note(self, state: Open, items: list[Json]) -> int:
        """Keeps what is said of a document; the number is that of the answer, the same for the same items."""
        number, last = self._last.get(state.document, (0, None))
        if last != items:
            self._number += 1
            number = self._number
            self._last[state.document] = (number, items)
        return number

    def forget(self, document: str) -> None:
        """A document was closed."""
        self._last.pop(document, None)
        self.projects.close(document)

    def report(self, state: Open, previous: str | None, *, is_hurried: bool) -> Json:
        """The answer to ``textDocument/diagnostic``."""
        items = self.diagnostics(state, is_hurried=is_hurried)
        result_id = str(self.note(state, items))
        if result_id == previous:
            return {"kind": "unchanged", "resultId": result_id}
        return {"kind": "full", "resultId": result_id, "items": items}

    def hover(self, state: Open, line: int, column: int) -> Json | None:
        """The answer to ``textDocument/hover``."""
        project, findings = self._checked(state)
        source = project.files[state.document].source
        found = hover(project, state.document, findings, source.offset(line, column, self._client.unit))
        if found is None:
            return None
        text, span = found
        return convert.hover(text, convert.range_of(source, span, self._client.unit), self._client)

    def completion(self, state: Open, line: int, column: int) -> Json | None:
        """The answer to ``textDocument/completion``; None where nothing of ours is named."""
        project = self.projects.synced(state)
        source = project.files[state.document].source
        found = deployment.completions(project, state.document, source.offset(line, column, self._client.unit))
        return None if found is None else convert.completion(source, found, self._client.unit)

    def definition(self, state: Open, line: int, column: int) -> Json | None:
        """The answer to ``textDocument/definition``; None where nothing of ours is named."""
        project = self.projects.synced(state)
        source = project.files[state.document].source
        found = deployment.definition(project, state.document, source.offset(line, column, self._client.unit))
        if found is None:
            return None
        document, span = found
        place = convert.range_of(project.files[document].source, span, self._client.unit)
        return {"uri": self._uri(document), "range": place}

    def explain(self, code: str) -> str | None:
        """The documentation of a rule in Markdown."""
        return explain(code)

    def rules(self) -> list[protocol.Rule]:
        """The answer to ``flask-lsp/rules``."""
        every = (registered.rule for registered in rules())
        return [{"code": rule.code, "name": rule.name, "title": documentation(rule.code).title} for rule in every]

    def routes(self) -> protocol.Routes:
        """The answer to ``flask-lsp/routes``."""
        return listing(self.projects.all(), self._client.unit, self._uri)

    def code_actions(
        self, state: Open, places: tuple[tuple[int, int], tuple[int, int]], kinds: Sequence[str] | None
    ) -> list[Json]:
        """The answer to ``textDocument/codeAction``: with edits only where the client cannot ask for them later."""
        project, findings = self._checked(state)
        source = project.files[state.document].source
        (start, end), unit = places, self._client.unit
        span = Span(source.offset(*start, unit), source.offset(*end, unit))
        items = convert.diagnostics(project, state.document, findings, self._client, self._uri)
        # By identity: two findings may be equal but for their place in the list.
        shown = {id(finding): item for finding, item in zip(findings, items, strict=True)}
        result: list[Json] = []
        for action in feature.actions(source, findings, span, feature.wanted_by(kinds)):
            item = convert.code_action(action, shown.get(id(action.finding)), self._client)
            # A change that creates files is offered only to clients that can: that is known when it is computed.
            if not (self._client.resolve_edit and self._client.create):
                edit = self._edit(project, state, findings, action.target)
                if edit is None:
                    continue
                item["edit"] = edit
            if self._client.resolve_edit:
                item["data"] = {"uri": state.uri, **asdict(action.target)}
            result.append(item)
        return result

    def resolve(self, state: Open, data: dict[str, Any]) -> Json | None:
        """The edit of an action for the text as it is, None where its finding is gone; raises where the data is not
        ours.
        """
        target = _target(data)
        project, findings = self._checked(state)
        return self._edit(project, state, findings, target)

    def _edit(self, project: Project, state: Open, findings: Sequence[Finding], target: feature.Target) -> Json | None:
        change = feature.change(project, state.document, findings, target)
        if change is None:
            return None

        def version_of(document: str) -> int | None:
            other = state if document == state.document else self._documents.get(document)
            return other.version if other else None

        return convert.workspace_edit(project, change, self._client, self._uri, version_of)

    def _checked(
        self, state: Open, token: Token | None = None, *, is_hurried: bool = False
    ) -> tuple[Project, tuple[Finding, ...]]:
        project = self.projects.synced(state)
        return project, self.projects.findings(project, state.document, token, is_hurried=is_hurried)

    def _uri(self, document: str) -> str:
        """The URI of a document as the client spells it, or would."""
        if state := self._documents.get(document):
            return state.uri
        for folder, uri in self.folder_uris.items():
            if is_below(document, folder):
                return uri_below(folder, uri, document)
        return uri_of(document)


def _target(data: dict[str, Any]) -> feature.Target:
    """Raises ``KeyError``, ``TypeError`` or ``ValueError`` for data that is not ours."""
    what, (line, column) = data["what"], data["place"]
    strings = [data["code"], data["text"], data["title"]]
    if what not in ("fix", "line", "file", "all") or not all(isinstance(each, str) for each in strings):
        raise ValueError(what)
    code, text, title = cast("list[str]", strings)
    return feature.Target(what, code, Position(int(line), int(column)), text, title)
