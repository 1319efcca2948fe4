"""FL501: the console in which anyone can run code, on the server that the file starts."""

BAD = "200 Interactive Console"
BETTER = "404"


def observe() -> str:
    import runpy

    from werkzeug import serving
    from werkzeug.debug import DebuggedApplication
    from werkzeug.test import Client

    seen: list[str] = []

    def run_simple(host, port, application, use_debugger=False, use_evalex=True, **options):  # type: ignore[no-untyped-def]
        if use_debugger:  # as werkzeug.serving.run_simple does it
            application = DebuggedApplication(application, evalex=use_evalex)
        answer = Client(application).get("/console", base_url="http://localhost")
        seen.append(f"{answer.status_code} {'Interactive Console' if 'Interactive Console' in answer.text else ''}")

    serving.run_simple = run_simple
    runpy.run_path("example.py", run_name="__main__")
    return seen[0]
