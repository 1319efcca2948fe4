"""FL411: whether the key arrives."""

BAD = "RuntimeError"
BETTER = "saved"


def observe() -> str:
    import os
    import secrets

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    from example import app

    app.testing = True
    try:
        response = app.test_client().get("/")
    except RuntimeError as error:
        return type(error).__name__
    return "saved" if response.headers.get("Set-Cookie") else "nothing"
