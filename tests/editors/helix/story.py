"""The story of README.md in Helix: keys in, screen and disk out. The shop is the current folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from terminal import Terminal, until

ESCAPE, ENTER = "\x1b", "\r"
SNIPPET = Path(__file__).parents[3] / "editors/helix/languages.toml"
CHOSEN = "ffffff"
"""The background of what is chosen in a menu, in the theme that Helix has by default."""
CONFIG = """
[editor]
end-of-line-diagnostics = "hint"
idle-timeout = 0
auto-pairs = false
[editor.inline-diagnostics]
cursor-line = "disable"
other-lines = "disable"
"""


def configure(home: Path) -> dict[str, str]:
    """The snippet as users copy it, with the programs under test."""
    folder = home / "helix"
    folder.mkdir(parents=True)
    text = SNIPPET.read_text().replace('command = "flask-lsp"', f'command = "{os.environ["SERVER"]}"')
    text += f'\n[language-server.jedi]\ncommand = "{os.environ["JEDI"]}"\n'
    (folder / "languages.toml").write_text(text)
    (folder / "config.toml").write_text(CONFIG)
    return {"XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_STATE_HOME": str(home / "state")}


class Story:
    def __init__(self, home: Path, shots: Path) -> None:
        self.shop = Path.cwd()
        self.orders = self.shop / "shop/orders.py"
        command = [os.environ["HX"], "--log", str(home / "log"), "shop/orders.py"]
        self.began = time.monotonic()
        self.terminal = Terminal(command, self.shop, shots, configure(home), (50, 150))

    def go(self, text: str) -> None:
        """Puts the cursor where that text begins."""
        self.terminal.keys(ESCAPE, "gg", "/" + text + ENTER, ";")

    def command(self, text: str) -> None:
        self.terminal.keys(ESCAPE, ":" + text + ENTER)

    def act(self, title: str) -> None:
        """Chooses the action with that title."""
        self.terminal.keys(" a")
        self.terminal.wait(title)
        for _ in range(20):
            if title in self.terminal.marked(CHOSEN):
                break
            self.terminal.keys("\x0e")
        else:
            raise AssertionError(f"{title} cannot be chosen:\n{self.terminal.text}")
        self.terminal.keys(ENTER)

    def has(self, what: str, text: str, *, gone: bool = False) -> None:
        until(what, lambda: (text in self.orders.read_text()) != gone)

    def run(self) -> None:
        for name in (
            "opened",
            "hover",
            "quick_fix",
            "fix_all",
            "circular_import",
            "syntax_error",
            "silenced",
            "settings",
            "restarted",
            "killed",
            "routes",
            "typed",
        ):
            getattr(self, name)()
            self.terminal.shot(name)
            print("ok  ", name.replace("_", " "), flush=True)
        self.command("qa!")
        self.terminal.look(0.5)
        self.terminal.close()

    def opened(self) -> None:
        self.terminal.wait("gives a string, which Flask")
        print(f"   figure: {(time.monotonic() - self.began) * 1000:.0f} ms from the start of Helix to a finding")

    def hover(self) -> None:
        self.go("json.dumps")
        for _ in range(20):  # until the server has read the project Helix says that there is no hover
            self.terminal.keys(" k")
            if "json-dumps-response" in self.terminal.look(1):
                return
            self.terminal.keys(ESCAPE)
        raise AssertionError(self.terminal.text)

    def quick_fix(self) -> None:
        self.go("json.dumps")
        self.act("Return `jsonify(...)`")
        self.terminal.wait("return jsonify(")
        self.command("w")
        self.has("the fix on disk", "return jsonify(")
        self.terminal.wait(lambda text: "gives a string" not in text)

    def fix_all(self) -> None:
        self.terminal.keys(ESCAPE)
        self.act("Fix all Flask problems")
        self.terminal.wait("session.modified = True")
        self.command("w")
        self.has("all fixes on disk", "type=int")
        self.terminal.wait(lambda text: "ValueError" not in text and "The session" not in text)

    def circular_import(self) -> None:
        begin = time.monotonic()
        self.command("o shop/models.py")
        self.terminal.wait("Circular import")
        print(f"   figure: {(time.monotonic() - begin) * 1000:.0f} ms from the first key of `:o` to the findings")
        self.go("db")
        self.act("Move `db` to `extensions.py`")
        self.terminal.wait("from shop.extensions import db")
        self.command("wa")
        until("the new module", (self.shop / "shop/extensions.py").exists)
        until("the change", lambda: "init_app" in (self.shop / "shop/__init__.py").read_text())
        until("the change", lambda: "shop.extensions" in (self.shop / "shop/models.py").read_text())
        subprocess.run([".venv/bin/python", "-c", "import shop"], check=True)
        self.terminal.wait(lambda text: "Circular import" not in text)

    def append(self, text: str) -> None:
        """Pastes at the end of the file: typed lines would be indented."""
        self.terminal.keys(ESCAPE, "ge", "o", f"\x1b[200~{text}\x1b[201~", ESCAPE)

    def syntax_error(self) -> None:
        self.command("o shop/orders.py")
        self.append('\n\n@bp.route("/old")\ndef old():\n    return redirect("/orders/products")')
        self.terminal.wait("This URL leads to")
        self.append("\n\ndef broken(:")
        self.terminal.wait("def broken(:")
        self.terminal.look(2)
        self.terminal.wait("This URL leads to")
        self.terminal.keys("u")

    def silenced(self) -> None:
        self.go('"/orders/products"')
        self.act("Disable FL901 for this line")
        self.terminal.wait("# noqa: FL901")
        self.terminal.wait(lambda text: "This URL leads to" not in text)
        self.command("w")
        self.has("the comment", "# noqa: FL901")

    def settings(self) -> None:
        """In pyproject.toml, which Helix tells of when it is saved."""
        self.append('\n\n@bp.route("/older")\ndef older():\n    return redirect("/orders/products")')
        self.terminal.wait("This URL leads to")
        self.command("w")
        self.command("o pyproject.toml")
        self.terminal.keys("%", 's"FL8"' + ENTER, "c", '"FL8", "FL901"', ESCAPE)
        self.command("w")
        self.command("o shop/orders.py")
        self.terminal.wait(lambda text: "This URL leads to" not in text and "def older" in text)
        self.command("o pyproject.toml")
        self.terminal.keys("%", 's, "FL901"' + ENTER, "d")
        self.command("w")
        self.command("o shop/orders.py")
        self.terminal.wait("This URL leads to")

    def servers(self) -> list[int]:
        """The flask-lsp that this Helix has started."""
        children = Path(f"/proc/{self.terminal.process.pid}/task/{self.terminal.process.pid}/children").read_text()
        everyone = [int(pid) for pid in children.split()]
        return [pid for pid in everyone if b"flask-lsp" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def restarted(self) -> None:
        before = self.servers()
        self.command("lsp-restart flask-lsp")
        until("another server", lambda: (now := self.servers()) and now != before)
        self.terminal.wait("This URL leads to")

    def killed(self) -> None:
        before = self.orders.read_text()
        for pid in self.servers():
            os.kill(pid, signal.SIGKILL)
        self.append("\n\ndead = True")
        self.terminal.wait("dead = True")
        self.command("lsp-restart flask-lsp")
        self.terminal.wait("This URL leads to")
        self.command("w")
        self.has("what was typed", "dead = True")
        assert self.orders.read_text().startswith(before.rstrip("\n"))

    def routes(self) -> None:
        """Helix has no place for them: a shell command shows them."""
        self.command(f"sh {os.environ['SERVER']} routes")
        self.terminal.wait(lambda text: re.search(r"GET\s+/orders/products\s+orders\.products", text) is not None)

    def typed(self) -> None:
        self.terminal.keys(ESCAPE)
        text = '@bp.route("/typed")\ndef typed(): ' + "x = 1; " * 20 + 'return str(int(request.args.get("page", 1)))'
        assert len(text) >= 200
        self.terminal.keys("ge", "o")
        for character in text:
            self.terminal.process.send(ENTER if character == "\n" else character)
        self.terminal.wait("return str(int(request.args")
        self.terminal.keys(ESCAPE)
        self.terminal.look(1)  # what comes too soon after it makes another key of it
        self.terminal.wait(lambda shown: re.search(r"●.*return str\(int", shown) is not None)
        self.command("w")
        self.has("what was typed", text)


if __name__ == "__main__":
    Story(Path(sys.argv[1]), Path(sys.argv[2])).run()
