"""FL807: what gunicorn makes of the target in the Procfile, asked by one request."""

BAD = "500 Internal Server Error"
BETTER = "200 OK: hello"


def observe() -> str:
    import shlex
    from pathlib import Path

    from gunicorn.util import import_app
    from werkzeug.test import EnvironBuilder

    target = shlex.split(Path("Procfile").read_text(encoding="utf-8").partition(":")[2])[1]
    app = import_app(target)
    said: list[str] = []
    try:
        body = b"".join(app(EnvironBuilder("/").get_environ(), lambda status, *_: said.append(status)))
    except TypeError as error:  # gunicorn's worker logs it and answers with 500
        return f"500 Internal Server Error: {error}"
    return f"{said[0]}: {body.decode()}"
