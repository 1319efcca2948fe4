"""FL405: the Set-Cookie header of the session."""

BAD = "scripts read it"
BETTER = "scripts do not see it"


def observe() -> str:
    import os
    import secrets

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    from example import app

    header = app.test_client().get("/").headers["Set-Cookie"]
    return "scripts do not see it" if "HttpOnly" in header.split("; ") else "scripts read it"
