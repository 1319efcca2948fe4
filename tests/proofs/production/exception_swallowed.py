"""FL805: what a URL that is not there is answered, and whether anything is logged of a crash."""

BAD = "not there: 500, a crash: 500, logged: False"
BETTER = "not there: 404, a crash: 500, logged: True"


def observe() -> str:
    import io
    import logging

    import example

    log = io.StringIO()
    example.app.logger.addHandler(logging.StreamHandler(log))
    client = example.app.test_client()
    missing, crash = client.get("/missing").status_code, client.get("/").status_code
    return f"not there: {missing}, a crash: {crash}, logged: {'ZeroDivisionError' in log.getvalue()}"
