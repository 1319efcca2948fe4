"""What the things of Flask are called, where they stand, and how they are put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_lsp.features.wording import argument, code, last_name, more, parsed
from flask_lsp.project import routes
from flask_lsp.project.definitions import assigned_call, definition, registering_call
from flask_lsp.project.project import Project
from flask_lsp.project.route_model import Blueprint, Key, Reason, Registration, Unknown

MOST_PLACES = 5
_MOST_APPS = 3


class Naming:
    """Puts into words what it knows of one snapshot."""

    def __init__(self, project: Project, document: str) -> None:
        self.project = project
        self.document = document

    def blueprint_at(self, key: Key | None) -> Blueprint | None:
        return None if key is None else routes.blueprint(self.project, key[0], ("local", key[1]))

    def label(self, key: Key) -> str:
        """What something is called, a blueprint by its own name."""
        blueprint = self.blueprint_at(key)
        if blueprint is not None:
            name = key[1] if isinstance(blueprint.name, Unknown) else blueprint.name
            return f"blueprint `{code(name)}`"
        return f"`{code(last_name(key))}`"

    def at(self, key: Key) -> str:
        """What something is called and where it stands."""
        span = definition(self.project, key)
        where = self.project.path(key[0])
        if span is not None:
            where += f":{self.project.files[key[0]].source.line_at(span.start) + 1}"
        return f"`{code(last_name(key))}` (`{where}`)"

    def things(self, keys: Iterable[Key]) -> str:
        every = sorted({*keys})
        return ", ".join([*map(self.at, every[:_MOST_APPS]), *more(len(every), _MOST_APPS)])

    # -- how they are put together ---------------------------------------------------------------------------------

    def written_prefix(self, blueprint: Blueprint) -> str:
        """The prefix of the constructor, as it is written."""
        span = assigned_call(self.project, blueprint.key)
        text = "" if span is None else self.project.files[blueprint.key[0]].source.text[span.start : span.end]
        return argument(parsed(text), "url_prefix")

    def registered(self, one: Registration) -> str:
        """Where a blueprint is registered, and with which prefix."""
        span = registering_call(self.project, one)
        where, text = self.project.path(one.document), ""
        if span is not None:
            source = self.project.files[one.document].source
            where, text = f"{where}:{source.line_at(span.start) + 1}", source.text[span.start : span.end]
        on = "an application that is not known" if one.owner is None else self.label(one.owner)
        line = f"registered on {on} in `{where}`"
        if isinstance(one.prefix, Unknown):
            line += f", prefix not known{argument(parsed(text), 'url_prefix')}"
        elif one.prefix is not None:
            line += f", prefix `{code(one.prefix)}`" if one.prefix else ", no prefix"
        if isinstance(one.name, Unknown):
            line += f", name not known{argument(parsed(text), 'name')}"
        elif one.name is not None:
            line += f", as `{code(one.name)}`"
        return line + ("" if one.sure else ", under a condition")

    def unregistered(self) -> str:
        if routes.registers_unknown(self.project, self.document):
            return "no registration is seen; some blueprints are registered that cannot be told"
        return "no registration is seen"

    def chain(self, chain: Sequence[Key]) -> str:
        """The blueprints that a route comes through, the innermost first."""
        known = routes.all_registrations(self.project, self.document)
        parts: list[str] = []
        for index in range(len(chain) - 1, -1, -1):
            key, owner = chain[index], chain[index - 1] if index else None
            every = known.get(key, ())
            fitting = [one for one in every if (one.owner == owner if index else one.owner not in known)] or every
            where = "; ".join(list(dict.fromkeys(map(self.registered, fitting)))[:MOST_PLACES])
            parts.append(f"{self.label(key)}: {where or 'not seen to be registered'}")
        return "; ".join(parts)

    def openness(self, apps: Iterable[Key]) -> str:
        """Which applications may do more than is seen, and why."""
        lines: dict[str, None] = {}
        for key in sorted(apps):
            app = routes.app(self.project, self.document, key)
            if app is not None and app.open:
                first, others = min(app.open, key=_weight), len(app.open) - 1
                rest = f", and {others} more reasons" if others > 1 else ", and one more reason" if others else ""
                lines[f"{self.label(key)} is open: {first.what} (`{self.project.path(first.document)}`){rest}."] = None
        return "\n\n".join(list(lines)[:_MOST_APPS])


def _weight(reason: Reason) -> bool:
    """Rules that are added under a condition are the least of all reasons."""
    return "under a condition" in reason.what
