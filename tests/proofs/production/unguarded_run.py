"""FL801: what importing the module does."""

BAD = "a server was started"
BETTER = "imported, no server"


def observe() -> str:
    from werkzeug import serving

    started: list[object] = []
    serving.run_simple = lambda *args, **_: started.append(args)
    import example

    assert example.app is not None
    return "a server was started" if started else "imported, no server"
