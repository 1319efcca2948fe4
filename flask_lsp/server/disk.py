"""The disk as the working thread sees it: a file read in one go, a folder walked while other work goes on."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from queue import Empty, SimpleQueue

from flask_lsp.project import files
from flask_lsp.project.project import File
from flask_lsp.server.schedule import Token
from flask_lsp.text import Source

log = logging.getLogger(__name__)


def from_disk(document: str) -> File | None:
    """A file as it is on disk; nothing where it is gone or cannot be read."""
    try:
        return File(document, Source(files.read(document)))
    except files.Unreadable as error:
        if os.path.exists(document):
            log.info("%s %s", document, error.reason)
        return None


def apart(paths: Iterator[str], token: Token) -> Iterator[str]:
    """The paths of a walk that goes on in a thread of its own, for a folder may be slow to read and nobody shall wait
    for it; the empty string while there is none.
    """
    found: SimpleQueue[str | None] = SimpleQueue()

    def walk() -> None:
        try:
            for path in paths:
                if token.cancelled:
                    break
                found.put(path)
        except Exception:  # the files found so far are better than none
            log.exception("the walk through the workspace ended early")
        finally:
            found.put(None)

    threading.Thread(target=walk, name="flask-lsp-walk", daemon=True).start()
    while True:
        try:
            path = found.get(timeout=0.002)
        except Empty:
            path = ""
        if path is None:
            return
        yield path
