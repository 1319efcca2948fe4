"""``python -m flask_lsp`` is ``flask-lsp``."""

import sys

from flask_lsp.cli import main

sys.exit(main())
