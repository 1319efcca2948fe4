"""FL302: somebody sorts the imports of a module to its top."""

from pathlib import Path

BAD = "ImportError: cannot import name 'app' from partially initialized module 'example'"
BETTER = "imported"


def observe() -> str:
    lines = Path("example.py").read_text(encoding="utf-8").splitlines(keepends=True)
    lines.sort(key=lambda line: not line.startswith(("import ", "from ")))
    Path("example.py").write_text("".join(lines), encoding="utf-8")

    import example

    return f"imported {example.__name__}"
