"""FL701: whether the row is there after the request."""

BAD = "[]"
BETTER = "['ann']"


def observe() -> str:
    from example import app, db

    client = app.test_client()
    with app.app_context():
        db.create_all()
    assert client.post("/users", data={"name": "ann"}).status_code == 302
    return str(client.get("/users").json)
