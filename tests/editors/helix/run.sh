#!/usr/bin/env bash
# Helix, on a screen.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
install_tools
install_servers
bash "$editors/debian.sh" sid "$work/helix" hx
export HELIX_RUNTIME=$work/helix/usr/lib/hx/runtime HX=$work/helix/usr/bin/hx
export SERVER=${SERVER:-$server/flask-lsp} JEDI=$others/jedi-language-server
"$HX" --version
for shop in "$work/shops/helix" "$work/shops/helix #1 100% für uns"; do
    echo "-- in $shop"
    fresh_shop "$shop"
    rm -rf "$work/helix-home"
    (cd "$shop" && "$tools/python" "$editors/helix/story.py" "$work/helix-home" "$artefacts/helix")
done
