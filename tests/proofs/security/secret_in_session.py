"""FL409: what somebody reads in the cookie who has no key."""

BAD = "the password can be read"
BETTER = "nothing can be read"


def observe() -> str:
    import os
    import secrets

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    import base64

    from example import app

    cookie = app.test_client().post("/login", data={"password": "open sesame"}).headers["Set-Cookie"]
    payload = cookie.partition("=")[2].partition(".")[0]
    text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    return "the password can be read" if "open sesame" in text else "nothing can be read"
