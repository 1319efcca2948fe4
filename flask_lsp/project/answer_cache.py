"""Answers about installed packages, kept on disk in the user's cache folder: one file for each state of a package."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from typing import Any, cast

log = logging.getLogger(__name__)

Answers = dict[str, str | None]


def folder() -> str:
    """The cache folder of this program; nothing of it is in a workspace."""
    from platformdirs import user_cache_dir

    return user_cache_dir("flask-lsp", appauthor=False)


def load(path: str) -> Answers:
    """The answers in a file. One that cannot be used is ignored, with a line in the log."""
    try:
        with open(path, encoding="utf-8") as file:
            data: Any = json.load(file)
        if not isinstance(data, dict):
            raise ValueError("no table")
        answers = cast("dict[str, object]", data)
        if not all(value is None or isinstance(value, str) for value in answers.values()):
            raise ValueError("something else than names")
        return cast("Answers", answers)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        log.warning("the cache %s cannot be used: %s", path, error)
        return {}


def save(path: str, answers: Mapping[str, str | None]) -> None:
    """Puts the answers in the place of the file, at once or not at all; a disk that is full costs only them."""
    temporary = ""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(answers, file, indent=1, sort_keys=True)
        os.replace(temporary, path)
    except (OSError, ValueError) as error:
        log.warning("the cache %s cannot be written: %s", path, error)
        with contextlib.suppress(OSError):
            os.unlink(temporary)
