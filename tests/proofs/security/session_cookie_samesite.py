"""FL406: what browsers make of the session cookie: one with ``SameSite=None`` has to be secure."""

BAD = "dropped"
BETTER = "kept"


def observe() -> str:
    import os
    import secrets

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    from example import app

    flags = app.test_client().get("/").headers["Set-Cookie"].split("; ")
    return "dropped" if "SameSite=None" in flags and "Secure" not in flags else "kept"
