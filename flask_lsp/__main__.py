"""``python -m flask_lsp`` is ``flask-lsp``."""

import os
import sys

here = sys.path[0]
if here == "" or (os.path.isdir(here) and os.path.samefile(here, os.curdir)):
    del sys.path[0]  # the working folder may be a workspace: nothing in it is imported

from flask_lsp.cli import run  # noqa: E402 - not before that

run()
