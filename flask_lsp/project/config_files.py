"""What files that are no modules put into a configuration: ``settings.cfg``, ``config.toml``. A question for
``Context.ask``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask_lsp.facts.model import Value
from flask_lsp.project.config import configured, is_elsewhere
from flask_lsp.project.config_model import all_scopes
from flask_lsp.project.config_objects import Target
from flask_lsp.project.config_sources import FILES, source_at

if TYPE_CHECKING:
    from flask_lsp.project.project import Project


class InFile(NamedTuple):
    """What a file that is no module says of a key."""

    key: str
    value: Value
    weak: bool | None
    """Of a secret that is written out: whether it can be guessed."""
    elsewhere: bool
    """The file is for another environment than the one that is asked about."""


def in_file(project: Project, document: str, value: Value) -> tuple[InFile, ...]:
    """What an application has in the end of a file that the code of ``document`` reads by the path ``value``. One that
    Git ignores is whoever's who deploys."""
    found: dict[InFile, None] = {}
    for scope in all_scopes(project).get(document, ()):
        for step in scope.steps:
            if step.how != "source" or step.method not in FILES or step.value != value:
                continue
            target = source_at(project, document, step)
            read = project.sources.get(target.document) if target is not None else None
            if target is None or read is None or read.is_ignored:
                continue
            weak, elsewhere = dict(read.secrets), is_elsewhere(project, target.document, "")
            said = (InFile(key, value, weak.get(key), elsewhere) for key, value in read.values)
            found.update((each, None) for each in said if _counts(project, target, each.key))
    return tuple(found)


def _counts(project: Project, target: Target, key: str) -> bool:
    """An application has in the end what a class or module says of a key."""
    for known in configured(project, ""):
        given = [each for each in known.given if each.key in (key, None)]
        if given and given[-1].object == target and given[-1].key == key:
            return True
    return False
