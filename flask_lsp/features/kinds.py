"""The kinds of our code actions; here, apart from what makes them, for a server that has yet to load it."""

from __future__ import annotations

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.flask-lsp"
