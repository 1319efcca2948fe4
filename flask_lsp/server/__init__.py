"""The only part that knows the protocol. ``serve`` is its door: the command line calls nothing else."""

from __future__ import annotations


def serve(address: tuple[str, int] | None = None) -> int:
    """Serves one client until it leaves and returns the exit code, see ``flask_lsp.server.run``."""
    from flask_lsp.server.run import serve as run  # late: importing one part of the server starts nothing

    return run(address)
