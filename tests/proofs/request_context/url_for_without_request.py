"""FL203: a command builds a URL."""

BAD = "RuntimeError: Unable to build URLs outside an active request without 'SERVER_NAME' configured"
BETTER = "http://shop.example.com/items"


def observe() -> str:
    from example import app

    result = app.test_cli_runner().invoke(args=["remind"])
    error = result.exception
    return f"{type(error).__name__}: {error}" if error is not None else result.output
