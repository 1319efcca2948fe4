"""FL201: the module cannot be imported."""

BAD = "RuntimeError: Working outside of request context"
BETTER = "answered"


def observe() -> str:
    from example import app

    return f"answered {app.test_client().get('/').text}"
