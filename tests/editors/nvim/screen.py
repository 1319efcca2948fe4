"""The story of README.md in Neovim as a user sees it: keys in, screen out. The shop is the current folder."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from terminal import Terminal, until

ENTER = "\r"


def main(nvim: str, init: str, shots: str) -> None:
    shop = Path.cwd()
    orders = shop / "shop/orders.py"
    begin = time.monotonic()
    terminal = Terminal([nvim, "--clean", "-u", init, "shop/orders.py"], shop, Path(shots), {}, (40, 150))
    terminal.wait("gives a string, which Flask")
    print(f"   figure: {(time.monotonic() - begin) * 1000:.0f} ms from the start of Neovim to a finding on the screen")
    terminal.shot("1-opened")

    terminal.keys("/json.dumps" + ENTER, ":lua vim.lsp.buf.hover()" + ENTER)
    terminal.wait("json-dumps-response")
    terminal.shot("2-hover")

    # Before 0.11 the answer of the second server puts the cursor into the window of the first.
    terminal.keys(":fclose" + ENTER, "gg/json.dumps" + ENTER, ":lua vim.lsp.buf.code_action()" + ENTER)
    terminal.wait("1: Return `jsonify(...)`")
    terminal.shot("3-actions")
    terminal.keys("1" + ENTER, ":w" + ENTER)
    until("the fix on disk", lambda: "return jsonify(" in orders.read_text())
    terminal.wait(lambda text: "gives a string, which Flask" not in text)
    terminal.shot("4-fixed")

    terminal.keys(":FlaskLsp fix" + ENTER)
    terminal.wait("session.modified = True")
    terminal.keys(":w" + ENTER)
    until("the fixes on disk", lambda: "type=int" in orders.read_text())
    terminal.shot("5-all-fixed")

    terminal.keys(":FlaskLsp routes" + ENTER)
    terminal.wait("/orders/cart/<int:product_id>")
    terminal.shot("6-routes")
    terminal.keys("/thanks" + ENTER, ENTER)
    terminal.wait(lambda text: "def thanks" in text)
    terminal.keys(":qa!" + ENTER)
    until("the end", lambda: not terminal.process.isalive() or terminal.look() is None)
    terminal.close()
    print("ok   on the screen")


if __name__ == "__main__":
    os.environ.pop("VIM_TERMINAL", None)
    main(*sys.argv[1:])
