"""FL806: which exceptions middleware around the application sees. That of Bugsnag is replaced by one that notes what
is raised through it, as the real one does."""

BAD = "500, seen: []"
BETTER = "seen: ['ZeroDivisionError']"


def observe() -> str:
    import contextlib
    import sys
    import types
    from typing import Any

    seen: list[str] = []

    class BugsnagMiddleware:
        def __init__(self, application: Any) -> None:
            self.application = application

        def __call__(self, environ: Any, start_response: Any) -> Any:
            try:
                return self.application(environ, start_response)
            except Exception as error:
                seen.append(type(error).__name__)
                raise

    for name in ("bugsnag", "bugsnag.wsgi", "bugsnag.wsgi.middleware"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["bugsnag.wsgi.middleware"].BugsnagMiddleware = BugsnagMiddleware  # type: ignore[attr-defined]
    import example

    status = "raised"
    with contextlib.suppress(ZeroDivisionError):
        status = str(example.app.test_client().get("/").status_code)
    return f"{status}, seen: {seen}"
