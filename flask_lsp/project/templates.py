"""Which views show which templates, and what these need that nobody gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.rendering import Rendered, names_given, rendered
from flask_lsp.facts.words import OWN_URL_FOR
from flask_lsp.project.route_map import route_map
from flask_lsp.project.route_model import Key

if TYPE_CHECKING:
    from flask_lsp.project.project import File, Project

_MOST_TEMPLATES = 40
"""Templates that others extend or include are followed so far."""


class Shown(NamedTuple):
    """A view that gives back a template."""

    view: Key
    given: frozenset[str] | None
    """The names of what it gives to it; ``None`` where they cannot be told."""


def renderings(project: Project) -> Mapping[str, tuple[tuple[str, frozenset[Rendered]], ...]]:
    """By document, the functions that give back templates; one object for as long as no file says anything else."""
    return project.parts(_renders)


def views_of(project: Project, page: str) -> Iterator[Key]:
    """The views that render a template, told by the end of its path."""
    return (shown.view for name in _ends(page) for shown in _shown(project).get(name, ()))


def showing(project: Project, name: str) -> tuple[tuple[Key, str], ...]:
    """The views that give back a template which reads ``g.name``, with its document. Templates that others extend or
    include are not followed."""
    reading = sorted(document for document, page in project.pages.items() if name in page.g)
    return tuple((view, document) for document in reading for view in sorted(views_of(project, document)))


def lacking(project: Project, name: str) -> tuple[tuple[Key, str], ...]:
    """The views whose template, or one that it extends or includes, shows ``name`` without being given it by the view,
    with the document of the template that does."""
    if not any(name in page.names for page in project.pages.values()):
        return ()
    found: dict[Key, str] = {}
    for template, every in _shown(project).items():
        missing = [shown.view for shown in every if shown.given is not None and name not in shown.given]
        reader = _reader(project, template, name) if missing else None
        if reader is not None:
            found.update(dict.fromkeys(missing, reader))
    return tuple(sorted(found.items()))


def _reader(project: Project, template: str, name: str) -> str | None:
    """The template, of those that are shown with one, that reads the name."""
    seen, todo = {template}, [template]
    while todo and len(seen) < _MOST_TEMPLATES:
        here = todo.pop(0)
        documents = _named(project).get(here, ())
        if len(documents) != 1:
            continue  # two of one name: which one is shown cannot be told
        page = project.pages[documents[0]]
        if name in page.names:
            return documents[0]
        if name not in page.bound:
            todo += sorted(page.others - seen)
            seen |= page.others
    return None


def url_built(project: Project, template: str, *, relative: bool = False) -> tuple[str, str] | None:
    """The template and the endpoint (empty where it is no literal) of a URL that is built whenever a template is shown,
    in it or in one that it extends or includes; ``None`` for no such. With ``relative`` one without a host, also
    under a condition. Nothing is told where the project has a ``url_for`` of its own."""
    if any(project.parts(_gives_url_for).values()):
        return None
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [(template, frozenset[str]())]
    while todo and len(seen) < _MOST_TEMPLATES:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        name, replaced = here
        documents = _named(project).get(name.removeprefix("/"), ())
        if len(documents) != 1:
            continue  # two of one name: which one is shown cannot be told
        page = project.pages[documents[0]]
        inner: list[tuple[str, frozenset[str]]] = []
        parent = next((part for part in page.parts if part.what == "extends"), None)
        for part in page.parts:
            if not replaced.isdisjoint(part.blocks) or (parent is not None and not part.blocks and part is not parent):
                continue
            if not (part.sure or relative):
                continue
            if part.what != "url":
                inner.append((part.name, replaced | page.blocks if part is parent else frozenset[str]()))
            elif not (relative and part.has_host):
                return name, part.name
        todo += reversed(inner)
    return None


def relative_url(project: Project, _document: str, template: str) -> tuple[str, str] | None:
    """A URL without its host that is built in a template, see ``url_built``."""
    return url_built(project, template, relative=True)


def _named(project: Project) -> Mapping[str, tuple[str, ...]]:
    """The templates by the names by which they may be asked for."""
    return project.kept(_by_name, project.pages)


def _by_name(project: Project) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for document in project.pages:
        for name in _ends(document):
            found.setdefault(name, []).append(document)
    return {name: tuple(documents) for name, documents in found.items()}


def _gives_url_for(file: File) -> bool:
    """The file gives templates a ``url_for`` of its own."""
    text = file.source.text
    return "url_for" in text and bool(OWN_URL_FOR.search(text))


def _ends(document: str) -> Iterator[str]:
    """The names by which a template may be asked for."""
    parts = document.split("/")
    return ("/".join(parts[-count:]) for count in range(1, min(len(parts), 5) + 1))


def _renders(file: File) -> tuple[tuple[str, frozenset[Rendered]], ...]:
    """By plain names: which of two functions of one name renders a page does not matter much."""
    if "render_template(" not in file.source.text:
        return ()
    functions = (each for _, facts in file.facts.blocks for each in facts.functions.values())
    return tuple((function.name, found) for function in functions if (found := rendered(function)))


def _shown(project: Project) -> Mapping[str, tuple[Shown, ...]]:
    """By the names of templates, the views that give them back."""
    return project.kept(_found, renderings(project), route_map(project))


def _found(project: Project) -> dict[str, tuple[Shown, ...]]:
    rendering: dict[Key, set[Rendered]] = {}
    for document, each in renderings(project).items():
        for function, templates in each:
            rendering.setdefault((document, function), set()).update(templates)
    found: dict[str, set[Shown]] = {}
    for view in {view for route in route_map(project).routes if (view := route.view) is not None}:
        for template, given in rendering.get((view[0], view[1].rpartition(".")[2]), ()):
            found.setdefault(template, set()).add(Shown(view, given))
    return {name: tuple(sorted(every, key=lambda shown: shown.view)) for name, every in found.items()}


# -- context processors ----------------------------------------------------------------------------------------------


def given_to_all(project: Project, name: str, but: Key) -> bool:
    """Something other than the context processor ``but`` gives templates the name, or may."""
    for hook in route_map(project).hooks:
        if not hook.how.endswith("context_processor") or hook.function == but:
            continue
        keys = None if hook.function is None else _keys_given(project, hook.function)
        if keys is None or name in keys:
            return True
    return any(name in file.source.text and _fills(file.source.text) for file in project.files.values())


def _fills(text: str) -> bool:
    """The file may give names to all templates by other means than context processors."""
    return ".globals" in text or "template_global" in text or "template_context_processors" in text


def _keys_given(project: Project, function: Key) -> frozenset[str] | None:
    name = function[1].rpartition(".")[2]
    blocks = project.files[function[0]].facts.blocks
    found = [each for _, facts in blocks for each in facts.functions.values() if each.name == name]
    return names_given(found[0]) if len(found) == 1 else None
