#!/usr/bin/env bash
# VS Code, the newest and the oldest version that is supported: the extension as users install it, from its .vsix.
# README_PICTURES=FOLDER takes the pictures of the README anew.
# run.sh [SUITE...]: these suites only (story, files, folders, interpreters, measure, untrusted, ui); VERSIONS="newest" for one.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
here=$editors/vscode
extension=$root/editors/vscode
install_servers
[ -n "${CHECKED:-}" ] || bash "$here/check.sh" # installs what is needed, too
source "$here/versions.sh"

# What is tested: the package, made without a registry but for what is cached.
export PATH=$cache/node-$newest_node/bin:$PATH
cd "$extension"
if [ -z "${VSIX:-}" ]; then
    export VSIX=$work/vscode/flask-lsp.vsix
    mkdir -p "$work/vscode"
    PATH=$server:$PATH npx vsce package --no-dependencies --out "$VSIX" >"$work/vscode/package.log" 2>&1 ||
        { tail -n 30 "$work/vscode/package.log" >&2; exit 1; }
fi

# What tests it.
export TESTS=$work/vscode/tests SOURCES=$here NODE_PATH=$extension/node_modules
rm -rf "$TESTS"
mkdir -p "$TESTS"
esbuild() { npx esbuild --log-level=warning --bundle --platform=node --format=cjs --external:vscode "$@"; }
esbuild "$here/host.ts" --outfile="$TESTS/host.js"
esbuild "$here/run.ts" --external:playwright-core --outfile="$TESTS/run.js"
echo '{"name":"tests","publisher":"tests","version":"0.0.1","engines":{"vscode":"*"}}' >"$work/vscode/package.json"
for name in jedi python-stub; do
    rm -rf "$work/vscode/$name"
    mkdir -p "$work/vscode/$name"
    esbuild "$here/$name/extension.ts" --outfile="$work/vscode/$name/extension.js"
    cp "$here/$name/package.json" "$work/vscode/$name"
    (cd "$work/vscode/$name" && "$extension/node_modules/.bin/vsce" package --skip-license --out "../$name.vsix") >"$work/vscode/$name.log" 2>&1 ||
        { cat "$work/vscode/$name.log" >&2; exit 1; }
done
export JEDI_VSIX=$work/vscode/jedi.vsix PYTHON_VSIX=$work/vscode/python-stub.vsix

export NEWEST=$newest_version WORK=$work/vscode ARTEFACTS=$artefacts/vscode SHOP=$editors/shop JEDI=$others/jedi-language-server
export FLASK_LSP=$server/flask-lsp FLASK_LSP_PYTHON=$server/python PYTHON
PYTHON=$(python3 -c 'import sys; print(sys.executable)')
mkdir -p "$ARTEFACTS"
failed=0
for which in ${VERSIONS:-newest oldest}; do
    version=${which}_version node=${which}_node
    export VERSION=${!version} CODE NODE
    CODE=$cache/$VERSION/node_modules/code-server/lib/vscode NODE=$cache/node-${!node}/bin/node
    node "$TESTS/run.js" "$@" || failed=1
done
exit $failed
