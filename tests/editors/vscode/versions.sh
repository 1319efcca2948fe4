# Sourced: the workbenches that are tested, and the Node that each of them wants.
newest_version=4.139.1 # npm's code-server counts as VS Code does: this is 1.139
newest_node=24.19.0
oldest_version=4.100.3 # the engines.vscode of editors/vscode/package.json
oldest_node=20.18.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/flask-lsp/editors/vscode
