"""FL502: whether ``app.run()`` starts the debugger."""

BAD = "the debugger runs"
BETTER = "no debugger"


def observe() -> str:
    import os
    import runpy
    from unittest import mock

    os.environ.pop("FLASK_DEBUG", None)
    with mock.patch("werkzeug.serving.run_simple") as run_simple:
        runpy.run_path("example.py", run_name="__main__")
    return "the debugger runs" if run_simple.call_args.kwargs["use_debugger"] else "no debugger"
