"""Runs in an interpreter of its own: ``python -I -S oracle.py FOLDER``, programs as JSON on standard input. Imports
each program and says on standard output how it ended: file, line, exception, name, and the module that had not run to
its end."""

from __future__ import annotations

import builtins
import importlib
import json
import os
import re
import runpy
import sys
from typing import Any

_NAME = re.compile(r"cannot import name '(\w+)'|has no attribute '(\w+)'|submodule '(\w+)'|name '(\w+)' is not defined")
_PARTIAL = re.compile(r"partially initialized module '([\w.]+)'|of module '([\w.]+)' \(most likely due to a circular")


class Anything:
    """Has every attribute and can be called: what is read from it never fails."""

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: object) -> Anything:
        return self


builtins.anything = Anything()  # type: ignore[attr-defined]


def main(folder: str) -> None:
    known = set(sys.modules)
    result = []
    for number, (files, entry, script) in enumerate(json.load(sys.stdin)):
        root = os.path.join(folder, str(number))
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        sys.path.insert(0, root)
        importlib.invalidate_caches()
        result.append(seen(root, entry, script))
        sys.path.remove(root)
        for name in set(sys.modules) - known:
            if not getattr(sys.modules[name], "__file__", None) or root in str(sys.modules[name].__file__):
                del sys.modules[name]
    json.dump(result, sys.stdout)


def seen(root: str, entry: str, script: bool) -> tuple[Any, ...]:
    path = entry.replace(".", "/") + ".py"
    if script:
        sys.path.insert(0, os.path.dirname(os.path.join(root, path)))
    try:
        runpy.run_path(os.path.join(root, path), run_name="__main__") if script else importlib.import_module(entry)
    except Exception as error:
        place = ("", 0)
        trace = error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if file.startswith(root):
                place = (os.path.relpath(file, root).replace(os.sep, "/"), trace.tb_lineno)
            trace = trace.tb_next
        found = _NAME.search(str(error))
        name = next(filter(None, found.groups()), "") if found else ""
        partial = _PARTIAL.search(str(error))
        return (*place, type(error).__name__, name, next(filter(None, partial.groups()), "") if partial else "")
    finally:
        if script:
            sys.path.pop(0)
    return ("", 0, "", "", "")


main(sys.argv[1])
