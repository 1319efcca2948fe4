"""FL903: the answer to the form that the view waits for."""

BAD = "405"
BETTER = "200 Hello Ann"


def observe() -> str:
    from example import app

    response = app.test_client().post("/login", data={"name": "Ann"})
    return f"{response.status_code} {response.text}"
