"""The story of README.md in Vim, as far as ALE goes: keys in, screen and disk out. The shop is the current folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from terminal import Terminal, until

ESCAPE, ENTER = "\x1b", "\r"


def main(vim: str, vimrc: str, shots: str) -> None:
    shop = Path.cwd()
    orders = shop / "shop/orders.py"
    terminal = Terminal([vim, "-u", vimrc, "shop/orders.py"], shop, Path(shots), {}, (40, 160))

    def done(step: str) -> None:
        terminal.shot(step)
        print("ok  ", step, flush=True)

    terminal.wait("gives a string, which Flask")
    terminal.wait("The session does not notice")
    done("opened")

    # On a bracket, where the other server has nothing to say: ALE shows the answer that comes last.
    terminal.keys("/\\[product.name" + ENTER, ":ALEHover" + ENTER)
    terminal.wait("json-dumps-response")
    done("hover")

    terminal.keys(ESCAPE, ":only" + ENTER, "gg/json.dumps" + ENTER, ":ALECodeAction" + ENTER)
    terminal.wait("Return `jsonify(...)`")
    terminal.shot("actions")
    terminal.keys("1" + ENTER)
    terminal.wait("return jsonify(")
    terminal.keys(":w" + ENTER)
    until("the fix on disk", lambda: "return jsonify(" in orders.read_text())
    terminal.wait(lambda text: "gives a string" not in text)
    done("fixed")

    terminal.keys("Go" + ENTER + "def broken(:" + ESCAPE)
    terminal.wait("def broken(:")
    terminal.look(2)
    terminal.wait("The session does not notice")
    done("syntax error")

    terminal.keys("dd", ":w" + ENTER, "gg/session\\[" + ENTER, ":ALECodeAction" + ENTER)
    terminal.wait("Disable FL408 for this line")
    row = next(line for line in terminal.text.splitlines() if "Disable FL408 for this line" in line)
    terminal.keys(row.split(")")[0].strip() + ENTER)
    terminal.wait("# noqa: FL408")
    terminal.wait(lambda text: "The session does not notice" not in text)
    done("silenced")

    terminal.keys(":!" + vim_quoted() + " routes" + ENTER)
    terminal.wait("orders.add_to_cart")
    done("routes")
    terminal.keys(ENTER, ":qa!" + ENTER)
    terminal.close()


def vim_quoted() -> str:
    return os.environ["SERVER"].replace("%", "\\%").replace("#", "\\#")


if __name__ == "__main__":
    main(*sys.argv[1:])
