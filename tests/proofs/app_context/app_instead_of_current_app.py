"""FL107: a test makes an application of its own and asks it for a page."""

BAD = "{'per_page': 20}"
BETTER = "{'per_page': 5}"


def observe() -> str:
    from example import create_app

    app = create_app(per_page=5)
    return str(app.test_client().get("/").json)
