"""FL603: whether the module of the application can be imported."""

BAD = "LookupError: the converter 'integer' does not exist"
BETTER = "User 7"


def observe() -> str:
    from example import app

    return app.test_client().get("/users/7").text
