"""FL204: the link that the view gives has two slashes where host and path meet."""

BAD = "http://localhost//share"
BETTER = "'http://localhost/share'"


def observe() -> str:
    from example import app

    return repr(app.test_client().get("/share").json["link"])
