"""FL304: a visitor of the blueprint's URL."""

BAD = "404"
BETTER = "200"


def observe() -> str:
    from example import create_app

    return create_app().test_client().get("/users/").status
