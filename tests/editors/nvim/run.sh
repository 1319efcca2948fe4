#!/usr/bin/env bash
# Neovim 0.12 and 0.10: without a screen, then on one.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
here=$editors/nvim
install_tools
install_servers
declare -A suites=([0.12]=sid [0.10]=trixie)
export PLUGIN=$work/nvim-plugin SERVER=${SERVER:-$server/flask-lsp} JEDI=$others/jedi-language-server
rm -rf "$PLUGIN"
cp -r "$root/editors/nvim" "$PLUGIN"

for version in 0.12 0.10; do
    home=$work/nvim-$version
    bash "$editors/debian.sh" "${suites[$version]}" "$home" neovim
    export VIM=$home/usr/share/nvim VIMRUNTIME=$home/usr/share/nvim/runtime
    export XDG_CONFIG_HOME=$work/nvim-home XDG_DATA_HOME=$work/nvim-home XDG_STATE_HOME=$work/nvim-home/$version
    nvim=$home/usr/bin/nvim
    "$nvim" --version | head -n 1
    "$nvim" --headless --clean -c "helptags $PLUGIN/doc" -c 'quitall!'
    for shop in "$work/shops/nvim" "$work/shops/a shop #1 100% für uns" "$work/shops/linked"; do
        echo "-- in $shop"
        rm -rf "$shop"
        if [[ $shop == */linked ]]; then
            fresh_shop "$work/shops/real"
            ln -s real "$shop"
        else
            fresh_shop "$shop"
        fi
        (cd "$shop" && SHOP=$shop timeout 900 "$nvim" --headless --clean -u "$here/init.lua" -S "$here/story.lua")
    done
    fresh_shop "$work/shops/nvim"
    (cd "$work/shops/nvim" && "$tools/python" "$here/screen.py" "$nvim" "$here/init.lua" "$artefacts/nvim/$version")
done
