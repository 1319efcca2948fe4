"""The variables of deployment files that switch debug mode on."""

from __future__ import annotations

from flask_lsp.facts.deployment import Variable
from flask_lsp.rules.base import Fix
from flask_lsp.rules.editing import Editing

_OFF = frozenset({"", "0", "false", "no"})
"""What ``flask.helpers.get_debug_flag`` takes for off, in any case."""


def is_debug(variable: Variable) -> bool:
    """The variable switches debug mode on."""
    value = variable.by_default
    return variable.name == "FLASK_DEBUG" and value is not None and value.lower() not in _OFF


def is_development_mode(variable: Variable) -> bool:
    """The variable switched it on before Flask 2.3."""
    return variable.name == "FLASK_ENV" and (variable.by_default or "").lower() == "development"


def rename_variable(variable: Variable) -> Fix:
    """``FLASK_ENV=development`` as ``FLASK_DEBUG=1``."""

    def change(editing: Editing) -> None:
        editing.replace(variable.name_span, "FLASK_DEBUG")
        editing.replace(variable.span, "1")

    return Fix("Set `FLASK_DEBUG` to `1`", False, change)
