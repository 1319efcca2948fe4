"""What questions about a whole project read of each of its files, read ahead while nobody waits for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_lsp.project.file_scripts import file_script
from flask_lsp.project.import_graph import said_in

if TYPE_CHECKING:
    from flask_lsp.project.project import File


def read_ahead(file: File) -> None:
    """Makes the parts of a file that all projects ask for; they are kept with its facts."""
    _ = file.facts.imports
    said_in(file)
    file_script(file.facts)
