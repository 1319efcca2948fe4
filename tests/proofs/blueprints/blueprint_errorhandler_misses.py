"""FL605: what a visitor of a URL that matches nothing gets."""

BAD = "404 Not Found"
BETTER = "Nothing here, sorry"


def observe() -> str:
    from example import app

    return app.test_client().get("/nothing").text
