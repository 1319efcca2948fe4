"""FL401: what a login does."""

BAD = "RuntimeError"
BETTER = "logged in"


def observe() -> str:
    import os
    import secrets

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    from example import app

    app.testing = True
    try:
        response = app.test_client().get("/login")
    except RuntimeError as error:
        return type(error).__name__
    return "logged in" if response.headers.get("Set-Cookie") else "nothing"
