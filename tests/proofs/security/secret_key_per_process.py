"""FL403: what one worker signed, as seen by the next one."""

BAD = "the second worker knows nobody"
BETTER = "the second worker knows ann"


def observe() -> str:
    import importlib
    import os
    import secrets

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    import example

    first = example.app.test_client()
    first.get("/login")
    cookie = first.get_cookie("session")
    assert cookie is not None
    second = importlib.reload(example).app.test_client()
    second.set_cookie("session", cookie.value)
    return "the second worker knows " + second.get("/").text
