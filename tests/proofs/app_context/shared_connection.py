"""FL106: the page is asked for in a thread, as a server does it."""

from threading import Thread

BAD = "SQLite objects created in a thread can only be used in that same thread"
BETTER = "(1,)"


def observe() -> str:
    from example import app

    app.testing = True
    seen: list[str] = []

    def ask() -> None:
        try:
            seen.append(app.test_client().get("/").text)
        except Exception as error:  # the thread would keep it to itself
            seen.append(str(error))

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    return seen[0]
