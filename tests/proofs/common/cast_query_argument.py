"""FL905: the answer to a page that is no number."""

BAD = "500"
BETTER = "200 page 1"


def observe() -> str:
    from example import app

    response = app.test_client().get("/users?page=abc")
    return f"{response.status_code} {response.text}"
