"""FL604: what the view of the other blueprint answers."""

BAD = "AttributeError: user"
BETTER = "Hello, nobody"


def observe() -> str:
    from example import app

    app.testing = True
    app.secret_key = "for this test"
    return app.test_client().get("/").text
