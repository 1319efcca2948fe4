"""FL306: a second application of the factory, as every test makes one, asks the database."""

BAD = "RuntimeError: The current Flask app is not registered with this 'SQLAlchemy' instance"
BETTER = "the database answers 42"


def observe() -> str:
    from example import create_app

    app = create_app()
    app.testing = True
    return f"the database answers {app.test_client().get('/').text}"
