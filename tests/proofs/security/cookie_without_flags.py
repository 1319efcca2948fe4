"""FL407: the flags of the cookie."""

BAD = "no flags"
BETTER = "HttpOnly SameSite=Lax Secure"


def observe() -> str:
    from example import app

    flags = app.test_client().get("/login").headers["Set-Cookie"].split("; ")[1:]
    return " ".join(sorted(flag for flag in flags if not flag.startswith("Path"))) or "no flags"
