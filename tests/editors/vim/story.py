"""The story of README.md in Vim, as far as ALE goes: keys in, screen and disk out. The shop is the current folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from terminal import Terminal, until

ESCAPE, ENTER = "\x1b", "\r"


def choose(terminal: Terminal, at: str, action: str) -> None:
    """Carries out an action. It is asked for again where ALE shows what the other server has, before ours answers."""
    for _ in range(8):
        terminal.keys(ESCAPE, "gg/" + at + ENTER, ":ALECodeAction" + ENTER)
        for _ in range(40):
            row = next((line for line in terminal.look(0.1).splitlines() if action in line and ")" in line), None)
            if row is not None:
                terminal.shot("actions")
                terminal.keys(row.split(")")[0].strip() + ENTER)
                return
    raise AssertionError(f"no action {action!r}:\n{terminal.text}")


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

    terminal.keys(ESCAPE, ":only" + ENTER)
    choose(terminal, "json.dumps", "Return `jsonify(...)`")
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

    terminal.keys("dd", ":w" + ENTER)
    choose(terminal, "session\\[", "Disable FL408 for this line")
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
