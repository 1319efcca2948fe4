#!/usr/bin/env bash
# Emacs 30 with eglot, beside jedi by way of rass; and with lsp-mode, which has room for several servers.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
install_tools
install_servers
home=$work/emacs
bash "$editors/debian.sh" trixie "$home" emacs-nox elpa-lsp-mode
version=$(basename "$home"/usr/share/emacs/[0-9]*)
libexec=$(echo "$home/usr/libexec/emacs/$version"/*)
export EMACSLOADPATH=$home/usr/share/emacs/$version/lisp EMACSDATA=$home/usr/share/emacs/$version/etc
export EMACSDOC=$EMACSDATA EMACSPATH=$libexec
export SERVER=${SERVER:-$server/flask-lsp} JEDI=$others/jedi-language-server RASS=$others/rass
export HOME=$work/emacs-home

elpa=()
for package in "$home"/usr/share/emacs/site-lisp/elpa-src/*; do elpa+=(-L "$package"); done

for client in eglot lsp-mode; do
    shop=$work/shops/emacs-$client
    fresh_shop "$shop"
    # Neither can create a file for a server, which offers only what they can.
    echo '"""What the application is extended by."""' > "$shop/shop/extensions.py"
    rm -rf "$HOME"
    mkdir -p "$HOME"
    (cd "$shop" && CLIENT=$client timeout 300 "$home/usr/bin/emacs-nox" \
        --dump-file="$(ls "$libexec"/*.pdmp)" -q --batch \
        "${elpa[@]}" -L "$root/editors/emacs" -l "$editors/emacs/story.el")
done
