"""FL303: a test makes an application of its own."""

BAD = "404"
BETTER = "200"


def observe() -> str:
    import wsgi
    from example import create_app

    assert wsgi.app.test_client().get("/").status_code == 200
    return create_app().test_client().get("/").status
