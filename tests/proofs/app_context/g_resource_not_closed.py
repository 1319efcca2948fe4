"""FL105: what is opened for a request is watched: it is closed, or not."""

import sqlite3

BAD = "closed 0 of 1"
BETTER = "closed 1 of 1"


class Watched(sqlite3.Connection):
    opened = closed = 0

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        Watched.opened += 1

    def close(self) -> None:
        Watched.closed += 1
        super().close()


def observe() -> str:
    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **kwargs: connect(*args, factory=Watched, **kwargs)
    from example import app

    assert app.test_client().get("/").text == "(1,)"
    return f"closed {Watched.closed} of {Watched.opened}"
