"""FL707: what SQLAlchemy says to each."""

import warnings

BAD = "LegacyAPIWarning, ArgumentError"
BETTER = "{'found': False}, {'users': 0}"


def observe() -> str:
    from example import app, db

    app.testing = True
    with app.app_context():
        db.create_all()
    client = app.test_client()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        first = str(client.get("/users/1").json)
    legacy = [each.category.__name__ for each in caught if each.category.__name__ == "LegacyAPIWarning"]
    try:
        second = str(client.get("/users").json)
    except Exception as error:
        second = type(error).__name__
    return f"{legacy[0] if legacy else first}, {second}"
