"""FL703: what a timer reads of an instance after the request."""

import threading
import time

BAD = "DetachedInstanceError"
BETTER = "['ann']"


def observe() -> str:
    from example import app, db, sent

    raised = []
    threading.excepthook = lambda args: raised.append(args.exc_type.__name__)
    with app.app_context():
        db.create_all()
    app.test_client().post("/users/ann")
    ends = time.monotonic() + 20
    while not (sent or raised) and time.monotonic() < ends:
        time.sleep(0.05)
    return str(raised or sent)
