"""FL503: what a request that fails shows, with the variables of the compose file; a console that runs code, or not."""

BAD = "500, a console: True, it answers: 42"
BETTER = "500, a console: False, it answers: nothing"


def observe() -> str:
    import os
    import re
    from pathlib import Path

    import yaml

    service = yaml.safe_load(Path("compose.yml").read_text(encoding="utf-8"))["services"]["web"]
    os.environ.update(service.get("environment", {}))
    os.environ["WERKZEUG_RUN_MAIN"] = "true"
    import example
    from flask.helpers import get_debug_flag
    from werkzeug.debug import DebuggedApplication
    from werkzeug.test import Client

    # As ``flask run`` does it.
    app = DebuggedApplication(example.app, evalex=True, pin_security=False) if get_debug_flag() else example.app
    client = Client(app)
    page = client.get("/", headers={"Host": "localhost"})
    text = page.get_data(as_text=True)
    secret, frame = re.search(r'SECRET = "(\w+)"', text), re.search(r'id="frame-(\d+)"', text)
    answer = "nothing"
    if secret and frame:
        query = {"__debugger__": "yes", "cmd": "40 + 2", "frm": frame[1], "s": secret[1]}
        said = client.get("/", query_string=query, headers={"Host": "localhost"}).get_data(as_text=True)
        answer = re.sub(r"<[^>]+>", "", said).split()[-1]
    return f"{page.status_code}, a console: {'EVALEX = true' in text}, it answers: {answer}"
