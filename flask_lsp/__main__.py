"""``python -m flask_lsp`` is ``flask-lsp``."""

from flask_lsp.cli import run

run()
