"""FL103: a view hands the proxy of its application to a thread."""

import threading

BAD = "RuntimeError: Working outside of application context"
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
