"""FL705: the module cannot be imported."""

BAD = "RuntimeError: Working outside of application context"
BETTER = "imported"


def observe() -> str:
    import example

    return f"imported {example.db}"
