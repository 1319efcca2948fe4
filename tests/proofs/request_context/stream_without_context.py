"""FL206: reading the answer fails in its middle."""

BAD = "RuntimeError: Working outside of request context"
BETTER = "read: name,me"


def observe() -> str:
    from example import app
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    # As a server does it: the contexts end before the answer is read.
    answer, _, _ = run_wsgi_app(app, EnvironBuilder("/export?name=me").get_environ())
    return "read: " + b"".join(answer).decode()
