#!/usr/bin/env bash
# The types and the style of the VS Code extension and of its tests.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bash "$here/install.sh"
source "$here/versions.sh"
export PATH=$cache/node-$newest_node/bin:$PATH
cd "$here/../../../editors/vscode"
[ node_modules -nt package-lock.json ] || { npm ci --silent && touch node_modules; }
npm run --silent check
npx tsc --noEmit --project "$here/tsconfig.json"
