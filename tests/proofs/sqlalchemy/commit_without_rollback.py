"""FL704: what the session does after a commit failed."""

BAD = "PendingRollbackError"
BETTER = "{'message': 'taken', 'users': 1}"


def observe() -> str:
    from example import app, db

    app.testing = True
    client = app.test_client()
    with app.app_context():
        db.create_all()
    client.post("/users/ann")
    return str(client.post("/users/ann").json)
