"""FL104: one client logs in and asks for the page."""

BAD = "AttributeError: "
BETTER = "Hello, me"


def observe() -> str:
    from example import app

    app.testing = True
    client = app.test_client()
    client.post("/login/me")
    return client.get("/").text
