"""FL708: whether SQLAlchemy has a dialect for the address. No driver is installed here, and none is needed to tell."""

BAD = "NoSuchModuleError"
BETTER = "a dialect"


def observe() -> str:
    try:
        import example
    except ModuleNotFoundError as error:
        return "a dialect" if error.name in ("psycopg2", "psycopg") else f"no module {error.name}"
    with example.app.app_context():
        return f"a dialect {example.db.engine.name}"
