"""Runs Flask programs from a file and tells which uses of a context work."""

from __future__ import annotations

import json
import sys
import time
import types
from collections.abc import Callable


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        texts: list[str] = json.load(file)
    json.dump([outcomes(text) for text in texts], sys.stdout)


def outcomes(text: str) -> dict[int, list[bool]]:
    """By the number of a use whether it worked: both where it did and did not."""
    seen: dict[int, set[bool]] = {}

    def probe(number: int, use: Callable[[], object]) -> None:
        try:
            use()
        except RuntimeError:
            seen.setdefault(number, set()).add(False)
        else:
            seen.setdefault(number, set()).add(True)

    module = types.ModuleType("program")
    module.__dict__["probe"] = probe
    sys.modules["program"] = module
    exec(compile(text, "program.py", "exec"), module.__dict__)
    app = module.__dict__["app"]
    finish(module)
    for rule in sorted(each.rule for each in app.url_map.iter_rules() if not each.arguments):
        app.test_client().get(rule)
        finish(module)
    for name in sorted(app.cli.commands):
        app.test_cli_runner().invoke(args=[name])
        finish(module)
    for name in sorted(module.__dict__):
        if name.startswith("test_"):
            module.__dict__[name]()
            finish(module)
    return {number: sorted(found) for number, found in seen.items()}


def finish(module: types.ModuleType) -> None:
    started = module.__dict__["started"]
    while started:
        thread = started.pop()
        while thread.ident is None:  # another thread is about to start it
            time.sleep(0.0001)
        thread.join()


main()
