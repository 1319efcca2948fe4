"""The files made from code are what the code makes."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

from flask_lsp.settings import keys

ROOT = Path(__file__).parent.parent
generate = runpy.run_path(str(ROOT / "scripts" / "generate.py"))


def test_fresh() -> None:
    assert generate["stale"]() == [], "run: python scripts/generate.py"


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    schema = json.loads((ROOT / "docs" / "settings.schema.json").read_text(encoding="utf-8"))
    assert [line[4:-1] for line in page.splitlines() if line.startswith("## `")] == [key.name for key in keys()]
    assert list(schema["properties"]) == [key.name for key in keys()]
