"""FL904: the answer to a body that is no JSON."""

BAD = "500"
BETTER = "400"


def observe() -> str:
    from example import app

    return str(app.test_client().post("/users", data="{").status_code)
