#!/usr/bin/env bash
# run.sh [EDITOR...]: the story in each editor, see README.md. Without names, in all of them.
# Each EDITOR/run.sh installs what it needs, leaves what it saw in artefacts/EDITOR, and fails when the story does.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

names=("$@")
if [ ${#names[@]} = 0 ]; then
    for script in "$editors"/*/run.sh; do names+=("$(basename "$(dirname "$script")")"); done
fi
install_tools
install_servers
export FLASK_LSP_INSTALLED=1

passed=() failed=()
figures=$artefacts/figures.txt
: > "$figures"
for name in "${names[@]}"; do
    mkdir -p "$artefacts/$name"
    echo "== $name"
    begin=$SECONDS
    if bash "$editors/$name/run.sh" 2>&1 | tee "$artefacts/$name/log"; then
        passed+=("$name")
    else
        failed+=("$name")
    fi
    echo "== $name: $((SECONDS - begin)) s"
    sed -En "s/^(-- |VS Code |Emacs |NVIM |   figure: )/$name: \1/p" "$artefacts/$name/log" >> "$figures"
done
echo "== figures, which are no conditions"
cat "$figures"
echo "editors: passed ${passed[*]:-none}; failed ${failed[*]:-none}; what was seen is in $artefacts"
[ ${#failed[@]} = 0 ]
