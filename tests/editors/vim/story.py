"""The story of README.md in Vim, as far as ALE goes: keys in, screen and disk out. The shop is the current folder."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from terminal import Terminal, until

ESCAPE, ENTER = "\x1b", "\r"
PROMPT = "Type number and <Enter>"
ANSWERED = "waiting for 0 answers"
"""In the status line, see vimrc: every server has said which actions it has."""


def choose(terminal: Terminal, at: str, action: str) -> None:
    """Carries out an action. ALE asks once for each server that has any, and takes all keys while it does."""
    terminal.keys(ESCAPE, "gg/" + at + ENTER, ":ALECodeAction" + ENTER)
    chosen = False
    end = time.monotonic() + 60
    while time.monotonic() < end:
        text = terminal.look(0.5)
        row = next((line for line in text.splitlines() if action in line and ")" in line), None)
        if PROMPT in text.rstrip().splitlines()[-1]:
            if row is not None and not chosen:
                terminal.shot("actions")
                chosen = True
                terminal.keys(row.split(")")[0].strip())
            terminal.keys(ENTER)
        elif ANSWERED in text:
            if chosen:
                return
            terminal.keys(":ALECodeAction" + ENTER)  # our server was not ready
    raise AssertionError(f"no action {action!r}:\n{terminal.text}")


def main(vim: str, vimrc: str, shots: str) -> None:
    shop = Path.cwd()
    orders = shop / "shop/orders.py"
    begin = time.monotonic()
    terminal = Terminal([vim, "-u", vimrc, "shop/orders.py"], shop, Path(shots), {}, (40, 160))

    def done(step: str) -> None:
        terminal.shot(step)
        print("ok  ", step, flush=True)

    terminal.wait("gives a string, which Flask")
    print(f"   figure: {(time.monotonic() - begin) * 1000:.0f} ms from the start of Vim to a finding on the screen")
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
