"""FL301: a server imports the application."""

BAD = "ImportError: cannot import name 'db' from partially initialized module 'example'"
BETTER = "it has 2 rules"


def observe() -> str:
    from wsgi import app

    return f"it has {len(list(app.url_map.iter_rules()))} rules"
