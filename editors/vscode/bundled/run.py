"""Runs flask-lsp: the one beside this file, or with --from-environment that of the interpreter, if it has one."""

import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LIBS = os.path.join(HERE, "libs")


def main():
    # The folder of this file holds nothing to import.
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]
    if "--from-environment" in sys.argv:
        sys.argv.remove("--from-environment")
        if importlib.util.find_spec("flask_lsp") is None:
            print(f"flask-lsp is not installed in {sys.executable}: the bundled one is run", file=sys.stderr)
            sys.path.insert(0, LIBS)
    else:
        sys.path.insert(0, LIBS)
    from flask_lsp.cli import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
