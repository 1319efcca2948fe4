"""FL410: how the request ends."""

BAD = "TypeError"
BETTER = "saved"


def observe() -> str:
    import os
    import secrets

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    from example import app

    app.testing = True
    try:
        response = app.test_client().get("/")
    except TypeError as error:
        return type(error).__name__
    return "saved" if response.headers.get("Set-Cookie") else "nothing"
