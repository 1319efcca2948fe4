"""The texts that the client has open, kept in step by our own incremental sync."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_lsp.deployment_files import Kind, is_gunicorn, kind_by_language, kind_of
from flask_lsp.server.uris import document_of
from flask_lsp.text import Edit, Source, Span, Unit


@dataclass(frozen=True, slots=True)
class Open:
    """One state of an open document; every edit makes a new one, so identity tells whether work is still current."""

    document: str
    """The id, as the project knows it."""
    uri: str
    """As the client spelled it when it opened the document."""
    version: int
    source: Source
    kind: Kind = "python"
    """What it is read as."""

    @property
    def is_deployment(self) -> bool:
        """It says how a project is deployed."""
        return self.kind != "python" or is_gunicorn(self.document)


class Malformed(ValueError):
    """The client's message does not hold what the protocol asks for."""


class Documents:
    """All open documents that are ours to read, by id. Changed by the event loop only; other threads read."""

    def __init__(self) -> None:
        self._open: dict[str, Open] = {}
        self._foreign: set[str] = set()
        """Other open documents, which some clients send all the same."""
        self.unit: Unit = "utf-16"

    def get(self, document: str) -> Open | None:
        return self._open.get(document)

    def at(self, uri: str) -> Open | None:
        return self._open.get(document_of(uri))

    def __iter__(self) -> Iterator[Open]:
        return iter(tuple(self._open.values()))

    def open(self, uri: str, version: int, text: str, language: str = "python") -> Open | None:
        """Takes in a text; a document that was open already gets the new text. None for what we do not read."""
        document = document_of(uri)
        kind = kind_of(document) or ("python" if language.startswith("python") else kind_by_language(language))
        if kind is None:
            self._foreign.add(document)
            return None
        state = self._open[document] = Open(document, uri, version, Source(text), kind)
        return state

    def change(self, params: Any) -> Open | None:
        """Applies the parameters of ``textDocument/didChange``, as decoded from JSON: this is the path of every
        keystroke, and building typed objects would cost more than the edit. None for other languages.

        Raises ``Malformed``, also where a document is not open. Positions outside the text are clamped.
        """
        try:
            identifier, changes = params["textDocument"], params["contentChanges"]
            uri, version = identifier["uri"], identifier.get("version")
            state = self.at(uri)
            if state is None:
                if document_of(uri) in self._foreign:
                    return None
                raise Malformed(f"a change for {uri}, which is not open")
            source = state.source
            for change in changes:
                source = _changed(source, change, self.unit)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise Malformed(f"a change that cannot be read ({type(error).__name__}: {error})") from error
        version = version if isinstance(version, int) else state.version
        state = self._open[state.document] = replace(state, version=version, source=source)
        return state

    def close(self, uri: str) -> Open | None:
        """The last state of a document that is closed now; None for other languages. Raises ``Malformed``."""
        document = document_of(uri)
        if document in self._foreign:
            self._foreign.discard(document)
            return None
        if document not in self._open:
            raise Malformed(f"{uri} is closed but is not open")
        return self._open.pop(document)


def span_of(source: Source, range_: Any, unit: Unit) -> Span:
    """The span of a range as decoded from JSON; clamped to the text, an end before its start counts as the start."""
    start, end = range_["start"], range_["end"]
    first = source.offset(_number(start["line"]), _number(start["character"]), unit)
    last = source.offset(_number(end["line"]), _number(end["character"]), unit)
    return Span(first, max(first, last))


def _changed(source: Source, change: Mapping[str, Any], unit: Unit) -> Source:
    text = change["text"]
    if not isinstance(text, str):
        raise TypeError("text is not a string")
    range_ = change.get("range")
    if range_ is None:
        return Source(text)
    return source.edited(Edit(span_of(source, range_, unit), text))


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a position is not a number")
    return value


def chosen_unit(offered: Sequence[object]) -> Unit:
    """The first position encoding of the client that we know; UTF-16, as the protocol has it, where it names none."""
    for each in offered:
        if each in ("utf-8", "utf-16", "utf-32"):
            return each
    return "utf-16"
