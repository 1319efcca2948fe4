"""The only part that knows the protocol. The command line starts it by ``flask_lsp.server.serve.serve``."""
