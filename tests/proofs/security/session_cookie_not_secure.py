"""FL404: the Set-Cookie header of the session."""

BAD = "plain HTTP too"
BETTER = "HTTPS only"


def observe() -> str:
    import os
    import secrets

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    from example import app

    header = app.test_client().get("/").headers["Set-Cookie"]
    return "HTTPS only" if "Secure" in header.split("; ") else "plain HTTP too"
