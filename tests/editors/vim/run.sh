#!/usr/bin/env bash
# Vim with ALE, on a screen.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
install_tools
install_servers
home=$work/vim
bash "$editors/debian.sh" trixie "$home" vim vim-ale
export VIM=$home/usr/share/vim VIMRUNTIME=$(echo "$home"/usr/share/vim/vim[0-9]*) ALE=$home/usr/share/vim-ale
export SERVER=${SERVER:-$server/flask-lsp} JEDI=$others/jedi-language-server PLUGIN=$root/editors/vim/ale.vim
"$home/usr/bin/vim.basic" --version | head -n 1
fresh_shop "$work/shops/vim"
cd "$work/shops/vim"
"$tools/python" "$editors/vim/story.py" "$home/usr/bin/vim.basic" "$editors/vim/vimrc" "$artefacts/vim"
