"""FL504: what a request for the page is told."""

BAD = "AttributeError"
BETTER = "200"


def observe() -> str:
    from example import app

    app.testing = True
    return app.test_client().get("/").status
