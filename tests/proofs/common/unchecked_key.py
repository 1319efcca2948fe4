"""FL906: the answer to a body without the key."""

BAD = "500"
BETTER = "400"


def observe() -> str:
    from example import app

    return str(app.test_client().post("/users", json={}).status_code)
