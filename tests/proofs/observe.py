"""Runs in a subprocess: ``python observe.py PROOF``, with ``example.py`` in the working directory. Prints what the
proof's ``observe`` returns, or the exception it ends with, as one line of JSON."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any


def main(proof: str) -> None:
    sys.path.insert(0, os.getcwd())
    spec = importlib.util.spec_from_file_location("proof", proof)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        seen = str(module.observe())
    except Exception as error:
        seen = f"{type(error).__name__}: {error}"
    print("\n" + json.dumps(seen))


main(sys.argv[1])
