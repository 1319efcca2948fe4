#!/usr/bin/env bash
# Emacs 30 and 28 with eglot, beside jedi by way of rass; and with lsp-mode, which has room for several servers.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
install_tools
install_servers
export SERVER=${SERVER:-$server/flask-lsp} JEDI=$others/jedi-language-server RASS=$others/rass
export HOME=$work/emacs-home

# Eglot is a part of Emacs since 29.
for packages in "trixie elpa-lsp-mode" "bookworm elpa-lsp-mode elpa-eglot"; do
    read -r suite elpa <<<"$packages"
    home=$work/emacs-$suite
    bash "$editors/debian.sh" "$suite" "$home" emacs-nox $elpa
    version=$(basename "$home"/usr/share/emacs/[0-9]*)
    libexec=$(echo "$home/usr/libexec/emacs/$version"/*)
    lisp=$home/usr/share/emacs/$version
    options=()
    for package in "$home"/usr/share/emacs/site-lisp/elpa-src/*; do options+=(-L "$package"); done
    for client in eglot lsp-mode; do
        shop=$work/shops/emacs-$client
        fresh_shop "$shop"
        # Neither can create a file for a server, which offers only what they can.
        echo '"""What the application is extended by."""' > "$shop/shop/extensions.py"
        rm -rf "$HOME"
        mkdir -p "$HOME"
        (
            cd "$shop"
            export EMACSLOADPATH=$lisp/lisp EMACSDATA=$lisp/etc EMACSDOC=$lisp/etc EMACSPATH=$libexec CLIENT=$client
            timeout 900 "$home/usr/bin/emacs-nox" --dump-file="$(ls "$libexec"/*.pdmp)" -q --batch \
                "${options[@]}" -L "$root/editors/emacs" -l "$editors/emacs/story.el"
        )
    done
done
