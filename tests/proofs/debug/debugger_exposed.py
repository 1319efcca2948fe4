"""FL505: the address that is listened to, and what the debugger's console answers there."""

BAD = "0.0.0.0: the console answers 42"
BETTER = "0.0.0.0: no console"


def observe() -> str:
    import os
    import runpy
    from unittest import mock

    from werkzeug.debug import DebuggedApplication
    from werkzeug.test import Client

    os.environ.pop("FLASK_DEBUG", None)
    with mock.patch("werkzeug.serving.run_simple") as run_simple:
        runpy.run_path("example.py", run_name="__main__")
    host, _, app = run_simple.call_args.args
    if not run_simple.call_args.kwargs["use_debugger"]:
        return f"{host}: no console"
    debugged = DebuggedApplication(app, evalex=True, pin_security=False)
    debugged.trusted_hosts = ["localhost"]
    query = {"__debugger__": "yes", "cmd": "6 * 7", "frm": "0", "s": debugged.secret}
    client = Client(debugged)
    client.get("/console")
    answer = client.get("/", query_string=query).text
    return f"{host}: the console answers " + ("42" if "42" in answer else answer[:200])
