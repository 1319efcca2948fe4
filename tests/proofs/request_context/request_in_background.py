"""FL202: a view starts a thread that asks for the request."""

import threading

BAD = "RuntimeError: Working outside of request context"
BETTER = "no error"


def observe() -> str:
    from example import app

    errors: list[str] = []
    threading.excepthook = lambda args: errors.append(f"{args.exc_type.__name__}: {args.exc_value}")
    app.test_client().get("/")
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join()
    return errors[0] if errors else "no error"
