"""FL802: the command of the image, started: whether the server answers to be the one for development."""

BAD = "WARNING: This is a development server."
BETTER = "Server: gunicorn"


def observe() -> str:
    import contextlib
    import json
    import os
    import re
    import signal
    import subprocess
    import sys
    import time
    import urllib.request
    from pathlib import Path

    written = Path("Dockerfile").read_text(encoding="utf-8")
    command = json.loads(re.search(r"^CMD (.*)$", written, re.MULTILINE)[1])
    command = [sys.executable, *([] if command[0] == "python" else ["-m", command[0]]), *command[1:]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    server = ""
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end and not server and process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen("http://127.0.0.1:5001/", timeout=2) as answer:
                server = answer.headers["Server"]
            time.sleep(0.05)
    finally:
        os.kill(process.pid, signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    return f"{said} Server: {server}"
