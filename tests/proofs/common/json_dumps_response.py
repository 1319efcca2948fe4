"""FL902: the content type that a client is told."""

BAD = "text/html"
BETTER = "application/json"


def observe() -> str:
    from example import app

    return app.test_client().get("/users").content_type
