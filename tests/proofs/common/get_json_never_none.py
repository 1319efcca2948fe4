"""FL907: the answer to a request without a body."""

BAD = "415"
BETTER = '400 {"error":"send JSON"}'


def observe() -> str:
    from example import app

    response = app.test_client().post("/users")
    return f"{response.status_code} {response.text.strip()}"
