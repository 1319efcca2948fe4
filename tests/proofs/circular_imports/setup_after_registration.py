"""FL305: the module is imported."""

BAD = "AssertionError: The setup method 'get' can no longer be called on the blueprint 'pages'"
BETTER = "200 hello"


def observe() -> str:
    from example import app

    response = app.test_client().get("/")
    return f"{response.status_code} {response.text}"
