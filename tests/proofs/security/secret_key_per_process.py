"""FL403: what one worker signed, as seen by the next one."""

BAD = "the second worker knows nobody"
BETTER = "the second worker knows ann"


def observe() -> str:
    import importlib
    import os
    import secrets

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    import example

    cookie = example.app.test_client().get("/login").headers["Set-Cookie"].partition(";")[0]
    second = importlib.reload(example).app.test_client(use_cookies=False)
    return "the second worker knows " + second.get("/", headers={"Cookie": cookie}).text
